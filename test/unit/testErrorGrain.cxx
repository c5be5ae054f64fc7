// SPDX-License-Identifier: Apache-2.0

// The gain of errors from what a coarse sensor sees to sharp pixels: closed forms at both ends, and errors of known grain that are seen through a blur.

#include "../testModels.h"
#include "otbErrorGrain.h"
#include "otbSensorLines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace
{
using otb::ErrorGrain;
using otb::RefinementBlock;
using otb::RefinementSample;
using otb::SpectraMatrix;

constexpr long         Size = 160, Ratio = 4, Coarse = Size / Ratio;
constexpr unsigned int Bands = 8;

/** Errors that are correlated by exp(-1 / grain) from pixel to pixel along rows and columns, in an image that a sensor sees. */
struct Errors
{
  SpectraMatrix    sharp = SpectraMatrix(Size * Size, Bands);
  RefinementSample sample;

  explicit Errors(double grain, double width = 3.)
  {
    std::mt19937                    generator(3);
    std::normal_distribution<float> normal;
    std::generate_n(sharp.data(), sharp.size(), [&] { return normal(generator); });
    const auto alike = static_cast<float>(std::exp(-1. / grain)), fresh = std::sqrt(1.f - alike * alike);
    for (long y = 0; y < Size; ++y)
    {
      for (long x = 1; x < Size; ++x)
      {
        sharp.row(y * Size + x) = alike * sharp.row(y * Size + x - 1) + fresh * sharp.row(y * Size + x);
      }
    }
    for (long pixel = Size; pixel < Size * Size; ++pixel)
    {
      sharp.row(pixel) = alike * sharp.row(pixel - Size) + fresh * sharp.row(pixel);
    }
    sample.rows = sample.columns = {0.5 / Ratio - 0.5, 1. / Ratio, Coarse};
    sample.blur                  = otb::SensorBlur::Gaussian(Ratio, Ratio, width, width, 0., 0.);
    const otb::SensorOperator sensor(sample.blur, sample.rows, sample.columns, Size, Size);
    RefinementBlock           block;
    block.fine        = {0, 0, Size, Size};
    block.coarse      = otb::SensorLines::GetCoarse(sensor, block.fine);
    block.innovations = SpectraMatrix::Zero(block.coarse.rows * block.coarse.columns, Bands);
    otb::SensorLines(sensor, block.fine, Bands, block.innovations.data()).Add(sharp.data(), Size);
    block.usable.assign(static_cast<std::size_t>(block.innovations.rows()), 1);
    sample.blocks.push_back(block);
  }

  double SharpOverCoarse() const
  {
    return std::sqrt(static_cast<double>(sharp.array().square().mean()) / static_cast<double>(sample.blocks[0].innovations.array().square().mean()));
  }

  double Expected(double noise = 0.) const
  {
    const auto correlation = ErrorGrain::FindCorrelation(sample, noise);
    return ErrorGrain::FindGain(correlation.value().value, sample.blur.GetWidthRow(), sample.blur.GetWidthColumn(), Ratio, Ratio);
  }
};

TEST(ErrorGrain, ErrorsOfCoarserGrainAreNotMadeSmaller)
{
  EXPECT_NEAR(ErrorGrain::FindGain(1., 2., 2., 4., 4.), 1., 0.03);
  double last = 1e9;
  for (const double correlation : {-1., 0.4, 0.6, 0.8, 0.95})
  {
    const double gain = ErrorGrain::FindGain(correlation, 2., 3., 4., 4.);
    EXPECT_LE(gain, last);
    EXPECT_GE(gain, 1.);
    last = gain;
  }
}

TEST(ErrorGrain, OfTheFinestGrainIsTheClosedForm)
{
  // For a blur much wider than the grain of one pixel its convolution with itself is level: g^2 = 4 pi s^2 / sum exp(-d).
  double sum = 0.;
  for (long y = -30; y <= 30; ++y)
  {
    for (long x = -30; x <= 30; ++x)
    {
      sum += std::exp(-std::hypot(static_cast<double>(x), static_cast<double>(y)));
    }
  }
  EXPECT_NEAR(ErrorGrain::FindGain(-1., 12., 12., 20., 20.), std::sqrt(4. * std::acos(-1.) * 144. / sum), 0.2);
}

TEST(ErrorGrain, IsFoundFromWhatTheSensorSees)
{
  for (const double width : {1.5, 3.})
  {
    for (const double grain : {2., 4., 8.})
    {
      const Errors errors(grain, width);
      EXPECT_NEAR(errors.Expected() / errors.SharpOverCoarse(), 1., 0.3) << "grain of " << grain << ", width " << width;
    }
  }
}

TEST(ErrorGrain, NoiseOfTheSensorIsNoGrain)
{
  Errors                          errors(4.);
  const double                    expected = errors.Expected();
  std::mt19937                    generator(9);
  std::normal_distribution<float> normal(0.f, 0.3f);
  SpectraMatrix&                  innovations = errors.sample.blocks[0].innovations;
  std::for_each(innovations.data(), innovations.data() + innovations.size(), [&](float& value) { value += normal(generator); });
  EXPECT_NEAR(errors.Expected(0.09), expected, 0.15 * expected);
  EXPECT_FALSE(ErrorGrain::FindCorrelation(errors.sample, 100.).has_value());
}

TEST(ErrorGrain, NoBlurIsNarrowerThanAPixel)
{
  const double gain = ErrorGrain::FindGain(0.5, 0., 5., 4., 4.);
  EXPECT_TRUE(std::isfinite(gain));
  EXPECT_EQ(gain, ErrorGrain::FindGain(0.5, 0.1, 5., 4., 4.));
}

TEST(ErrorGrain, PixelsThatAreNotUsableDoNotCount)
{
  Errors           errors(4.);
  RefinementBlock& block = errors.sample.blocks[0];
  const double     whole = errors.Expected();
  for (long pixel = 0; pixel < block.coarse.columns * 5; ++pixel)
  {
    block.usable[static_cast<std::size_t>(pixel)] = 0;
    block.innovations.row(pixel).setConstant(1e3f);
  }
  EXPECT_NEAR(errors.Expected(), whole, 0.1 * whole);
  std::fill(block.usable.begin() + 1, block.usable.end(), 0);
  EXPECT_FALSE(ErrorGrain::FindCorrelation(errors.sample, 0.).has_value());
}
} // namespace
