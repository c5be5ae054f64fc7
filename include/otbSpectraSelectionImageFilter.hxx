// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectraSelectionImageFilter_hxx
#define otbSpectraSelectionImageFilter_hxx

#include "otbSpectraSelectionImageFilter.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace otb
{
template <class TImage>
unsigned int SpectraSelectionImageFilter<TImage>::CheckInputBands(unsigned int inputBands) const
{
  const auto beyond = std::find_if(m_Bands.begin(), m_Bands.end(), [inputBands](std::size_t band) { return band >= inputBands; });
  if (beyond != m_Bands.end())
  {
    itkExceptionMacro(<< "The image has " << inputBands << " bands, expected at least " << *beyond + 1 << ", since that one is to be picked");
  }
  const std::size_t bands = m_Bands.empty() ? inputBands : m_Bands.size();
  if (m_SpectralAxis.size() != 0 && m_SpectralAxis.size() != bands)
  {
    itkExceptionMacro(<< "The spectral axis has " << m_SpectralAxis.size() << " wavelengths, expected " << bands << " as bands are picked");
  }
  return static_cast<unsigned int>(bands);
}

template <class TImage>
void SpectraSelectionImageFilter<TImage>::ProcessPixels(const float* input, std::size_t count, float* output) const
{
  const std::size_t inputBands  = this->GetInput()->GetNumberOfComponentsPerPixel();
  const std::size_t outputBands = m_Bands.empty() ? inputBands : m_Bands.size();
  const float       noData      = this->GetInputNoData();
  for (std::size_t pixel = 0; pixel < count; ++pixel, input += inputBands, output += outputBands)
  {
    bool        measured = true;
    std::size_t empty    = 0;
    for (std::size_t band = 0; band < outputBands; ++band)
    {
      const float value = input[m_Bands.empty() ? band : m_Bands[band]];
      output[band]      = value;
      measured          = measured && std::isfinite(value) && value < m_Saturation;
      empty += value == noData;
    }
    if (!measured || empty == outputBands || (m_NoDataInAnyBand && empty > 0))
    {
      std::fill_n(output, outputBands, this->GetOutputNoData());
    }
  }
}

template <class TImage>
void SpectraSelectionImageFilter<TImage>::DescribeOutput(ImageMetadata& metadata) const
{
  if (m_SpectralAxis.size() != 0)
  {
    otb::SetSpectralAxis(metadata, m_SpectralAxis);
  }
}

template <class TImage>
void SpectraSelectionImageFilter<TImage>::VerifyInputInformation() ITKv5_CONST
{
  const auto describe = [](const auto& size) { return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " pixels"; };
  const auto size     = this->GetInput()->GetLargestPossibleRegion().GetSize();
  if (GetMask() && GetMask()->GetLargestPossibleRegion().GetSize() != size)
  {
    itkExceptionMacro(<< "found " << describe(GetMask()->GetLargestPossibleRegion().GetSize()) << ", expected " << describe(size) << " as the image");
  }
}

template <class TImage>
typename SpectraSelectionImageFilter<TImage>::OutputImageRegionType SpectraSelectionImageFilter<TImage>::InMask(OutputImageRegionType region) const
{
  region.SetIndex(region.GetIndex() + (GetMask()->GetLargestPossibleRegion().GetIndex() - this->GetInput()->GetLargestPossibleRegion().GetIndex()));
  return region;
}

template <class TImage>
void SpectraSelectionImageFilter<TImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  if (GetMask())
  {
    const_cast<MaskType*>(GetMask())->SetRequestedRegion(InMask(this->GetOutput()->GetRequestedRegion()));
  }
}

template <class TImage>
void SpectraSelectionImageFilter<TImage>::ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId)
{
  const auto*       input  = this->GetInput();
  auto*             output = this->GetOutput();
  const MaskType*   mask   = GetMask();
  const std::size_t bands  = output->GetNumberOfComponentsPerPixel();

  itk::ProgressReporter progress(this, threadId, region.GetSize(1));
  for (std::size_t row = 0; row < region.GetSize(1); ++row)
  {
    auto line = region;
    line.SetIndex(1, region.GetIndex(1) + static_cast<itk::IndexValueType>(row));
    line.SetSize(1, 1);
    const float* in  = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(line.GetIndex())) * input->GetNumberOfComponentsPerPixel();
    float*       out = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(line.GetIndex())) * bands;
    ProcessPixels(in, region.GetSize(0), out);
    if (mask)
    {
      const unsigned char* flag = mask->GetBufferPointer() + mask->ComputeOffset(InMask(line).GetIndex());
      for (std::size_t column = 0; column < region.GetSize(0); ++column)
      {
        if (flag[column] == 0)
        {
          std::fill_n(out + column * bands, bands, this->GetOutputNoData());
        }
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
