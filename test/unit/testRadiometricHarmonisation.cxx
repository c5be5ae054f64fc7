// SPDX-License-Identifier: Apache-2.0
#include "otbRadiometricHarmonisation.h"

#include <gtest/gtest.h>

namespace
{
using otb::RadiometricFit;

TEST(RadiometricHarmonisation, IsAppliedBandByBand)
{
  std::vector<float> pixels = {1.f, 2.f, -3.f, 0.5f};
  otb::RadiometricHarmonisation().Apply(pixels.data(), 2);
  EXPECT_EQ(pixels, (std::vector<float>{1.f, 2.f, -3.f, 0.5f}));
  otb::RadiometricHarmonisation{{2., 0.5}, {1., -0.25}}.Apply(pixels.data(), 2);
  EXPECT_EQ(pixels, (std::vector<float>{3.f, 0.75f, -5.f, 0.f}));
}

TEST(RadiometricHarmonisation, IsOfAllBandsWhereOneNeedsIt)
{
  RadiometricFit fit;
  EXPECT_TRUE(fit.GetHarmonisation().IsIdentity());
  fit.bands.resize(2);
  fit.bands[0] = {1.001, 0.002, 0.003, 0.01, 0.99};
  fit.bands[1] = {0.998, 0., 0.01, 0.01, 0.99};
  EXPECT_FALSE(fit.bands[1].IsNeeded());
  EXPECT_TRUE(fit.GetHarmonisation().IsIdentity());
  fit.bands[1].change = 0.011;
  EXPECT_TRUE(fit.bands[1].IsNeeded());
  EXPECT_EQ(fit.GetHarmonisation().gains, (std::vector<double>{1.001, 0.998}));
  EXPECT_EQ(fit.GetHarmonisation().offsets, (std::vector<double>{0.002, 0.}));
}
} // namespace
