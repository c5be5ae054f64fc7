// SPDX-License-Identifier: Apache-2.0
#include "otbImageSpectralAxis.h"
#include "otbSpectralAxis.h"

#include "gtest/gtest.h"

#include <sstream>

namespace
{
otb::SpectralAxis Read(const std::string& text)
{
  std::istringstream stream(text);
  return otb::SpectralAxis::Read(stream, "wavelengths.csv");
}

std::string ErrorOf(const std::string& text)
{
  try
  {
    Read(text);
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
  return "no error";
}

using Values = std::vector<double>;
} // namespace

TEST(SpectralAxis, ReadsOneNumberPerLineWithHeaderAndComments)
{
  const auto axis = Read("\xEF\xBB\xBF# made by hand\r\nwavelength [nm]\r\n418.24\r\n\r\n423.87\r\n2445.5\r\n");
  EXPECT_EQ(axis.wavelengths, (Values{418.24, 423.87, 2445.5}));
  EXPECT_TRUE(axis.widths.empty());
}

TEST(SpectralAxis, ReadsTwoColumnsAsCentreAndWidth)
{
  const auto axis = Read("centre;fwhm\n0.418;0.007\n0.424;0.0065\n");
  ASSERT_EQ(axis.size(), 2u);
  EXPECT_NEAR(axis.wavelengths[0], 418, 1e-9);
  EXPECT_NEAR(axis.wavelengths[1], 424, 1e-9);
  ASSERT_EQ(axis.widths.size(), 2u);
  EXPECT_NEAR(axis.widths[0], 7, 1e-9);
  EXPECT_NEAR(axis.widths[1], 6.5, 1e-9);
}

TEST(SpectralAxis, ReadsAListOnOneLine)
{
  EXPECT_EQ(Read("{400, 410}").wavelengths, (Values{400, 410}));
  EXPECT_EQ(Read("400 410, 420\n430 405").wavelengths, (Values{400, 410, 420, 430, 405}));
}

TEST(SpectralAxis, ErrorsNameSourceAndLine)
{
  EXPECT_EQ(ErrorOf("400\n410\nabc\n"), "wavelengths.csv, line 3: found \"abc\" in column 1, expected a finite number");
  EXPECT_EQ(ErrorOf("400\n# comment\n-410\n"), "wavelengths.csv, line 3: found \"-410\" in column 1, expected a positive wavelength");
  EXPECT_EQ(ErrorOf("400 nan\n"), "wavelengths.csv, line 1: found \"nan\" in column 2, expected a finite number");
  EXPECT_EQ(ErrorOf("header only\n"), "wavelengths.csv: found no number, expected the wavelengths of a hyperspectral image");
  EXPECT_EQ(ErrorOf(std::string("400\n\0", 5)), "wavelengths.csv, line 2: found a zero byte, expected text");
  EXPECT_NE(ErrorOf(std::string(5000000, '4')).find("line 1: found a line of more than"), std::string::npos);
}

TEST(SpectralAxis, UnitsBecomeNanometres)
{
  const auto in = [](const std::string& unit, double value) { return otb::SpectralAxis::FromValues({value}, {}, unit).wavelengths.front(); };
  EXPECT_DOUBLE_EQ(in("nm", 50), 50);
  EXPECT_DOUBLE_EQ(in("Nanometers", 50), 50);
  EXPECT_DOUBLE_EQ(in("Micrometers", 0.5), 500);
  EXPECT_DOUBLE_EQ(in("um", 0.5), 500);
  EXPECT_DOUBLE_EQ(in("\xC2\xB5m", 0.5), 500);
  EXPECT_DOUBLE_EQ(in("Angstroms", 5000), 500);
  EXPECT_DOUBLE_EQ(in("", 0.5), 500);
  EXPECT_DOUBLE_EQ(in("Unknown", 500), 500);
  EXPECT_THROW(in("Wavenumber", 500), std::invalid_argument);
  EXPECT_THROW(in("nm", 0), std::invalid_argument);
  EXPECT_THROW(in("um", 1e308), std::invalid_argument);
  EXPECT_THROW(in("angstrom", 5e-324), std::invalid_argument);
  EXPECT_THROW(otb::SpectralAxis::FromValues({500, 510}, {5}, "nm"), std::invalid_argument);
  EXPECT_THROW(otb::SpectralAxis::FromValues({500}, {-5}, "nm"), std::invalid_argument);
}

TEST(ImageSpectralAxis, MetadataGivesBackWhatItWasGiven)
{
  otb::ImageMetadata metadata;
  metadata.Bands.resize(3);
  const otb::SpectralAxis axis{{418.24, 423.87, 401.5}, {7, 6.67, 6.5}};
  otb::SetSpectralAxis(metadata, axis);
  const auto found = otb::GetSpectralAxis(metadata);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->wavelengths, axis.wavelengths);
  EXPECT_EQ(found->widths, axis.widths);
  EXPECT_EQ(metadata.ExtraKeys.at("ENVI/wavelength"), "{418.24, 423.87, 401.5}");
  EXPECT_EQ(metadata.ExtraKeys.at("ENVI/fwhm"), "{7, 6.67, 6.5}");
  EXPECT_EQ(metadata.Bands[1].ExtraKeys.at("wavelength_units"), "nm");
}

TEST(ImageSpectralAxis, ANewAxisReplacesAllOfTheOld)
{
  otb::ImageMetadata metadata;
  metadata.Bands.resize(2);
  otb::SetSpectralAxis(metadata, {{500, 600}, {5, 6}});
  metadata.Add("Band_1", "500 nm");
  metadata.Add("Band_name", "kept");
  metadata.Bands.resize(3);
  otb::SetSpectralAxis(metadata, {{400, 500, 600}, {}});
  const auto found = otb::GetSpectralAxis(metadata);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->wavelengths, (Values{400, 500, 600}));
  EXPECT_TRUE(found->widths.empty());
  EXPECT_EQ(metadata.ExtraKeys.count("ENVI/fwhm"), 0u);
  EXPECT_EQ(metadata.ExtraKeys.count("Band_1"), 0u);
  EXPECT_EQ(metadata.ExtraKeys.count("Band_name"), 1u);
  otb::RemoveSpectralAxis(metadata);
  EXPECT_FALSE(otb::GetSpectralAxis(metadata).has_value());
  EXPECT_EQ(metadata.ExtraKeys.size(), 1u);
}

TEST(ImageSpectralAxis, NoAxisFromIncompleteMetadata)
{
  otb::ImageMetadata metadata;
  EXPECT_FALSE(otb::GetSpectralAxis(metadata).has_value());
  metadata.Bands.resize(2);
  metadata.Bands[0].Add("wavelength", "500");
  EXPECT_FALSE(otb::GetSpectralAxis(metadata).has_value());
  metadata.Bands[1].Add("wavelength", "0");
  EXPECT_FALSE(otb::GetSpectralAxis(metadata).has_value());
  metadata.Bands[1].Add("wavelength", "510");
  EXPECT_TRUE(otb::GetSpectralAxis(metadata).has_value());
  EXPECT_THROW(otb::SetSpectralAxis(metadata, {{500}, {}}), std::invalid_argument);
}

TEST(ImageSpectralAxis, NothingFromAFileThatIsNoImage)
{
  EXPECT_FALSE(otb::ReadSpectralAxisOfImage("/nowhere/at/all.img?&bands=1,2").has_value());
}
