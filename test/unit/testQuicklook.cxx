// SPDX-License-Identifier: Apache-2.0
#include "otbQuicklook.h"

#include "cpl_string.h"
#include "cpl_vsi.h"
#include "gdal_priv.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>

namespace
{
using otb::ColourBands;
using otb::Quicklook;

constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

/** The bytes of a picture, pixel by pixel, as GDAL reads them from its address. */
std::vector<std::uint8_t> Decode(const std::string& address, int& columns, int& rows, int& channels)
{
  const std::string prefix = "data:image/png;base64,";
  EXPECT_EQ(address.substr(0, prefix.size()), prefix);
  std::string png  = address.substr(prefix.size());
  const int   size = CPLBase64DecodeInPlace(reinterpret_cast<GByte*>(&png[0]));
  VSIFCloseL(VSIFileFromMemBuffer("/vsimem/test.png", reinterpret_cast<GByte*>(&png[0]), size, FALSE));
  GDALDatasetUniquePtr dataset(GDALDataset::Open("/vsimem/test.png", GDAL_OF_RASTER));
  EXPECT_NE(dataset, nullptr);
  columns  = dataset->GetRasterXSize();
  rows     = dataset->GetRasterYSize();
  channels = dataset->GetRasterCount();
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(columns) * rows * channels);
  EXPECT_EQ(dataset->RasterIO(GF_Read, 0, 0, columns, rows, bytes.data(), columns, rows, GDT_Byte, channels, nullptr, channels,
                              static_cast<GSpacing>(columns) * channels, 1, nullptr),
            CE_None);
  dataset.reset();
  VSIUnlink("/vsimem/test.png");
  return bytes;
}

TEST(Quicklook, StretchesByPercentilesOfValidPixels)
{
  Quicklook image{101, 2, 2, {}};
  for (int value = 100; value >= 0; --value)
  {
    image.values.insert(image.values.end(), {static_cast<float>(value), static_cast<float>(-2 * value)});
    image.values.insert(image.values.end(), {1e6f, NaN});
  }
  const auto stretches = image.PercentileStretch(2., 98.);
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].low, 2.f);
  EXPECT_EQ(stretches[0].high, 98.f);
  EXPECT_EQ(stretches[1].low, -196.f);
  EXPECT_EQ(stretches[1].high, -4.f);
}

TEST(Quicklook, StretchesWhatHasNoContrastToMidGrey)
{
  const Quicklook constant{2, 1, 1, {5000.f, 5000.f}};
  int             columns, rows, channels;
  const auto      bytes = Decode(constant.ToPngAddress(constant.PercentileStretch()), columns, rows, channels);
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{128, 128}));

  const Quicklook empty{2, 1, 1, {NaN, NaN}};
  EXPECT_EQ(empty.PercentileStretch().front().low, 0.f);
  EXPECT_EQ(empty.PercentileStretch().front().high, 1.f);
}

TEST(Quicklook, BecomesAColourPicture)
{
  const Quicklook image{2, 2, 3, {0.f, 5.f, 10.f, 1.f, 20.f, -3.f, 2.f, 10.f, 0.f, 4.f, 7.5f, 5.f}};
  int             columns, rows, channels;
  const auto      bytes = Decode(image.ToPngAddress({{0.f, 4.f}, {5.f, 10.f}, {0.f, 10.f}}), columns, rows, channels);
  EXPECT_EQ(columns, 2);
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(channels, 3);
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0, 0, 255, 64, 255, 0, 128, 255, 0, 255, 128, 128}));
}

TEST(Quicklook, HasTransparentPixelsWhereTheImageIsInvalid)
{
  const Quicklook image{3, 1, 1, {0.f, NaN, 1.f}};
  int             columns, rows, channels;
  const auto      bytes = Decode(image.ToPngAddress({{0.f, 1.f}}), columns, rows, channels);
  EXPECT_EQ(channels, 2);
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0, 255, 0, 0, 255, 255}));
}

TEST(Quicklook, RefusesWhatIsNoPicture)
{
  EXPECT_THROW((Quicklook{1, 1, 2, {0.f, 1.f}}).ToPngAddress({{}, {}}), std::invalid_argument);
  EXPECT_THROW((Quicklook{0, 1, 1, {}}).ToPngAddress({{}}), std::invalid_argument);
  EXPECT_THROW((Quicklook{2, 1, 1, {0.f}}).ToPngAddress({{}}), std::invalid_argument);
  EXPECT_THROW((Quicklook{1, 1, 1, {0.f}}).ToPngAddress({}), std::invalid_argument);
}

TEST(ColourBands, AreThoseTheEyeWouldSee)
{
  const auto colours = ColourBands::Choose({900., 475., 505., 555., 570., 640., 665.}, 7);
  EXPECT_TRUE(colours.natural);
  EXPECT_EQ(colours.bands, (std::vector<unsigned int>{5, 3, 1}));
}

TEST(ColourBands, AreSpreadWhereTheEyeSeesNothing)
{
  using Bands = std::vector<unsigned int>;
  EXPECT_EQ(ColourBands::Choose({}, 60).bands, (Bands{50, 30, 10}));
  EXPECT_FALSE(ColourBands::Choose({}, 60).natural);
  EXPECT_FALSE(ColourBands::Choose({1000., 1500., 2000., 2200.}, 4).natural);
  // One band for two colours.
  EXPECT_FALSE(ColourBands::Choose({500., 660., 900.}, 3).natural);
  EXPECT_EQ(ColourBands::Choose({500., 660., 900.}, 3).bands, (Bands{2, 1, 0}));
  EXPECT_EQ(ColourBands::Choose({550.}, 1).bands, (Bands{0}));
  EXPECT_EQ(ColourBands::Choose({550., 660.}, 2).bands, (Bands{0}));
}
} // namespace
