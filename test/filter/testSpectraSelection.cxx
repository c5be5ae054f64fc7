// SPDX-License-Identifier: Apache-2.0

// Bands and pixels that carry no measurement: found, left out, and put back.

#include "testImages.h"

#include "otbBandExpansionImageFilter.h"
#include "otbSpectraSelectionImageFilter.h"
#include "otbStreamingBandRangeImageFilter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace
{
using namespace otb::test;
using SelectionType = otb::SpectraSelectionImageFilter<ImageType>;
using ExpansionType = otb::BandExpansionImageFilter<ImageType>;
using RangeType     = otb::StreamingBandRangeImageFilter<ImageType>;

const float NaN      = std::numeric_limits<float>::quiet_NaN();
const float Infinity = std::numeric_limits<float>::infinity();

/** A mask whose indices start elsewhere than the image's, 0 in every `step`th pixel. */
SelectionType::MaskType::Pointer MakeMask(unsigned int columns, unsigned int rows, unsigned int step)
{
  auto                                mask = SelectionType::MaskType::New();
  SelectionType::MaskType::RegionType region;
  region.SetIndex(0, -3);
  region.SetIndex(1, 5);
  region.SetSize(0, columns);
  region.SetSize(1, rows);
  mask->SetRegions(region);
  mask->Allocate();
  for (std::size_t pixel = 0; pixel < std::size_t{columns} * rows; ++pixel)
  {
    mask->GetBufferPointer()[pixel] = pixel % step == 0 ? 0 : 7;
  }
  return mask;
}

bool IsInvalid(ImageType* image, long column, long row)
{
  const float* pixel = PixelOf(image, column, row);
  return std::all_of(pixel, pixel + image->GetNumberOfComponentsPerPixel(), [](float value) { return std::isnan(value); });
}
} // namespace

TEST(SpectraSelection, PicksBandsAndTheirWavelengths)
{
  const auto image  = MakeImage(5, 4, 3);
  const auto filter = SelectionType::New();
  filter->SetInput(image);
  filter->SetBands({2, 0});
  filter->SetSpectralAxis({{700, 500}, {}});
  // What is in a band that is not picked does not matter.
  PixelOf(image, 1, 1)[1] = NaN;
  filter->Update();
  const auto output = filter->GetOutput();
  ASSERT_EQ(output->GetNumberOfComponentsPerPixel(), 2u);
  for (long row = 0; row < 4; ++row)
  {
    for (long column = 0; column < 5; ++column)
    {
      EXPECT_EQ(PixelOf(output, column, row)[0], PixelOf(image, column, row)[2]);
      EXPECT_EQ(PixelOf(output, column, row)[1], PixelOf(image, column, row)[0]);
    }
  }
  EXPECT_EQ(otb::GetSpectralAxis(output->GetImageMetadata())->wavelengths, (std::vector<double>{700, 500}));
}

TEST(SpectraSelection, InvalidPixelsAreNaNInAllBands)
{
  const auto image        = MakeImage(6, 1, 3);
  PixelOf(image, 0, 0)[1] = NaN;
  PixelOf(image, 1, 0)[2] = -Infinity;
  std::fill_n(PixelOf(image, 2, 0), 3, -1.f);
  PixelOf(image, 3, 0)[0] = -1.f;
  PixelOf(image, 4, 0)[1] = 2.f;
  const auto filter       = SelectionType::New();
  filter->SetInput(image);
  const auto invalid = [&filter]
  {
    filter->Update();
    std::string found;
    for (long column = 0; column < 6; ++column)
    {
      found += IsInvalid(filter->GetOutput(), column, 0) ? '#' : '.';
    }
    return found;
  };
  EXPECT_EQ(invalid(), "##....");
  filter->SetInputNoData(-1.f);
  EXPECT_EQ(invalid(), "###...");
  filter->SetNoDataInAnyBand(true);
  EXPECT_EQ(invalid(), "####..");
  filter->SetSaturation(2.f);
  EXPECT_EQ(invalid(), "#####.");
  filter->SetMask(MakeMask(6, 1, 5));
  EXPECT_EQ(invalid(), "######");
}

TEST(SpectraSelection, SameBitsForAnyTilingAndThreads)
{
  const auto image = MakeImage(37, 23, 5);
  const auto mask  = MakeMask(37, 23, 4);
  ExpectSameBitsForAnyTilingAndThreads(
      [&]
      {
        const auto filter = SelectionType::New();
        filter->SetInput(image);
        filter->SetMask(mask);
        filter->SetBands({0, 2, 4});
        filter->SetSaturation(0.9f);
        return filter;
      });
}

TEST(SpectraSelection, Refuses)
{
  const auto filter = SelectionType::New();
  filter->SetInput(MakeImage(5, 4, 3));
  filter->SetBands({0, 3});
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("The image has 3 bands, expected at least 4"), std::string::npos);
  filter->SetBands({});
  filter->SetMask(MakeMask(4, 4, 2));
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("found 4 x 4 pixels, expected 5 x 4 pixels as the image"), std::string::npos);
}

TEST(BandExpansion, PutsBandsBackWhereTheyWere)
{
  const auto image        = MakeImage(7, 5, 2);
  const auto filter       = ExpansionType::New();
  const auto bad          = std::vector<bool>{true, false, true, false};
  PixelOf(image, 3, 2)[0] = NaN;
  filter->SetInput(image);
  filter->SetBadBands(bad);
  filter->SetSpectralAxis({{400, 500, 600, 700}, {}});
  filter->SetOutputNoData(-7.f);
  filter->Update();
  const auto output = filter->GetOutput();
  for (long row = 0; row < 5; ++row)
  {
    for (long column = 0; column < 7; ++column)
    {
      const bool   hole     = column == 3 && row == 2;
      const float* expected = PixelOf(image, column, row);
      const float* found    = PixelOf(output, column, row);
      EXPECT_EQ(found[0], -7.f);
      EXPECT_EQ(found[1], hole ? -7.f : expected[0]);
      EXPECT_EQ(found[2], -7.f);
      EXPECT_EQ(found[3], hole ? -7.f : expected[1]);
    }
  }
  EXPECT_EQ(otb::GetBadBands(output->GetImageMetadata()), bad);
  EXPECT_EQ(otb::GetSpectralAxis(output->GetImageMetadata())->wavelengths.back(), 700);
  filter->SetBadBands({true, false, true});
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("The image has 2 bands, expected 1"), std::string::npos);
}

TEST(BandRange, FindsBandsWithoutAMeasurement)
{
  const auto image = MakeImage(9, 8, 6);
  for (long row = 0; row < 8; ++row)
  {
    for (long column = 0; column < 9; ++column)
    {
      float* pixel = PixelOf(image, column, row);
      pixel[1]     = 0.25f;                    // constant
      pixel[2]     = -9.f;                     // no data
      pixel[3]     = row < 3 ? pixel[3] : NaN; // mostly none
      pixel[4]     = row < 5 ? pixel[4] : NaN; // mostly some
    }
  }
  // The margin, which has no value in any band, speaks for none of them.
  std::fill_n(PixelOf(image, 0, 0), 6, -9.f);
  for (const unsigned int divisions : {1u, 3u, 8u})
  {
    const auto range = RangeType::New();
    range->SetInput(image);
    range->GetFilter()->SetNoData(-9.f);
    range->GetStreamer()->SetNumberOfDivisionsStrippedStreaming(divisions);
    range->Update();
    EXPECT_EQ(range->GetFilter()->FindBadBands(), (std::vector<bool>{false, true, true, true, false, false})) << divisions << " strips";
    EXPECT_EQ(range->GetFilter()->GetRanges()[0].values, 71u);
    EXPECT_EQ(range->GetFilter()->GetRanges()[1].least, 0.25f);
    EXPECT_EQ(range->GetFilter()->GetRanges()[2].values, 0u);
  }
}

TEST(BandRange, AConstantImageHasNoBadBands)
{
  const auto image = MakeImage(4, 4, 2, Grid(), 1, 0.5f, 0.5f);
  const auto range = RangeType::New();
  range->SetInput(image);
  range->Update();
  EXPECT_EQ(range->GetFilter()->FindBadBands(), (std::vector<bool>{false, false}));
}
