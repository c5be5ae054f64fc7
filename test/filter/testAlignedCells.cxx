// SPDX-License-Identifier: Apache-2.0
#include "otbAlignedCells.h"

#include <gtest/gtest.h>

namespace
{
using otb::AlignedCells;
using Axis = otb::CoarseGridMap::Axis;

/** The axis of a coarse image whose first pixel begins at that fine coordinate. */
Axis MakeAxis(double ratio, double begin, long size)
{
  return {(0.5 - begin) / ratio, 1. / ratio, size};
}

void ExpectCells(const std::optional<AlignedCells>& found, unsigned int ratio, long fine, long coarse, long count)
{
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ratio, ratio);
  EXPECT_EQ(found->fine, fine);
  EXPECT_EQ(found->coarse, coarse);
  EXPECT_EQ(found->count, count);
}

TEST(AlignedCells, AreAllWhereBothImagesCoverTheSame)
{
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(4., 0., 25), 100, 1024), 4, 0, 0, 25);
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(1., 0., 9), 9, 1024), 1, 0, 0, 9);
}

TEST(AlignedCells, AreThoseThatLieInTheFineImage)
{
  // Coarse pixels begin at -6, -2, 2, ..., 30, 34; the fine image has 32 pixels.
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(4., -6., 11), 32, 1024), 4, 2, 2, 7);
  // The coarse image is the smaller one.
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(3., 10., 5), 90, 1024), 3, 10, 0, 5);
}

TEST(AlignedCells, AreAlignedToHalfAPixel)
{
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(4., 0.4, 25), 100, 1024), 4, 0, 0, 25);
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(4., 0.6, 25), 100, 1024), 4, 1, 0, 24);
}

TEST(AlignedCells, AreInTheMiddleOfALargeImage)
{
  ExpectCells(AlignedCells::InTheMiddle(MakeAxis(3., 0., 1000), 3000, 300), 3, 1350, 450, 100);
}

TEST(AlignedCells, DoNotDriftApart)
{
  // 3.005 fine pixels to a coarse one: half a fine pixel after 100 coarse ones.
  const auto cells = AlignedCells::InTheMiddle(MakeAxis(3.005, 0., 300), 901, 1024);
  ASSERT_TRUE(cells);
  EXPECT_EQ(cells->ratio, 3u);
  EXPECT_NEAR(static_cast<double>(cells->count), 100., 1.);
  EXPECT_NEAR(static_cast<double>(cells->fine), static_cast<double>(cells->coarse) * 3.005, 0.5 + 1e-9);
}

TEST(AlignedCells, AreNoneOfOtherGrids)
{
  EXPECT_FALSE(AlignedCells::InTheMiddle(MakeAxis(2.5, 0., 40), 100, 1024));
  EXPECT_FALSE(AlignedCells::InTheMiddle(MakeAxis(0.5, 0., 200), 100, 1024));
  EXPECT_FALSE(AlignedCells::InTheMiddle({24.875, -0.25, 25}, 100, 1024));
  EXPECT_FALSE(AlignedCells::InTheMiddle(MakeAxis(4., 200., 25), 100, 1024));
  EXPECT_FALSE(AlignedCells::InTheMiddle(MakeAxis(32., 0., 4), 20, 1024));
}
} // namespace
