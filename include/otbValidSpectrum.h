// SPDX-License-Identifier: Apache-2.0
#ifndef otbValidSpectrum_h
#define otbValidSpectrum_h

#include <cmath>
#include <cstddef>

namespace otb
{
/** Whether a pixel carries a measurement: all its bands are finite and not all of them equal `noData` (NaN: no such value). */
inline bool IsValidSpectrum(const float* spectrum, std::size_t bands, float noData)
{
  bool finite = true;
  bool empty  = true;
  for (std::size_t band = 0; band < bands; ++band)
  {
    finite = finite && std::isfinite(spectrum[band]);
    empty  = empty && spectrum[band] == noData;
  }
  return finite && !empty;
}
} // namespace otb

#endif
