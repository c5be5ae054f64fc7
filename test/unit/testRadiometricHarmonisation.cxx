// SPDX-License-Identifier: Apache-2.0

// Images whose gains and offsets are known, as pairs of coarse pixels: what the two sensors' values are is written down, then disturbed.

#include "otbRadiometricHarmonisation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>

namespace
{
using otb::RadiometricFit;
using otb::SpectralSample;

constexpr int Bands = 3;
using Pixel         = std::array<double, Bands>;

const Pixel Gains   = {0.7, 1.05, 1.3};
const Pixel Offsets = {0.1, -0.2, 0.03};

TEST(RadiometricHarmonisation, IsAppliedBandByBand)
{
  std::vector<float> pixels = {1.f, 2.f, -3.f, 0.5f};
  otb::RadiometricHarmonisation().Apply(pixels.data(), 2);
  EXPECT_EQ(pixels, (std::vector<float>{1.f, 2.f, -3.f, 0.5f}));
  otb::RadiometricHarmonisation{{2., 0.5}, {1., -0.25}}.Apply(pixels.data(), 2);
  EXPECT_EQ(pixels, (std::vector<float>{3.f, 0.75f, -5.f, 0.f}));
}

/** Fields of some pixels across with sharp edges, as land has, in reflectance. */
struct Scene
{
  int                size;
  std::vector<Pixel> pixels;

  explicit Scene(int pixelsAcross, unsigned int seed = 1) : size(pixelsAcross), pixels(static_cast<std::size_t>(pixelsAcross * pixelsAcross), Pixel{})
  {
    std::mt19937                           random(seed);
    std::uniform_real_distribution<double> value(0.05, 0.5);
    std::uniform_int_distribution<int>     place(0, size - 1), side(2, 6);
    for (int field = 0; field < size * size / 4; ++field)
    {
      const int left = place(random), top = place(random), right = left + side(random), bottom = top + side(random);
      Pixel     colour;
      for (double& band : colour)
      {
        band = value(random);
      }
      for (int y = top; y < std::min(bottom, size); ++y)
      {
        for (int x = left; x < std::min(right, size); ++x)
        {
          pixels[static_cast<std::size_t>(y * size + x)] = colour;
        }
      }
    }
  }

  double At(int x, int y, int band) const
  {
    const int inX = std::clamp(x, 0, size - 1), inY = std::clamp(y, 0, size - 1);
    return pixels[static_cast<std::size_t>(inY * size + inX)][static_cast<std::size_t>(band)];
  }

  /** Seen through a Gaussian of that standard deviation whose centre is off by that much, cut at two pixels. */
  double Blurred(int x, int y, int band, double sigma, double right, double down) const
  {
    double sum = 0., weights = 0.;
    for (int dy = -2; dy <= 2; ++dy)
    {
      for (int dx = -2; dx <= 2; ++dx)
      {
        const double weight = std::exp(-(std::pow(dx - right, 2) + std::pow(dy - down, 2)) / (2 * sigma * sigma));
        sum += weight * At(x + dx, y + dy, band);
        weights += weight;
      }
    }
    return sum / weights;
  }
};

using Image = std::function<double(int x, int y, int band)>;

/** The pairs of two images over size x size pixels, in single precision as from files. */
SpectralSample Pairs(int size, const Image& multispectral, const Image& hyperspectral)
{
  SpectralSample pairs;
  pairs.spectra.resize(size * size, 2 * Bands);
  for (int y = 0; y < size; ++y)
  {
    for (int x = 0; x < size; ++x)
    {
      pairs.columns.push_back(static_cast<std::uint32_t>(x));
      pairs.rows.push_back(static_cast<std::uint32_t>(y));
      for (int band = 0; band < Bands; ++band)
      {
        pairs.spectra(y * size + x, band)         = static_cast<float>(multispectral(x, y, band));
        pairs.spectra(y * size + x, Bands + band) = static_cast<float>(hyperspectral(x, y, band));
      }
    }
  }
  return pairs;
}

/** What the multispectral sensor says where the hyperspectral one would say `value`. */
double Disturbed(double value, int band)
{
  const auto b = static_cast<std::size_t>(band);
  return (value - Offsets[b]) / Gains[b];
}

void ExpectGainsAndOffsets(const RadiometricFit& fit, double tolerance)
{
  ASSERT_EQ(fit.bands.size(), std::size_t{Bands});
  for (std::size_t band = 0; band < Bands; ++band)
  {
    EXPECT_NEAR(fit.bands[band].gain, Gains[band], tolerance * Gains[band]) << "band " << band;
    // Offsets where the image has its values, not where none is.
    const double middle = Disturbed(0.27, static_cast<int>(band));
    EXPECT_NEAR(fit.bands[band].gain * middle + fit.bands[band].offset, 0.27, tolerance * 0.27) << "band " << band;
  }
}

TEST(RadiometricHarmonisation, FindsGainsAndOffsetsOfImagesThatDifferByNothingElse)
{
  const Scene scene(20);
  const auto  fit = RadiometricFit::Of(Pairs(
       20, [&](int x, int y, int b) { return Disturbed(scene.At(x, y, b), b); }, [&](int x, int y, int b) { return scene.At(x, y, b); }));
  ExpectGainsAndOffsets(fit, 1e-5);
  EXPECT_FALSE(fit.quantiles);
  EXPECT_EQ(fit.pixels, 400u);
  EXPECT_EQ(fit.window, 5u);
  const auto harmonisation = fit.GetHarmonisation();
  ASSERT_EQ(harmonisation.gains.size(), std::size_t{Bands});
  EXPECT_EQ(harmonisation.gains[1], fit.bands[1].gain);
}

TEST(RadiometricHarmonisation, IsNotMovedByBlurNorByMisregistration)
{
  const Scene scene(40);
  for (const double sigma : {0.3, 0.9})
  {
    for (const double shift : {0., 0.4, 1.})
    {
      const auto fit = RadiometricFit::Of(Pairs(
          40, [&](int x, int y, int b) { return Disturbed(scene.At(x, y, b), b); },
          [&](int x, int y, int b) { return scene.Blurred(x, y, b, sigma, shift, -shift); }));
      SCOPED_TRACE("sigma " + std::to_string(sigma) + ", shift " + std::to_string(shift));
      ExpectGainsAndOffsets(fit, 1e-3);
      EXPECT_FALSE(fit.quantiles);
    }
  }
}

TEST(RadiometricHarmonisation, IsNotMovedByCloudsInEitherImage)
{
  const Scene scene(24);
  // 25 of 576 pixels: one bank of clouds.
  const auto cloudy  = [](int x, int y) { return x >= 14 && x < 19 && y >= 3 && y < 8; };
  const auto blurred = [&](int x, int y, int b) { return scene.Blurred(x, y, b, 0.8, 0.3, 0.); };
  const auto above   = RadiometricFit::Of(Pairs(
        24, [&](int x, int y, int b) { return cloudy(x, y) ? 1.1 : Disturbed(scene.At(x, y, b), b); }, blurred));
  ExpectGainsAndOffsets(above, 0.01);
  const auto below = RadiometricFit::Of(Pairs(
      24, [&](int x, int y, int b) { return Disturbed(scene.At(x, y, b), b); }, [&](int x, int y, int b) { return cloudy(x, y) ? 0.9 : blurred(x, y, b); }));
  ExpectGainsAndOffsets(below, 0.01);
}

TEST(RadiometricHarmonisation, TakesSmallerWindowsWherePixelsAreFew)
{
  for (const auto& expected : std::vector<std::pair<int, unsigned int>>{{20, 5}, {19, 3}, {7, 3}, {6, 1}, {4, 1}})
  {
    const Scene scene(expected.first);
    const auto  fit = RadiometricFit::Of(Pairs(
         expected.first, [&](int x, int y, int b) { return Disturbed(scene.At(x, y, b), b); }, [&](int x, int y, int b) { return scene.At(x, y, b); }));
    EXPECT_EQ(fit.window, expected.second) << expected.first;
    ExpectGainsAndOffsets(fit, 1e-4);
  }
}

TEST(RadiometricHarmonisation, MatchesQuantilesWhereImagesAreFarOff)
{
  const Scene scene(40);
  // The same ground, mirrored: the values are those of the other image, at other places.
  const auto fit = RadiometricFit::Of(Pairs(
      40, [&](int x, int y, int b) { return Disturbed(scene.At(39 - x, y, b), b); }, [&](int x, int y, int b) { return scene.At(x, y, b); }));
  EXPECT_TRUE(fit.quantiles);
  ExpectGainsAndOffsets(fit, 1e-4);
}

TEST(RadiometricHarmonisation, LeavesImagesThatItWouldChangeByLessThanTheirNoise)
{
  const Scene                      scene(40);
  std::mt19937                     random(3);
  std::normal_distribution<double> noise(0., 0.01);
  // Of the three bands only the last differs by more than 0.01.
  const auto fit = RadiometricFit::Of(Pairs(
      40, [&](int x, int y, int b) { return b == 2 ? 1.1 * scene.At(x, y, b) : scene.At(x, y, b) + 0.002 * b; },
      [&](int x, int y, int b) { return scene.At(x, y, b) + noise(random); }));
  ASSERT_EQ(fit.bands.size(), std::size_t{Bands});
  for (const auto& band : fit.bands)
  {
    EXPECT_NEAR(band.noise, 0.01, 0.001);
    EXPECT_GT(band.explained, 0.98);
  }
  EXPECT_NEAR(fit.bands[2].change, 0.1 * 0.3, 0.01); // 0.3: about the root mean square of the scene
  EXPECT_FALSE(fit.bands[0].IsNeeded());
  EXPECT_FALSE(fit.bands[1].IsNeeded());
  EXPECT_TRUE(fit.bands[2].IsNeeded());
  // One band that needs it tells of two calibrations.
  const auto harmonisation = fit.GetHarmonisation();
  ASSERT_EQ(harmonisation.gains.size(), std::size_t{Bands});
  EXPECT_EQ(harmonisation.gains[0], fit.bands[0].gain);
  EXPECT_NEAR(harmonisation.gains[0], 1., 0.01);
  EXPECT_NEAR(harmonisation.gains[2], 1. / 1.1, 0.01);

  const auto same = RadiometricFit::Of(Pairs(
      40, [&](int x, int y, int b) { return scene.At(x, y, b); }, [&](int x, int y, int b) { return scene.At(x, y, b) + noise(random); }));
  EXPECT_TRUE(same.GetHarmonisation().IsIdentity());
}

TEST(RadiometricHarmonisation, LeavesABandWithoutContrast)
{
  const Scene scene(20);
  const auto  fit = RadiometricFit::Of(Pairs(
       20, [&](int x, int y, int b) { return b == 1 ? 0.3 : Disturbed(scene.At(x, y, b), b); }, [&](int x, int y, int b) { return scene.At(x, y, b); }));
  ASSERT_EQ(fit.bands.size(), std::size_t{Bands});
  EXPECT_NEAR(fit.bands[0].gain, Gains[0], 1e-4);
  EXPECT_EQ(fit.bands[1].gain, 1.);
  EXPECT_FALSE(fit.bands[1].IsNeeded());
  EXPECT_NEAR(fit.bands[2].gain, Gains[2], 1e-4);
}

TEST(RadiometricHarmonisation, SaysNothingOfTooFewPixelsOrNoContrast)
{
  const auto constant = [](int, int, int) { return 0.25; };
  const auto flat     = RadiometricFit::Of(Pairs(20, constant, constant));
  EXPECT_TRUE(flat.bands.empty());
  EXPECT_TRUE(flat.GetHarmonisation().IsIdentity());
  const Scene scene(3);
  const auto  truth = [&](int x, int y, int b) { return scene.At(x, y, b); };
  const auto  few   = RadiometricFit::Of(Pairs(3, truth, truth));
  EXPECT_EQ(few.pixels, 9u);
  EXPECT_TRUE(few.bands.empty());
}

TEST(RadiometricHarmonisation, RefusesPairsOfUnequalImages)
{
  SpectralSample pairs;
  pairs.spectra.resize(20, 3);
  EXPECT_THROW(RadiometricFit::Of(pairs), std::invalid_argument);
}
} // namespace
