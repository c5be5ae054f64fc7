// SPDX-License-Identifier: Apache-2.0
#include "otbColourRamp.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

namespace otb
{
std::string ColourRamp::GetName(std::size_t stop)
{
  const Colour& colour = Stops.at(stop);
  char          name[8];
  std::snprintf(name, sizeof(name), "#%02x%02x%02x", static_cast<unsigned int>(colour[0]) & 255u, static_cast<unsigned int>(colour[1]) & 255u,
                static_cast<unsigned int>(colour[2]) & 255u);
  return name;
}

Quicklook ColourRamp::Paint(const Quicklook& quantity, const Quicklook::Stretch& stretch)
{
  if (quantity.bands != 1)
  {
    throw std::invalid_argument("colour ramp: found " + std::to_string(quantity.bands) + " bands, expected 1");
  }
  Quicklook picture{quantity.columns, quantity.rows, 3, {}};
  picture.values.reserve(3 * quantity.values.size());
  for (const float value : quantity.values)
  {
    if (!std::isfinite(value))
    {
      picture.values.insert(picture.values.end(), 3, std::numeric_limits<float>::quiet_NaN());
      continue;
    }
    const float share = std::clamp((value - stretch.low) / (stretch.high - stretch.low), 0.f, 1.f) * static_cast<float>(Stops.size() - 1);
    const auto  stop  = std::min(static_cast<std::size_t>(share), Stops.size() - 2);
    const float along = share - static_cast<float>(stop);
    for (std::size_t band = 0; band < 3; ++band)
    {
      picture.values.push_back(((1.f - along) * static_cast<float>(Stops[stop][band]) + along * static_cast<float>(Stops[stop + 1][band])) / 255.f);
    }
  }
  return picture;
}
} // namespace otb
