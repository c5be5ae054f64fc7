// SPDX-License-Identifier: Apache-2.0

// Every instruction set's kernels against the same operation in double precision.

#include "otbSpectralKernels.h"
#include "otbSpectraMatrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace
{
using namespace otb::kernels;
using otb::AbundanceConstraint;
using otb::SpectralLoss;
using otb::SpectraMatrix;

class KernelTest : public testing::TestWithParam<const char*>
{
protected:
  void SetUp() override
  {
    if (!ForceInstructionSet(GetParam()))
    {
      GTEST_SKIP() << "this processor has no " << GetParam();
    }
  }
  void TearDown() override
  {
    ForceInstructionSet("");
  }

  SpectraMatrix Random(Eigen::Index rows, Eigen::Index columns)
  {
    return SpectraMatrix::NullaryExpr(rows, columns, [this] { return m_Normal(m_Generator); });
  }

  std::mt19937                    m_Generator{11};
  std::normal_distribution<float> m_Normal;
};

TEST_P(KernelTest, MultiplyIsAMatrixProductWithinItsBounds)
{
  for (const std::size_t rows : {1, 2, 5, 7, 13})
  {
    for (const std::size_t depth : {1, 4, 19})
    {
      for (const std::size_t lanes : {1, 5, 16, 50, 191})
      {
        const std::size_t   stride = PaddedSize(lanes) + 16;
        const SpectraMatrix left = Random(rows, depth), right = Random(depth, stride), addend = Random(rows, stride);
        for (const auto kind : {Addend::Kind::Zero, Addend::Kind::PerRow, Addend::Kind::PerLane, Addend::Kind::Matrix})
        {
          for (const auto activation : {Activation::Identity, Activation::LeakyReLU})
          {
            SpectraMatrix result = SpectraMatrix::Constant(rows, stride, -77.f);
            Multiply({left.data(), depth}, {right.data(), stride}, rows, depth, lanes, {kind, addend.data(), stride}, activation, {result.data(), stride});
            Eigen::MatrixXd expected = left.cast<double>() * right.cast<double>();
            for (std::size_t row = 0; row < rows; ++row)
            {
              for (std::size_t lane = 0; lane < stride; ++lane)
              {
                if (lane >= lanes)
                {
                  ASSERT_EQ(result(row, lane), -77.f) << "written behind the last lane";
                  continue;
                }
                double value = expected(row, lane);
                value += kind == Addend::Kind::PerRow    ? addend(row, 0)
                         : kind == Addend::Kind::PerLane ? addend(0, lane)
                         : kind == Addend::Kind::Matrix  ? addend(row, lane)
                                                         : 0.f;
                value = activation == Activation::LeakyReLU ? std::max(value, 0.3 * value) : value;
                ASSERT_NEAR(result(row, lane), value, 2e-6 * (1. + depth)) << rows << " x " << depth << " x " << lanes;
              }
            }
          }
        }
      }
    }
  }
}

TEST_P(KernelTest, AResultDoesNotDependOnItsPlace)
{
  constexpr std::size_t Depth = 9, Lanes = 131, Stride = 144;
  const SpectraMatrix   left = Random(11, Depth);
  SpectraMatrix         right(Depth, Stride), result(11, Stride);
  right = Random(Depth, 1).replicate(1, Stride);
  Multiply({left.data(), Depth}, {right.data(), Stride}, 11, Depth, Lanes, {}, Activation::Identity, {result.data(), Stride});
  for (std::size_t lane = 1; lane < Lanes; ++lane)
  {
    ASSERT_EQ(result.col(lane), result.col(0)) << lane;
  }
}

TEST_P(KernelTest, MultiplyTransposedAndRowSumsAdd)
{
  for (const std::size_t rows : {1, 3, 7, 12})
  {
    for (const std::size_t columns : {1, 4, 6, 9})
    {
      constexpr std::size_t Lanes = 40, Stride = 48;
      SpectraMatrix         left = Random(rows, Stride), right = Random(columns, Stride), result = Random(rows, columns + 2);
      left.rightCols(Stride - Lanes).setZero();
      Eigen::MatrixXd expected = result.cast<double>();
      expected.leftCols(columns) += left.cast<double>() * right.cast<double>().transpose();
      expected.col(columns) += left.cast<double>().rowwise().sum();
      MultiplyTransposed({left.data(), Stride}, {right.data(), Stride}, rows, columns, Lanes, {result.data(), columns + 2});
      AddRowSums({left.data(), Stride}, rows, Lanes, result.data() + columns, columns + 2);
      EXPECT_LT((result.cast<double>() - expected).cwiseAbs().maxCoeff(), 2e-5) << rows << " x " << columns;
    }
  }
}

// A hidden layer with more inputs and outputs than registers hold, with fewer, and with units that do not fill the last group; with cells and without.
TEST_P(KernelTest, TheHiddenLayerIsTheNetworksEquation)
{
  constexpr std::size_t Lanes = 80, Stride = 96;
  for (const std::size_t cells : {0, 16})
  {
    for (const std::size_t units : {1, 6, 36})
    {
      for (const std::size_t inputs : {1, 2, 3, 4, 11})
      {
        for (const std::size_t outputs : {1, 2, 3, 4, 5, 6, 7, 8, 19})
        {
          const SpectraMatrix W1 = Random(units, inputs + 1), W2 = Random(outputs, units + 1), x = Random(inputs, Stride), term = Random(units, 16),
                              dz = Random(outputs, Stride), W2t = W2.leftCols(units).transpose();
          HiddenLayer layer = {units, inputs, outputs, {W1.data(), inputs + 1}, W1.data() + inputs, {W2t.data(), outputs}};
          if (cells > 0)
          {
            layer.cellTerm = {term.data(), 16};
            layer.cells    = cells;
          }

          Eigen::MatrixXd before = W1.leftCols(inputs).cast<double>() * x.leftCols(Lanes).cast<double>();
          for (std::size_t lane = 0; lane < Lanes; ++lane)
          {
            before.col(lane) += (cells > 0 ? term.col(lane % cells) : W1.col(inputs)).cast<double>();
          }
          const Eigen::MatrixXd hidden = before.cwiseMax(0.);
          const Eigen::MatrixXd z      = (W2.leftCols(units).cast<double>() * hidden).colwise() + W2.col(units).cast<double>();
          SpectraMatrix         found  = SpectraMatrix::Constant(outputs, Stride, -77.f);
          HiddenForward(layer, {x.data(), Stride}, Lanes, {W2.data() + units, units + 1}, {found.data(), Stride});
          const double tolerance = 1e-6 * static_cast<double>(units + inputs) * 10.;
          ASSERT_LT((found.leftCols(Lanes).cast<double>() - z).cwiseAbs().maxCoeff(), tolerance) << units << " units, " << inputs << " to " << outputs;
          ASSERT_EQ(found.rightCols(Stride - Lanes), SpectraMatrix::Constant(outputs, Stride - Lanes, -77.f)) << "written behind the last lane";

          // Where a unit is at the threshold of rounding, its derivative may be either.
          const Eigen::MatrixXd active  = (before.array() > 0.).cast<double>();
          const Eigen::MatrixXd dHidden = (W2.leftCols(units).cast<double>().transpose() * dz.leftCols(Lanes).cast<double>()).cwiseProduct(active);
          SpectraMatrix         d1 = Random(units, inputs + 1), d2 = Random(outputs, units + 1), dCells = Random(units, 16);
          Eigen::MatrixXd       expected1 = d1.cast<double>(), expected2 = d2.cast<double>(), expectedCells = Eigen::MatrixXd::Zero(units, 16);
          expected1.leftCols(inputs) += dHidden * x.leftCols(Lanes).cast<double>().transpose();
          expected1.col(inputs) += dHidden.rowwise().sum();
          expected2.leftCols(units) += dz.leftCols(Lanes).cast<double>() * hidden.transpose();
          for (std::size_t lane = 0; lane < Lanes; ++lane)
          {
            expectedCells.col(lane % 16) += dHidden.col(lane);
          }
          HiddenGradient gradient = {{d1.data(), inputs + 1}, d1.data() + inputs, {d2.data(), units + 1}};
          if (cells > 0)
          {
            gradient.cells = {dCells.data(), 16};
          }
          HiddenBackward(layer, {x.data(), Stride}, {dz.data(), Stride}, Lanes, gradient);
          ASSERT_LT((d1.cast<double>() - expected1).cwiseAbs().maxCoeff(), 3e-4) << units << " units, " << inputs << " to " << outputs;
          ASSERT_LT((d2.cast<double>() - expected2).cwiseAbs().maxCoeff(), 3e-4) << units << " units, " << inputs << " to " << outputs;
          if (cells > 0)
          {
            ASSERT_LT((dCells.cast<double>() - expectedCells).cwiseAbs().maxCoeff(), 3e-4) << units << " units, " << inputs << " to " << outputs;
          }
        }
      }
    }
  }
}

TEST_P(KernelTest, DotProductsReadNoFurtherThanTheRow)
{
  for (const std::size_t lanes : {1, 15, 16, 37, 191})
  {
    // Exactly as long as the rows are: the address sanitizer sees what reads behind.
    const SpectraMatrix left = Random(5, lanes), right = Random(6, lanes);
    SpectraMatrix       result(5, 6);
    DotProducts({left.data(), lanes}, {right.data(), lanes}, 5, 6, lanes, {result.data(), 6});
    const Eigen::MatrixXd expected = left.cast<double>() * right.cast<double>().transpose();
    EXPECT_LT((result.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5 * std::sqrt(lanes + 1.)) << lanes;
  }
}

TEST_P(KernelTest, LossAndActivationGradients)
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

TEST_P(KernelTest, ConstraintsHoldAtExtremes)
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

TEST_P(KernelTest, RoundsToNearest)
{
  float       values[]   = {0.4f, 0.6f, -0.6f, 2.5f, 3.5f, 1e9f, -7.49f, 100.f, 0.f, -0.4f, 9.51f, 8388609.f, 1.f, 2.f, 3.f, 4.f, 5.6f, 6.4f};
  const float expected[] = {0.f, 1.f, -1.f, 2.f, 4.f, 1e9f, -7.f, 100.f, 0.f, -0.f, 10.f, 8388609.f, 1.f, 2.f, 3.f, 4.f, 6.f, 6.f};
  RoundToIntegers(values, 18);
  for (int i = 0; i < 18; ++i)
  {
    EXPECT_EQ(values[i], expected[i]) << i;
  }
}

// SCALAR is what a processor without any of the others falls back to.
INSTANTIATE_TEST_SUITE_P(InstructionSets, KernelTest, testing::Values("AVX3", "AVX2", "SSE4", "SSSE3", "SCALAR"),
                         [](const auto& info) { return std::string(info.param); });

TEST(KernelDispatch, SomeInstructionSetRunsAndUnknownOnesAreRefused)
{
  EXPECT_NE(std::string(InstructionSet()), "");
  EXPECT_FALSE(ForceInstructionSet("NONE"));
  ForceInstructionSet("");
}
} // namespace
