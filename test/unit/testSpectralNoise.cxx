// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNoise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

using otb::SpectralNoise;

TEST(SpectralNoise, PhiloxKnownAnswers)
{
  // The known answers that Random123, the generator's reference implementation, is tested with.
  EXPECT_EQ(SpectralNoise::Philox({0, 0, 0, 0}, {0, 0}), (SpectralNoise::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t f = 0xffffffff;
  EXPECT_EQ(SpectralNoise::Philox({f, f, f, f}, {f, f}), (SpectralNoise::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(SpectralNoise::Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (SpectralNoise::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(SpectralNoise, IsWhiteAndNormal)
{
  constexpr std::size_t bands = 6;
  constexpr int         side  = 200;
  const SpectralNoise   noise(12345);
  double                sum[bands] = {}, squares[bands] = {}, fourths = 0., along = 0., across = 0.;
  float                 here[bands], right[bands];
  for (int row = 0; row < side; ++row)
  {
    for (int column = 0; column < side; ++column)
    {
      noise.Sample(column, row, bands, here);
      noise.Sample(column + 1, row, bands, right);
      for (std::size_t b = 0; b < bands; ++b)
      {
        sum[b] += here[b];
        squares[b] += here[b] * here[b];
        fourths += std::pow(here[b], 4);
        along += here[b] * right[b];
        across += here[b] * here[(b + 1) % bands];
      }
    }
  }
  const double n = side * side;
  for (std::size_t b = 0; b < bands; ++b)
  {
    // Five standard errors.
    EXPECT_NEAR(sum[b] / n, 0., 5 / std::sqrt(n));
    EXPECT_NEAR(squares[b] / n, 1., 5 * std::sqrt(2 / n));
  }
  EXPECT_NEAR(fourths / n / bands, 3., 5 * std::sqrt(96 / n / bands));
  EXPECT_NEAR(along / n / bands, 0., 5 / std::sqrt(n * bands));
  EXPECT_NEAR(across / n / bands, 0., 5 / std::sqrt(n * bands));
}

TEST(SpectralNoise, DependsOnSeedAndPlaceAlone)
{
  float all[7], few[3], other[7];
  SpectralNoise(1).Sample(10, 20, 7, all);
  SpectralNoise(1).Sample(10, 20, 3, few);
  EXPECT_TRUE(std::equal(few, few + 3, all)); // the number of bands does not matter
  for (const auto& [seed, column, row] : {std::tuple<std::uint64_t, int, int>{2, 10, 20}, {1, 20, 10}, {1, 11, 20}, {(std::uint64_t{1} << 32) + 1, 10, 20}})
  {
    SpectralNoise(seed).Sample(column, row, 7, other);
    for (int b = 0; b < 7; ++b)
    {
      EXPECT_NE(all[b], other[b]);
    }
  }
}

TEST(SpectralNoise, StandardDeviationsOfAnSnr)
{
  const auto deviations = SpectralNoise::StandardDeviations({4., 0.25, 0.}, 20.);
  EXPECT_NEAR(deviations[0], 0.2, 1e-15);
  EXPECT_NEAR(deviations[1], 0.05, 1e-15);
  EXPECT_EQ(deviations[2], 0.);
  EXPECT_THROW(SpectralNoise::StandardDeviations({1.}, std::numeric_limits<double>::infinity()), std::invalid_argument);
}
