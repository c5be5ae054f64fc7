// SPDX-License-Identifier: Apache-2.0

// The coarse sensor against closed forms: box means, moments of Gaussians, and weights summed directly from the bilinear kernel.

#include "otbPointSpreadFunction.h"
#include "otbSensorBlur.h"
#include "otbSensorOperator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace
{
using otb::CoarseGridAxis;
using otb::SensorBlur;
using otb::SensorOperator;

CoarseGridAxis Axis(double ratio, long size, double shift = 0.)
{
  // Coarse pixel 0 begins at the edge of fine pixel 0, moved by `shift` fine pixels.
  return {(0.5 - shift) / ratio, 1. / ratio, size};
}

std::vector<float> RandomImage(long rows, long columns)
{
  std::mt19937                          random(4);
  std::uniform_real_distribution<float> value(0.f, 1.f);
  std::vector<float>                    image(static_cast<std::size_t>(rows * columns));
  for (float& pixel : image)
  {
    pixel = value(random);
  }
  return image;
}

TEST(SensorBlur, OfADetectorAloneIsTheMeanOfItsPixels)
{
  const SensorOperator     sensor(SensorBlur::Detector(4, 3), Axis(4, 5), Axis(3, 6), 20, 18);
  const std::vector<float> image = RandomImage(20, 18);
  for (long i = 0; i < 5; ++i)
  {
    for (long j = 0; j < 6; ++j)
    {
      ASSERT_TRUE(sensor.IsInside(i, j));
      double mean = 0.;
      for (long y = 4 * i; y < 4 * i + 4; ++y)
      {
        for (long x = 3 * j; x < 3 * j + 3; ++x)
        {
          mean += static_cast<double>(image[static_cast<std::size_t>(y * 18 + x)]) / 12.;
        }
      }
      EXPECT_NEAR(sensor.ApplyAt(i, j, image.data(), 18), mean, 1e-4);
    }
  }
}

TEST(SensorBlur, HasTheMomentsOfItsGaussianAndDetector)
{
  const double     ratio = 4., sigmaRow = 1.5, sigmaColumn = 2.5;
  const SensorBlur blur = SensorBlur::Gaussian(ratio, ratio + 1., sigmaRow, sigmaColumn, 0.7, -1.2);
  EXPECT_NEAR(blur.knots.sum(), 1., 1e-12);
  EXPECT_NEAR(blur.GetCentroidRow(), 0.7, 1e-3);
  EXPECT_NEAR(blur.GetCentroidColumn(), -1.2, 1e-3);
  // Variances add: Gaussian, detector of r, sharp pixel of one.
  EXPECT_NEAR(blur.GetWidthRow(), std::sqrt(sigmaRow * sigmaRow + (ratio * ratio + 1.) / 12.), 5e-3);
  EXPECT_NEAR(blur.GetWidthColumn(), std::sqrt(sigmaColumn * sigmaColumn + (25. + 1.) / 12.), 5e-3);
  EXPECT_EQ(blur.GetSeparable().GetRank(), 1u);
}

TEST(SensorBlur, TrimsWhatWeighsNothing)
{
  SensorBlur blur;
  blur.knots = Eigen::MatrixXd::Zero(7, 9);
  blur.knots.block(2, 3, 3, 2).setConstant(1.);
  blur.knots(0, 0) = 0.01;
  blur.top         = -3.;
  blur.left        = -4.;
  blur.Trim(0.005);
  EXPECT_EQ(blur.knots.rows(), 3);
  EXPECT_EQ(blur.knots.cols(), 2);
  EXPECT_EQ(blur.top, -1.);
  EXPECT_EQ(blur.left, -1.);
  EXPECT_DOUBLE_EQ(blur.knots.sum(), 1.);
}

TEST(SensorBlur, IsBilinearBetweenKnotsAndZeroBeyond)
{
  SensorBlur blur;
  blur.knots.resize(2, 2);
  blur.knots << 0.1, 0.2, 0.3, 0.4;
  blur.top  = -0.5;
  blur.left = 0.5;
  EXPECT_DOUBLE_EQ(blur.At(-0.5, 0.5), 0.1);
  EXPECT_DOUBLE_EQ(blur.At(0.5, 1.5), 0.4);
  EXPECT_DOUBLE_EQ(blur.At(0., 1.), 0.25);
  EXPECT_DOUBLE_EQ(blur.At(-1., 0.5), 0.05);
  EXPECT_DOUBLE_EQ(blur.At(-1.5, 0.5), 0.);
  EXPECT_DOUBLE_EQ(blur.At(0.5, 3.), 0.);
}

TEST(SensorBlur, ApproximatesBySumsOfProducts)
{
  std::mt19937                     random(1);
  std::normal_distribution<double> normal;
  SensorBlur                       blur;
  blur.knots = Eigen::MatrixXd::NullaryExpr(
      9, 7, [&](Eigen::Index v, Eigen::Index u) { return std::exp(-0.2 * (v - 4.) * (v - 4.) - 0.3 * (u - 3.) * (u - 3.) + 0.2 * (v - 4.) * (u - 3.)); });
  blur.Normalise();
  const auto            separable = blur.GetSeparable(1e-3);
  const Eigen::MatrixXd product   = separable.rows.transpose() * separable.columns;
  EXPECT_GT(separable.GetRank(), 1u);
  EXPECT_NEAR(product.sum(), 1., 1e-12);
  EXPECT_EQ(blur.GetSeparable(1e-9, 2).GetRank(), 2u);
  const auto whole = blur.GetSeparable(1e-12, 7);
  EXPECT_LT((whole.rows.transpose() * whole.columns - blur.knots).norm(), 1e-12);
}

TEST(SensorBlur, RefusesWeightsThatSumToNothing)
{
  SensorBlur blur;
  blur.knots.resize(1, 2);
  blur.knots << 1., -1.;
  EXPECT_THROW(blur.Normalise(), std::invalid_argument);
  EXPECT_THROW(SensorBlur::Detector(0., 1.), std::invalid_argument);
  EXPECT_THROW(SensorBlur::Gaussian(2., 2., std::nan(""), 1., 0., 0.), std::invalid_argument);
}

/** Every axis: any ratio, phase and direction, against the kernel itself. */
TEST(SensorOperator, HasTheKernelsWeightsForAnyRatioAndDirection)
{
  const SensorBlur blur = SensorBlur::Gaussian(3.33, 2.5, 0.8, 1.1, 0.3, -0.6);
  for (const bool flipped : {false, true})
  {
    CoarseGridAxis rows = Axis(3.33, 11, 0.4), columns = Axis(2.5, 13, -1.3);
    if (flipped)
    {
      rows    = {static_cast<double>(rows.size) - rows.first, -rows.step, rows.size};
      columns = {static_cast<double>(columns.size) - columns.first, -columns.step, columns.size};
    }
    const SensorOperator  sensor(blur, rows, columns, 37, 33);
    const Eigen::MatrixXd dense  = sensor.GetMatrix();
    unsigned int          inside = 0;
    for (long i = 0; i < rows.size; ++i)
    {
      for (long j = 0; j < columns.size; ++j)
      {
        const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::InnerStride<>> row(
            dense.data() + i * columns.size + j, 37, 33, Eigen::InnerStride<>(dense.rows()));
        if (!sensor.IsInside(i, j))
        {
          EXPECT_EQ(row.cwiseAbs().maxCoeff(), 0.);
          continue;
        }
        ++inside;
        EXPECT_NEAR(row.sum(), 1., 1e-6);
        for (long y = 1; y + 1 < 37; ++y)
        {
          for (long x = 1; x + 1 < 33; ++x)
          {
            EXPECT_NEAR(row(y, x), blur.At(static_cast<double>(y) - rows.Centre(i), static_cast<double>(x) - columns.Centre(j)), 1e-4);
          }
        }
      }
    }
    EXPECT_GT(inside, 60u);
    EXPECT_LT(inside, 143u);
  }
}

TEST(SensorOperator, AgreesWithItsMatrixAndLeavesOutWhatTheImageDoesNotCover)
{
  const SensorBlur         blur = SensorBlur::Gaussian(4, 4, 1.5, 1.5, 0., 1.);
  const SensorOperator     sensor(blur, Axis(4, 8, -2.), Axis(4, 9, 3.), 30, 34);
  const std::vector<float> image  = RandomImage(30, 34);
  const Eigen::VectorXd    fine   = Eigen::Map<const Eigen::VectorXf>(image.data(), 30 * 34).cast<double>();
  const Eigen::VectorXd    coarse = sensor.GetMatrix() * fine;
  EXPECT_FALSE(sensor.IsInside(0, 4));
  EXPECT_TRUE(sensor.IsInside(3, 4));
  for (long i = 0; i < 8; ++i)
  {
    for (long j = 0; j < 9; ++j)
    {
      EXPECT_NEAR(sensor.ApplyAt(i, j, image.data(), 34), coarse(i * 9 + j), 1e-10);
    }
  }
  const auto& axis = sensor.GetRows();
  for (long line = 0; line < axis.size; ++line)
  {
    EXPECT_GE(axis.first[static_cast<std::size_t>(line)], 0);
    EXPECT_LE(axis.first[static_cast<std::size_t>(line)] + static_cast<long>(axis.taps), axis.fineSize);
  }
}

TEST(SensorOperator, OfAWholeRatioHasTheSameWeightsInAllLines)
{
  const SensorOperator sensor(SensorBlur::Gaussian(4, 4, 1., 1., 0., 0.), Axis(4, 20), Axis(4, 20), 80, 80);
  const auto&          rows = sensor.GetRows();
  for (long line = 4; line < 16; ++line)
  {
    EXPECT_EQ(std::vector<float>(rows.GetWeights(0, line), rows.GetWeights(0, line) + rows.taps),
              std::vector<float>(rows.GetWeights(0, 3), rows.GetWeights(0, 3) + rows.taps));
  }
}

TEST(SensorOperator, IsThePublishedSimulation)
{
  // Area means of a blurred image, by the kernel that the simulation applies.
  for (const std::string& shape : otb::PointSpreadFunction::GetShapeNames())
  {
    SCOPED_TRACE(shape);
    const auto psf        = otb::PointSpreadFunction::FromShape(shape, 1.7, 3);
    const auto decimation = psf.GetDecimationKernel(4);
    SensorBlur blur;
    blur.knots = decimation;
    blur.top   = -static_cast<double>(decimation.rows() - 1) / 2.;
    blur.left  = -static_cast<double>(decimation.cols() - 1) / 2.;
    const SensorOperator     sensor(blur, Axis(4, 10), Axis(4, 10), 40, 40);
    const std::vector<float> image  = RandomImage(40, 40);
    double                   direct = 0.;
    const long               p = psf.GetVerticalRadius(), q = psf.GetHorizontalRadius();
    for (long y = 0; y < decimation.rows(); ++y)
    {
      for (long x = 0; x < decimation.cols(); ++x)
      {
        direct += decimation(y, x) * static_cast<double>(image[static_cast<std::size_t>((20 - p + y) * 40 + 16 - q + x)]);
      }
    }
    EXPECT_NEAR(sensor.ApplyAt(5, 4, image.data(), 40), direct, 0.02);
  }
}
} // namespace
