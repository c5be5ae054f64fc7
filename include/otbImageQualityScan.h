// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQualityScan_h
#define otbImageQualityScan_h

#include "otbImageQuality.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** Two images' pixels in memory, over one and the same rectangle; a pixel's bands are contiguous, so are a line's pixels. */
struct ImagePairView
{
  const float*              reference;
  const float*              estimate;
  std::ptrdiff_t            referenceStride; // floats from line to line
  std::ptrdiff_t            estimateStride;
  std::size_t               rows;
  std::size_t               columns;
  std::size_t               bands;
  std::vector<std::uint8_t> invalid; // one per pixel, line by line: not 0 where the pixel does not count
};

/** The largest distance from a pixel to a pixel of the windows that it stands for. */
constexpr std::size_t ImageQualityHalo = 5;

/** Sums of a rectangle of pixels, [firstRow, firstRow + lines.size()) x [firstColumn, firstColumn + columns) of the view, line by line.
 *
 * A pixel stands for the SSIM window of 11 x 11 pixels around it and for the UIQI window from 3 pixels before it to 4 after it in each direction. Only windows
 * inside the view and without an invalid pixel count: give a view that reaches ImageQualityHalo pixels beyond the rectangle, or to the image's edge. Invalid
 * pixels may hold anything.
 *
 * The windows' sums are separable, columns then lines, over cache-sized blocks of 16 bands x 32 columns; sums are in double precision and taken in an order
 * that depends on the line's extent alone.
 *
 * \param lines receives one sum per line */
SpectraMorph_EXPORT void ScanImageQuality(const ImagePairView& view, const ImageQualityOptions& options, std::size_t firstRow, std::size_t firstColumn,
                                          std::size_t columns, ImageQualitySums* lines, std::size_t numberOfLines);
} // namespace otb

#endif
