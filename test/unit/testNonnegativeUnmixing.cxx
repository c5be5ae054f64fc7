// SPDX-License-Identifier: Apache-2.0

// Non-negative least squares against the best of all active sets, tried one by one.

#include "../testModels.h"
#include "otbNonnegativeUnmixing.h"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace
{
using otb::NonnegativeUnmixing;
using otb::SpectraMatrix;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

double Objective(const SpectraMatrix& endmembers, const Vector& x, const Vector& a)
{
  return (x - endmembers.cast<double>().transpose() * a).squaredNorm();
}

/** The minimum over all sets of endmembers that may be there: 2^K least squares problems. */
Vector BestOfAllActiveSets(const SpectraMatrix& endmembers, const Vector& x)
{
  const Eigen::Index K             = endmembers.rows();
  const Matrix       E             = endmembers.cast<double>();
  Vector             best          = Vector::Zero(K);
  double             bestObjective = x.squaredNorm();
  for (unsigned int set = 1; set < 1u << K; ++set)
  {
    std::vector<Eigen::Index> members;
    for (Eigen::Index k = 0; k < K; ++k)
    {
      if (set >> k & 1u)
      {
        members.push_back(k);
      }
    }
    const Matrix part = E(members, Eigen::all);
    const Vector some = (part * part.transpose()).fullPivLu().solve(part * x);
    Vector       a    = Vector::Zero(K);
    a(members)        = some;
    if (some.minCoeff() >= 0. && Objective(endmembers, x, a) < bestObjective)
    {
      best          = a;
      bestObjective = Objective(endmembers, x, a);
    }
  }
  return best;
}

SpectraMatrix Uniform(Eigen::Index rows, Eigen::Index columns, float low, float high, unsigned int seed)
{
  const auto values = otb::test::MakeValues(static_cast<std::size_t>(rows * columns), seed, low, high);
  return Eigen::Map<const SpectraMatrix>(values.data(), rows, columns);
}

Vector Unmix(const SpectraMatrix& endmembers, const Eigen::VectorXf& x)
{
  Eigen::VectorXf a = Eigen::VectorXf::Constant(endmembers.rows(), -77.f);
  NonnegativeUnmixing(endmembers).Apply(x.data(), 1, a.data());
  return a.cast<double>();
}

TEST(NonnegativeUnmixing, IsTheBestOfAllActiveSets)
{
  const SpectraMatrix endmembers = Uniform(4, 13, 0.f, 1.f, 1);
  const SpectraMatrix pixels     = Uniform(5000, 13, -0.5f, 1.5f, 2);
  SpectraMatrix       found(5000, 4);
  NonnegativeUnmixing(endmembers).Apply(pixels.data(), 5000, found.data());
  std::vector<int> free(5, 0);
  for (Eigen::Index pixel = 0; pixel < pixels.rows(); ++pixel)
  {
    const Vector expected = BestOfAllActiveSets(endmembers, pixels.row(pixel).cast<double>());
    ASSERT_LT((found.row(pixel).transpose().cast<double>() - expected).cwiseAbs().maxCoeff(), 2e-6) << "pixel " << pixel;
    ++free[static_cast<std::size_t>((expected.array() > 0.).count())];
  }
  for (std::size_t number = 1; number < free.size(); ++number)
  {
    EXPECT_GT(free[number], 10) << "pixels with " << number << " endmembers: the test must see all kinds";
  }
}

TEST(NonnegativeUnmixing, IsAccurateForEndmembersThatAreMuchAlike)
{
  // Spectra of one material under different conditions: the Gram matrix has a condition of some 1e7.
  const SpectraMatrix common     = Uniform(1, 60, 0.2f, 0.8f, 1);
  const SpectraMatrix endmembers = common.replicate(4, 1) + Uniform(4, 60, -1e-3f, 1e-3f, 2);
  SpectraMatrix       pixels     = Uniform(300, 4, 0.f, 1.f, 3) * endmembers + Uniform(300, 60, -1e-3f, 1e-3f, 4);
  SpectraMatrix       found(300, 4);
  NonnegativeUnmixing(endmembers).Apply(pixels.data(), 300, found.data());
  for (Eigen::Index pixel = 0; pixel < pixels.rows(); ++pixel)
  {
    const Vector expected = BestOfAllActiveSets(endmembers, pixels.row(pixel).cast<double>());
    ASSERT_LT((found.row(pixel).transpose().cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5) << "pixel " << pixel;
  }
}

TEST(NonnegativeUnmixing, RecoversExactMixturesInAnyUnit)
{
  for (const float unit : {1e-6f, 1.f, 1e4f})
  {
    const SpectraMatrix endmembers = unit * Uniform(7, 100, 0.f, 1.f, 5);
    SpectraMatrix       abundances = Uniform(200, 7, -0.5f, 1.f, 6).cwiseMax(0.f); // a third are zero
    const SpectraMatrix pixels     = (abundances.cast<double>() * endmembers.cast<double>()).cast<float>();
    SpectraMatrix       found(200, 7);
    NonnegativeUnmixing(endmembers).Apply(pixels.data(), 200, found.data());
    EXPECT_LT((found - abundances).cwiseAbs().maxCoeff(), 1e-6f) << "unit " << unit;
  }
}

TEST(NonnegativeUnmixing, CopesWithDependentEndmembers)
{
  // Twice the same, the sum of two others, and no signal at all.
  const SpectraMatrix three = Uniform(3, 20, 0.f, 1.f, 7);
  SpectraMatrix       endmembers(6, 20);
  endmembers << three, three.row(1), three.row(0) + three.row(2), SpectraMatrix::Zero(1, 20);
  const SpectraMatrix pixels = Uniform(2000, 20, -0.2f, 1.f, 8);
  for (Eigen::Index pixel = 0; pixel < pixels.rows(); ++pixel)
  {
    const Vector x = pixels.row(pixel).cast<double>();
    const Vector a = Unmix(endmembers, pixels.row(pixel));
    ASSERT_TRUE(a.allFinite());
    ASSERT_GE(a.minCoeff(), 0.);
    ASSERT_EQ(a(5), 0.);
    // Abundances are not unique, but the fit is. The sum of two is a combination of the three, so it adds nothing either.
    const double best = Objective(three, x, BestOfAllActiveSets(three, x));
    ASSERT_LT(Objective(endmembers, x, a), best * (1. + 1e-6)) << "pixel " << pixel;
  }
}

TEST(NonnegativeUnmixing, CopesWithEndmembersThatDifferByRoundingAlone)
{
  // Their Gram matrix is singular as far as double precision can tell, but not exactly.
  const SpectraMatrix three = Uniform(3, 20, 0.f, 1.f, 7);
  SpectraMatrix       endmembers(9, 20);
  endmembers << three, three, (three.array() * (1.f + 1e-7f * Uniform(3, 20, -1.f, 1.f, 8).array())).matrix();
  for (Eigen::Index k = 0; k < 3; ++k)
  {
    endmembers(3 + k, 4 * k) = std::nextafter(endmembers(3 + k, 4 * k), 2.f);
  }
  const SpectraMatrix pixels = Uniform(2000, 3, -0.3f, 1.f, 10) * three + Uniform(2000, 20, -0.1f, 0.1f, 11);
  for (Eigen::Index pixel = 0; pixel < pixels.rows(); ++pixel)
  {
    const Vector x = pixels.row(pixel).cast<double>();
    const Vector a = Unmix(endmembers, pixels.row(pixel));
    ASSERT_TRUE(a.allFinite()) << "pixel " << pixel;
    ASSERT_GE(a.minCoeff(), 0.);
    ASSERT_LT(a.maxCoeff(), 5.) << "pixel " << pixel;
    ASSERT_LT(Objective(endmembers, x, a), Objective(three, x, BestOfAllActiveSets(three, x)) * (1. + 1e-5)) << "pixel " << pixel;
  }
}

TEST(NonnegativeUnmixing, GivesNothingForNothing)
{
  const SpectraMatrix endmembers = Uniform(4, 10, 0.f, 1.f, 9);
  EXPECT_EQ(Unmix(endmembers, Eigen::VectorXf::Zero(10)), Vector::Zero(4));
  EXPECT_EQ(Unmix(endmembers, Eigen::VectorXf::Constant(10, -1.f)), Vector::Zero(4));
}

TEST(NonnegativeUnmixing, InvalidSpectraGiveNaNAndLeaveTheirNeighboursAlone)
{
  const SpectraMatrix endmembers = Uniform(4, 10, 0.f, 1.f, 9);
  SpectraMatrix       pixels     = Uniform(5, 10, 0.f, 1.f, 10);
  pixels(1, 3)                   = std::nanf("");
  pixels(2, 0)                   = std::numeric_limits<float>::infinity();
  pixels(3, 0)                   = -std::numeric_limits<float>::infinity();
  SpectraMatrix found            = SpectraMatrix::Constant(5, 4, -77.f);
  NonnegativeUnmixing(endmembers).Apply(pixels.data(), 5, found.data());
  EXPECT_TRUE(found.middleRows(1, 3).array().isNaN().all());
  for (const Eigen::Index valid : {0, 4})
  {
    EXPECT_EQ(Vector(found.row(valid).transpose().cast<double>()), Unmix(endmembers, pixels.row(valid)));
  }
}

TEST(NonnegativeUnmixing, RefusesEndmembersThatAreNone)
{
  SpectraMatrix endmembers = SpectraMatrix::Ones(2, 3);
  endmembers(1, 2)         = std::nanf("");
  EXPECT_THROW(NonnegativeUnmixing{endmembers}, std::invalid_argument);
  EXPECT_THROW(NonnegativeUnmixing{SpectraMatrix(0, 3)}, std::invalid_argument);
}
} // namespace
