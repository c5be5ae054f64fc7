// SPDX-License-Identifier: Apache-2.0

// Every instruction set's element-wise operations against the same in double precision.

#include "kernelTest.h"
#include "otbElementwise.h"

#include <algorithm>
#include <cmath>

namespace
{
using namespace otb::kernels;
using otb::AbundanceConstraint;
using otb::SpectralLoss;
using otb::SpectraMatrix;
using ElementwiseTest = otb::test::KernelTest;

TEST_P(ElementwiseTest, LossAndActivationGradients)
{
  constexpr std::size_t Rows = 5, Lanes = 32;
  const SpectraMatrix   target = Random(Rows, Lanes), weights = Random(1, Lanes).cwiseAbs(), start = Random(Rows, Lanes);
  for (const auto loss : {SpectralLoss::L1, SpectralLoss::L2})
  {
    SpectraMatrix estimate       = start;
    estimate(2, 3)               = target(2, 3); // the subgradient taken at zero is zero
    const SpectraMatrix before   = estimate;
    const double        found    = LossGradient(loss, {target.data(), Lanes}, weights.data(), Rows, Lanes, {estimate.data(), Lanes});
    double              expected = 0.;
    for (std::size_t row = 0; row < Rows; ++row)
    {
      for (std::size_t lane = 0; lane < Lanes; ++lane)
      {
        const double residual = static_cast<double>(before(row, lane)) - target(row, lane), weight = weights(0, lane);
        expected += weight * (loss == SpectralLoss::L1 ? std::abs(residual) : residual * residual);
        ASSERT_NEAR(estimate(row, lane), weight * (loss == SpectralLoss::L1 ? (residual > 0) - (residual < 0) : 2. * residual), 1e-5);
      }
    }
    EXPECT_NEAR(found, expected, 1e-5 * expected);
  }

  for (const auto activation : {Activation::Identity, Activation::LeakyReLU})
  {
    SpectraMatrix gradient = target;
    BackwardActivation(activation, {start.data(), Lanes}, Rows, Lanes, {gradient.data(), Lanes});
    const float slope = activation == Activation::Identity ? 1.f : 0.3f;
    for (Eigen::Index i = 0; i < gradient.size(); ++i)
    {
      ASSERT_FLOAT_EQ(gradient.data()[i], target.data()[i] * (start.data()[i] > 0.f ? 1.f : slope));
    }
  }
}

TEST_P(ElementwiseTest, ConstraintsHoldAtExtremes)
{
  constexpr std::size_t Rows = 4, Lanes = 16;
  SpectraMatrix         z = 30.f * Random(Rows, Lanes);
  z(0, 0) = 200.f, z(1, 0) = -200.f, z(2, 1) = 0.f;
  SpectraMatrix positive = z, simplex = z;
  Constrain(AbundanceConstraint::NonNegative, Rows, Lanes, {positive.data(), Lanes});
  Constrain(AbundanceConstraint::SumToOne, Rows, Lanes, {simplex.data(), Lanes});
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    const Eigen::VectorXd column   = z.col(lane).cast<double>();
    const Eigen::VectorXd expected = (column.array() - column.maxCoeff()).exp() / (column.array() - column.maxCoeff()).exp().sum();
    EXPECT_NEAR(simplex.col(lane).sum(), 1.f, 1e-6f);
    for (std::size_t row = 0; row < Rows; ++row)
    {
      EXPECT_NEAR(simplex(row, lane), expected(row), 1e-6);
      EXPECT_NEAR(positive(row, lane), std::max(column(row), 0.) + std::log1p(std::exp(-std::abs(column(row)))), 1e-6 * (1. + std::abs(column(row))));
      EXPECT_GE(positive(row, lane), 0.f);
    }
  }
}

TEST_P(ElementwiseTest, RoundsToNearest)
{
  float       values[]   = {0.4f, 0.6f, -0.6f, 2.5f, 3.5f, 1e9f, -7.49f, 100.f, 0.f, -0.4f, 9.51f, 8388609.f, 1.f, 2.f, 3.f, 4.f, 5.6f, 6.4f};
  const float expected[] = {0.f, 1.f, -1.f, 2.f, 4.f, 1e9f, -7.f, 100.f, 0.f, -0.f, 10.f, 8388609.f, 1.f, 2.f, 3.f, 4.f, 6.f, 6.f};
  RoundToIntegers(values, 18);
  for (int i = 0; i < 18; ++i)
  {
    EXPECT_EQ(values[i], expected[i]) << i;
  }
}

TEST_P(ElementwiseTest, DerivativesOfTheConstraintsAreThoseOfTheirEquations)
{
  constexpr std::size_t Rows = 4, Lanes = 32;
  const SpectraMatrix   z = 3.f * Random(Rows, Lanes), above = Random(Rows, Lanes);
  for (const auto constraint : {AbundanceConstraint::None, AbundanceConstraint::NonNegative, AbundanceConstraint::SumToOne})
  {
    SpectraMatrix abundances = z, gradient = above;
    Constrain(constraint, Rows, Lanes, {abundances.data(), Lanes});
    BackwardConstrain(constraint, {abundances.data(), Lanes}, Rows, Lanes, {gradient.data(), Lanes});
    for (std::size_t lane = 0; lane < Lanes; ++lane)
    {
      const Eigen::ArrayXd x = z.col(lane).cast<double>(), g = above.col(lane).cast<double>();
      Eigen::ArrayXd       expected = g;
      if (constraint == AbundanceConstraint::NonNegative)
      {
        expected = g / (1. + (-x).exp());
      }
      else if (constraint == AbundanceConstraint::SumToOne)
      {
        const Eigen::ArrayXd a = x.exp() / x.exp().sum();
        expected               = a * (g - (a * g).sum());
      }
      EXPECT_LT((gradient.col(lane).cast<double>().array() - expected).abs().maxCoeff(), 2e-6) << "lane " << lane;
    }
  }
}

TEST_P(ElementwiseTest, AdamsStepIsThePapersWhereverAParameterStands)
{
  constexpr std::size_t Count = 37; // not a multiple of any register
  constexpr double      Beta1 = 0.9, Beta2 = 0.999, Rate = 0.01, Epsilon = 1e-7;
  const SpectraMatrix   gradient = Random(1, Count), m = Random(1, Count), v = Random(1, Count).cwiseAbs(), parameters = Random(1, Count);
  SpectraMatrix         newM = m, newV = v, newParameters = parameters;
  AdamStep(gradient.data(), Count, Beta1, Beta2, Rate, Epsilon, newM.data(), newV.data(), newParameters.data());
  for (std::size_t i = 0; i < Count; ++i)
  {
    const double g = gradient(0, i), first = Beta1 * m(0, i) + (1. - Beta1) * g, second = Beta2 * v(0, i) + (1. - Beta2) * g * g;
    EXPECT_NEAR(newM(0, i), first, 1e-6);
    EXPECT_NEAR(newV(0, i), second, 1e-6);
    EXPECT_NEAR(newParameters(0, i), parameters(0, i) - Rate * first / (std::sqrt(second) + Epsilon), 1e-5);
    // Alone, it is in the remainder; among others, it need not be.
    float aloneM = m(0, i), aloneV = v(0, i), alone = parameters(0, i);
    AdamStep(&gradient(0, i), 1, Beta1, Beta2, Rate, Epsilon, &aloneM, &aloneV, &alone);
    EXPECT_EQ(alone, newParameters(0, i)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, ElementwiseTest, otb::test::AllInstructionSets, otb::test::NameOfInstructionSet);
} // namespace
