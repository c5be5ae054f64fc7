// SPDX-License-Identifier: Apache-2.0
#include "otbBandList.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace
{
// Two detectors that overlap.
const otb::SpectralAxis Axis{{400, 500, 600, 700, 650, 750, 850}, {}};

std::string Parse(const std::string& text, const otb::SpectralAxis& axis = Axis)
{
  try
  {
    return otb::ToText(otb::ParseBandList(text, 7, axis, "badbands"));
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
}
} // namespace

TEST(BandList, NumbersAndRanges)
{
  EXPECT_EQ(Parse(""), "");
  EXPECT_EQ(Parse("3"), "3");
  EXPECT_EQ(Parse("1-7"), "1-7");
  EXPECT_EQ(Parse("6, 2-3;1 2"), "1-3, 6");
  EXPECT_EQ(Parse("7,5-5", {}), "5, 7");
}

TEST(BandList, Wavelengths)
{
  EXPECT_EQ(Parse("640-760nm"), "4-6");
  EXPECT_EQ(Parse("0.64-0.76um"), "4-6");
  EXPECT_EQ(Parse("600-650nm"), "3, 5") << "ends are included, bands need not be sorted";
  EXPECT_EQ(Parse("490nm 1"), "1-2") << "the nearest";
}

TEST(BandList, WhatItIsNot)
{
  for (const char* text : {"x", "0", "-1", "3-2", "1-", "-", "1--2", "nan", "inf", "1-inf", "nm", "5 -6"})
  {
    EXPECT_NE(Parse(text).find("badbands: found \""), std::string::npos) << text;
  }
  EXPECT_EQ(Parse("2-8"), "badbands: found \"2-8\", expected whole numbers of bands from 1 to 7, or wavelengths with a unit such as 1350-1450nm");
  EXPECT_EQ(Parse("1.5"), "badbands: found \"1.5\", expected whole numbers of bands from 1 to 7, or wavelengths with a unit such as 1350-1450nm");
  EXPECT_EQ(Parse("900-999nm"), "badbands: found \"900-999nm\", expected a range that holds the centre of a band");
  EXPECT_EQ(Parse("500nm", {}), "badbands: found \"500nm\", expected numbers of bands, since the wavelengths of the image are not known");
}

TEST(BandList, OtherBands)
{
  EXPECT_EQ(otb::OtherBands({true, false, false, true}), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(otb::ToText({true, false, false, true}), "1, 4");
}
