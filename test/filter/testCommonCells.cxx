// SPDX-License-Identifier: Apache-2.0
#include "otbCommonCells.h"
#include "testImages.h"

#include <string>

namespace
{
using otb::CommonCells;
using otb::test::Grid;
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::SetProjection;

std::string ErrorOf(const ImageType* fine, const ImageType* coarse)
{
  try
  {
    CommonCells::Between(fine, coarse, 1024);
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
  return "no error";
}

TEST(CommonCells, AreWhatBothImagesShowInBothDirections)
{
  // Coarse pixels of 40 m that begin 20 m to the right and 40 m below.
  const auto fine   = MakeImage(12, 16, 1, {1000., 2000., 10., -10.});
  const auto coarse = MakeImage(2, 8, 1, {1020., 1960., 40., -40.});
  const auto cells  = CommonCells::Between<ImageType>(fine, coarse, 1024);
  EXPECT_EQ(cells.columns.ratio, 4u);
  EXPECT_EQ(cells.columns.fine, 2);
  EXPECT_EQ(cells.columns.coarse, 0);
  EXPECT_EQ(cells.columns.count, 2);
  EXPECT_EQ(cells.rows.ratio, 4u);
  EXPECT_EQ(cells.rows.fine, 4);
  EXPECT_EQ(cells.rows.coarse, 0);
  EXPECT_EQ(cells.rows.count, 3);
}

TEST(CommonCells, AreRefusedWhereTheyAreNot)
{
  const auto fine = MakeImage(12, 12, 1, {1000., 2000., 10., -10.});
  EXPECT_EQ(ErrorOf(fine, MakeImage(3, 3, 1, {5000., 2000., 40., -40.})), "the images do not overlap");
  EXPECT_EQ(ErrorOf(fine, MakeImage(3, 4, 1, {1000., 2000., 40., -30.})),
            "a hyperspectral pixel is 4 × 3 multispectral ones, expected a whole number, the same in both directions");
  EXPECT_EQ(ErrorOf(fine, MakeImage(5, 5, 1, {1000., 2000., 25., -25.})),
            "a hyperspectral pixel is 2.5 × 2.5 multispectral ones, expected a whole number, the same in both directions");

  const auto coarse = MakeImage(3, 3, 1, {1000., 2000., 40., -40.});
  EXPECT_EQ(ErrorOf(fine, coarse), "no error");
  SetProjection(fine);
  SetProjection(coarse, "EPSG:32634");
  EXPECT_EQ(ErrorOf(fine, coarse), "the two images have different projections");
}
} // namespace
