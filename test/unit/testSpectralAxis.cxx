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

TEST(SpectralAxis, ALineOfNamesSaysWhichColumnIsWhich)
{
  const Values centres{418.24, 423.87, 429.5};
  const Values widths{7, 6.5, 6.25};
  for (const char* text :
       {"band,wavelength,fwhm\n1,418.24,7\n2,423.87,6.5\n3,429.5,6.25\n", "fwhm;Wavelength (nm);Band\n7;418.24;1\n6.5;423.87;2\n6.25;429.5;3\n",
        "Band;FWHM;Center Wavelength\n1;7,0;418,24\n2;6,5;423,87\n3;6,25;429,5\n", "no\twl\tfwhm\tbbl\n1\t418,24\t7\t1\n2\t423,87\t6,5\t1\n3\t429,5\t6,25\t0\n",
        "wavelength [um],width [um]\n0.41824,0.007\n0.42387,0.0065\n0.4295,0.00625\n",
        "Bands of X,,,\nname,wavelength,fwhm,wavelength_units\n,nm,nm,\n1,418.24,7,Nanometers\n2,423.87,6.5,Nanometers\n3,429.5,6.25,Nanometers\n,,,\n",
        "\"wavelength\",\"fwhm\"\n\"1\",418.24,7\n\"2\",423.87,6.5\n\"3\",429.5,6.25\n",
        "Band  Wavelength (nm)  FWHM (nm)\n1  418.24  7\n2  423.87  6.5\n3  429.5  6.25\n",
        "band,wavelength_min,wavelength_max,wavelength,fwhm\n1,410,420,418.24,7\n2,420,430,423.87,6.5\n3,425,435,429.5,6.25\n",
        "1,418.24,7\n2,423.87,6.5\n3,429.5,6.25\n"})
  {
    const auto axis = Read(text);
    ASSERT_EQ(axis.size(), 3u) << text;
    ASSERT_EQ(axis.widths.size(), 3u) << text;
    for (std::size_t band = 0; band < 3; ++band)
    {
      EXPECT_NEAR(axis.wavelengths[band], centres[band], 1e-9) << text;
      EXPECT_NEAR(axis.widths[band], widths[band], 1e-9) << text;
    }
  }
}

TEST(SpectralAxis, TheNumberOfTheBandIsNoWavelength)
{
  EXPECT_EQ(Read("1 418.24\n2 423.87\n3 429.5\n").wavelengths, (Values{418.24, 423.87, 429.5}));
  EXPECT_EQ(Read("band;wl\n0;500\n1;510\n").wavelengths, (Values{500, 510}));
  EXPECT_TRUE(Read("band;wl\n0;500\n1;510\n").widths.empty());
  // Thermal bands in micrometres, with widths.
  EXPECT_EQ(Read("8 0.1\n9 0.1\n10 0.1\n").wavelengths, (Values{8000, 9000, 10000}));
}

TEST(SpectralAxis, DecimalCommasAreUnderstoodOrRefused)
{
  EXPECT_EQ(Read("418,24;7,5\n423,87;6,5\n").wavelengths, (Values{418.24, 423.87}));
  EXPECT_EQ(Read("418,24;7,5\n423,87;6,5\n").widths, (Values{7.5, 6.5}));
  EXPECT_EQ(Read("wavelength\n418,24\n423,87\n").wavelengths, (Values{418.24, 423.87}));
  EXPECT_EQ(Read("400,5;410;420,25").wavelengths, (Values{400.5, 410, 420.25}));
  // Whole numbers that can be widths are.
  EXPECT_EQ(Read("400,10\n410,11\n").widths, (Values{10, 11}));
  for (const char* text : {"400,1\n435,6\n471,2\n", "400,05\n435,06\n", "400\n435,6\n471,7\n"})
  {
    EXPECT_NE(ErrorOf(text).find("wavelengths.csv, line 1: found \"400"), std::string::npos) << ErrorOf(text);
    EXPECT_NE(ErrorOf(text).find("expected decimal points, or semicolons"), std::string::npos) << ErrorOf(text);
  }
}

TEST(SpectralAxis, WidthsBeforeWavelengthsAreRefused)
{
  EXPECT_EQ(ErrorOf("7,418.5\n6.5,423.5\n"),
            "wavelengths.csv, line 1: found a width that is not less than the wavelength, expected the wavelength, then the full "
            "width at half maximum, or a line that names the columns");
}

TEST(SpectralAxis, ReadsUtf16AndAnyLineEnds)
{
  const std::string text = "wavelength\tfwhm [\xC2\xB5m]\r\n418.24\t7\r\n423.87\t6.5\r\n";
  std::string       little("\xFF\xFE", 2);
  std::string       big("\xFE\xFF", 2);
  for (std::size_t i = 0; i < text.size(); ++i)
  {
    const bool micro = text[i] == '\xC2';
    i += micro ? 1 : 0;
    const char unit = micro ? '\xB5' : text[i];
    little += {unit, '\0'};
    big += {'\0', unit};
  }
  for (const auto& encoded : {little, big, little.substr(2), big.substr(2), std::string("wavelength,fwhm\r418.24,7\r423.87,6.5\r")})
  {
    EXPECT_EQ(Read(encoded).wavelengths, (Values{418.24, 423.87}));
    EXPECT_EQ(Read(encoded).widths, (Values{7, 6.5}));
  }
  EXPECT_EQ(ErrorOf(little + std::string("x\0", 2)), "wavelengths.csv, line 4: found \"x\" in column 1, expected a finite number");
  EXPECT_EQ(ErrorOf("\xFFxyz"), "wavelengths.csv, line 1: found a byte that begins no text, expected text");
}

TEST(SpectralAxis, RowsAreInTheOrderOfTheirBandsNumbers)
{
  for (const char* const text : {"band,wavelength,fwhm\n3,620,9\n2,550,8\n1,480,7\n", "nr;fwhm;wl\n1;8;550\n0;7;480\n2;9;620\n"})
  {
    EXPECT_EQ(Read(text).wavelengths, (Values{480, 550, 620})) << text;
    EXPECT_EQ(Read(text).widths, (Values{7, 8, 9})) << text;
  }
  // What is no number of a band each once says nothing.
  for (const char* const text : {"band,wavelength\n7,620\n6,550\n5,480\n", "band,wavelength\n1,620\n1,550\n2,480\n", "wavelength\n620\n550\n480\n"})
  {
    EXPECT_EQ(Read(text).wavelengths, (Values{620, 550, 480})) << text;
  }
}

TEST(SpectralAxis, BandsMayHaveNoWavelength)
{
  const auto axis = Read("band,wavelength,fwhm\n1,0,0\n2,410,10\n3,,\n4,430,11\n");
  EXPECT_EQ(axis.wavelengths, (Values{0, 410, 0, 430}));
  EXPECT_EQ(axis.widths, (Values{0, 10, 0, 11}));
  EXPECT_EQ(axis.FindMissing(), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(Read("0\n0.41\n0.42\n").wavelengths, (Values{0, 410, 420}));
  EXPECT_EQ(ErrorOf("0\n0\n"), "wavelengths.csv, wavelengths: found 0 for band 1, expected a positive length");
}

TEST(SpectralAxis, AUnitThatContradictsTheValuesIsNamed)
{
  EXPECT_EQ(ErrorOf("wavelength [nm]\n0.4\n2.5\n"),
            "wavelengths.csv, wavelengths: found values from 0.4 to 2.5 in the unit \"nm\", expected um for such values");
  EXPECT_EQ(ErrorOf("wavelength [um]\n400\n2500\n"),
            "wavelengths.csv, wavelengths: found values from 400 to 2500 in the unit \"um\", expected nm for such values");
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
