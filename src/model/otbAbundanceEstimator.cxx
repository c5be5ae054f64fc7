// SPDX-License-Identifier: Apache-2.0
#include "otbAbundanceEstimator.h"
#include "otbSpectralKernels.h"

#include <stdexcept>

namespace otb
{
AbundanceEstimator::AbundanceEstimator(const SpectralInversionModel& model)
  : m_Inverse(model.inverse), m_Offset(static_cast<float>(model.offset)), m_InverseScale(static_cast<float>(1. / model.scale))
{
  if (!m_Inverse)
  {
    throw std::invalid_argument("the model has nothing that a method has learnt");
  }
}

void AbundanceEstimator::Apply(const float* msi, std::size_t count, float* abundances) const
{
  const std::size_t c     = m_Inverse->GetMultispectralBands();
  const std::size_t K     = m_Inverse->GetNumberOfLatents();
  const std::size_t lanes = kernels::PaddedSize(count);

  thread_local std::vector<float> input, output;
  input.assign(c * lanes, 0.f);
  output.resize(K * lanes);
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
  m_Inverse->Encode(block, output.data());

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
  const std::size_t c       = m_Inverse->GetMultispectralBands();
  const std::size_t B       = m_Inverse->GetPriorBands();
  const std::size_t K       = m_Inverse->GetNumberOfLatents();
  const std::size_t count   = cells.priors.size();
  const std::size_t members = cells.msi.size() / count;
  const std::size_t lanes   = kernels::PaddedSize(count);
  const std::size_t pixels  = members * lanes;

  thread_local std::vector<float> prior, input, output;
  prior.assign(B * lanes, 0.f);
  input.assign(c * pixels, 0.f);
  output.resize(K * pixels);
  for (std::size_t cell = 0; cell < count; ++cell)
  {
    m_Inverse->ReducePrior(cells.priors[cell], m_Offset, m_InverseScale, prior.data() + cell, lanes);
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
          input[band * pixels + pixel] = (cells.msi[slot][band] - m_Offset) * m_InverseScale;
        }
      });

  SpectralPixelBlock block;
  block.cells   = lanes;
  block.members = members;
  block.msi     = input.data();
  block.prior   = prior.data();
  m_Inverse->Encode(block, output.data());

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
