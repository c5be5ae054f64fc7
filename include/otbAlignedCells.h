// SPDX-License-Identifier: Apache-2.0
#ifndef otbAlignedCells_h
#define otbAlignedCells_h

#include "otbCoarseGridMap.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace otb
{
/** \class AlignedCells
 * \brief Along one axis, a run of coarse pixels each of which covers the same whole number of fine ones: where a fine image can be averaged onto a coarse one.
 * \ingroup SpectraMorph
 */
struct AlignedCells
{
  unsigned int ratio  = 1; // fine pixels per coarse one
  long         fine   = 0; // the first of the fine pixels, counted from the fine image's first
  long         coarse = 0; // the first of the coarse ones
  long         count  = 0; // coarse pixels

  /** A run of at most `mostFine` fine pixels in the middle of what the two images share, whose edges match to half a fine pixel. Nothing when there is no such
   * run: a coarse pixel is not a whole number of fine ones (to 1 %), the axes run in opposite directions, or the images do not overlap. */
  static std::optional<AlignedCells> InTheMiddle(const CoarseGridMap::Axis& axis, long fineSize, long mostFine)
  {
    constexpr double Rounding = 1e-6;
    const double     exact    = 1. / axis.step;
    const double     ratio    = std::max(1., std::round(exact));
    const double     misfit   = std::abs(exact - ratio);
    if (!(axis.step > 0.) || misfit > 0.01)
    {
      return std::nullopt;
    }
    // Coarse pixels from `first` to before `last` lie in the fine image, to half a fine pixel.
    const auto   first = std::max(0L, static_cast<long>(std::ceil(axis.first - axis.step - Rounding)));
    const auto   last  = std::min(axis.size, static_cast<long>(std::floor(axis.first + axis.step * static_cast<double>(fineSize) + Rounding)));
    const double most  = std::min(static_cast<double>(std::min(mostFine, fineSize)) / ratio, 0.5 / std::max(misfit, Rounding));
    AlignedCells cells;
    cells.ratio = static_cast<unsigned int>(ratio);
    cells.count = std::min(last - first, static_cast<long>(most));
    if (cells.count < 1)
    {
      return std::nullopt;
    }
    cells.coarse      = first + (last - first - cells.count) / 2;
    const double edge = (static_cast<double>(cells.coarse) - axis.first) / axis.step + 0.5;
    cells.fine        = std::clamp(std::lround(edge), 0L, fineSize - cells.count * static_cast<long>(cells.ratio));
    return cells;
  }
};
} // namespace otb

#endif
