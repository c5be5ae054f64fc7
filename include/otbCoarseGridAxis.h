// SPDX-License-Identifier: Apache-2.0
#ifndef otbCoarseGridAxis_h
#define otbCoarseGridAxis_h

#include <algorithm>
#include <cmath>

namespace otb
{
/** Fine pixels [first, last) under a coarse one, which spans [from, to) in fine coordinates, fine pixel x covering [x - 1/2, x + 1/2). */
struct CoarseGridSpan
{
  long   first = 0;
  long   last  = 0;
  double from  = 0.;
  double to    = 0.;

  /** The share of the coarse pixel that fine pixel x covers. */
  double Weight(long x) const
  {
    const double middle = static_cast<double>(x);
    return std::max(0., std::min(to, middle + 0.5) - std::max(from, middle - 0.5)) / (to - from);
  }
};

/** How a fine and a coarse grid lie along one axis, for any ratio, offset and direction: the coarse coordinate of the centre of fine pixel x is
 * first + step x, coarse pixel i covering [i, i + 1). Plain arithmetic, which knows nothing of images. */
struct CoarseGridAxis
{
  double first = 0.5;
  double step  = 1.; // not zero; negative where the grids run against each other
  long   size  = 0;  // coarse pixels

  /** The coarse pixel that holds the centre of a fine one, or -1. */
  long Cell(long fine) const
  {
    const auto cell = static_cast<long>(std::floor(first + step * static_cast<double>(fine)));
    return cell >= 0 && cell < size ? cell : -1;
  }

  /** The fine pixels, of `count` in all, under a coarse one. */
  CoarseGridSpan Footprint(long cell, long count) const
  {
    const double   one   = (static_cast<double>(cell) - first) / step;
    const double   other = (static_cast<double>(cell + 1) - first) / step;
    CoarseGridSpan span;
    span.from  = std::min(one, other);
    span.to    = std::max(one, other);
    span.first = std::clamp(static_cast<long>(std::floor(span.from + 0.5)), 0L, count);
    span.last  = std::clamp(static_cast<long>(std::ceil(span.to + 0.5)), 0L, count);
    return span;
  }

  /** The fine coordinate of a coarse pixel's centre; 0 is the centre of fine pixel 0. */
  double Centre(long cell) const
  {
    return (static_cast<double>(cell) + 0.5 - first) / step;
  }

  /** Fine pixels across a coarse one, any positive number. */
  double Ratio() const
  {
    return 1. / std::abs(step);
  }
};
} // namespace otb

#endif
