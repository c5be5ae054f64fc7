// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNoise.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
SpectralNoise::Block SpectralNoise::Philox(Block counter, std::array<std::uint32_t, 2> key)
{
  for (int round = 0; round < 10; ++round)
  {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter                      = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
                                    static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

void SpectralNoise::Sample(std::uint32_t column, std::uint32_t row, std::size_t bands, float* samples) const
{
  constexpr double Unit  = 1. / 4294967296.; // 2^-32
  constexpr double TwoPi = 6.28318530717958647692;
  for (std::size_t band = 0; band < bands; band += 4)
  {
    const Block          words = Philox({static_cast<std::uint32_t>(band / 4), column, row, 0u}, m_Key);
    std::array<float, 4> normal;
    for (std::size_t pair = 0; pair < 4; pair += 2)
    {
      // The first number is in (0, 1], where the logarithm is finite.
      const double radius = std::sqrt(-2 * std::log((words[pair] + 1.) * Unit));
      const double angle  = TwoPi * Unit * words[pair + 1];
      normal[pair]        = static_cast<float>(radius * std::cos(angle));
      normal[pair + 1]    = static_cast<float>(radius * std::sin(angle));
    }
    std::copy_n(normal.begin(), std::min<std::size_t>(4, bands - band), samples + band);
  }
}

std::vector<double> SpectralNoise::StandardDeviations(const std::vector<double>& meanSquares, double snr)
{
  if (!std::isfinite(snr))
  {
    throw std::invalid_argument("snr: found " + std::to_string(snr) + ", expected a finite number of dB");
  }
  std::vector<double> deviations(meanSquares.size());
  std::transform(meanSquares.begin(), meanSquares.end(), deviations.begin(),
                 [snr](double meanSquare) { return std::sqrt(meanSquare * std::pow(10., -snr / 10)); });
  return deviations;
}
} // namespace otb
