// SPDX-License-Identifier: Apache-2.0
#ifndef otbQuantile_h
#define otbQuantile_h

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace otb
{
/** The quantile of some numbers for a share from 0 (the least) to 1 (the greatest): the one that is nearest to the place, always one of the numbers.
 * \param values at least one and no NaN; left in another order */
template <class T>
T NearestQuantile(std::vector<T>& values, double share)
{
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/** The quantile between two neighbouring numbers, linearly, as numpy.quantile() has it: what a small change of the share changes little.
 * \param values at least one and no NaN; left in another order */
template <class T>
double InterpolatedQuantile(std::vector<T>& values, double share)
{
  const double position = share * static_cast<double>(values.size() - 1);
  const auto   lower    = values.begin() + static_cast<std::ptrdiff_t>(position);
  std::nth_element(values.begin(), lower, values.end());
  const double low  = *lower;
  const double high = lower + 1 == values.end() ? low : *std::min_element(lower + 1, values.end());
  return low + (high - low) * (position - std::floor(position));
}

/** The same of sorted numbers, when many quantiles of them are wanted. */
template <class Iterator>
double InterpolatedQuantileOfSorted(Iterator first, Iterator last, double share)
{
  const double position = share * static_cast<double>(last - first - 1);
  const auto   lower    = first + static_cast<std::ptrdiff_t>(position);
  const double low      = *lower;
  const double high     = lower + 1 == last ? low : *(lower + 1);
  return low + (high - low) * (position - std::floor(position));
}
} // namespace otb

#endif
