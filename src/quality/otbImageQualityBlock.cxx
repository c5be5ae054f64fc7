// SPDX-License-Identifier: Apache-2.0

// The arithmetic of ScanImageQuality() over a block of pixels in the processor's cache: all loops run over neighbouring numbers, bands innermost, and have
// fixed lengths, so that the compiler vectorises them for each instruction set. It must not fuse multiplications and additions (src/CMakeLists.txt tells it),
// or the scores would depend on the processor.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbImageQualityBlock.cxx"
#include "hwy/foreach_target.h"
#include "otbImageQualityWindows-inl.h"

#include "otbImageQualityBlock.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace quality
{
namespace HWY_NAMESPACE
{
// Whether the window from `before` pixels before the pixel to `after` after it, in each direction, lies in the view and is valid: the number of invalid pixels
// in a rectangle is a difference of four counts.
HWY_INLINE bool IsValid(const BlockSource& source, std::size_t row, std::size_t column, std::size_t before, std::size_t after)
{
  const std::size_t rows = source.view->rows, columns = source.view->columns;
  if (row < before || column < before || row + after >= rows || column + after >= columns)
  {
    return false;
  }
  if (source.invalidCounts == nullptr)
  {
    return true;
  }
  const std::size_t    width = columns + 1;
  const std::uint32_t* above = source.invalidCounts + (row - before) * width;
  const std::uint32_t* below = source.invalidCounts + (row + after + 1) * width;
  return below[column + after + 1] - below[column - before] == above[column + after + 1] - above[column - before];
}

HWY_INLINE float Clip(float value, float peak)
{
  const float low = value < 0.f ? 0.f : value;
  return peak < low ? peak : low;
}

// The block's pixels of a line and Halo columns on either side; zero where there is no valid pixel, no such column or no such band.
HWY_INLINE void LoadLine(const BlockSource& source, const BlockPlace& place, std::size_t line, Workspace& work)
{
  const ImagePairView& view = *source.view;
  const bool           clip = source.options->clip;
  const float          peak = static_cast<float>(source.options->peak);
  for (std::size_t i = 0; i < LoadedSize; ++i)
  {
    work.reference[i] = 0.;
    work.estimate[i]  = 0.;
  }
  for (std::uint8_t& flag : work.invalid)
  {
    flag = 1;
  }
  for (std::size_t loaded = 0; loaded < place.columns + 2 * Halo; ++loaded)
  {
    const std::size_t column = place.firstColumn + loaded - Halo; // wraps around left of the view
    if (column >= view.columns || source.invalid[line * view.columns + column])
    {
      continue;
    }
    work.invalid[loaded]   = 0;
    const std::size_t from = column * view.bands + place.firstBand;
    const float*      x    = view.reference + static_cast<std::ptrdiff_t>(line) * view.referenceStride + from;
    const float*      y    = view.estimate + static_cast<std::ptrdiff_t>(line) * view.estimateStride + from;
    for (std::size_t band = 0; band < place.bands; ++band)
    {
      work.reference[loaded * Lanes + band] = x[band];
      work.estimate[loaded * Lanes + band]  = clip ? Clip(y[band], peak) : y[band];
    }
  }
}

HWY_INLINE void AddLanes(const double (&sums)[Lanes], double (&total)[Lanes])
{
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    total[lane] += sums[lane];
  }
}

void ScanBlock(const BlockSource& source, const BlockPlace& place, std::size_t firstRow, std::size_t numberOfLines, BlockSums* lines, Workspace& work)
{
  const std::size_t endRow   = firstRow + numberOfLines;
  const std::size_t lastRow  = source.view->rows < endRow + Halo ? source.view->rows : endRow + Halo;
  const double      peak     = source.options->peak;
  const bool        quantize = source.options->quantize;
  const double      range    = quantize ? 255. : peak;
  double            gaussian[Halo + 1];
  for (std::size_t k = 0; k <= Halo; ++k)
  {
    gaussian[k] = source.gaussian[k];
  }

  for (std::size_t row = firstRow < Halo ? 0 : firstRow - Halo; row < lastRow; ++row)
  {
    LoadLine(source, place, row, work);
    FormMoments(work.reference, work.estimate, work.moments);
    FilterBoxAlongLine(work.moments, work.pairs, work.quads, work.boxLines[row % BoxSize]);
    if (quantize)
    {
      Quantize(work.reference, static_cast<float>(1. / peak), work.quantizedReference);
      Quantize(work.estimate, static_cast<float>(1. / peak), work.quantizedEstimate);
      FormMoments(work.quantizedReference, work.quantizedEstimate, work.moments);
    }
    FilterGaussianAlongLine(work.moments, gaussian, work.gaussianLines[row % Window]);

    // Sums of a line are taken apart from all that is in memory, so that the compiler may keep them in registers.
    if (row >= firstRow && row < endRow)
    {
      double sums[ImageQualitySums::NumberOfSums][Lanes] = {};
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (!work.invalid[column + Halo])
        {
          AddPixel(work, column, sums);
        }
      }
      for (std::size_t sum = 0; sum < ImageQualitySums::NumberOfSums; ++sum)
      {
        AddLanes(sums[sum], lines[row - firstRow].values[sum]);
      }
    }
    // The lines whose windows have just been completed.
    if (row >= BoxAfter && row - BoxAfter >= firstRow && row - BoxAfter < endRow && row >= BoxSize - 1)
    {
      const std::size_t line        = row - BoxAfter;
      BlockSums&        block       = lines[line - firstRow];
      double            sums[Lanes] = {};
      FilterBoxAcrossLines(work.boxLines, line, work.filtered);
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (IsValid(source, line, place.firstColumn + column, BoxBefore, BoxAfter))
        {
          AddUiqi(work.filtered, column, sums);
          ++block.uiqiWindows;
        }
      }
      AddLanes(sums, block.values[ImageQualitySums::Uiqi]);
    }
    if (row >= Halo && row - Halo >= firstRow && row - Halo < endRow && row >= Window - 1)
    {
      const std::size_t line        = row - Halo;
      BlockSums&        block       = lines[line - firstRow];
      double            sums[Lanes] = {};
      FilterGaussianAcrossLines(work.gaussianLines, gaussian, line, work.filtered);
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (IsValid(source, line, place.firstColumn + column, Halo, Halo))
        {
          AddSsim(work.filtered, column, range, sums);
          ++block.ssimWindows;
        }
      }
      AddLanes(sums, block.values[ImageQualitySums::Ssim]);
    }
  }
}
} // namespace HWY_NAMESPACE
} // namespace quality
} // namespace otb
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace otb
{
namespace quality
{
HWY_EXPORT(ScanBlock);

void ScanBlock(const BlockSource& source, const BlockPlace& place, std::size_t firstRow, std::size_t numberOfLines, BlockSums* lines, Workspace& work)
{
  HWY_DYNAMIC_DISPATCH(ScanBlock)(source, place, firstRow, numberOfLines, lines, work);
}
} // namespace quality
} // namespace otb
#endif
