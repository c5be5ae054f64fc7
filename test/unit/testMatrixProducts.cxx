// SPDX-License-Identifier: Apache-2.0

// Every instruction set's products against the same in double precision.

#include "kernelTest.h"
#include "otbMatrixProducts.h"

#include <algorithm>
#include <cmath>

namespace
{
using namespace otb::kernels;
using otb::SpectraMatrix;
using MatrixProductsTest = otb::test::KernelTest;

TEST_P(MatrixProductsTest, MultiplyIsAMatrixProductWithinItsBounds)
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

TEST_P(MatrixProductsTest, AResultDoesNotDependOnItsPlace)
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

TEST_P(MatrixProductsTest, MultiplyTransposedAndRowSumsAdd)
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

TEST_P(MatrixProductsTest, DotProductsReadNoFurtherThanTheRow)
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

TEST_P(MatrixProductsTest, FollowsTheRestriction)
{
  if (!HasProbe())
  {
    GTEST_SKIP() << "nothing is known of how " << GetParam() << " rounds";
  }
  const SpectraMatrix left = SpectraMatrix::Constant(1, 1, ProbeFactor), right = SpectraMatrix::Constant(1, 16, ProbeFactor),
                      addend = SpectraMatrix::Constant(1, 16, -ProbeProduct);
  SpectraMatrix result(1, 16);
  Multiply({left.data(), 1}, {right.data(), 16}, 1, 1, 16, {Addend::Kind::PerLane, addend.data(), 16}, Activation::Identity, {result.data(), 16});
  EXPECT_EQ(result, SpectraMatrix::Constant(1, 16, ProbeRest()));
}

TEST(InstructionSets, SomeRunAndUnknownOnesAreRefused)
{
  const auto all = InstructionSets();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front(), InstructionSet());
  EXPECT_FALSE(ForceInstructionSet("NONE"));
  EXPECT_EQ(all.front(), InstructionSet());
  EXPECT_TRUE(ForceInstructionSet(all.back()));
  EXPECT_EQ(all.back(), InstructionSet());
  EXPECT_EQ(all, InstructionSets()) << "whatever the restriction";
  EXPECT_EQ(all.back(), InstructionSet());
  EXPECT_TRUE(ForceInstructionSet(""));
  EXPECT_EQ(all.front(), InstructionSet());
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, MatrixProductsTest, otb::test::AllInstructionSets, otb::test::NameOfInstructionSet);
} // namespace
