// SPDX-License-Identifier: Apache-2.0
#include "otbMatchingBands.h"

#include <gtest/gtest.h>

namespace
{
using otb::FindOtherBands;
using otb::SpectralAxis;

const SpectralAxis Axis{{400., 410., 420., 430.}, {}};

TEST(MatchingBands, AreThoseOfTheSameWavelengths)
{
  EXPECT_EQ(FindOtherBands(4, Axis, {{410., 430.}, {}}), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(FindOtherBands(4, Axis, Axis), std::vector<bool>(4, false));
}

TEST(MatchingBands, MatchToHalfANanometre)
{
  EXPECT_EQ(FindOtherBands(4, Axis, {{409.5, 430.5}, {}}), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(FindOtherBands(4, Axis, {{409.4, 430.}, {}}), std::vector<bool>(4, false));
}

TEST(MatchingBands, AreInTheSameOrder)
{
  EXPECT_EQ(FindOtherBands(4, Axis, {{430., 410.}, {}}), std::vector<bool>(4, false));
  // Of two detectors that overlap the same wavelength occurs twice: each band is taken once.
  const SpectralAxis twice{{400., 410., 405., 410., 420.}, {}};
  EXPECT_EQ(FindOtherBands(5, twice, {{410., 410.}, {}}), (std::vector<bool>{true, false, true, false, true}));
}

TEST(MatchingBands, OfAnUnknownAxisAreAll)
{
  EXPECT_EQ(FindOtherBands(4, {}, {{410.}, {}}), std::vector<bool>(4, false));
}
} // namespace
