// SPDX-License-Identifier: Apache-2.0
#include "otbLinearMixing.h"
#include "otbSpectralKernels.h"

#include <cmath>
#include <stdexcept>

namespace otb
{
using namespace kernels;

LinearMixing::LinearMixing(SpectraMatrix endmembers, float origin) : m_Endmembers(std::move(endmembers)), m_Origin(origin)
{
  if (m_Endmembers.size() == 0)
  {
    throw std::invalid_argument("there is no endmember, expected at least one spectrum of at least one band");
  }
  if (!m_Endmembers.allFinite() || !std::isfinite(origin))
  {
    throw std::invalid_argument("an endmember (or the offset) has a value that is not finite, expected numbers");
  }
  const std::size_t padded                   = PaddedSize(m_Endmembers.cols());
  m_Directions                               = SpectraMatrix::Zero(m_Endmembers.rows(), padded);
  m_Directions.leftCols(m_Endmembers.cols()) = m_Endmembers.array() - origin;
  m_Base.assign(padded, origin);
}

void LinearMixing::Apply(const float* abundances, std::size_t count, float* spectra) const
{
  const std::size_t K      = m_Endmembers.rows();
  const std::size_t bands  = m_Endmembers.cols();
  const std::size_t padded = m_Directions.cols();
  Multiply({abundances, K}, {m_Directions.data(), padded}, count, K, bands, {Addend::Kind::PerLane, m_Base.data(), 0}, Activation::Identity, {spectra, bands});
}
} // namespace otb
