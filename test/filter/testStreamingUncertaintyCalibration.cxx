// SPDX-License-Identifier: Apache-2.0

// Streamed, predicted and true errors are compared pixel by pixel, whatever the pieces, and pixels that do not count are left out.

#include "testImages.h"

#include "otbStreamingUncertaintyCalibrationFilter.h"

#include <cmath>
#include <limits>

namespace
{
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::PixelOf;
using CalibrationType = otb::StreamingUncertaintyCalibrationFilter<ImageType>;

constexpr long         Columns = 50, Rows = 40;
constexpr unsigned int Bands = 6;

struct Images
{
  ImageType::Pointer reference = MakeImage(Columns, Rows, Bands), estimate = MakeImage(Columns, Rows, Bands, {}, 2), errors = MakeImage(Columns, Rows, 1);

  /** The predicted errors are the true ones, times that. */
  explicit Images(float times = 1.f)
  {
    for (long row = 0; row < Rows; ++row)
    {
      for (long column = 0; column < Columns; ++column)
      {
        *PixelOf(errors, column, row) = times * static_cast<float>(std::sqrt(SquaresAt(column, row)));
      }
    }
  }

  double SquaresAt(long column, long row) const
  {
    double squares = 0.;
    for (unsigned int band = 0; band < Bands; ++band)
    {
      squares += std::pow(static_cast<double>(PixelOf(reference, column, row)[band]) - PixelOf(estimate, column, row)[band], 2) / Bands;
    }
    return squares;
  }

  otb::UncertaintyCalibration::Table Table(unsigned int pieces = 1, float noData = std::numeric_limits<float>::quiet_NaN()) const
  {
    const auto calibration = CalibrationType::New();
    calibration->GetFilter()->SetReference(reference);
    calibration->GetFilter()->SetEstimate(estimate);
    calibration->GetFilter()->SetUncertainty(errors);
    calibration->GetFilter()->SetUncertaintyNoData(noData);
    calibration->GetStreamer()->SetNumberOfDivisionsStrippedStreaming(pieces);
    calibration->Update();
    return calibration->GetFilter()->GetCalibration().Evaluate();
  }
};

TEST(StreamingUncertaintyCalibration, RightIsRight)
{
  const auto table = Images().Table();
  EXPECT_EQ(table.all.pixels, static_cast<std::uint64_t>(Columns * Rows));
  EXPECT_NEAR(table.all.GetRatio(), 1., 1e-6);
  EXPECT_GT(table.spearman, 0.999);
  EXPECT_TRUE(table.IsRising());
}

TEST(StreamingUncertaintyCalibration, IsTheSameInAnyPieces)
{
  const Images images(1.3f);
  const auto   whole = images.Table(), pieces = images.Table(7);
  ASSERT_EQ(whole.classes.size(), pieces.classes.size());
  for (std::size_t number = 0; number < whole.classes.size(); ++number)
  {
    EXPECT_EQ(whole.classes[number].predicted, pieces.classes[number].predicted);
    EXPECT_EQ(whole.classes[number].found, pieces.classes[number].found);
  }
  EXPECT_NEAR(whole.all.GetRatio(), 1.3, 1e-6);
}

TEST(StreamingUncertaintyCalibration, ErrorsOfEachBandCountAsTheirRootMeanSquare)
{
  Images     images;
  const auto one  = images.Table();
  auto       each = MakeImage(Columns, Rows, Bands);
  for (long row = 0; row < Rows; ++row)
  {
    for (long column = 0; column < Columns; ++column)
    {
      std::fill_n(PixelOf(each, column, row), Bands, 0.f);
      PixelOf(each, column, row)[3] = std::sqrt(static_cast<float>(Bands)) * *PixelOf(images.errors, column, row);
    }
  }
  images.errors = each;
  EXPECT_NEAR(images.Table().all.GetRatio(), one.all.GetRatio(), 1e-5);
}

TEST(StreamingUncertaintyCalibration, PixelsWithoutDataDoNotCount)
{
  const Images images;
  *PixelOf(images.errors, 3, 4)     = -9999.f;
  *PixelOf(images.errors, 4, 4)     = std::numeric_limits<float>::quiet_NaN();
  PixelOf(images.estimate, 5, 4)[2] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(images.Table(3, -9999.f).all.pixels, static_cast<std::uint64_t>(Columns * Rows - 3));
}

TEST(StreamingUncertaintyCalibration, RefusesImagesOfOtherSizes)
{
  Images images;
  images.errors = MakeImage(Columns, Rows - 1, 1);
  EXPECT_THROW(images.Table(), itk::ExceptionObject);
  images.errors = MakeImage(Columns, Rows, 2);
  EXPECT_THROW(images.Table(), itk::ExceptionObject);
}
} // namespace
