// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralRegressor.h"
#include "otbSpectralKernels.h"

#include <stdexcept>

namespace otb
{
using namespace kernels;

SpectralRegressor::SpectralRegressor(const SpectralInversionModel& model)
  : m_Inverse(model.inverse), m_Offset(static_cast<float>(model.offset)), m_InverseScale(static_cast<float>(1. / model.scale)),
    m_Bands(model.GetHyperspectralBands())
{
  if (!m_Inverse || model.HasAbundances() || model.HasPrior())
  {
    throw std::invalid_argument("the model estimates abundances or has a prior, expected one that gives spectra at once");
  }
  const SpectraMatrix decoder       = m_Inverse->GetDecoder();
  const auto          bias          = m_Inverse->GetDecoderBias();
  const auto          scale         = static_cast<float>(model.scale);
  const std::size_t   padded        = PaddedSize(m_Bands);
  m_Output                          = SpectraMatrix::Zero(decoder.rows(), static_cast<Eigen::Index>(padded));
  m_Output.leftCols(decoder.cols()) = scale * decoder;
  m_Base.assign(padded, 0.f);
  for (std::size_t band = 0; band < m_Bands; ++band)
  {
    m_Base[band] = scale * bias[band] + m_Offset;
  }
}

void SpectralRegressor::Apply(const float* msi, std::size_t count, float* spectra) const
{
  const std::size_t c     = m_Inverse->GetMultispectralBands();
  const std::size_t width = m_Inverse->GetNumberOfLatents();
  const std::size_t lanes = PaddedSize(count);

  thread_local std::vector<float> input, encoded, latent;
  input.assign(c * lanes, 0.f);
  encoded.resize(width * lanes);
  latent.resize(count * width);
  for (std::size_t pixel = 0; pixel < count; ++pixel)
  {
    for (std::size_t band = 0; band < c; ++band)
    {
      input[band * lanes + pixel] = (*msi++ - m_Offset) * m_InverseScale;
    }
  }
  SpectralPixelBlock block;
  block.cells = lanes;
  block.msi   = input.data();
  m_Inverse->Encode(block, encoded.data());

  // From pixels in lanes to bands in lanes, so that the wide output is written as images store it.
  Eigen::Map<SpectraMatrix>(latent.data(), count, width) = Eigen::Map<const SpectraMatrix>(encoded.data(), width, lanes).leftCols(count).transpose();
  Multiply({latent.data(), width}, {m_Output.data(), static_cast<std::size_t>(m_Output.cols())}, count, width, m_Bands,
           {Addend::Kind::PerLane, m_Base.data(), 0}, Activation::Identity, {spectra, m_Bands});
}
} // namespace otb
