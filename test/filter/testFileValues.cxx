// SPDX-License-Identifier: Apache-2.0

// From the numbers of a file to measurements: what stands for none, declared or found.

#include "testImages.h"

#include "otbFileValuesImageFilter.h"
#include "otbStreamingFillValueImageFilter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace
{
using namespace otb::test;
using FilterType = otb::FileValuesImageFilter<ImageType>;
using ScanType   = otb::StreamingFillValueImageFilter<ImageType>;

const float NaN = std::numeric_limits<float>::quiet_NaN();

FilterType::Band BandOf(std::size_t band, float noData = NaN, float scale = 1, float offset = 0)
{
  FilterType::Band result;
  result.band   = band;
  result.noData = noData;
  result.scale  = scale;
  result.offset = offset;
  return result;
}

std::vector<ScanType::FilterType::Fill> FindFills(ImageType* image)
{
  const auto scan = ScanType::New();
  scan->SetInput(image);
  scan->Update();
  return scan->GetFilter()->FindFillValues();
}

void Fill(ImageType* image, long column, long row, float value)
{
  std::fill_n(PixelOf(image, column, row), image->GetNumberOfComponentsPerPixel(), value);
}
} // namespace

TEST(FileValues, PicksBandsAndScalesThem)
{
  const auto image  = MakeImage(5, 4, 3);
  const auto filter = FilterType::New();
  filter->SetInput(image);
  filter->SetBands({BandOf(2, NaN, 0.5f, 3.f), BandOf(0)});
  filter->Update();
  ASSERT_EQ(filter->GetOutput()->GetNumberOfComponentsPerPixel(), 2u);
  for (long row = 0; row < 4; ++row)
  {
    for (long column = 0; column < 5; ++column)
    {
      EXPECT_EQ(PixelOf(filter->GetOutput(), column, row)[0], PixelOf(image, column, row)[2] * 0.5f + 3.f);
      EXPECT_EQ(PixelOf(filter->GetOutput(), column, row)[1], PixelOf(image, column, row)[0]);
    }
  }
}

TEST(FileValues, EachBandHasItsOwnNoData)
{
  const auto image        = MakeImage(5, 1, 3);
  PixelOf(image, 0, 0)[0] = -1;
  PixelOf(image, 1, 0)[1] = -1;
  PixelOf(image, 2, 0)[1] = -9999.004f;
  PixelOf(image, 3, 0)[2] = -3.4028e38f;
  PixelOf(image, 4, 0)[2] = 1e25f;
  const auto filter       = FilterType::New();
  filter->SetInput(image);
  filter->SetBands({BandOf(0, -1), BandOf(1, -9999), BandOf(2)});
  filter->Update();
  const auto invalid = [&](long column, int band) { return std::isnan(PixelOf(filter->GetOutput(), column, 0)[band]); };
  EXPECT_TRUE(invalid(0, 0));
  EXPECT_FALSE(invalid(0, 1));
  EXPECT_FALSE(invalid(1, 1));
  EXPECT_TRUE(invalid(2, 1));
  EXPECT_TRUE(invalid(3, 2));
  EXPECT_EQ(PixelOf(filter->GetOutput(), 4, 0)[2], 1e25f);
}

TEST(FileValues, ZeroCountsWhereMostBandsAreZero)
{
  const auto image = MakeImage(3, 1, 5);
  Fill(image, 0, 0, 0.f);
  PixelOf(image, 0, 0)[4] = 7;
  std::fill_n(PixelOf(image, 1, 0), 2, 0.f);
  const auto filter = FilterType::New();
  auto       bands  = std::vector<FilterType::Band>{BandOf(0), BandOf(1), BandOf(2), BandOf(3), BandOf(4)};
  std::for_each(bands.begin(), bands.begin() + 4, [](FilterType::Band& band) { band.zeroFill = true; });
  filter->SetInput(image);
  filter->SetBands(bands);
  filter->Update();
  EXPECT_TRUE(std::isnan(PixelOf(filter->GetOutput(), 0, 0)[4]));
  // Two of four are not most.
  EXPECT_EQ(PixelOf(filter->GetOutput(), 1, 0)[0], 0.f);
}

TEST(FileValues, SameBitsForAnyTilingAndThreads)
{
  const auto image = MakeImage(37, 23, 3);
  Fill(image, 5, 6, -7.f);
  ExpectSameBitsForAnyTilingAndThreads(
      [&]
      {
        const auto filter = FilterType::New();
        filter->SetInput(image);
        filter->SetBands({BandOf(0, 0.5f, 2.f, 1.f), BandOf(2)});
        filter->SetFlatFillValues({-7.f});
        return filter;
      });
}

TEST(FillValues, AreTheSameInAllBandsAndOutsideTheRangeOfAllOthers)
{
  const auto image = MakeImage(9, 8, 4);
  EXPECT_TRUE(FindFills(image).empty());
  Fill(image, 1, 1, -9999.f);
  Fill(image, 2, 1, 65535.f);
  Fill(image, 3, 1, 65535.f);
  Fill(image, 4, 1, 4321.f);
  auto fills = FindFills(image);
  ASSERT_EQ(fills.size(), 2u);
  EXPECT_EQ(fills[0].value, -9999.f);
  EXPECT_EQ(fills[0].pixels, 1u);
  EXPECT_TRUE(fills[0].single);
  EXPECT_EQ(fills[1].value, 65535.f);
  EXPECT_EQ(fills[1].pixels, 2u);
  EXPECT_FALSE(fills[1].single);
  // Nobody uses that one, but two pixels have it.
  Fill(image, 5, 1, 4321.f);
  EXPECT_EQ(FindFills(image).size(), 3u);
  // A measurement beyond makes the value one of many.
  PixelOf(image, 6, 1)[0] = -20000.f;
  fills                   = FindFills(image);
  EXPECT_TRUE(std::none_of(fills.begin(), fills.end(), [](const auto& fill) { return fill.value == -9999.f; }));
}

TEST(FillValues, ZeroAndMeasurementsAreNone)
{
  const auto image = MakeImage(9, 8, 4);
  for (long column = 0; column < 9; ++column)
  {
    Fill(image, column, 0, 0.f);
    Fill(image, column, 1, 0.5f);
    Fill(image, column, 2, 2.f);
  }
  EXPECT_TRUE(FindFills(image).empty());
  const auto pan        = MakeImage(9, 8, 1);
  PixelOf(pan, 0, 0)[0] = -1.f;
  PixelOf(pan, 1, 0)[0] = -9999.f;
  const auto fills      = FindFills(pan);
  ASSERT_EQ(fills.size(), 1u);
  EXPECT_EQ(fills[0].value, -9999.f);
}
