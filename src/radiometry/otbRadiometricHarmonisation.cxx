// SPDX-License-Identifier: Apache-2.0
#include "otbRadiometricHarmonisation.h"

#include <algorithm>
#include <functional>

namespace otb
{
RadiometricHarmonisation RadiometricFit::GetHarmonisation() const
{
  RadiometricHarmonisation harmonisation;
  if (std::any_of(bands.begin(), bands.end(), std::mem_fn(&Band::IsNeeded)))
  {
    for (const Band& band : bands)
    {
      harmonisation.gains.push_back(band.gain);
      harmonisation.offsets.push_back(band.offset);
    }
  }
  return harmonisation;
}
} // namespace otb
