// SPDX-License-Identifier: Apache-2.0
#include "otbMatchingBands.h"

#include <cmath>

namespace otb
{
namespace
{
/** Two bands of one sensor are not that near [nm], and no two products of it that far apart. */
constexpr double SameWavelength = 0.5;
} // namespace

std::vector<bool> FindOtherBands(std::size_t bands, const SpectralAxis& axis, const SpectralAxis& wanted)
{
  std::vector<bool> other(bands, axis.size() == bands);
  std::size_t       next = 0;
  for (std::size_t band = 0; band < axis.size() && next < wanted.size(); ++band)
  {
    if (std::abs(axis.wavelengths[band] - wanted.wavelengths[next]) <= SameWavelength)
    {
      other[band] = false;
      ++next;
    }
  }
  if (next < wanted.size())
  {
    other.assign(bands, false);
  }
  return other;
}
} // namespace otb
