// SPDX-License-Identifier: Apache-2.0
#ifndef otbAdditiveSpectralNoiseImageFilter_hxx
#define otbAdditiveSpectralNoiseImageFilter_hxx

#include "otbAdditiveSpectralNoiseImageFilter.h"
#include "otbValidSpectrum.h"
#include "itkProgressReporter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TImage>
void AdditiveSpectralNoiseImageFilter<TImage>::SetStandardDeviations(const std::vector<double>& deviations)
{
  m_StandardDeviations = deviations;
  this->Modified();
}

template <class TImage>
void AdditiveSpectralNoiseImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const unsigned int bands = this->GetInput()->GetNumberOfComponentsPerPixel();
  if (m_StandardDeviations.size() != bands)
  {
    itkExceptionMacro("The noise has " << m_StandardDeviations.size() << " standard deviations, expected one for each of the image's " << bands << " bands");
  }
  for (const double deviation : m_StandardDeviations)
  {
    if (!std::isfinite(deviation) || deviation < 0)
    {
      itkExceptionMacro("A standard deviation of the noise is " << deviation << ", expected a finite number of at least 0");
    }
  }
}

template <class TImage>
void AdditiveSpectralNoiseImageFilter<TImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  const auto*         input  = this->GetInput();
  auto*               output = this->GetOutput();
  const std::size_t   bands  = m_StandardDeviations.size();
  const auto          first  = output->GetLargestPossibleRegion().GetIndex();
  const SpectralNoise noise(m_Seed);
  std::vector<float>  samples(bands);

  itk::ProgressReporter progress(this, threadId, region.GetSize(1));
  for (itk::SizeValueType line = 0; line < region.GetSize(1); ++line)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(line);
    const float* in  = input->GetBufferPointer() + input->ComputeOffset(index) * static_cast<itk::OffsetValueType>(bands);
    float*       out = output->GetBufferPointer() + output->ComputeOffset(index) * static_cast<itk::OffsetValueType>(bands);
    const auto   row = static_cast<std::uint32_t>(index[1] - first[1]);

    for (itk::SizeValueType column = 0; column < region.GetSize(0); ++column, in += bands, out += bands)
    {
      if (!IsValidSpectrum(in, bands, m_NoData))
      {
        std::copy_n(in, bands, out);
        continue;
      }
      noise.Sample(static_cast<std::uint32_t>(index[0] - first[0]) + static_cast<std::uint32_t>(column), row, bands, samples.data());
      for (std::size_t band = 0; band < bands; ++band)
      {
        out[band] = static_cast<float>(in[band] + m_StandardDeviations[band] * samples[band]);
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
