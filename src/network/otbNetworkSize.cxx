// SPDX-License-Identifier: Apache-2.0
#include "otbNetworkSize.h"
#include "otbPhysicalMemory.h"
#include "otbSettingVisitor.h"
#include "otbSpectralNetwork.h"

#include <algorithm>

namespace otb
{
namespace
{
// Of each weight training keeps the value, its two moments, its sum and up to 16 gradients.
constexpr double BytesPerWeight = 3 * sizeof(float) + sizeof(double) + 16 * sizeof(float);
} // namespace

void CheckNetworkSize(const std::string& key, std::uint64_t width, const std::function<double(double)>& parameters, const std::string& with)
{
  const auto fits = [&](std::uint64_t number) { return parameters(static_cast<double>(number)) <= static_cast<double>(SpectralNetwork::MaximumParameters); };
  if (!fits(width))
  {
    // By bisection: `low` fits, `high` does not.
    std::uint64_t low = 0, high = width;
    while (high - low > 1)
    {
      const std::uint64_t middle  = low + (high - low) / 2;
      (fits(middle) ? low : high) = middle;
    }
    throw SettingError(key, std::to_string(width), "at most " + std::to_string(std::max<std::uint64_t>(low, 1)) + " for " + with);
  }
  CheckFitsMemory(key + ": found " + std::to_string(width), parameters(static_cast<double>(width)) * BytesPerWeight);
}
} // namespace otb
