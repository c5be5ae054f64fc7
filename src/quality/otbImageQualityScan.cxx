// SPDX-License-Identifier: Apache-2.0
#include "otbImageQualityScan.h"
#include "otbImageQualityBlock.h"

#include <algorithm>
#include <memory>

// The hot loop once more for wider registers, chosen when the library is loaded, before the thread sanitizer is. AVX2 alone, without FMA, keeps the bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define SPECTRAMORPH_HOT_LOOP __attribute__((target_clones("avx512f", "avx2", "default"), flatten))
#else
#define SPECTRAMORPH_HOT_LOOP
#endif

namespace otb
{
namespace
{
using namespace quality;

/** Numbers of invalid pixels above and left of each corner of the view: the number in a rectangle is a difference of four. */
class InvalidCounts
{
public:
  explicit InvalidCounts(const ImagePairView& view) : m_Rows(view.rows), m_Columns(view.columns)
  {
    if (std::find_if(view.invalid.begin(), view.invalid.end(), [](std::uint8_t flag) { return flag != 0; }) == view.invalid.end())
    {
      return;
    }
    const std::size_t width = m_Columns + 1;
    m_Counts.assign((m_Rows + 1) * width, 0);
    for (std::size_t row = 0; row < m_Rows; ++row)
    {
      std::uint32_t inLine = 0;
      for (std::size_t column = 0; column < m_Columns; ++column)
      {
        inLine += view.invalid[row * m_Columns + column] != 0;
        m_Counts[(row + 1) * width + column + 1] = m_Counts[row * width + column + 1] + inLine;
      }
    }
  }

  /** Whether the window from `before` pixels before the pixel to `after` after it, in each direction, lies in the view and is valid. */
  bool IsValid(std::size_t row, std::size_t column, std::size_t before, std::size_t after) const
  {
    if (row < before || column < before || row + after >= m_Rows || column + after >= m_Columns)
    {
      return false;
    }
    if (m_Counts.empty())
    {
      return true;
    }
    const std::size_t    width = m_Columns + 1;
    const std::uint32_t* above = m_Counts.data() + (row - before) * width;
    const std::uint32_t* below = m_Counts.data() + (row + after + 1) * width;
    return below[column + after + 1] - below[column - before] == above[column + after + 1] - above[column - before];
  }

private:
  std::size_t                m_Rows;
  std::size_t                m_Columns;
  std::vector<std::uint32_t> m_Counts; // empty when all pixels are valid
};

/** A block's place: columns [firstColumn, firstColumn + columns) and bands [firstBand, firstBand + bands) of the view. */
struct BlockPlace
{
  std::size_t firstColumn;
  std::size_t columns;
  std::size_t firstBand;
  std::size_t bands;
};

/** The block's pixels of a line and Halo columns on either side; zero where there is no valid pixel, no such column or no such band. */
void LoadLine(const ImagePairView& view, const ImageQualityOptions& options, const BlockPlace& place, std::size_t line, Workspace& work)
{
  work.reference.fill(0.);
  work.estimate.fill(0.);
  work.invalid.fill(1);
  for (std::size_t loaded = 0; loaded < place.columns + 2 * Halo; ++loaded)
  {
    const std::size_t column = place.firstColumn + loaded - Halo; // wraps around left of the view
    if (column >= view.columns || view.invalid[line * view.columns + column])
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
      work.estimate[loaded * Lanes + band]  = options.Clip(y[band]);
    }
  }
}

/** Goes down the lines with one block of columns and bands. */
SPECTRAMORPH_HOT_LOOP void ScanBlock(const ImagePairView& view, const ImageQualityOptions& options, const InvalidCounts& invalid, const BlockPlace& place,
                                     std::size_t firstRow, ImageQualitySums* lines, std::size_t numberOfLines, Workspace& work)
{
  const std::size_t endRow  = firstRow + numberOfLines;
  const std::size_t lastRow = std::min(view.rows, endRow + Halo);
  const double      range   = options.quantize ? 255. : options.peak;
  const auto        addTo   = [&](std::size_t line, const LaneSums& sums)
  {
    Eigen::ArrayXXd& bands = lines[line - firstRow].bands;
    for (std::size_t sum = 0; sum < ImageQualitySums::NumberOfSums; ++sum)
    {
      for (std::size_t band = 0; band < place.bands; ++band)
      {
        bands(static_cast<Eigen::Index>(place.firstBand + band), static_cast<Eigen::Index>(sum)) += sums.values[sum][band];
      }
    }
  };

  for (std::size_t row = firstRow - std::min(firstRow, Halo); row < lastRow; ++row)
  {
    LoadLine(view, options, place, row, work);
    FormMoments(work.reference, work.estimate, work.moments);
    FilterBoxAlongLine(work.moments, work.pairs, work.quads, work.boxLines[row % BoxSize]);
    if (options.quantize)
    {
      Quantize(work.reference, static_cast<float>(1. / options.peak), work.quantizedReference);
      Quantize(work.estimate, static_cast<float>(1. / options.peak), work.quantizedEstimate);
      FormMoments(work.quantizedReference, work.quantizedEstimate, work.moments);
    }
    FilterGaussianAlongLine(work.moments, work.gaussianLines[row % Window]);

    if (row >= firstRow && row < endRow)
    {
      LaneSums sums;
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (!work.invalid[column + Halo])
        {
          AddPixel(work, column, sums);
        }
      }
      addTo(row, sums);
    }
    // The lines whose windows have just been completed.
    if (row >= BoxAfter && row - BoxAfter >= firstRow && row - BoxAfter < endRow && row >= BoxSize - 1)
    {
      const std::size_t line = row - BoxAfter;
      LaneSums          sums;
      FilterBoxAcrossLines(work.boxLines, line, work.filtered);
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (invalid.IsValid(line, place.firstColumn + column, BoxBefore, BoxAfter))
        {
          AddUiqi(work.filtered, column, sums.values[ImageQualitySums::Uiqi]);
          lines[line - firstRow].uiqiWindows += place.firstBand == 0;
        }
      }
      addTo(line, sums);
    }
    if (row >= Halo && row - Halo >= firstRow && row - Halo < endRow && row >= Window - 1)
    {
      const std::size_t line = row - Halo;
      LaneSums          sums;
      FilterGaussianAcrossLines(work.gaussianLines, line, work.filtered);
      for (std::size_t column = 0; column < place.columns; ++column)
      {
        if (invalid.IsValid(line, place.firstColumn + column, Halo, Halo))
        {
          AddSsim(work.filtered, column, range, sums.values[ImageQualitySums::Ssim]);
          lines[line - firstRow].ssimWindows += place.firstBand == 0;
        }
      }
      addTo(line, sums);
    }
  }
}
} // namespace

void ScanImageQuality(const ImagePairView& view, const ImageQualityOptions& options, std::size_t firstRow, std::size_t firstColumn, std::size_t columns,
                      ImageQualitySums* lines, std::size_t numberOfLines)
{
  options.Check();
  std::fill_n(lines, numberOfLines, ImageQualitySums(view.bands));

  // Spectral angles need whole spectra.
  SpectrumPair spectra(view.bands);
  for (std::size_t line = 0; line < numberOfLines; ++line)
  {
    const std::size_t row = firstRow + line;
    for (std::size_t column = firstColumn; column < firstColumn + columns; ++column)
    {
      if (view.invalid[row * view.columns + column])
      {
        continue;
      }
      ++lines[line].pixels;
      spectra.Load(view.reference + static_cast<std::ptrdiff_t>(row) * view.referenceStride + column * view.bands,
                   view.estimate + static_cast<std::ptrdiff_t>(row) * view.estimateStride + column * view.bands, options);
      if (const auto angle = spectra.Angle())
      {
        lines[line].angle += *angle;
        ++lines[line].angles;
      }
    }
  }

  const InvalidCounts invalid(view);
  const auto          work = std::make_unique<Workspace>();
  for (std::size_t column = 0; column < columns; column += Block)
  {
    for (std::size_t band = 0; band < view.bands; band += Lanes)
    {
      ScanBlock(view, options, invalid, {firstColumn + column, std::min(Block, columns - column), band, std::min(Lanes, view.bands - band)}, firstRow, lines,
                numberOfLines, *work);
    }
  }
}
} // namespace otb
