// SPDX-License-Identifier: Apache-2.0
#ifndef otbFileValuesImageFilter_hxx
#define otbFileValuesImageFilter_hxx

#include "otbFileValuesImageFilter.h"
#include "otbImageMetadata.h"

#include "itkProgressReporter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TImage>
void FileValuesImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const std::size_t inputBands = this->GetInput()->GetNumberOfComponentsPerPixel();
  if (m_Bands.empty() || std::any_of(m_Bands.begin(), m_Bands.end(), [inputBands](const Band& band) { return band.band >= inputBands; }))
  {
    itkExceptionMacro(<< "Found a list of " << m_Bands.size() << " bands for an image of " << inputBands << ", expected some of its bands");
  }
  auto* output = this->GetOutput();
  output->SetNumberOfComponentsPerPixel(static_cast<unsigned int>(m_Bands.size()));
  ImageMetadata metadata = output->GetImageMetadata();
  if (metadata.Bands.size() == inputBands)
  {
    ImageMetadata::ImageMetadataBandsType bands;
    for (const Band& band : m_Bands)
    {
      bands.push_back(metadata.Bands[band.band]);
      bands.back().Remove(MDNum::NoData);
    }
    metadata.Bands = bands;
    output->SetImageMetadata(metadata);
  }
}

template <class TImage>
typename FileValuesImageFilter<TImage>::RegionType FileValuesImageFilter<TImage>::InMask(RegionType region) const
{
  region.SetIndex(region.GetIndex() + (GetMask()->GetLargestPossibleRegion().GetIndex() - this->GetInput()->GetLargestPossibleRegion().GetIndex()));
  return region;
}

template <class TImage>
void FileValuesImageFilter<TImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  if (GetMask())
  {
    const_cast<MaskType*>(GetMask())->SetRequestedRegion(InMask(this->GetOutput()->GetRequestedRegion()));
  }
}

template <class TImage>
bool FileValuesImageFilter<TImage>::IsFill(const float* pixel) const
{
  const float first = pixel[m_Bands.front().band];
  for (const float value : m_FlatFillValues)
  {
    if (IsNear(first, value) && std::all_of(m_Bands.begin(), m_Bands.end(), [&](const Band& band) { return IsNear(pixel[band.band], value); }))
    {
      return true;
    }
  }
  std::size_t zeros = 0, all = 0;
  for (const Band& band : m_Bands)
  {
    all += band.zeroFill;
    zeros += band.zeroFill && pixel[band.band] == 0;
  }
  return 2 * zeros > all;
}

template <class TImage>
void FileValuesImageFilter<TImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  const auto*       input      = this->GetInput();
  auto*             output     = this->GetOutput();
  const MaskType*   mask       = GetMask();
  const std::size_t inputBands = input->GetNumberOfComponentsPerPixel();
  const std::size_t bands      = m_Bands.size();
  const float       NaN        = std::numeric_limits<float>::quiet_NaN();

  itk::ProgressReporter progress(this, threadId, region.GetSize(1));
  for (std::size_t row = 0; row < region.GetSize(1); ++row)
  {
    auto line = region;
    line.SetIndex(1, region.GetIndex(1) + static_cast<itk::IndexValueType>(row));
    line.SetSize(1, 1);
    const float*         in   = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(line.GetIndex())) * inputBands;
    float*               out  = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(line.GetIndex())) * bands;
    const unsigned char* flag = mask ? mask->GetBufferPointer() + mask->ComputeOffset(InMask(line).GetIndex()) : nullptr;
    for (std::size_t column = 0; column < region.GetSize(0); ++column, in += inputBands, out += bands)
    {
      if ((flag && flag[column] == 0) || this->IsFill(in))
      {
        std::fill_n(out, bands, NaN);
        continue;
      }
      for (std::size_t i = 0; i < bands; ++i)
      {
        const Band& band  = m_Bands[i];
        const float value = in[band.band];
        // NaN compares with nothing.
        const bool measured = std::abs(value) < Greatest && !IsNear(value, band.noData);
        out[i]              = measured ? value * band.scale + band.offset : NaN;
      }
      for (const float fill : m_FillValues)
      {
        for (std::size_t i = 0; i < bands; ++i)
        {
          out[i] = IsNear(in[m_Bands[i].band], fill) ? NaN : out[i];
        }
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
