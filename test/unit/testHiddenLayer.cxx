// SPDX-License-Identifier: Apache-2.0

// Every instruction set's hidden layer against the network's equation in double precision.

#include "kernelTest.h"
#include "otbHiddenLayer.h"

namespace
{
using namespace otb::kernels;
using otb::SpectraMatrix;
using HiddenLayerTest = otb::test::KernelTest;

// A hidden layer with more inputs and outputs than registers hold, with fewer, and with units that do not fill the last group; with cells and without.
TEST_P(HiddenLayerTest, TheHiddenLayerIsTheNetworksEquation)
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

INSTANTIATE_TEST_SUITE_P(InstructionSets, HiddenLayerTest, otb::test::AllInstructionSets, otb::test::NameOfInstructionSet);
} // namespace
