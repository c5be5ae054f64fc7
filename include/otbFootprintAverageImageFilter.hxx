// SPDX-License-Identifier: Apache-2.0
#ifndef otbFootprintAverageImageFilter_hxx
#define otbFootprintAverageImageFilter_hxx

#include "otbFootprintAverageImageFilter.h"
#include "otbImageSpectralAxis.h"
#include "otbRequestRegion.h"
#include "otbValidSpectrum.h"

#include "itkProgressReporter.h"

#include <algorithm>
#include <vector>

namespace otb
{
template <class TImage>
void FootprintAverageImageFilter<TImage>::GenerateOutputInformation()
{
  if (!m_Grid)
  {
    itkExceptionMacro(<< "There is no grid, expected an image that has one");
  }
  const auto* input = this->GetInput();
  m_GridMap         = CoarseGridMap::Between(input, m_Grid.GetPointer());
  auto* output      = this->GetOutput();
  output->CopyInformation(m_Grid);
  output->SetNumberOfComponentsPerPixel(input->GetNumberOfComponentsPerPixel());
  ImageMetadata metadata = m_Grid->GetImageMetadata();
  RemoveSpectralAxis(metadata);
  metadata.Bands.assign(input->GetNumberOfComponentsPerPixel(), ImageMetadataBase());
  output->SetImageMetadata(metadata);
}

template <class TImage>
void FootprintAverageImageFilter<TImage>::GenerateInputRequestedRegion()
{
  auto*       input  = const_cast<TImage*>(this->GetInput());
  const auto& coarse = this->GetOutput()->GetRequestedRegion();
  const auto  start  = this->GetOutput()->GetLargestPossibleRegion().GetIndex();
  const auto& all    = input->GetLargestPossibleRegion();
  RegionType  region = all;
  for (unsigned int dimension = 0; dimension < 2; ++dimension)
  {
    const CoarseGridMap::Axis& axis  = dimension == 0 ? m_GridMap.columns : m_GridMap.rows;
    const long                 first = coarse.GetIndex(dimension) - start[dimension];
    const long                 count = static_cast<long>(all.GetSize(dimension));
    const auto                 one   = axis.Footprint(first, count);
    const auto                 other = axis.Footprint(first + static_cast<long>(coarse.GetSize(dimension)) - 1, count);
    // At least one pixel, so that the pipeline has something to update.
    const long low  = std::min(std::min(one.first, other.first), count - 1);
    const long high = std::max({one.last, other.last, low + 1});
    region.SetIndex(dimension, all.GetIndex(dimension) + low);
    region.SetSize(dimension, static_cast<itk::SizeValueType>(high - low));
  }
  RequestRegion(input, region);
}

template <class TImage>
void FootprintAverageImageFilter<TImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  constexpr double  Rounding = 1e-6; // of the weights' sum
  const auto*       input    = this->GetInput();
  auto*             output   = this->GetOutput();
  const std::size_t bands    = input->GetNumberOfComponentsPerPixel();
  const std::size_t width    = region.GetSize(0);
  const auto        all      = input->GetLargestPossibleRegion();
  const auto        grid     = output->GetLargestPossibleRegion().GetIndex();
  const auto        columns  = static_cast<long>(all.GetSize(0));
  const auto        rows     = static_cast<long>(all.GetSize(1));

  std::vector<CoarseGridMap::Span> spans(width);
  for (std::size_t i = 0; i < width; ++i)
  {
    spans[i] = m_GridMap.columns.Footprint(region.GetIndex(0) - grid[0] + static_cast<long>(i), columns);
  }
  std::vector<double>   sums(width * bands), weights(width);
  itk::ProgressReporter progress(this, threadId, region.GetSize(1));
  for (std::size_t line = 0; line < region.GetSize(1); ++line)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(line);
    const CoarseGridMap::Span lines = m_GridMap.rows.Footprint(index[1] - grid[1], rows);
    std::fill(sums.begin(), sums.end(), 0.);
    std::fill(weights.begin(), weights.end(), 0.);
    for (long y = lines.first; y < lines.last; ++y)
    {
      const double height = lines.Weight(y);
      for (std::size_t i = 0; i < width; ++i)
      {
        const CoarseGridMap::Span& span = spans[i];
        if (span.first >= span.last)
        {
          continue;
        }
        typename TImage::IndexType fine;
        fine[0]             = all.GetIndex(0) + span.first;
        fine[1]             = all.GetIndex(1) + y;
        const float*  pixel = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(fine)) * bands;
        double* const sum   = sums.data() + i * bands;
        for (long x = span.first; x < span.last; ++x, pixel += bands)
        {
          if (!IsValidSpectrum(pixel, bands, m_InputNoData))
          {
            continue;
          }
          const double weight = height * span.Weight(x);
          weights[i] += weight;
          for (std::size_t band = 0; band < bands; ++band)
          {
            sum[band] += weight * pixel[band];
          }
        }
      }
    }
    float* out = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(index)) * bands;
    for (std::size_t i = 0; i < width; ++i)
    {
      const bool covered = weights[i] >= 1. - Rounding;
      for (std::size_t band = 0; band < bands; ++band)
      {
        *out++ = covered ? static_cast<float>(sums[i * bands + band] / weights[i]) : std::numeric_limits<float>::quiet_NaN();
      }
    }
    progress.CompletedPixel();
  }
}
} // namespace otb

#endif
