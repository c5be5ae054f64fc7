// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralResponseImageFilter_hxx
#define otbSpectralResponseImageFilter_hxx

#include "otbSpectralResponseImageFilter.h"

namespace otb
{
template <class TInputImage, class TOutputImage>
void SpectralResponseImageFilter<TInputImage, TOutputImage>::SetSpectralResponse(const SpectralResponse& response)
{
  m_SpectralResponse = response;
  this->Modified();
}

template <class TInputImage, class TOutputImage>
unsigned int SpectralResponseImageFilter<TInputImage, TOutputImage>::CheckInputBands(unsigned int inputBands) const
{
  if (m_SpectralResponse.GetNumberOfMultispectralBands() == 0)
  {
    itkExceptionMacro(<< "No spectral response was set");
  }
  if (inputBands != m_SpectralResponse.GetNumberOfHyperspectralBands())
  {
    itkExceptionMacro(<< "The hyperspectral image has " << inputBands << " bands, the spectral response is for "
                      << m_SpectralResponse.GetNumberOfHyperspectralBands());
  }
  return m_SpectralResponse.GetNumberOfMultispectralBands();
}

template <class TInputImage, class TOutputImage>
void SpectralResponseImageFilter<TInputImage, TOutputImage>::ProcessPixels(const float* input, std::size_t count, float* output) const
{
  m_SpectralResponse.Apply(input, count, output);
}

template <class TInputImage, class TOutputImage>
void SpectralResponseImageFilter<TInputImage, TOutputImage>::DescribeOutput(ImageMetadata& metadata) const
{
  const auto& names = m_SpectralResponse.GetBandNames();
  for (std::size_t band = 0; band < names.size(); ++band)
  {
    metadata.Bands[band].Add(MDStr::BandName, names[band]);
  }
}
} // namespace otb

#endif
