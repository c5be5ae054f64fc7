// SPDX-License-Identifier: Apache-2.0
#ifndef otbCommonCells_h
#define otbCommonCells_h

#include "otbAlignedCells.h"
#include "otbCoarseGridMap.h"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace otb
{
/** \class CommonCells
 * \brief The part of a fine and a coarse image in which the fine one can be averaged onto the coarse one, in both directions: see AlignedCells.
 * \ingroup SpectraMorph
 */
struct CommonCells
{
  AlignedCells columns;
  AlignedCells rows;

  /** In the middle of what both images show, at most so many fine pixels along a side.
   * \throw std::invalid_argument saying why there is none: other projections, no common ground, a ratio that is not whole or not the same both ways. */
  template <class TImage>
  static CommonCells Between(const TImage* fine, const TImage* coarse, long mostFine)
  {
    if (!HaveSameProjection(fine, coarse))
    {
      throw std::invalid_argument("the two images have different projections");
    }
    CoarseGridMap map;
    try
    {
      map = CoarseGridMap::Between(fine, coarse);
    }
    catch (const itk::ExceptionObject&)
    {
      throw std::invalid_argument("the images do not overlap");
    }
    const auto size    = fine->GetLargestPossibleRegion().GetSize();
    const auto columns = AlignedCells::InTheMiddle(map.columns, static_cast<long>(size[0]), mostFine);
    const auto rows    = AlignedCells::InTheMiddle(map.rows, static_cast<long>(size[1]), mostFine);
    if (!columns || !rows || columns->ratio != rows->ratio)
    {
      std::ostringstream text;
      text.precision(4);
      text << "a hyperspectral pixel is " << 1. / std::abs(map.columns.step) << " × " << 1. / std::abs(map.rows.step)
           << " multispectral ones, expected a whole number, the same in both directions";
      throw std::invalid_argument(text.str());
    }
    return {*columns, *rows};
  }
};
} // namespace otb

#endif
