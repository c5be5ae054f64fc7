// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralUncertaintyImageFilter_hxx
#define otbSpectralUncertaintyImageFilter_hxx

#include "otbImageSpectralAxis.h"
#include "otbRequestRegion.h"
#include "otbSpectralUncertaintyImageFilter.h"
#include "otbValidSpectrum.h"
#include "itkProgressReporter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TImage>
void SpectralUncertaintyImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const SpectralUncertaintyModel& model = m_Uncertainty.GetModel();
  if (model.GetMultispectralBands() == 0)
  {
    itkExceptionMacro(<< "There is no model of errors, expected one");
  }
  if (this->GetInput()->GetNumberOfComponentsPerPixel() != model.GetMultispectralBands())
  {
    itkExceptionMacro(<< "The multispectral image has " << this->GetInput()->GetNumberOfComponentsPerPixel() << " bands, expected "
                      << model.GetMultispectralBands() << " as the model of errors");
  }
  const unsigned int bands  = m_Content == Content::Bands ? model.GetSpectralBands() : m_Content == Content::Both ? 2 : 1;
  auto*              output = this->GetOutput();
  output->SetNumberOfComponentsPerPixel(bands);
  ImageMetadata metadata = output->GetImageMetadata();
  RemoveSpectralAxis(metadata);
  metadata.Bands.assign(bands, ImageMetadataBase());
  this->Describe(metadata);
  if (m_Content == Content::Bands && m_SpectralAxis.size() == bands)
  {
    otb::SetSpectralAxis(metadata, m_SpectralAxis);
  }
  output->SetImageMetadata(metadata);
  if (this->GetPrior() != nullptr)
  {
    m_GridMap = CoarseGridMap::Between(this->GetInput(), this->GetPrior());
  }
}

template <class TImage>
typename SpectralUncertaintyImageFilter<TImage>::RegionType SpectralUncertaintyImageFilter<TImage>::GetSupport(RegionType region) const
{
  region.PadByRadius(1);
  region.Crop(this->GetInput()->GetLargestPossibleRegion());
  return region;
}

template <class TImage>
void SpectralUncertaintyImageFilter<TImage>::GenerateInputRequestedRegion()
{
  const RegionType fine = this->GetOutput()->GetRequestedRegion();
  RequestRegion(this->GetInput(), this->GetSupport(fine));
  if (const TImage* const prior = this->GetPrior())
  {
    RequestRegion(prior, m_GridMap.GetCells(this->GetInput(), fine, prior));
  }
}

template <class TImage>
void SpectralUncertaintyImageFilter<TImage>::ApplyPrior(long line, const RegionType& region, std::vector<unsigned char>& valid) const
{
  const TImage* const prior = this->GetPrior();
  const auto          start = this->GetInput()->GetLargestPossibleRegion().GetIndex();
  const std::size_t   C     = prior->GetNumberOfComponentsPerPixel();
  const long          row   = m_GridMap.rows.Cell(line - start[1]);
  long                known = -2; // the column of the last coarse pixel looked at
  bool                has   = false;
  for (std::size_t pixel = 0; pixel < valid.size(); ++pixel)
  {
    const long column = m_GridMap.columns.Cell(region.GetIndex(0) + static_cast<long>(pixel) - start[0]);
    if (column != known)
    {
      known = column;
      has   = row >= 0 && column >= 0;
      if (has)
      {
        auto index = prior->GetLargestPossibleRegion().GetIndex();
        index[0] += column;
        index[1] += row;
        has = IsValidSpectrum(prior->GetBufferPointer() + static_cast<std::size_t>(prior->ComputeOffset(index)) * C, C, m_PriorNoData);
      }
    }
    valid[pixel] = valid[pixel] != 0 && has;
  }
}

template <class TImage>
void SpectralUncertaintyImageFilter<TImage>::Write(const SpectralUncertaintyModel::Terms& terms, float* pixel) const
{
  if (m_Content == Content::Distance)
  {
    *pixel = terms[SpectralUncertaintyModel::Distance];
    return;
  }
  const float error = m_Uncertainty.Predict(terms);
  if (m_Content == Content::Bands)
  {
    for (const float share : m_Uncertainty.GetModel().bands)
    {
      *pixel++ = error * share;
    }
    return;
  }
  pixel[0] = error;
  if (m_Content == Content::Both)
  {
    pixel[1] = terms[SpectralUncertaintyModel::Distance];
  }
}

template <class TImage>
void SpectralUncertaintyImageFilter<TImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  const TImage*     input   = this->GetInput();
  TImage*           output  = this->GetOutput();
  const RegionType  support = this->GetSupport(region);
  const std::size_t c = input->GetNumberOfComponentsPerPixel(), bands = output->GetNumberOfComponentsPerPixel();
  const std::size_t width = region.GetSize(0), columns = support.GetSize(0);
  const std::size_t first = static_cast<std::size_t>(region.GetIndex(0) - support.GetIndex(0));
  const long        begin = support.GetIndex(1), end = begin + static_cast<long>(support.GetSize(1));

  const auto getLine = [&](long line)
  {
    auto index = support.GetIndex();
    index[1]   = line;
    return input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(index)) * c;
  };
  // Flags of three lines, used in turn.
  std::vector<unsigned char> flags[3];
  const auto                 findValid = [&](long line)
  {
    auto& valid = flags[static_cast<std::size_t>(line - begin) % 3];
    valid.resize(columns);
    const float* pixel = getLine(line);
    for (std::size_t column = 0; column < columns; ++column, pixel += c)
    {
      valid[column] = IsValidSpectrum(pixel, c, m_InputNoData);
    }
  };
  std::vector<float>                           deviations(width);
  std::vector<SpectralUncertaintyModel::Terms> terms(width);
  std::vector<unsigned char>                   valid(width);
  itk::ProgressReporter                        progress(this, threadId, region.GetSize(1));
  const long                                   top = region.GetIndex(1), bottom = top + static_cast<long>(region.GetSize(1));
  for (long line = std::max(begin, top - 1); line <= top; ++line)
  {
    findValid(line);
  }
  for (long line = top; line < bottom; ++line)
  {
    if (line + 1 < end)
    {
      findValid(line + 1);
    }
    SpectralUncertainty::Lines lines;
    lines.columns = columns;
    for (long near = std::max(begin, line - 1); near <= line + 1 && near < end; ++near)
    {
      lines.pixels[near - line + 1] = getLine(near);
      lines.valid[near - line + 1]  = flags[static_cast<std::size_t>(near - begin) % 3].data();
    }
    m_Uncertainty.FindDeviations(lines, first, width, deviations.data());
    m_Uncertainty.FindTerms(lines.pixels[1] + first * c, deviations.data(), width, terms.data());
    valid.assign(lines.valid[1] + first, lines.valid[1] + first + width);
    if (this->GetPrior() != nullptr)
    {
      this->ApplyPrior(line, region, valid);
    }
    auto index = region.GetIndex();
    index[1]   = line;
    float* out = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(index)) * bands;
    for (std::size_t pixel = 0; pixel < width; ++pixel, out += bands)
    {
      if (valid[pixel] != 0)
      {
        this->Write(terms[pixel], out);
        this->Round(out, bands);
      }
      else
      {
        std::fill_n(out, bands, this->GetOutputFormat().noData);
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
