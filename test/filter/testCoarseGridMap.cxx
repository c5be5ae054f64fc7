// SPDX-License-Identifier: Apache-2.0
#include "otbCoarseGridMap.h"
#include "testImages.h"

#include <vector>

namespace
{
using otb::CoarseGridMap;
using otb::test::Grid;
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::SetProjection;
using Cells = std::vector<long>;

Cells CellsOf(const CoarseGridMap::Axis& axis, long count)
{
  Cells cells;
  for (long fine = 0; fine < count; ++fine)
  {
    cells.push_back(axis.Cell(fine));
  }
  return cells;
}

TEST(CoarseGridMap, FollowsCoordinatesThroughSubPixelOffsets)
{
  // Fine pixels of 10 m on coarse ones of 40 m. The coarse image starts 15 m to the right and 25 m below; fine centres lie at 5, 15, 25, ...
  const auto fine   = MakeImage(12, 9, 1, {1000., 2000., 10., -10.});
  const auto coarse = MakeImage(2, 3, 1, {1015., 1975., 40., -40.});
  const auto map    = CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer());
  EXPECT_TRUE(map.physical);
  // 15 lies on the coarse image's left edge, which belongs to it; 55 on the edge to the next; 95 on the end.
  EXPECT_EQ(CellsOf(map.columns, 12), (Cells{-1, 0, 0, 0, 0, 1, 1, 1, 1, -1, -1, -1}));
  EXPECT_EQ(CellsOf(map.rows, 9), (Cells{-1, -1, 0, 0, 0, 0, 1, 1, 1}));
}

TEST(CoarseGridMap, FollowsCoordinatesWithAnyRatio)
{
  const auto fine   = MakeImage(10, 10, 1, {0., 0., 10., 10.});
  const auto coarse = MakeImage(4, 4, 1, {0., 0., 25., 25.});
  const auto map    = CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer());
  EXPECT_EQ(CellsOf(map.columns, 10), (Cells{0, 0, 1, 1, 1, 2, 2, 3, 3, 3}));
  EXPECT_DOUBLE_EQ(map.columns.step, 0.4);
  EXPECT_DOUBLE_EQ(map.columns.first, 0.2);
}

TEST(CoarseGridMap, FollowsCoordinatesWhenAnAxisIsFlipped)
{
  // The coarse image runs south to north over the same ground.
  const auto fine   = MakeImage(4, 8, 1, {0., 80., 10., -10.});
  const auto coarse = MakeImage(2, 4, 1, {0., 0., 20., 20.});
  const auto map    = CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer());
  EXPECT_EQ(CellsOf(map.columns, 4), (Cells{0, 0, 1, 1}));
  EXPECT_EQ(CellsOf(map.rows, 8), (Cells{3, 3, 2, 2, 1, 1, 0, 0}));
}

TEST(CoarseGridMap, CountsFromTheFirstPixelWhereverItsIndexIs)
{
  const auto fine   = MakeImage(12, 9, 1, {1000., 2000., 10., -10.});
  const auto coarse = MakeImage(3, 3, 1, {1000., 2000., 40., -40.});
  // The same pixels, numbered from (4, 8) on: the origin is where pixel (0, 0) would be.
  auto region = fine->GetLargestPossibleRegion();
  region.SetIndex(0, 4);
  region.SetIndex(1, 8);
  fine->SetRegions(region);
  const auto map = CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer());
  EXPECT_EQ(CellsOf(map.columns, 12), (Cells{1, 1, 1, 1, 2, 2, 2, 2, -1, -1, -1, -1}));
  EXPECT_EQ(CellsOf(map.rows, 4), (Cells{2, 2, 2, 2}));
}

TEST(CoarseGridMap, AssumesEqualFootprintsWithoutGeoreferencing)
{
  const Grid plain = {-0.5, -0.5, 1., 1.};
  const auto map   = CoarseGridMap::Between(MakeImage(10, 8, 1, plain).GetPointer(), MakeImage(4, 2, 1, plain).GetPointer());
  EXPECT_FALSE(map.physical);
  EXPECT_EQ(CellsOf(map.columns, 10), (Cells{0, 0, 1, 1, 1, 2, 2, 3, 3, 3}));
  EXPECT_EQ(CellsOf(map.rows, 8), (Cells{0, 0, 0, 0, 1, 1, 1, 1}));

  // One image of a map and one of none have no coordinates in common.
  const auto projected = MakeImage(10, 8, 1, {500000., 4000000., 10., -10.});
  SetProjection(projected);
  EXPECT_FALSE(CoarseGridMap::Between(projected.GetPointer(), MakeImage(4, 2, 1, plain).GetPointer()).physical);
}

TEST(CoarseGridMap, TrustsAProjectionEvenWhenSpacingsAreEqual)
{
  const auto fine = MakeImage(4, 4, 1, {100., 100., 10., -10.}), coarse = MakeImage(4, 4, 1, {110., 100., 10., -10.});
  EXPECT_FALSE(CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer()).physical);
  SetProjection(fine);
  SetProjection(coarse);
  const auto map = CoarseGridMap::Between(fine.GetPointer(), coarse.GetPointer());
  EXPECT_TRUE(map.physical);
  EXPECT_EQ(CellsOf(map.columns, 4), (Cells{-1, 0, 1, 2}));
}

TEST(CoarseGridMap, RefusesImagesOfDifferentGround)
{
  const auto errorOf = [](const Grid& grid) -> std::string
  {
    try
    {
      CoarseGridMap::Between(MakeImage(8, 8, 1, {1000., 2000., 10., -10.}).GetPointer(), MakeImage(2, 2, 1, grid).GetPointer());
    }
    catch (const itk::ExceptionObject& error)
    {
      return error.GetDescription();
    }
    return "no error";
  };
  // Fine centres span 1005 to 1075 and 1995 down to 1925.
  EXPECT_EQ(errorOf({1075., 2000., 40., -40.}), "no error");
  EXPECT_NE(errorOf({1076., 2000., 40., -40.}).find("do not overlap"), std::string::npos);
  EXPECT_NE(errorOf({1076., 2000., 40., -40.}).find("of 0 to 2 along x"), std::string::npos);
  EXPECT_EQ(errorOf({926., 2000., 40., -40.}), "no error");
  EXPECT_NE(errorOf({924., 2000., 40., -40.}).find("do not overlap"), std::string::npos);
  EXPECT_EQ(errorOf({1000., 1926., 40., -40.}), "no error");
  EXPECT_NE(errorOf({1000., 1924., 40., -40.}).find("of 0 to 2 along y"), std::string::npos);
  EXPECT_NE(errorOf({1000., 2076., 40., -40.}).find("do not overlap"), std::string::npos);
}

TEST(CoarseGridMap, CallsTheImagesByTheirNames)
{
  try
  {
    CoarseGridMap::Between(MakeImage(8, 8, 1, {1000., 2000., 10., -10.}).GetPointer(), MakeImage(2, 2, 1, {5000., 2000., 40., -40.}).GetPointer(), "inms",
                           "inhs");
    FAIL() << "no error";
  }
  catch (const itk::ExceptionObject& error)
  {
    const std::string text = error.GetDescription();
    EXPECT_NE(text.find("inms and inhs do not overlap, expected images of the same ground: in pixels of inhs, inms spans"), std::string::npos) << text;
  }
}
} // namespace
