// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralResponseReader.h"

#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <sstream>

namespace
{
using otb::ResponseCurve;

std::string ErrorOf(const std::function<void()>& action)
{
  try
  {
    action();
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
  return "no error";
}

std::vector<ResponseCurve> ReadCurves(const std::string& text)
{
  std::istringstream stream(text);
  return otb::ReadResponseCurves(stream, "curves.csv");
}

otb::SpectralResponse ReadMatrix(const std::string& text)
{
  std::istringstream stream(text);
  return otb::ReadSpectralResponseMatrix(stream, "matrix.csv");
}

std::string CurvesError(const std::string& text)
{
  return ErrorOf([&] { ReadCurves(text); });
}

std::string MatrixError(const std::string& text)
{
  return ErrorOf([&] { ReadMatrix(text); });
}
} // namespace

TEST(SpectralResponseReader, Matrix)
{
  const auto response = ReadMatrix("# two bands\n1,1,2\n\n0 , 0,5,\r\n");
  EXPECT_EQ(response.GetMatrix(), (otb::SpectraMatrix(2, 3) << 0.25f, 0.25f, 0.5f, 0, 0, 1).finished());
  EXPECT_EQ(response.GetBandNames(), (std::vector<std::string>{"band 1", "band 2"}));
  EXPECT_EQ(ReadMatrix("1 3").GetMatrix()(0, 1), 0.75f);
  EXPECT_EQ(ReadMatrix("1;3").GetMatrix()(0, 1), 0.75f);
}

TEST(SpectralResponseReader, MatrixErrorsNameTheLine)
{
  EXPECT_EQ(MatrixError("1,1\n1,2,3\n"), "matrix.csv, line 2: found 3 columns, expected 2 columns as in the first row");
  EXPECT_EQ(MatrixError("1,1\n\n1,x\n"), "matrix.csv, line 3: found \"x\" in column 2, expected a finite number");
  EXPECT_EQ(MatrixError("1,1,1\n1,,1\n"), "matrix.csv, line 2: found \"\" in column 2, expected a finite number");
  EXPECT_EQ(MatrixError("1 1\n1 -2\n"), "matrix.csv, line 2: found \"-2\" in column 2, expected a response that is not negative");
  EXPECT_EQ(MatrixError("1 1\n1 inf\n"), "matrix.csv, line 2: found \"inf\" in column 2, expected a finite number");
  EXPECT_EQ(MatrixError("1 1\n0 0\n"), "matrix.csv, line 2: found a row that sums to zero, expected the response of a band");
  EXPECT_EQ(MatrixError(""), "matrix.csv: found no row, expected one row of numbers for each multispectral band");
  std::string wide;
  for (int column = 0; column < 70000; ++column)
  {
    wide += "1 ";
  }
  EXPECT_EQ(MatrixError(wide), "matrix.csv, line 1: found 70000 columns, expected at most 65535 hyperspectral bands");
}

TEST(SpectralResponseReader, CurvesWithHeader)
{
  const auto curves = ReadCurves("wavelength_nm, \"Blue\" ,Green\r\n400,0,0\r\n410,1,0.5\r\n420,0,1\r\n");
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].GetName(), "Blue");
  EXPECT_EQ(curves[1].GetName(), "Green");
  EXPECT_DOUBLE_EQ(curves[0](405), 0.5);
  EXPECT_DOUBLE_EQ(curves[1](415), 0.75);
  EXPECT_DOUBLE_EQ(curves[1](421), 0);
}

TEST(SpectralResponseReader, CurvesWithoutHeaderHaveTheIrradianceInTheSecondColumn)
{
  const auto curves = ReadCurves("0.40  1500.1  0    0\n0.41  1600.2  1.0  0.5\n0.42  1700.3  0    1\n");
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[1].GetName(), "band 2");
  EXPECT_NEAR(curves[1](405), 0.25, 1e-12);
  EXPECT_NEAR(curves[0](410), 1, 1e-12);
}

TEST(SpectralResponseReader, CurveErrorsNameTheLine)
{
  EXPECT_EQ(CurvesError("wl,a\n400,1\n410\n"), "curves.csv, line 3: found 1 column, expected 2 columns as in the first line");
  EXPECT_EQ(CurvesError("wl,a\n400,1\n410,one\n"), "curves.csv, line 3: found \"one\" in column 2, expected a finite number");
  EXPECT_EQ(CurvesError("wl,a\n400,1\n400,1\n"),
            "curves.csv, line 3: found the wavelength \"400\", expected positive wavelengths that increase from line to line");
  EXPECT_EQ(CurvesError("wl,a\n0,1\n"), "curves.csv, line 2: found the wavelength \"0\", expected positive wavelengths that increase from line to line");
  EXPECT_EQ(CurvesError("wl,a\n400,1\n410,-1\n"), "curves.csv, line 3: found \"-1\" in column 2, expected a response that is not negative");
  EXPECT_EQ(CurvesError("wl,a\n400,nan\n"), "curves.csv, line 2: found \"nan\" in column 2, expected a finite number");
  EXPECT_EQ(CurvesError("wl,a,b\n400,1,0\n410,1,0\n"), "curves.csv: found only zeros in the column of band b, expected the response of a band");
  EXPECT_EQ(CurvesError("wl,a\n400,1\n"), "curves.csv: found 1 lines of samples, expected at least two");
  EXPECT_EQ(CurvesError("400,1\n410,1\n").substr(0, 36), "curves.csv, line 1: found 2 columns,");
  EXPECT_EQ(CurvesError("wl\n400\n").substr(0, 35), "curves.csv, line 1: found 1 column,");
  EXPECT_EQ(CurvesError("400,a\n410,1\n").substr(0, 25), "curves.csv, line 1: found");
}

namespace
{
/** Curves as they are in all of the tables below: a triangle from 400 to 420 nm, and half of one. */
void ExpectTriangles(const std::string& text)
{
  const auto curves = ReadCurves(text);
  ASSERT_EQ(curves.size(), 2u) << text;
  EXPECT_EQ(curves[0].GetName(), "Blue") << text;
  EXPECT_EQ(curves[1].GetName(), "Green") << text;
  EXPECT_NEAR(curves[0](405), 0.5, 1e-9) << text;
  EXPECT_NEAR(curves[0](415), 0.5, 1e-9) << text;
  EXPECT_NEAR(curves[1](405), 0.25, 1e-9) << text;
  EXPECT_NEAR(curves[1](415), 0.75, 1e-9) << text;
}
} // namespace

TEST(SpectralResponseReader, CurvesAsSpreadsheetsAndOperatorsWriteThem)
{
  for (const char* text : {"nm,Blue,Green\n400,0,0\n410,1,0.5\n420,0,1\n", "nm;Blue;Green\n400;0;0\n410;1;0,5\n420;0;1,0\n",
                           "nm\tBlue\tGreen\r\n400,0\t0,0\t0,0\r\n410,0\t1,0\t0,5\r\n420,0\t0,0\t1,0\r\n", "nm,Blue,Green\n420,0,1\n410,1,0.5\n400,0,0\n",
                           "nm,Blue,Green,,\n400,0,0,,\n410,1,0.5,,\n420,0,1,,\n,,,,\n,,,,\n", "nm,Blue,Green\n400,,\n410,1,0.5\n420,,1\n",
                           "Response of X (2020),,\n,,\nWavelength,Blue,Green\nnm,-,-\n400,0,0\n410,1,0.5\n420,0,1\n",
                           "Wavelength,Blue,Green\n(um),(rel. units),(rel. units)\n0.400,0,0\n0.410,1,0.5\n0.420,0,1\n",
                           "No;wavelength;Blue;Green\n1;400;0;0\n2;410;1;0.5\n3;420;0;1\n",
                           "\"nm\",\"Blue\",\"Green\"\n\"400\",\"0\",\"0\"\n\"410\",\"1\",\"0.5\"\n\"420\",\"0\",\"1\"\n",
                           "nm,Blue,Green\n400,-0.001,0\n410,1,0.5\n420,-0.0099,1\n"})
  {
    ExpectTriangles(text);
  }
  const std::string plain = "nm\tBlue\tGreen\r\n400\t0\t0\r\n410\t1\t0.5\r\n420\t0\t1\r\n";
  std::string       wide("\xFF\xFE", 2);
  for (const char character : plain)
  {
    wide += {character, '\0'};
  }
  ExpectTriangles(wide);
}

TEST(SpectralResponseReader, AnEmptyCellBetweenSamplesIsNoSample)
{
  const auto curves = ReadCurves("nm,a,b\n400,0,1\n410,,1\n420,1,1\n430,,1\n");
  EXPECT_NEAR(curves[0](410), 0.5, 1e-12);
  EXPECT_NEAR(curves[0](425), 0.5, 1e-12);
}

TEST(SpectralResponseReader, WhatIsNoSuchTableIsRefused)
{
  EXPECT_EQ(CurvesError("nm,a\n400,1\n410,-0.02\n"), "curves.csv, line 3: found \"-0.02\" in column 2, expected a response that is not negative");
  EXPECT_EQ(CurvesError("nm,a\n420,1\n400,1\n410,1\n"),
            "curves.csv, line 4: found the wavelength \"410\", expected positive wavelengths that decrease from line to line");
  EXPECT_EQ(CurvesError("nm,a\n0.4,1\n0.5,1\n"), "curves.csv, wavelengths: found values from 0.4 to 0.5 in the unit \"nm\", expected um for such values");
  EXPECT_EQ(CurvesError("nm,a\nx,1\ny,1\n"), "curves.csv, line 2: found \"x\" in column 1, expected a finite number");
  EXPECT_EQ(CurvesError("nm,a\n400,1,3\n410,1,4\n"), "curves.csv, line 2: found 3 columns, expected 2 columns as in the first line");
  EXPECT_EQ(CurvesError(""), "curves.csv: found 0 lines of samples, expected at least two");
}

TEST(SpectralResponseReader, MatrixOfASpreadsheet)
{
  const auto expected = (otb::SpectraMatrix(2, 2) << 0.25f, 0.75f, 0, 1).finished();
  for (const char* text : {"0.5,1.5,,\n0,1,,\n,,,\n", "0,5;1,5\n0;1\n", "0,5\t1,5\n0\t1\n", "0.5 1.5\n-0.001 1\n"})
  {
    EXPECT_EQ(ReadMatrix(text).GetMatrix(), expected) << text;
  }
}

TEST(SpectralResponseReader, BandsAsText)
{
  const auto curves = otb::ParseResponseBands("490:65, 560:35;665:30", "srf.bands.list");
  ASSERT_EQ(curves.size(), 3u);
  EXPECT_NEAR(curves[1](560), 1, 1e-12);
  EXPECT_NEAR(curves[1](560 + 17.5), 0.5, 1e-12);
  for (const char* text : {"490", "490:", "490:x", ":65", "490:-65", "0:65", "490:65:3", "490:nan"})
  {
    const std::string message = ErrorOf([&] { otb::ParseResponseBands(text, "srf.bands.list"); });
    EXPECT_EQ(message.find("srf.bands.list: found \"" + std::string(text) + "\", expected centre:fwhm"), 0u) << message;
  }
  EXPECT_NE(ErrorOf([&] { otb::ParseResponseBands(" ", "srf.bands.list"); }).find("found no band"), std::string::npos);
}
