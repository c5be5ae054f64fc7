// SPDX-License-Identifier: Apache-2.0

// What two images differ by at coarse pixels, against the sensor applied pixel by pixel; and how much of it is noise.

#include "otbCoarseAgreement.h"
#include "otbSensorLines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace
{
using otb::CoarseAgreement;
using otb::SpectraMatrix;

SpectraMatrix Random(Eigen::Index rows, Eigen::Index columns, unsigned int seed, float deviation)
{
  std::mt19937                    generator(seed);
  std::normal_distribution<float> normal(0.f, deviation);
  return SpectraMatrix::NullaryExpr(rows, columns, [&] { return normal(generator); });
}

TEST(CoarseAgreement, DifferencesAreOfWhatTheSensorMakesOfTheSharpImage)
{
  const otb::CoarseGridAxis rows{0.125, 0.25, 8}, columns{0.125, 0.25, 9};
  const otb::SensorOperator sensor(otb::SensorBlur::Gaussian(4, 4, 1.2, 1.5, 0.3, -0.2), rows, columns, 32, 36);
  const SpectraMatrix       image  = Random(32 * 36, 2, 1, 1.f);
  const auto                coarse = otb::SensorLines::GetCoarse(sensor, {0, 0, 32, 36});
  const SpectraMatrix       seen   = Random(coarse.rows * coarse.columns, 2, 2, 1.f);
  const auto                found  = CoarseAgreement::Differences(sensor, {0, 0, 32, 36}, image.data(), seen);
  ASSERT_GT(found.rows(), 0);
  for (long i = 0; i < coarse.rows; ++i)
  {
    for (long j = 0; j < coarse.columns; ++j)
    {
      for (Eigen::Index band = 0; band < 2; ++band)
      {
        const auto pixel = i * coarse.columns + j;
        EXPECT_NEAR(found(pixel, band), seen(pixel, band) - sensor.ApplyAt(coarse.top + i, coarse.left + j, image.data() + band, 72, 2), 1e-5);
      }
    }
  }
}

TEST(CoarseAgreement, ToleranceIsSixDeviationsWhateverCloudsThereAre)
{
  const SpectraMatrix seen        = Random(4000, 1, 3, 0.1f);
  SpectraMatrix       differences = Random(4000, 1, 4, 0.05f);
  differences.topRows(400).setConstant(0.8f);
  const auto tolerance = CoarseAgreement::FindTolerance(differences, seen);
  ASSERT_EQ(tolerance.size(), 1u);
  EXPECT_NEAR(tolerance[0], 6 * 0.05f, 0.06f);

  // Without noise, a tenth of the range from 5 to 95 %: 3.29 standard deviations.
  EXPECT_NEAR(CoarseAgreement::FindTolerance(0.f * differences, seen)[0], 0.1f * 3.29f * 0.1f, 0.004f);
  EXPECT_TRUE(CoarseAgreement::FindTolerance(SpectraMatrix(0, 1), SpectraMatrix(0, 1)).empty());
}

TEST(CoarseAgreement, ExcludesWhatDiffersInAnyBandAndWhatIsNoNumber)
{
  SpectraMatrix differences = SpectraMatrix::Zero(5, 2);
  differences(1, 0)         = 0.2f;
  differences(2, 1)         = -0.4f;
  differences(3, 0)         = std::numeric_limits<float>::quiet_NaN();
  std::vector<unsigned char> usable(5, 1);
  usable[4] = 0;
  CoarseAgreement::Exclude(differences, {}, usable);
  EXPECT_EQ(usable, (std::vector<unsigned char>{1, 1, 1, 1, 0}));
  CoarseAgreement::Exclude(differences, {0.2f, 0.3f}, usable);
  EXPECT_EQ(usable, (std::vector<unsigned char>{1, 1, 0, 0, 0}));
}
} // namespace
