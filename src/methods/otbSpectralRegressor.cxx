// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralRegressor.h"
#include "otbSpectralKernels.h"

#include <stdexcept>

namespace otb
{
using namespace kernels;

SpectralRegressor::SpectralRegressor(const SpectralInversionModel& model) : m_Model(&model)
{
  if (model.network.GetMethod() != SpectralInversionMethod::Lift)
  {
    throw std::invalid_argument("the model is one of SpectraMorph, which estimates abundances; expected one of SpectraLift");
  }
  const auto&                           last = model.network.GetLayers().back();
  const Eigen::Map<const SpectraMatrix> A7(model.network.GetParameters().data() + last.offset, last.outputs, static_cast<Eigen::Index>(last.stride()));
  const auto                            scale  = static_cast<float>(model.scale);
  const std::size_t                     padded = PaddedSize(last.outputs);
  m_Output                                     = SpectraMatrix::Zero(last.inputs, static_cast<Eigen::Index>(padded));
  m_Output.leftCols(last.outputs)              = scale * A7.leftCols(last.inputs).transpose();
  m_Base.assign(padded, 0.f);
  for (unsigned int band = 0; band < last.outputs; ++band)
  {
    m_Base[band] = scale * A7(band, last.inputs) + static_cast<float>(model.offset);
  }
}

void SpectralRegressor::Apply(const float* msi, std::size_t count, float* spectra) const
{
  constexpr std::size_t width  = SpectralNetwork::LiftWidth;
  const std::size_t     c      = m_Model->network.GetMultispectralBands();
  const std::size_t     bands  = m_Model->network.GetOutputs();
  const std::size_t     lanes  = PaddedSize(count);
  const auto            offset = static_cast<float>(m_Model->offset);
  const auto            factor = static_cast<float>(1. / m_Model->scale);

  thread_local std::vector<float>               input, latent;
  thread_local SpectralNetwork::LiftActivations activations;
  input.assign(c * lanes, 0.f);
  latent.resize(count * width);
  for (std::size_t pixel = 0; pixel < count; ++pixel)
  {
    for (std::size_t band = 0; band < c; ++band)
    {
      input[band * lanes + pixel] = (*msi++ - offset) * factor;
    }
  }
  SpectralNetwork::Block block;
  block.cells = lanes;
  block.msi   = input.data();
  m_Model->network.LiftHidden(block, activations);

  // From pixels in lanes to bands in lanes, so that the wide output is written as images store it.
  Eigen::Map<SpectraMatrix>(latent.data(), count, width) = Eigen::Map<const SpectraMatrix>(activations.x6.data(), width, lanes).leftCols(count).transpose();
  Multiply({latent.data(), width}, {m_Output.data(), static_cast<std::size_t>(m_Output.cols())}, count, width, bands, {Addend::Kind::PerLane, m_Base.data(), 0},
           Activation::Identity, {spectra, bands});
}
} // namespace otb
