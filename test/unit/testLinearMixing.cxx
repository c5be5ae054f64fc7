// SPDX-License-Identifier: Apache-2.0

// x = o + sum_k a_k (e_k - o), written plainly in double precision.

#include "../testModels.h"
#include "otbLinearMixing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace
{
using otb::LinearMixing;
using otb::SpectraMatrix;

SpectraMatrix Uniform(Eigen::Index rows, Eigen::Index columns, unsigned int seed)
{
  const auto values = otb::test::MakeValues(static_cast<std::size_t>(rows * columns), seed, -1.f, 1.f);
  return Eigen::Map<const SpectraMatrix>(values.data(), rows, columns);
}

TEST(LinearMixing, IsTheEquationForAnySizeAndWritesNoFurther)
{
  constexpr float Guard = -12345.f;
  for (const Eigen::Index bands : {1, 3, 15, 16, 17, 33, 191})
  {
    for (const Eigen::Index K : {1, 2, 7, 20})
    {
      for (const Eigen::Index pixels : {1, 2, 31, 300})
      {
        const SpectraMatrix endmembers = Uniform(K, bands, 1), abundances = Uniform(pixels, K, 2);
        const float         origin = 0.37f;
        std::vector<float>  found(static_cast<std::size_t>(pixels * bands) + 64, Guard);
        LinearMixing(endmembers, origin).Apply(abundances.data(), static_cast<std::size_t>(pixels), found.data());
        const Eigen::MatrixXd expected = (abundances.cast<double>() * (endmembers.cast<double>().array() - origin).matrix()).array() + origin;
        const auto            result   = Eigen::Map<const SpectraMatrix>(found.data(), pixels, bands).cast<double>();
        ASSERT_LT((result - expected).cwiseAbs().maxCoeff(), 4e-6) << pixels << " pixels, " << K << " endmembers, " << bands << " bands";
        for (std::size_t i = static_cast<std::size_t>(pixels * bands); i < found.size(); ++i)
        {
          ASSERT_EQ(found[i], Guard) << "behind " << pixels << " pixels of " << bands << " bands";
        }
      }
    }
  }
}

TEST(LinearMixing, WithoutAnOriginIsThePlainModel)
{
  const SpectraMatrix endmembers = Uniform(3, 18, 1);
  SpectraMatrix       found(1, 18);
  const float         second[] = {0.f, 1.f, 0.f};
  LinearMixing(endmembers, 0.f).Apply(second, 1, found.data());
  EXPECT_EQ(found, SpectraMatrix(endmembers.row(1)));
}

TEST(LinearMixing, OriginHasNoEffectWhereAbundancesSumToOne)
{
  const SpectraMatrix endmembers   = Uniform(3, 18, 1);
  const float         abundances[] = {0.25f, 0.625f, 0.125f};
  SpectraMatrix       with(1, 18), without(1, 18);
  LinearMixing(endmembers, 5.f).Apply(abundances, 1, with.data());
  LinearMixing(endmembers, 0.f).Apply(abundances, 1, without.data());
  EXPECT_LT((with - without).cwiseAbs().maxCoeff(), 4e-6f);
}

TEST(LinearMixing, GivesAPixelTheSameBitsAnywhere)
{
  const SpectraMatrix endmembers = Uniform(5, 37, 1), abundances = Uniform(70, 5, 2);
  const LinearMixing  mixing(endmembers, 0.1f);
  SpectraMatrix       whole(70, 37), alone(1, 37);
  mixing.Apply(abundances.data(), 70, whole.data());
  for (Eigen::Index pixel = 0; pixel < 70; ++pixel)
  {
    mixing.Apply(abundances.row(pixel).data(), 1, alone.data());
    ASSERT_EQ(std::memcmp(alone.data(), whole.row(pixel).data(), 37 * sizeof(float)), 0) << "pixel " << pixel;
  }
}

TEST(LinearMixing, RefusesEndmembersThatAreNone)
{
  SpectraMatrix endmembers = SpectraMatrix::Ones(2, 3);
  EXPECT_THROW(LinearMixing(SpectraMatrix(), 0.f), std::invalid_argument);
  EXPECT_THROW(LinearMixing(endmembers, std::nanf("")), std::invalid_argument);
  endmembers(1, 1) = std::numeric_limits<float>::infinity();
  EXPECT_THROW(LinearMixing(endmembers, 0.f), std::invalid_argument);
}
} // namespace
