// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralDifferenceImageFilter_hxx
#define otbSpectralDifferenceImageFilter_hxx

#include "otbSpectralDifferenceImageFilter.h"
#include "otbImageSpectralAxis.h"

#include "itkProgressReporter.h"

namespace otb
{
template <class TImage, class TOutputImage>
void SpectralDifferenceImageFilter<TImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  // Projection and the like stay; the one band is none of the input's.
  ImageMetadata metadata = this->GetInput(0)->GetImageMetadata();
  RemoveSpectralAxis(metadata);
  metadata.Bands.assign(1, ImageMetadataBase());
  metadata.Bands.front().Add(MDNum::NoData, NoData);
  this->GetOutput()->SetImageMetadata(metadata);
}

template <class TImage, class TOutputImage>
void SpectralDifferenceImageFilter<TImage, TOutputImage>::GenerateInputRequestedRegion()
{
  this->RequestInputs(this->GetOutput()->GetRequestedRegion());
}

template <class TImage, class TOutputImage>
void SpectralDifferenceImageFilter<TImage, TOutputImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  const TImage*     reference = this->GetInput(0);
  const TImage*     estimate  = this->GetInput(1);
  const std::size_t bands     = reference->GetNumberOfComponentsPerPixel();
  const auto        invalid   = this->FindInvalidPixels(region);
  SpectrumPair      spectra(bands);

  itk::ProgressReporter progress(this, threadId, region.GetSize(1));
  auto                  index = region.GetIndex();
  for (std::size_t row = 0; row < region.GetSize(1); ++row, ++index[1])
  {
    const float* x   = this->GetFirst(reference, region) + static_cast<std::ptrdiff_t>(row) * this->GetStride(reference);
    const float* y   = this->GetFirst(estimate, region) + static_cast<std::ptrdiff_t>(row) * this->GetStride(estimate);
    auto*        out = this->GetOutput()->GetBufferPointer() + this->GetOutput()->ComputeOffset(index);
    for (std::size_t column = 0; column < region.GetSize(0); ++column, x += bands, y += bands)
    {
      out[column] = NoData;
      if (!invalid[row * region.GetSize(0) + column])
      {
        spectra.Load(x, y, this->GetOptions());
        out[column] = static_cast<float>(m_Measure == Measure::Angle ? spectra.Angle().value_or(NoData) : spectra.RootMeanSquareError());
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
