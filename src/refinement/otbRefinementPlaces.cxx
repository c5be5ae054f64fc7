// SPDX-License-Identifier: Apache-2.0
#include "otbRefinementPlaces.h"
#include "otbPlaceHash.h"
#include "otbSensorLines.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace otb
{
namespace
{
/** Fine lines along one axis that coarse lines inside of the fine image see: [begin, end), and how many these are. */
struct Shared
{
  long begin = 0, end = 0, coarse = 0;

  explicit Shared(const SensorOperator::Axis& axis)
  {
    for (long line = 0; line < axis.size; ++line)
    {
      if (axis.inside[static_cast<std::size_t>(line)] != 0)
      {
        const long first = axis.first[static_cast<std::size_t>(line)], last = first + static_cast<long>(axis.taps);
        begin = coarse == 0 ? first : std::min(begin, first);
        end   = coarse == 0 ? last : std::max(end, last);
        ++coarse;
      }
    }
  }

  long size() const
  {
    return end - begin;
  }
};

/** Pixels along a side: enough coarse ones that those at the border, which see beyond it, are few, and not so many that a scene is seen in few places. */
long Side(double ratio)
{
  return std::clamp(std::lround(32. * ratio), 128L, 384L);
}
} // namespace

std::size_t RefinementPlaces::GetMaximumPixels(const CoarseGridAxis& rows, const CoarseGridAxis& columns)
{
  // Twice as many where coarse pixels are large, and so few.
  const double ratio = std::sqrt(rows.Ratio() * columns.Ratio());
  return static_cast<std::size_t>(static_cast<double>(MaximumPixels) * std::clamp(ratio / 8., 1., 2.));
}

std::vector<SpectralRefinement::Region> RefinementPlaces::Of(const SensorOperator& sensor, const CoarseGridAxis& rows, const CoarseGridAxis& columns,
                                                             std::uint64_t seed)
{
  using Region = SpectralRefinement::Region;
  const Shared down(sensor.GetRows()), across(sensor.GetColumns());
  if (down.coarse == 0 || across.coarse == 0)
  {
    return {};
  }
  if (static_cast<std::size_t>(down.size() * across.size()) <= GetMaximumPixels(rows, columns) &&
      static_cast<std::size_t>(down.coarse * across.coarse) <= MaximumCoarsePixels)
  {
    return {{down.begin, across.begin, down.size(), across.size()}};
  }
  const long                                    height = std::min(down.size(), Side(rows.Ratio())), width = std::min(across.size(), Side(columns.Ratio()));
  std::vector<std::pair<std::uint64_t, Region>> cells;
  for (long top = down.begin; top + height <= down.end; top += height)
  {
    for (long left = across.begin; left + width <= across.end; left += width)
    {
      const Region cell   = {top, left, height, width};
      const Region coarse = SensorLines::GetCoarse(sensor, cell);
      if (!coarse.IsEmpty())
      {
        cells.emplace_back(HashOfPlace(seed, static_cast<std::uint64_t>(top), static_cast<std::uint64_t>(left)), cell);
      }
    }
  }
  std::stable_sort(cells.begin(), cells.end(), [](const auto& one, const auto& other) { return one.first < other.first; });
  std::vector<Region> places;
  for (const auto& cell : cells)
  {
    places.push_back(cell.second);
  }
  return places;
}
} // namespace otb
