// SPDX-License-Identifier: Apache-2.0
#ifndef otbPixelwiseSpectralImageFilter_hxx
#define otbPixelwiseSpectralImageFilter_hxx

#include "otbPixelwiseSpectralImageFilter.h"
#include "otbImageSpectralAxis.h"
#include "otbValidSpectrum.h"
#include "itkProgressReporter.h"

#include <algorithm>

namespace otb
{
template <class TInputImage, class TOutputImage>
void PixelwiseSpectralImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const unsigned int bands  = this->CheckInputBands(this->GetInput()->GetNumberOfComponentsPerPixel());
  auto*              output = this->GetOutput();
  output->SetNumberOfComponentsPerPixel(bands);

  // The input's band metadata says nothing about the output's bands.
  ImageMetadata metadata = output->GetImageMetadata();
  RemoveSpectralAxis(metadata);
  metadata.Bands.assign(bands, ImageMetadataBase());
  this->Describe(metadata);
  this->DescribeOutput(metadata);
  output->SetImageMetadata(metadata);
}

template <class TInputImage, class TOutputImage>
void PixelwiseSpectralImageFilter<TInputImage, TOutputImage>::ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId)
{
  const auto*        input        = this->GetInput();
  auto*              output       = this->GetOutput();
  const std::size_t  inputBands   = input->GetNumberOfComponentsPerPixel();
  const std::size_t  outputBands  = output->GetNumberOfComponentsPerPixel();
  const std::size_t  width        = region.GetSize(0);
  const std::size_t  height       = region.GetSize(1);
  const float* const inputBuffer  = input->GetBufferPointer();
  float* const       outputBuffer = output->GetBufferPointer();
  const float        noData       = this->GetOutputNoData();

  itk::ProgressReporter progress(this, threadId, height);
  for (std::size_t line = 0; line < height; ++line)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(line);
    const float* in  = inputBuffer + static_cast<std::size_t>(input->ComputeOffset(index)) * inputBands;
    float*       out = outputBuffer + static_cast<std::size_t>(output->ComputeOffset(index)) * outputBands;

    for (std::size_t column = 0; column < width; column += MaximumBlock)
    {
      const std::size_t count = std::min(MaximumBlock, width - column);
      this->ProcessPixels(in, count, out);
      this->Round(out, count * outputBands);
      for (std::size_t pixel = 0; pixel < count; ++pixel, in += inputBands, out += outputBands)
      {
        if (!IsValidSpectrum(in, inputBands, m_InputNoData))
        {
          std::fill(out, out + outputBands, noData);
        }
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
