// SPDX-License-Identifier: Apache-2.0

// Scenes with edges and texture whose coarse images are made by known kernels; what is found must be these.

#include "otbPointSpreadFunction.h"
#include "otbSensorBlurEstimate.h"
#include "otbSensorOperator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace
{
using otb::CoarseGridAxis;
using otb::SensorBlur;
using otb::SensorBlurEstimate;
using otb::SensorBlurPatch;
using otb::SensorBlurSample;
using otb::SensorOperator;

constexpr unsigned int Bands     = 3;
const double           Gains[]   = {0.7, 1.05, 1.3};
const double           Offsets[] = {0.1, -0.2, 0.03};

/** Fields of some sharp pixels across with sharp edges and a texture, one plane after the other. */
std::vector<float> MakeScene(long rows, long columns, unsigned int seed = 1)
{
  std::mt19937                          random(seed);
  std::uniform_real_distribution<float> value(0.05f, 0.5f);
  std::normal_distribution<float>       texture(0.f, 0.02f);
  std::uniform_int_distribution<long>   row(0, rows - 1), column(0, columns - 1), side(3, 18);
  const auto                            size = static_cast<std::size_t>(rows * columns);
  std::vector<float>                    scene(Bands * size, 0.2f);
  for (long field = 0; field < rows * columns / 30; ++field)
  {
    const long top = row(random), left = column(random), bottom = std::min(rows, top + side(random)), right = std::min(columns, left + side(random));
    for (unsigned int band = 0; band < Bands; ++band)
    {
      const float colour = value(random);
      for (long y = top; y < bottom; ++y)
      {
        std::fill_n(scene.begin() + static_cast<long>(band * size) + y * columns + left, right - left, colour);
      }
    }
  }
  for (float& pixel : scene)
  {
    pixel += texture(random);
  }
  return scene;
}

struct Grids
{
  CoarseGridAxis rows, columns;
  long           fineRows, fineColumns;
};

Grids WholeGrids(double rowRatio, double columnRatio, long coarse)
{
  return {{0.5 / rowRatio, 1. / rowRatio, coarse},
          {0.5 / columnRatio, 1. / columnRatio, coarse},
          std::lround(rowRatio * static_cast<double>(coarse)),
          std::lround(columnRatio * static_cast<double>(coarse))};
}

/** The weights of the kernel at each sharp pixel, summed directly; NaN where the image does not hold them all. `change` disturbs the values. */
SensorBlurSample Simulate(const Grids& grids, const std::function<double(double dy, double dx)>& kernel, double reach, double noise = 1e-3)
{
  std::mt19937                     random(7);
  std::normal_distribution<double> normal(0., noise);
  SensorBlurSample                 sample;
  SensorBlurPatch                  patch;
  sample.rows         = grids.rows;
  sample.columns      = grids.columns;
  sample.bands        = Bands;
  patch.coarseRows    = grids.rows.size;
  patch.coarseColumns = grids.columns.size;
  patch.fineRows      = grids.fineRows;
  patch.fineColumns   = grids.fineColumns;
  patch.fine          = MakeScene(grids.fineRows, grids.fineColumns);
  const auto size     = static_cast<std::size_t>(grids.fineRows * grids.fineColumns);
  patch.coarse.assign(static_cast<std::size_t>(grids.rows.size * grids.columns.size) * Bands, std::numeric_limits<float>::quiet_NaN());
  for (long i = 0; i < grids.rows.size; ++i)
  {
    for (long j = 0; j < grids.columns.size; ++j)
    {
      const double cy = grids.rows.Centre(i), cx = grids.columns.Centre(j);
      const long   y0 = std::lround(std::floor(cy - reach)), y1 = std::lround(std::ceil(cy + reach)), x0 = std::lround(std::floor(cx - reach)),
                 x1 = std::lround(std::ceil(cx + reach));
      // At the edge the scene is continued by its outermost pixels.
      double sums[Bands] = {}, weights = 0.;
      for (long y = y0; y <= y1; ++y)
      {
        for (long x = x0; x <= x1; ++x)
        {
          const double weight = kernel(static_cast<double>(y) - cy, static_cast<double>(x) - cx);
          const auto   at     = static_cast<std::size_t>(std::clamp(y, 0L, grids.fineRows - 1) * grids.fineColumns + std::clamp(x, 0L, grids.fineColumns - 1));
          weights += weight;
          for (unsigned int band = 0; band < Bands; ++band)
          {
            sums[band] += weight * static_cast<double>(patch.fine[band * size + at]);
          }
        }
      }
      for (unsigned int band = 0; band < Bands; ++band)
      {
        patch.coarse[(band * static_cast<std::size_t>(grids.rows.size) + static_cast<std::size_t>(i)) * static_cast<std::size_t>(grids.columns.size) +
                     static_cast<std::size_t>(j)] = static_cast<float>(Gains[band] * sums[band] / weights + Offsets[band] + normal(random));
      }
    }
  }
  sample.patches.push_back(std::move(patch));
  return sample;
}

SensorBlurSample Simulate(const Grids& grids, const SensorBlur& blur, double noise = 1e-3)
{
  const double reach = std::max({-blur.top, -blur.left, blur.top + static_cast<double>(blur.knots.rows()), blur.left + static_cast<double>(blur.knots.cols())});
  return Simulate(
      grids, [&blur](double dy, double dx) { return blur.At(dy, dx); }, reach, noise);
}

SensorBlur Published(const std::string& shape, unsigned int ratio)
{
  const auto kernel = otb::PointSpreadFunction::FromShape(shape, 1.7, 5).GetDecimationKernel(ratio);
  SensorBlur blur;
  blur.knots = kernel;
  blur.top   = -static_cast<double>(kernel.rows() - 1) / 2.;
  blur.left  = -static_cast<double>(kernel.cols() - 1) / 2.;
  return blur;
}

void ExpectGains(const SensorBlurEstimate& estimate, double tolerance)
{
  ASSERT_EQ(estimate.radiometry.bands.size(), std::size_t{Bands});
  for (unsigned int band = 0; band < Bands; ++band)
  {
    const auto& found = estimate.radiometry.bands[band];
    EXPECT_NEAR(found.gain, Gains[band], tolerance * Gains[band]) << "band " << band;
    EXPECT_NEAR(found.gain * 0.27 + found.offset, Gains[band] * 0.27 + Offsets[band], tolerance * 0.27) << "band " << band;
  }
}

/** Root sum of squares of the difference of two kernels, relative to that of the true one. */
double Difference(const SensorBlur& found, const SensorBlur& truth)
{
  double difference = 0.;
  for (double dy = truth.top - 12.; dy < -truth.top + 12.5; dy += 1.)
  {
    for (double dx = truth.left - 12.; dx < -truth.left + 12.5; dx += 1.)
    {
      difference += std::pow(found.At(dy, dx) - truth.At(dy, dx), 2);
    }
  }
  return std::sqrt(difference) / truth.knots.norm();
}

class PublishedBlurs : public testing::TestWithParam<std::string>
{
};

TEST_P(PublishedBlurs, AreFoundWithTheirGains)
{
  const SensorBlur truth    = Published(GetParam(), 4);
  const auto       estimate = SensorBlurEstimate::Of(Simulate(WholeGrids(4, 4, 44), truth), 2);
  ASSERT_TRUE(estimate.found);
  EXPECT_LT(Difference(estimate.blur, truth), 0.1);
  EXPECT_NEAR(estimate.blur.knots.sum(), 1., 1e-9);
  EXPECT_GT(estimate.explained, 0.995);
  ExpectGains(estimate, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Shapes, PublishedBlurs, testing::ValuesIn(otb::PointSpreadFunction::GetShapeNames()), [](const auto& info) { return info.param; });

TEST(SensorBlurEstimate, TakesAFreeFormForASincAndAGaussianForAGaussian)
{
  const auto sinc = SensorBlurEstimate::Of(Simulate(WholeGrids(4, 4, 44), Published("sinc", 4)), 2);
  EXPECT_TRUE(sinc.freeForm);
  EXPECT_LT(sinc.heldOutFreeForm, sinc.heldOutGaussian / 2.);
  const auto gaussian = SensorBlurEstimate::Of(Simulate(WholeGrids(4, 4, 44), SensorBlur::Gaussian(4, 4, 1.3, 2.1, 0.4, -0.3), 5e-3), 2);
  EXPECT_FALSE(gaussian.freeForm);
  EXPECT_NEAR(gaussian.sigmaRow, 1.3, 0.1);
  EXPECT_NEAR(gaussian.sigmaColumn, 2.1, 0.1);
  EXPECT_NEAR(gaussian.shiftRow, 0.4, 0.05);
  EXPECT_NEAR(gaussian.shiftColumn, -0.3, 0.05);
}

TEST(SensorBlurEstimate, TakesAGaussianWherePixelsAreFew)
{
  const auto estimate = SensorBlurEstimate::Of(Simulate(WholeGrids(8, 8, 7), SensorBlur::Gaussian(8, 8, 2., 2., 0., 0.), 2e-3));
  ASSERT_TRUE(estimate.found);
  EXPECT_EQ(estimate.radiometry.pixels, 49u);
  EXPECT_FALSE(estimate.freeForm);
  EXPECT_NEAR(estimate.blur.GetCentroidRow(), 0., 0.5);
  ExpectGains(estimate, 0.06);
}

TEST(SensorBlurEstimate, FindsDisplacements)
{
  // To seven sharp pixels and on to several coarse ones.
  const std::vector<std::pair<double, double>> shifts = {{1.5, -0.5}, {7.25, -6.}, {-17., 21.}};
  for (const auto& shift : shifts)
  {
    SCOPED_TRACE(std::to_string(shift.first) + ", " + std::to_string(shift.second));
    const auto estimate = SensorBlurEstimate::Of(Simulate(WholeGrids(4, 4, 48), SensorBlur::Gaussian(4, 4, 1.5, 1.5, shift.first, shift.second)), 2);
    ASSERT_TRUE(estimate.found);
    EXPECT_NEAR(estimate.blur.GetCentroidRow(), shift.first, 0.1);
    EXPECT_NEAR(estimate.blur.GetCentroidColumn(), shift.second, 0.1);
    ExpectGains(estimate, 0.01);
  }
}

TEST(SensorBlurEstimate, TakesAnyRatioAndDirection)
{
  Grids grids = WholeGrids(3.33, 2.5, 48);
  grids.rows  = {static_cast<double>(grids.rows.size) - grids.rows.first, -grids.rows.step, grids.rows.size};
  // Only part of the coarse image lies on the sharp one.
  grids.columns.first += 6.3;
  const auto estimate = SensorBlurEstimate::Of(Simulate(grids, SensorBlur::Gaussian(3.33, 2.5, 1.2, 0.9, 0.8, -1.1)), 2);
  ASSERT_TRUE(estimate.found);
  EXPECT_NEAR(estimate.shiftRow, 0.8, 0.1);
  EXPECT_NEAR(estimate.shiftColumn, -1.1, 0.1);
  EXPECT_NEAR(estimate.sigmaRow, 1.2, 0.15);
  EXPECT_NEAR(estimate.sigmaColumn, 0.9, 0.15);
  ExpectGains(estimate, 0.01);
}

TEST(SensorBlurEstimate, FindsAKernelOfACoarseSensorOnFewerKnots)
{
  const SensorBlur truth    = Published("sinc", 8);
  const auto       estimate = SensorBlurEstimate::Of(Simulate(WholeGrids(8, 8, 40), truth), 2);
  ASSERT_TRUE(estimate.found);
  EXPECT_TRUE(estimate.freeForm);
  EXPECT_LT(Difference(estimate.blur, truth), 0.2);
  EXPECT_NEAR(estimate.blur.GetCentroidRow(), 0., 0.2);
  ExpectGains(estimate, 0.015);
}

TEST(SensorBlurEstimate, IsNotMovedByCloudsOverAThirdOfEitherImageNorByGaps)
{
  for (const bool sharp : {false, true})
  {
    SensorBlurSample sample = Simulate(WholeGrids(4, 4, 48), SensorBlur::Gaussian(4, 4, 1.5, 1.5, 0.5, 0.));
    SensorBlurPatch& patch  = sample.patches.front();
    const auto       cloud  = [](double row, double column) { return 0.8 + 0.1 * std::sin(row / 9.) * std::cos(column / 7.); };
    const long       rows = sharp ? patch.fineRows : patch.coarseRows, columns = sharp ? patch.fineColumns : patch.coarseColumns;
    auto&            values = sharp ? patch.fine : patch.coarse;
    for (unsigned int band = 0; band < Bands; ++band)
    {
      for (long y = 0; y < rows; ++y)
      {
        for (long x = 0; x < columns / 3; ++x)
        {
          values[static_cast<std::size_t>((static_cast<long>(band) * rows + y) * columns + x)] = static_cast<float>(cloud(y, x));
        }
        // And a stripe without data.
        for (long x = columns / 2; x < columns / 2 + 3; ++x)
        {
          values[static_cast<std::size_t>((static_cast<long>(band) * rows + y) * columns + x)] = std::numeric_limits<float>::quiet_NaN();
        }
      }
    }
    SCOPED_TRACE(sharp ? "sharp image" : "coarse image");
    const auto estimate = SensorBlurEstimate::Of(sample, 2);
    ASSERT_TRUE(estimate.found);
    EXPECT_NEAR(estimate.shiftRow, 0.5, 0.1);
    EXPECT_NEAR(estimate.sigmaRow, 1.5, 0.2);
    ExpectGains(estimate, 0.02);
  }
}

// Whose edges, in half of the windows, look like what tells of the blur.
TEST(SensorBlurEstimate, IsNotMovedByAFewSmallCloudsInASmallImage)
{
  SensorBlurSample sample = Simulate(WholeGrids(4, 4, 20), SensorBlur::Gaussian(4, 4, 1.8, 1.8, 0., 0.));
  SensorBlurPatch& patch  = sample.patches.front();
  for (const auto& [row, column] : {std::pair<long, long>{12, 20}, {48, 52}})
  {
    for (unsigned int band = 0; band < Bands; ++band)
    {
      for (long y = 0; y < 16; ++y)
      {
        std::fill_n(patch.fine.begin() + (static_cast<long>(band) * patch.fineRows + row + y) * patch.fineColumns + column, 12, 2.f);
      }
    }
  }
  const auto estimate = SensorBlurEstimate::Of(sample, 2);
  ASSERT_TRUE(estimate.found);
  EXPECT_NEAR(estimate.sigmaRow, 1.8, 0.2);
  EXPECT_NEAR(estimate.sigmaColumn, 1.8, 0.2);
  ExpectGains(estimate, 0.02);
}

TEST(SensorBlurEstimate, MatchesQuantilesWhereImagesShowOtherPlaces)
{
  SensorBlurSample sample = Simulate(WholeGrids(4, 4, 48), SensorBlur::Gaussian(4, 4, 1.5, 1.5, 0., 0.));
  SensorBlurPatch& patch  = sample.patches.front();
  for (unsigned int band = 0; band < Bands; ++band)
  {
    const auto first = patch.coarse.begin() + static_cast<long>(band) * patch.coarseRows * patch.coarseColumns;
    std::reverse(first, first + patch.coarseRows * patch.coarseColumns);
  }
  const auto estimate = SensorBlurEstimate::Of(sample, 2);
  EXPECT_FALSE(estimate.found);
  EXPECT_TRUE(estimate.radiometry.quantiles);
  EXPECT_LT(estimate.explained, 0.5);
  EXPECT_EQ(estimate.blur.GetCentroidRow(), 0.);
  ASSERT_EQ(estimate.radiometry.bands.size(), std::size_t{Bands});
  // Blurred contrasts are smaller.
  for (unsigned int band = 0; band < Bands; ++band)
  {
    EXPECT_NEAR(estimate.radiometry.bands[band].gain, Gains[band], 0.35 * Gains[band]);
  }
}

TEST(SensorBlurEstimate, DoesNotDependOnTheNumberOfThreads)
{
  const SensorBlurSample sample = Simulate(WholeGrids(4, 4, 30), Published("moffat", 4));
  const auto             one = SensorBlurEstimate::Of(sample, 1), three = SensorBlurEstimate::Of(sample, 3);
  EXPECT_EQ(one.blur.knots, three.blur.knots);
  EXPECT_EQ(one.heldOutFreeForm, three.heldOutFreeForm);
  EXPECT_EQ(one.radiometry.bands.front().gain, three.radiometry.bands.front().gain);
}

TEST(SensorBlurEstimate, SaysNothingOfTooFewPixelsOrNoContrast)
{
  const auto few = SensorBlurEstimate::Of(Simulate(WholeGrids(4, 4, 3), SensorBlur::Detector(4, 4)));
  EXPECT_FALSE(few.found);
  EXPECT_TRUE(few.radiometry.bands.empty());
  SensorBlurSample flat = Simulate(WholeGrids(4, 4, 12), SensorBlur::Detector(4, 4));
  std::fill(flat.patches.front().fine.begin(), flat.patches.front().fine.end(), 0.25f);
  const auto none = SensorBlurEstimate::Of(flat);
  EXPECT_FALSE(none.found);
  EXPECT_TRUE(none.radiometry.bands.empty());
}

TEST(SensorBlurEstimate, RefusesPatchesOfOtherSizesThanTheySay)
{
  SensorBlurSample sample = Simulate(WholeGrids(4, 4, 5), SensorBlur::Detector(4, 4));
  sample.patches.front().fine.pop_back();
  EXPECT_THROW(SensorBlurEstimate::Of(sample), std::invalid_argument);
}
} // namespace
