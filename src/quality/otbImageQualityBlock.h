// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQualityBlock_h
#define otbImageQualityBlock_h

#include "otbImageQualityScan.h"

#include <cstddef>
#include <cstdint>

namespace otb
{
namespace quality
{
constexpr std::size_t Lanes      = 16; // bands side by side
constexpr std::size_t Block      = 32; // columns side by side
constexpr std::size_t Halo       = ImageQualityHalo;
constexpr std::size_t Window     = 2 * Halo + 1; // of SSIM
constexpr std::size_t BoxBefore  = 3;            // the UIQI window reaches from 3 pixels before its pixel
constexpr std::size_t BoxAfter   = 4;            // to 4 after
constexpr std::size_t BoxSize    = BoxBefore + 1 + BoxAfter;
constexpr std::size_t LoadedSize = (Block + 2 * Halo) * Lanes;
constexpr std::size_t BlockSize  = Block * Lanes;

using LoadedLine = double[LoadedSize];
using BlockLine  = double[BlockSize];

/** The four moments both indices are made of: x, x', x^2 + x'^2, x x'. */
using LoadedMoments = LoadedLine[4];
using BlockMoments  = BlockLine[4];

/** All that a block needs while it goes down the lines: half a megabyte, one per thread. */
struct Workspace
{
  LoadedLine    reference, estimate, quantizedReference, quantizedEstimate;
  LoadedMoments moments;
  BlockMoments  gaussianLines[Window]; // ring of the last lines, filtered along the line
  BlockMoments  boxLines[BoxSize];
  LoadedLine    pairs, quads;
  BlockMoments  filtered;
  std::uint8_t  invalid[Block + 2 * Halo]; // of the current line
};

/** A block's place: columns [firstColumn, firstColumn + columns) and bands [firstBand, firstBand + bands) of the view. */
struct BlockPlace
{
  std::size_t firstColumn;
  std::size_t columns;
  std::size_t firstBand;
  std::size_t bands;
};

/** What a block is read from. */
struct BlockSource
{
  const ImagePairView*       view;
  const std::uint8_t*        invalid;       // the view's
  const std::uint32_t*       invalidCounts; // (rows + 1) x (columns + 1): of the invalid pixels above and left of each corner of the view; null: there are none
  const ImageQualityOptions* options;
  const double*              gaussian; // half of the window, Halo + 1
};

/** Of the bands of a block and one of its lines. */
struct BlockSums
{
  double        values[ImageQualitySums::NumberOfSums][Lanes];
  std::uint64_t ssimWindows;
  std::uint64_t uiqiWindows;
};

/** Goes down the lines with one block of columns and bands.
 * \param lines the sums of each, added to, which begin at line `firstRow` of the view */
void ScanBlock(const BlockSource& source, const BlockPlace& place, std::size_t firstRow, std::size_t numberOfLines, BlockSums* lines, Workspace& work);
} // namespace quality
} // namespace otb

#endif
