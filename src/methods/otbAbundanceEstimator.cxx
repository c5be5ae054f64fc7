// SPDX-License-Identifier: Apache-2.0
#include "otbAbundanceEstimator.h"
#include "otbSpectralKernels.h"

#include <stdexcept>

namespace otb
{
AbundanceEstimator::AbundanceEstimator(const SpectralInversionModel& model)
  : m_Model(&model), m_Offset(static_cast<float>(model.offset)), m_InverseScale(static_cast<float>(1. / model.scale)),
    m_PriorBinning(model.GetHyperspectralBands(), model.network.GetPriorBands())
{
  if (model.network.GetMethod() != SpectralInversionMethod::Morph)
  {
    throw std::invalid_argument("the model is one of SpectraLift, which has no abundances; expected one of SpectraMorph");
  }
  m_OutputWeights = model.network.GetTransposedWeights(1);
}

void AbundanceEstimator::Apply(const float* msi, std::size_t count, float* abundances) const
{
  const SpectralNetwork& network = m_Model->network;
  const std::size_t      c       = network.GetMultispectralBands();
  const std::size_t      K       = network.GetOutputs();
  const std::size_t      lanes   = kernels::PaddedSize(count);

  thread_local std::vector<float> input, output;
  input.assign(c * lanes, 0.f);
  output.resize(K * lanes);
  for (std::size_t pixel = 0; pixel < count; ++pixel)
  {
    for (std::size_t band = 0; band < c; ++band)
    {
      input[band * lanes + pixel] = Scaled(*msi++);
    }
  }

  SpectralNetwork::Block block;
  block.cells = lanes;
  block.msi   = input.data();
  network.MorphForward(block, m_OutputWeights, output.data());
  kernels::Constrain(m_Model->constraint, K, lanes, {output.data(), lanes});

  for (std::size_t pixel = 0; pixel < count; ++pixel)
  {
    for (std::size_t k = 0; k < K; ++k)
    {
      *abundances++ = output[k * lanes + pixel];
    }
  }
}

void AbundanceEstimator::Apply(const Cells& cells) const
{
  const SpectralNetwork& network = m_Model->network;
  const std::size_t      c       = network.GetMultispectralBands();
  const std::size_t      B       = network.GetPriorBands();
  const std::size_t      K       = network.GetOutputs();
  const std::size_t      count   = cells.priors.size();
  const std::size_t      members = cells.msi.size() / count;
  const std::size_t      lanes   = kernels::PaddedSize(count);
  const std::size_t      pixels  = members * lanes;

  thread_local std::vector<float> prior, input, output;
  prior.assign(B * lanes, 0.f);
  input.assign(c * pixels, 0.f);
  output.resize(K * pixels);
  for (std::size_t cell = 0; cell < count; ++cell)
  {
    m_PriorBinning.Apply(cells.priors[cell], prior.data() + cell, lanes);
    for (std::size_t bin = 0; bin < B; ++bin)
    {
      prior[bin * lanes + cell] = Scaled(prior[bin * lanes + cell]);
    }
  }
  const auto forEachPixel = [&](const auto& operation)
  {
    for (std::size_t member = 0, slot = 0; member < members; ++member)
    {
      for (std::size_t cell = 0; cell < count; ++cell, ++slot)
      {
        if (cells.msi[slot] != nullptr)
        {
          operation(slot, member * lanes + cell);
        }
      }
    }
  };
  forEachPixel(
      [&](std::size_t slot, std::size_t pixel)
      {
        for (std::size_t band = 0; band < c; ++band)
        {
          input[band * pixels + pixel] = Scaled(cells.msi[slot][band]);
        }
      });

  SpectralNetwork::Block block;
  block.cells   = lanes;
  block.members = members;
  block.msi     = input.data();
  block.prior   = prior.data();
  network.MorphForward(block, m_OutputWeights, output.data());
  kernels::Constrain(m_Model->constraint, K, pixels, {output.data(), pixels});

  forEachPixel(
      [&](std::size_t slot, std::size_t pixel)
      {
        for (std::size_t k = 0; k < K; ++k)
        {
          cells.abundances[slot][k] = output[k * pixels + pixel];
        }
      });
}
} // namespace otb
