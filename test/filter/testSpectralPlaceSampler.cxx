// SPDX-License-Identifier: Apache-2.0

// A bounded sample of an image that is expensive to make, from some of its rectangles: the same however it is read.

#include "otbSpectralPlaceSampler.h"
#include "testImages.h"

#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <utility>

namespace
{
using otb::SpectralSample;
using otb::test::ImageType;
using SamplerType = otb::SpectralPlaceSampler<ImageType>;
using Region      = SamplerType::Region;

constexpr unsigned int Bands = 5;

SamplerType MakeSampler(ImageType* image, std::size_t most)
{
  SamplerType sampler;
  sampler.image         = image;
  sampler.places        = {{30, 10, 20, 40}, {0, 0, 25, 30}, {60, 60, 20, 20}};
  sampler.enough        = 1000000;
  sampler.maximumPixels = most;
  sampler.seed          = 7;
  return sampler;
}

void ExpectSame(const SpectralSample& one, const SpectralSample& other)
{
  EXPECT_EQ(one.rows, other.rows);
  EXPECT_EQ(one.columns, other.columns);
  EXPECT_EQ(one.spectra, other.spectra);
}

bool IsIn(const Region& region, long row, long column)
{
  return row >= region.top && row < region.top + region.rows && column >= region.left && column < region.left + region.columns;
}

TEST(SpectralPlaceSampler, TakesThatManyPixelsOfItsPlacesWithTheirSpectra)
{
  const auto image   = otb::test::MakeImage(90, 80, Bands);
  const auto sampler = MakeSampler(image, 300);
  const auto sample  = sampler.Read();
  ASSERT_EQ(sample.size(), 300u);
  std::set<std::pair<long, long>> seen;
  std::vector<std::size_t>        inPlace(sampler.places.size(), 0);
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    const long row = sample.rows[pixel], column = sample.columns[pixel];
    for (unsigned int band = 0; band < Bands; ++band)
    {
      EXPECT_EQ(sample.spectra(static_cast<Eigen::Index>(pixel), band), otb::test::PixelOf(image, column, row)[band]);
    }
    for (std::size_t place = 0; place < inPlace.size(); ++place)
    {
      inPlace[place] += IsIn(sampler.places[place], row, column) ? 1 : 0;
    }
    EXPECT_TRUE(seen.insert({row, column}).second);
  }
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  // 800, 750 and 400 pixels: four standard deviations of a uniform sample are some 33.
  EXPECT_NEAR(inPlace[0], 300. * 800. / 1950., 34.);
  EXPECT_NEAR(inPlace[1], 300. * 750. / 1950., 34.);
  EXPECT_NEAR(inPlace[2], 300. * 400. / 1950., 34.);
}

TEST(SpectralPlaceSampler, ReadsNoMorePlacesThanAreEnough)
{
  const auto image   = otb::test::MakeImage(90, 80, Bands);
  auto       sampler = MakeSampler(image, 5000);
  EXPECT_EQ(sampler.Read().size(), 1950u);
  sampler.enough    = 800;
  const auto sample = sampler.Read();
  ASSERT_EQ(sample.size(), 800u);
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    EXPECT_TRUE(IsIn(sampler.places[0], sample.rows[pixel], sample.columns[pixel]));
  }
}

TEST(SpectralPlaceSampler, InvalidPixelsAreNotTakenAndDoNotCount)
{
  const auto image   = otb::test::MakeImage(90, 80, Bands);
  auto       sampler = MakeSampler(image, 5000);
  sampler.noData     = -1.f;
  // A line of the first place, and one pixel.
  for (long column = 10; column < 50; ++column)
  {
    std::fill_n(otb::test::PixelOf(image, column, 31), Bands, -1.f);
  }
  otb::test::PixelOf(image, 20, 40)[3] = std::numeric_limits<float>::quiet_NaN();
  const auto sample                    = sampler.Read();
  EXPECT_EQ(sample.size(), 1950u - 41u);
  EXPECT_TRUE(sample.spectra.allFinite());
  EXPECT_GE(sample.spectra.minCoeff(), 0.f);
  // The first place alone had been enough, had it been whole.
  sampler.enough = 800;
  EXPECT_EQ(sampler.Read().size(), 1950u - 41u - 400u);
}

TEST(SpectralPlaceSampler, IsTheSameInAnyOrderAndForAnyTiling)
{
  const auto image  = otb::test::MakeImage(90, 80, Bands);
  auto       first  = MakeSampler(image, 120);
  const auto sample = first.Read();
  auto       turned = first;
  std::reverse(turned.places.begin(), turned.places.end());
  ExpectSame(sample, turned.Read());

  auto streamed = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streamed->SetInput(image);
  streamed->SetNumberOfStreamDivisions(9);
  auto other  = first;
  other.image = streamed->GetOutput();
  ExpectSame(sample, other.Read());

  first.seed = 8;
  EXPECT_NE(first.Read().rows, sample.rows);
}
} // namespace
