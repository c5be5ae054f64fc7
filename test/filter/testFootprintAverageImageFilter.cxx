// SPDX-License-Identifier: Apache-2.0
#include "otbFootprintAverageImageFilter.h"
#include "otbReprojection.h"
#include "testImages.h"

#include <cmath>

namespace
{
using namespace otb::test;
using FilterType = otb::FootprintAverageImageFilter<ImageType>;

FilterType::Pointer MakeFilter(const ImageType::Pointer& fine, const ImageType::Pointer& grid)
{
  auto filter = FilterType::New();
  filter->SetInput(fine);
  filter->SetGrid(grid);
  return filter;
}

/** Every pixel holds the physical coordinates of its centre. */
ImageType::Pointer MakeCoordinates(unsigned int columns, unsigned int rows, const Grid& grid)
{
  const auto image = MakeImage(columns, rows, 2, grid);
  for (unsigned int row = 0; row < rows; ++row)
  {
    for (unsigned int column = 0; column < columns; ++column)
    {
      ImageType::PointType point;
      image->TransformIndexToPhysicalPoint(ImageType::IndexType{{column, row}}, point);
      PixelOf(image, column, row)[0] = static_cast<float>(point[0]);
      PixelOf(image, column, row)[1] = static_cast<float>(point[1]);
    }
  }
  return image;
}

/** The mean over a footprint by brute force: many points, each with the value of the fine pixel around it; NaN when one falls outside. */
double MeanOverPoints(ImageType* fine, const ImageType::PointType& centre, double width, double height, unsigned int band)
{
  constexpr int Points = 240;
  double        sum    = 0.;
  for (int j = 0; j < Points; ++j)
  {
    for (int i = 0; i < Points; ++i)
    {
      ImageType::PointType point;
      point[0] = centre[0] + ((i + 0.5) / Points - 0.5) * width;
      point[1] = centre[1] + ((j + 0.5) / Points - 0.5) * height;
      ImageType::IndexType index;
      if (!fine->TransformPhysicalPointToIndex(point, index))
      {
        return std::nan("");
      }
      sum += PixelOf(fine, index[0], index[1])[band];
    }
  }
  return sum / (Points * Points);
}

TEST(FootprintAverageImageFilter, IsTheMeanOverTheFootprintForAnyRatioAndOffset)
{
  // Fine pixels of 10 x 10 m; grids of whole and odd ratios, offset by whole and odd parts of a fine pixel, flipped, partly outside.
  const auto fine = MakeImage(40, 30, 3, {1000., 2000., 10., -10.});
  SetProjection(fine); // without it, two grids of one spacing would tell nothing
  for (const Grid& place : {Grid{1000., 2000., 40., -40.}, Grid{1005., 1997.5, 40., -40.}, Grid{1003., 1991., 27., -33.}, Grid{985., 2011., 25., -25.},
                            Grid{1000., 1703., 30., 35.}, Grid{1002., 1996., 10., -10.}})
  {
    const auto grid = MakeImage(7, 6, 1, place);
    SetProjection(grid);
    const auto filter = MakeFilter(fine, grid);
    filter->Update();
    auto* const output = filter->GetOutput();
    EXPECT_EQ(output->GetOrigin(), grid->GetOrigin());
    EXPECT_EQ(output->GetSignedSpacing(), grid->GetSignedSpacing());
    EXPECT_EQ(output->GetLargestPossibleRegion(), grid->GetLargestPossibleRegion());
    ASSERT_EQ(output->GetNumberOfComponentsPerPixel(), 3u);
    for (long y = 0; y < 6; ++y)
    {
      for (long x = 0; x < 7; ++x)
      {
        ImageType::PointType centre;
        grid->TransformIndexToPhysicalPoint(ImageType::IndexType{{x, y}}, centre);
        const double expected = MeanOverPoints(fine, centre, place.columnSpacing, std::abs(place.rowSpacing), 1);
        const float  found    = PixelOf(output, x, y)[1];
        ASSERT_EQ(std::isnan(expected), std::isnan(found)) << x << ", " << y;
        if (!std::isnan(expected))
        {
          ASSERT_NEAR(found, expected, 2e-3) << x << ", " << y;
        }
      }
    }
  }
}

TEST(FootprintAverageImageFilter, HasNoHalfPixelShift)
{
  // A fine image of coordinates, averaged over a footprint of whole fine pixels, gives the footprint's centre: an exact test of where pixels lie.
  const auto fine = MakeCoordinates(60, 60, {5000., 9000., 10., -10.});
  for (const double offset : {0., 10., 30., 50.})
  {
    const auto grid   = MakeImage(8, 9, 1, {5000. + offset, 9000. - offset, 60., -60.});
    const auto filter = MakeFilter(fine, grid);
    filter->Update();
    for (long y = 0; y < 9; ++y)
    {
      for (long x = 0; x < 8; ++x)
      {
        ImageType::PointType centre;
        grid->TransformIndexToPhysicalPoint(ImageType::IndexType{{x, y}}, centre);
        ASSERT_NEAR(PixelOf(filter->GetOutput(), x, y)[0], centre[0], 1e-3);
        ASSERT_NEAR(PixelOf(filter->GetOutput(), x, y)[1], centre[1], 1e-3);
      }
    }
  }
}

TEST(FootprintAverageImageFilter, TakesEqualFootprintsWithoutGeoreferencing)
{
  const auto fine = MakeImage(12, 9, 1, {0., 0., 1., 1.}), grid = MakeImage(4, 3, 1, {0., 0., 1., 1.});
  const auto filter = MakeFilter(fine, grid);
  filter->Update();
  EXPECT_FALSE(filter->GetGridMap().physical);
  double sum = 0.;
  for (long y = 3; y < 6; ++y)
  {
    for (long x = 6; x < 9; ++x)
    {
      sum += PixelOf(fine, x, y)[0];
    }
  }
  EXPECT_NEAR(PixelOf(filter->GetOutput(), 2, 1)[0], sum / 9., 1e-6);
}

TEST(FootprintAverageImageFilter, IsNotANumberWhereTheInputIsInvalid)
{
  const auto fine = MakeImage(12, 12, 2, {0., 0., 10., 10.}), grid = MakeImage(3, 3, 1, {0., 0., 40., 40.});
  PixelOf(fine, 5, 1)[1] = std::nanf("");
  PixelOf(fine, 0, 9)[0] = PixelOf(fine, 0, 9)[1] = -9999.f;
  const auto filter                               = MakeFilter(fine, grid);
  filter->SetInputNoData(-9999.f);
  filter->Update();
  for (long y = 0; y < 3; ++y)
  {
    for (long x = 0; x < 3; ++x)
    {
      const bool invalid = (x == 1 && y == 0) || (x == 0 && y == 2);
      EXPECT_EQ(std::isnan(PixelOf(filter->GetOutput(), x, y)[0]), invalid) << x << ", " << y;
      EXPECT_EQ(std::isnan(PixelOf(filter->GetOutput(), x, y)[1]), invalid) << x << ", " << y;
    }
  }
}

TEST(FootprintAverageImageFilter, GivesTheSameBitsForAnyTilingAndThreads)
{
  const auto fine = MakeImage(90, 70, 3, {1000., 2000., 10., -10.});
  const auto grid = MakeImage(26, 21, 1, {1013., 1989., 33., -31.});
  ExpectSameBitsForAnyTilingAndThreads([&] { return MakeFilter(fine, grid); });
}

TEST(FootprintAverageImageFilter, RefusesGridsThatItCannotPlace)
{
  const auto fine = MakeImage(12, 12, 1, {0., 0., 10., 10.});
  EXPECT_NE(ErrorOf(MakeFilter(fine, nullptr).GetPointer()).find("no grid"), std::string::npos);
  const auto far = MakeImage(3, 3, 1, {1e6, 0., 40., 40.});
  EXPECT_NE(ErrorOf(MakeFilter(fine, far).GetPointer()).find("do not overlap"), std::string::npos);
  const auto other = MakeImage(3, 3, 1, {0., 0., 40., 40.});
  SetProjection(fine);
  SetProjection(other, "EPSG:32632");
  EXPECT_NE(ErrorOf(MakeFilter(fine, other).GetPointer()).find("different projections"), std::string::npos);
}

/** UTM zone 32 and 33 at 12 degrees of longitude, their border. */
const Grid Zone32 = {703000., 5823000., 30., -30.};

ImageType::Pointer InZone33()
{
  const auto reference = MakeImage(10, 10, 1, {297000., 5823000., 10., -10.});
  SetProjection(reference, "EPSG:32633");
  return reference;
}

TEST(Reprojection, PutsEachPixelWhereItLies)
{
  // Pixels that hold their coordinates in zone 32, on a grid in zone 33: the nearest pixel's centre lies within its half diagonal.
  const auto image = MakeCoordinates(50, 40, Zone32);
  SetProjection(image, "EPSG:32632");
  const auto reference = InZone33();
  auto       filter    = otb::MakeReprojection(image.GetPointer(), reference.GetPointer(), otb::Resampling::Nearest);
  filter->Update();
  auto* const output = filter->GetOutput();
  EXPECT_NEAR(output->GetSignedSpacing()[0], 30., 0.1);
  EXPECT_NEAR(output->GetSignedSpacing()[1], -30., 0.1);
  EXPECT_TRUE(otb::HaveSameProjection(output, reference.GetPointer()));

  auto back = otb::GenericRSTransform<>::New();
  back->SetInputProjectionRef("EPSG:32633");
  back->SetOutputProjectionRef("EPSG:32632");
  back->InstantiateTransform();
  const auto size  = output->GetLargestPossibleRegion().GetSize();
  double     valid = 0., sum[2] = {0., 0.};
  for (unsigned long y = 0; y < size[1]; ++y)
  {
    for (unsigned long x = 0; x < size[0]; ++x)
    {
      ImageType::PointType place;
      output->TransformIndexToPhysicalPoint(ImageType::IndexType{{static_cast<long>(x), static_cast<long>(y)}}, place);
      const auto   truth  = back->TransformPoint(place);
      const float* found  = PixelOf(output, static_cast<long>(x), static_cast<long>(y));
      const bool   inside = truth[0] > 703000. && truth[0] < 704500. && truth[1] < 5823000. && truth[1] > 5821800.;
      // The rim's last metre is left to rounding.
      const bool rim =
          std::abs(truth[0] - 703000.) < 1. || std::abs(truth[0] - 704500.) < 1. || std::abs(truth[1] - 5823000.) < 1. || std::abs(truth[1] - 5821800.) < 1.;
      if (rim)
      {
        continue;
      }
      ASSERT_EQ(std::isnan(found[0]), !inside) << x << ", " << y;
      if (inside)
      {
        ASSERT_LT(std::abs(found[0] - truth[0]), 15.6);
        ASSERT_LT(std::abs(found[1] - truth[1]), 15.6);
        ++valid;
        sum[0] += found[0] - truth[0];
        sum[1] += found[1] - truth[1];
      }
    }
  }
  EXPECT_NEAR(valid, 2000., 60.);
  // No shift: the roundings to the nearest pixel cancel.
  EXPECT_NEAR(sum[0] / valid, 0., 1.);
  EXPECT_NEAR(sum[1] / valid, 0., 1.);
}

TEST(Reprojection, InterpolatesExactlyWhatIsLinear)
{
  const auto image = MakeCoordinates(50, 40, Zone32);
  SetProjection(image, "EPSG:32632");
  const auto reference = InZone33();
  auto       filter    = otb::MakeReprojection(image.GetPointer(), reference.GetPointer(), otb::Resampling::Linear);
  filter->Update();
  auto back = otb::GenericRSTransform<>::New();
  back->SetInputProjectionRef("EPSG:32633");
  back->SetOutputProjectionRef("EPSG:32632");
  back->InstantiateTransform();
  int valid = 0;
  for (long y = 0; y < 40; ++y)
  {
    for (long x = 0; x < 50; ++x)
    {
      ImageType::PointType place;
      filter->GetOutput()->TransformIndexToPhysicalPoint(ImageType::IndexType{{x, y}}, place);
      const auto truth  = back->TransformPoint(place);
      const bool inside = truth[0] > 703030. && truth[0] < 704470. && truth[1] < 5822970. && truth[1] > 5821830.;
      if (inside)
      {
        // Single precision resolves half a metre of the northing.
        ASSERT_NEAR(PixelOf(filter->GetOutput(), x, y)[0], truth[0], 0.3);
        ASSERT_NEAR(PixelOf(filter->GetOutput(), x, y)[1], truth[1], 0.8);
        ++valid;
      }
    }
  }
  EXPECT_GT(valid, 1400);
}

TEST(Reprojection, WorksInTiles)
{
  const auto image = MakeImage(50, 40, 3, Zone32);
  SetProjection(image, "EPSG:32632");
  const auto reference = InZone33();
  const auto whole     = otb::MakeReprojection(image.GetPointer(), reference.GetPointer(), otb::Resampling::Nearest);
  whole->Update();
  const auto streamed = otb::MakeReprojection(image.GetPointer(), reference.GetPointer(), otb::Resampling::Nearest);
  const auto tiles    = InTiles(streamed.GetPointer(), 9);
  const auto size     = tiles->GetLargestPossibleRegion().GetSize();
  ASSERT_EQ(size, whole->GetOutput()->GetLargestPossibleRegion().GetSize());
  for (unsigned long i = 0; i < size[0] * size[1] * 3; ++i)
  {
    const float a = whole->GetOutput()->GetBufferPointer()[i], b = tiles->GetBufferPointer()[i];
    ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << i;
  }
}

TEST(Reprojection, IsNotNeededBetweenEqualProjections)
{
  const auto one = MakeImage(3, 3, 1), other = MakeImage(3, 3, 1);
  EXPECT_TRUE(otb::HaveSameProjection(one.GetPointer(), other.GetPointer()));
  SetProjection(one, "EPSG:32633");
  EXPECT_TRUE(otb::HaveSameProjection(one.GetPointer(), other.GetPointer()));
  SetProjection(other, "EPSG:32633");
  EXPECT_TRUE(otb::HaveSameProjection(one.GetPointer(), other.GetPointer()));
  SetProjection(other, otb::SpatialReference::FromEPSG(32633).ToWkt());
  EXPECT_TRUE(otb::HaveSameProjection(one.GetPointer(), other.GetPointer()));
  SetProjection(other, "EPSG:4326");
  EXPECT_FALSE(otb::HaveSameProjection(one.GetPointer(), other.GetPointer()));
}
} // namespace
