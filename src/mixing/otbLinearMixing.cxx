// SPDX-License-Identifier: Apache-2.0
#include "otbLinearMixing.h"
#include "otbSpectralKernels.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
using namespace kernels;

LinearMixing::LinearMixing(SpectraMatrix endmembers, float origin) : m_Endmembers(std::move(endmembers))
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

LinearMixing LinearMixing::FromDirections(const SpectraMatrix& directions, const std::vector<float>& base)
{
  if (directions.size() == 0 || base.size() != static_cast<std::size_t>(directions.cols()))
  {
    throw std::invalid_argument("a decoder has " + std::to_string(directions.rows()) + " x " + std::to_string(directions.cols()) + " numbers and a base of " +
                                std::to_string(base.size()) + ", expected at least one direction and a base of as many bands");
  }
  const Eigen::Map<const Eigen::RowVectorXf> row(base.data(), directions.cols());
  if (!directions.allFinite() || !row.allFinite())
  {
    throw std::invalid_argument("a decoder has a value that is not finite, expected numbers");
  }
  LinearMixing      mixing;
  const std::size_t padded                        = PaddedSize(base.size());
  mixing.m_Endmembers                             = directions.rowwise() + row;
  mixing.m_Directions                             = SpectraMatrix::Zero(directions.rows(), static_cast<Eigen::Index>(padded));
  mixing.m_Directions.leftCols(directions.cols()) = directions;
  mixing.m_Base                                   = base;
  mixing.m_Base.resize(padded, 0.f);
  return mixing;
}

void LinearMixing::Apply(const float* abundances, std::size_t count, float* spectra) const
{
  const std::size_t K      = m_Endmembers.rows();
  const std::size_t bands  = m_Endmembers.cols();
  const std::size_t padded = m_Directions.cols();
  Multiply({abundances, K}, {m_Directions.data(), padded}, count, K, bands, {Addend::Kind::PerLane, m_Base.data(), 0}, Activation::Identity, {spectra, bands});
}
} // namespace otb
