// SPDX-License-Identifier: Apache-2.0
#include "otbFootprintAverageImageFilter.h"
#include "otbSensorBlurEstimate.h"
#include "otbSensorBlurSampler.h"
#include "testImages.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace
{
using otb::SensorBlurEstimate;
using otb::SensorBlurPatch;
using otb::SensorBlurSample;
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::PixelOf;
using SamplerType = otb::SensorBlurSampler<ImageType>;
using AverageType = otb::FootprintAverageImageFilter<ImageType>;

SamplerType::Pointer MakeSampler(ImageType* sharp, ImageType* coarse)
{
  auto sampler = SamplerType::New();
  sampler->SetSharpInput(sharp);
  sampler->SetCoarseInput(coarse);
  return sampler;
}

bool SameValues(const std::vector<float>& a, const std::vector<float>& b)
{
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(SensorBlurSampler, TakesAllOfASmallImageWithItsSurroundings)
{
  const auto sharp           = MakeImage(120, 88, 2);
  const auto coarse          = MakeImage(30, 22, 2, {1000., 2000., 40., -40.}, 2);
  PixelOf(coarse, 5, 7)[1]   = std::numeric_limits<float>::quiet_NaN();
  PixelOf(sharp, 100, 50)[0] = PixelOf(sharp, 100, 50)[1] = -1.f;
  const auto sampler                                      = MakeSampler(sharp, coarse);
  sampler->SetSharpNoData(-1.f);
  sampler->Update();
  const SensorBlurSample& sample = sampler->GetSample();
  ASSERT_EQ(sample.patches.size(), 4u);
  std::size_t pixels = 0;
  for (const SensorBlurPatch& patch : sample.patches)
  {
    pixels += static_cast<std::size_t>(patch.coarseRows * patch.coarseColumns);
    for (long band = 0; band < 2; ++band)
    {
      for (long i = 0; i < patch.coarseRows; ++i)
      {
        for (long j = 0; j < patch.coarseColumns; ++j)
        {
          const float value = patch.coarse[static_cast<std::size_t>((band * patch.coarseRows + i) * patch.coarseColumns + j)];
          const long  row = patch.coarseRow + i, column = patch.coarseColumn + j;
          if (row == 7 && column == 5)
          {
            EXPECT_TRUE(std::isnan(value));
          }
          else
          {
            ASSERT_EQ(value, PixelOf(coarse, column, row)[band]);
          }
        }
      }
      for (long y = 0; y < patch.fineRows; ++y)
      {
        for (long x = 0; x < patch.fineColumns; ++x)
        {
          const float value = patch.fine[static_cast<std::size_t>((band * patch.fineRows + y) * patch.fineColumns + x)];
          const long  row = patch.fineRow + y, column = patch.fineColumn + x;
          if (row == 50 && column == 100)
          {
            EXPECT_TRUE(std::isnan(value));
          }
          else
          {
            ASSERT_EQ(value, PixelOf(sharp, column, row)[band]);
          }
        }
      }
    }
  }
  EXPECT_EQ(pixels, 30u * 22u);
  // Half a kernel's window of 12, the greatest displacement of 32 and one beyond the last centre of the first square, at 61.5.
  EXPECT_EQ(sample.patches.front().fineRow, 0);
  EXPECT_EQ(sample.patches.front().fineColumns, 62 + 12 + 32 + 1 + 1);
}

TEST(SensorBlurSampler, IsBoundedAndTheSameForAnyThreads)
{
  const auto sharp = MakeImage(640, 640, 2);
  const auto grid  = MakeImage(160, 160, 2, {1000., 2000., 40., -40.});
  const auto take  = [&](unsigned int threads, std::uint64_t seed)
  {
    auto average = AverageType::New();
    average->SetInput(sharp);
    average->SetGrid(grid);
    otb::SetThreads(average, threads);
    const auto sampler = MakeSampler(sharp, average->GetOutput());
    sampler->SetMaximumPixels(1000);
    sampler->SetSeed(seed);
    sampler->Update();
    return sampler->GetSample();
  };
  const SensorBlurSample one = take(1, 0), three = take(3, 0), other = take(1, 1);
  ASSERT_EQ(one.patches.size(), 4u);
  ASSERT_EQ(three.patches.size(), 4u);
  bool elsewhere = false;
  for (std::size_t patch = 0; patch < 4; ++patch)
  {
    EXPECT_EQ(one.patches[patch].coarseRow, three.patches[patch].coarseRow);
    EXPECT_TRUE(SameValues(one.patches[patch].coarse, three.patches[patch].coarse));
    EXPECT_TRUE(SameValues(one.patches[patch].fine, three.patches[patch].fine));
    elsewhere =
        elsewhere || one.patches[patch].coarseRow != other.patches[patch].coarseRow || one.patches[patch].coarseColumn != other.patches[patch].coarseColumn;
  }
  EXPECT_TRUE(elsewhere);

  const auto bounded = MakeSampler(sharp, grid);
  bounded->SetMaximumSharpPixels(20000);
  bounded->Update();
  EXPECT_LE(bounded->GetSample().patches.size(), 2u);
}

TEST(SensorBlurSampler, PassesSquaresWithoutData)
{
  const auto sharp  = MakeImage(400, 400, 1);
  const auto coarse = MakeImage(100, 100, 1, {1000., 2000., 40., -40.});
  std::fill_n(coarse->GetBufferPointer(), 100 * 84, std::numeric_limits<float>::quiet_NaN());
  const auto sampler = MakeSampler(sharp, coarse);
  sampler->SetMaximumPixels(300);
  sampler->Update();
  long valid = 0;
  for (const SensorBlurPatch& patch : sampler->GetSample().patches)
  {
    EXPECT_GT(patch.coarseRow + patch.coarseRows, 84);
    valid += std::count_if(patch.coarse.begin(), patch.coarse.end(), [](float value) { return std::isfinite(value); });
  }
  EXPECT_GE(valid, 300);
  EXPECT_LT(valid, 300 + 12 * 16);
}

TEST(SensorBlurSampler, FeedsTheEstimateOverPartsOfImagesOnFlippedGrids)
{
  // The coarse image runs south to north and begins 90 m west of the sharp one; its pixels average 3 x 3 sharp ones, of the image moved by one to the right.
  const auto sharp = MakeImage(180, 150, 2, {1000., 2000., 10., -10.});
  const auto moved = MakeImage(180, 150, 2, {990., 2000., 10., -10.});
  std::copy_n(sharp->GetBufferPointer(), 180 * 150 * 2, moved->GetBufferPointer());
  const auto grid    = MakeImage(60, 50, 2, {910., 500., 30., 30.});
  auto       average = AverageType::New();
  average->SetInput(moved);
  average->SetGrid(grid);
  const auto sampler = MakeSampler(sharp, average->GetOutput());
  sampler->Update();
  const auto estimate = SensorBlurEstimate::Of(sampler->GetSample());
  ASSERT_TRUE(estimate.found);
  EXPECT_NEAR(estimate.shiftColumn, 1., 0.05);
  EXPECT_NEAR(estimate.shiftRow, 0., 0.05);
  EXPECT_NEAR(estimate.radiometry.bands[0].gain, 1., 1e-2);
  EXPECT_GT(estimate.explained, 0.99);
}

TEST(SensorBlurSampler, RefusesImagesThatDoNotFit)
{
  const auto sharp = MakeImage(40, 40, 2);
  EXPECT_THROW(MakeSampler(sharp, MakeImage(10, 10, 3, {1000., 2000., 40., -40.}))->Update(), itk::ExceptionObject);
  EXPECT_THROW(MakeSampler(sharp, MakeImage(10, 10, 2, {9000., 2000., 40., -40.}))->Update(), itk::ExceptionObject);
  EXPECT_THROW(SamplerType::New()->Update(), itk::ExceptionObject);
}
} // namespace
