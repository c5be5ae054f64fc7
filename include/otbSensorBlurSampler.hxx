// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorBlurSampler_hxx
#define otbSensorBlurSampler_hxx

#include "otbPlaceHash.h"
#include "otbRequestRegion.h"
#include "otbSensorBlurSampler.h"
#include "otbValidSpectrum.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace otb
{
template <class TImage>
void SensorBlurSampler<TImage>::GetCovered(const CoarseGridAxis& axis, long fineSize, long& first, long& last)
{
  const double one = axis.first - axis.step / 2., other = one + axis.step * static_cast<double>(fineSize);
  first = std::clamp(static_cast<long>(std::floor(std::min(one, other))), 0L, axis.size);
  last  = std::clamp(static_cast<long>(std::ceil(std::max(one, other))), 0L, axis.size);
}

template <class TImage>
std::vector<typename SensorBlurSampler<TImage>::Square> SensorBlurSampler<TImage>::GetSquares() const
{
  const auto* sharp = static_cast<const TImage*>(this->GetInput(0));
  const auto  size  = sharp->GetLargestPossibleRegion().GetSize();
  long        top, bottom, left, right;
  GetCovered(m_GridMap.rows, static_cast<long>(size[1]), top, bottom);
  GetCovered(m_GridMap.columns, static_cast<long>(size[0]), left, right);
  std::vector<Square> squares;
  for (long row = top; row < bottom; row += m_SquareSize)
  {
    for (long column = left; column < right; column += m_SquareSize)
    {
      squares.push_back({HashOfPlace(m_Seed, static_cast<std::uint64_t>(row), static_cast<std::uint64_t>(column)), row, column});
    }
  }
  std::sort(squares.begin(), squares.end(),
            [](const Square& a, const Square& b) { return std::tie(a.order, a.row, a.column) < std::tie(b.order, b.row, b.column); });
  return squares;
}

template <class TImage>
std::vector<float> SensorBlurSampler<TImage>::Read(TImage* image, float noData, long row, long column, long rows, long columns)
{
  const auto        start = image->GetLargestPossibleRegion().GetIndex();
  const std::size_t bands = image->GetNumberOfComponentsPerPixel(), size = static_cast<std::size_t>(rows * columns);
  UpdateRegion(image, GetRegionFromFirst(image, row, column, rows, columns));

  std::vector<float> planes(size * bands);
  for (long y = 0; y < rows; ++y)
  {
    typename TImage::IndexType index;
    index[0]           = start[0] + column;
    index[1]           = start[1] + row + y;
    const float* pixel = image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * bands;
    for (long x = 0; x < columns; ++x, pixel += bands)
    {
      const bool valid = IsValidSpectrum(pixel, bands, noData);
      for (std::size_t band = 0; band < bands; ++band)
      {
        planes[band * size + static_cast<std::size_t>(y * columns + x)] = valid ? pixel[band] : std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  return planes;
}

template <class TImage>
void SensorBlurSampler<TImage>::Update()
{
  auto* const sharp  = dynamic_cast<TImage*>(this->GetInput(0));
  auto* const coarse = dynamic_cast<TImage*>(this->GetInput(1));
  if (sharp == nullptr || coarse == nullptr)
  {
    itkExceptionMacro(<< "An input is missing, expected a sharp and a coarse image");
  }
  this->SetAbortGenerateData(false);
  sharp->UpdateOutputInformation();
  coarse->UpdateOutputInformation();
  if (sharp->GetNumberOfComponentsPerPixel() != coarse->GetNumberOfComponentsPerPixel())
  {
    itkExceptionMacro(<< "Found " << sharp->GetNumberOfComponentsPerPixel() << " bands in the sharp image and " << coarse->GetNumberOfComponentsPerPixel()
                      << " in the coarse one, expected as many");
  }
  m_GridMap        = CoarseGridMap::Between(sharp, coarse);
  m_Sample         = SensorBlurSample();
  m_Sample.rows    = m_GridMap.rows;
  m_Sample.columns = m_GridMap.columns;
  m_Sample.bands   = sharp->GetNumberOfComponentsPerPixel();
  this->InvokeEvent(itk::StartEvent());

  const auto size = sharp->GetLargestPossibleRegion().GetSize();
  // Sharp lines [first, first + count) that are looked at around coarse ones.
  const auto around = [](const CoarseGridAxis& axis, long line, long lines, long fineSize, long& first, long& count)
  {
    const double one = axis.Centre(line), other = axis.Centre(line + lines - 1);
    const long   margin = SensorBlurSample::Margin(axis.Ratio());
    first               = std::clamp(static_cast<long>(std::floor(std::min(one, other))) - margin, 0L, fineSize - 1);
    count               = std::clamp(static_cast<long>(std::ceil(std::max(one, other))) + margin + 1, first + 1, fineSize) - first;
  };
  std::uint64_t             pixels = 0, sharpPixels = 0;
  const std::vector<Square> squares = GetSquares();
  for (std::size_t number = 0; number < squares.size() && pixels < m_MaximumPixels && sharpPixels < m_MaximumSharpPixels; ++number)
  {
    SensorBlurPatch patch;
    patch.coarseRow     = squares[number].row;
    patch.coarseColumn  = squares[number].column;
    patch.coarseRows    = std::min<long>(m_SquareSize, m_GridMap.rows.size - patch.coarseRow);
    patch.coarseColumns = std::min<long>(m_SquareSize, m_GridMap.columns.size - patch.coarseColumn);
    patch.coarse        = Read(coarse, m_CoarseNoData, patch.coarseRow, patch.coarseColumn, patch.coarseRows, patch.coarseColumns);
    // All bands of an invalid pixel are NaN.
    const auto count =
        std::count_if(patch.coarse.begin(), patch.coarse.begin() + patch.coarseRows * patch.coarseColumns, [](float value) { return std::isfinite(value); });
    if (count > 0)
    {
      around(m_GridMap.rows, patch.coarseRow, patch.coarseRows, static_cast<long>(size[1]), patch.fineRow, patch.fineRows);
      around(m_GridMap.columns, patch.coarseColumn, patch.coarseColumns, static_cast<long>(size[0]), patch.fineColumn, patch.fineColumns);
      patch.fine = Read(sharp, m_SharpNoData, patch.fineRow, patch.fineColumn, patch.fineRows, patch.fineColumns);
      pixels += static_cast<std::uint64_t>(count);
      sharpPixels += static_cast<std::uint64_t>(patch.fineRows * patch.fineColumns);
      m_Sample.patches.push_back(std::move(patch));
    }
    this->UpdateProgress(static_cast<float>(
        std::max({static_cast<double>(number + 1) / static_cast<double>(squares.size()), static_cast<double>(pixels) / static_cast<double>(m_MaximumPixels),
                  static_cast<double>(sharpPixels) / static_cast<double>(m_MaximumSharpPixels)})));
    if (this->GetAbortGenerateData())
    {
      this->InvokeEvent(itk::AbortEvent());
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
  }
  std::sort(m_Sample.patches.begin(), m_Sample.patches.end(),
            [](const SensorBlurPatch& a, const SensorBlurPatch& b) { return std::tie(a.coarseRow, a.coarseColumn) < std::tie(b.coarseRow, b.coarseColumn); });
  this->UpdateProgress(1.f);
  this->InvokeEvent(itk::EndEvent());
}
} // namespace otb

#endif
