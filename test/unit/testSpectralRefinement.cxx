// SPDX-License-Identifier: Apache-2.0

// The refinement's solver against the dense normal equations of a small scene, written plainly in double precision.

#include "otbBlockSensor.h"
#include "otbSpectralRefinement.h"
#include "../testModels.h"
#include "../testRefinementScene.h"

#include <Eigen/Cholesky>
#include <gtest/gtest.h>

#include <limits>

namespace
{
using namespace otb::test;
using otb::CoarseGridAxis;
using otb::SensorBlur;
using otb::SpectralRefinement;
using otb::SpectraMatrix;

constexpr unsigned int C = 7, q = 3, c = 2;

/** All that is given to a solver, for the whole image. */
struct Input
{
  SpectraMatrix              summaries, projections;
  std::vector<unsigned char> usable;
  SpectralRefinement::Block  block;

  Input(const SpectralRefinement& refinement, const RefinementScene& scene, const SpectraMatrix& coarse)
  {
    const auto& rows    = refinement.GetSensor().GetRows();
    const auto& columns = refinement.GetSensor().GetColumns();
    summaries.resize(scene.fused.rows(), refinement.GetSummarySize());
    refinement.Summarise(scene.fused.data(), static_cast<std::size_t>(scene.fused.rows()), summaries.data());
    projections.resize(coarse.rows(), refinement.GetComponents());
    refinement.SummariseCoarse(coarse.data(), static_cast<std::size_t>(coarse.rows()), projections.data());
    usable.assign(static_cast<std::size_t>(coarse.rows()), 1);
    block.fine          = {0, 0, scene.rows, scene.columns};
    block.summaries     = summaries.data();
    block.multispectral = scene.multispectral.data();
    block.valid         = scene.valid.data();
    block.stride        = static_cast<std::size_t>(scene.columns);
    block.coarse        = {0, 0, rows.size, columns.size};
    block.projections   = projections.data();
    block.usable        = usable.data();
    block.coarseStride  = static_cast<std::size_t>(columns.size);
  }
};

/** B z by the solver, pixels x C. */
SpectraMatrix Solve(const SpectralRefinement& refinement, const SpectralRefinement::Block& block)
{
  SpectralRefinement::Workspace workspace;
  SpectraMatrix                 z = SpectraMatrix::Constant(block.fine.rows * block.fine.columns, refinement.GetComponents(), -77.f);
  refinement.Solve(block, block.fine, workspace, z.data(), static_cast<std::size_t>(block.fine.columns));
  return z * refinement.GetBasis().transpose();
}

/** 1 where the coarse image is, 0 from four coarse pixels beyond. */
double PlainReach(const CoarseGridAxis& axis, long fine)
{
  const double place = axis.first + axis.step * static_cast<double>(fine);
  const double t     = 1. - std::min(1., std::max({0., -place, place - static_cast<double>(axis.size)}) / 4.);
  return t * t * (3. - 2. * t);
}

/** B z by the normal equations. */
Eigen::MatrixXd DenseSolution(const otb::SpectralRefinementModel& model, const otb::SensorOperator& sensor, const CoarseGridAxis& rows,
                              const CoarseGridAxis& columns, const RefinementScene& scene, const SpectraMatrix& coarse,
                              const std::vector<unsigned char>& usable)
{
  const Eigen::Index    pixels = scene.fused.rows(), components = model.components();
  const Eigen::MatrixXd B = model.basis.cast<double>(), P = model.projection.cast<double>(), R = model.response.GetMatrix().cast<double>();
  const Eigen::MatrixXd S    = (P.transpose() * B).diagonal().asDiagonal();
  const Eigen::MatrixXd D    = sensor.GetMatrix();
  Eigen::VectorXd       mask = Eigen::VectorXd::Zero(D.rows());
  for (Eigen::Index i = 0; i < D.rows(); ++i)
  {
    bool say = usable[static_cast<std::size_t>(i)] != 0 && D.row(i).cwiseAbs().sum() > 0.;
    for (Eigen::Index x = 0; x < pixels; ++x)
    {
      say = say && (D(i, x) == 0. || scene.valid[static_cast<std::size_t>(x)] != 0);
    }
    mask(i) = say ? 1. : 0.;
  }
  const Eigen::VectorXd noise = Eigen::Map<const Eigen::VectorXf>(model.multispectralNoise.data(), c).cast<double>();
  const Eigen::MatrixXd RB    = noise.cwiseInverse().asDiagonal() * (R * B);
  Eigen::MatrixXd       fused = scene.fused.cast<double>(), msi = scene.multispectral.cast<double>();
  for (Eigen::Index x = 0; x < pixels; ++x)
  {
    if (scene.valid[static_cast<std::size_t>(x)] == 0)
    {
      fused.row(x).setZero();
      msi.row(x).setZero();
    }
  }
  // Unknowns pixel by pixel.
  Eigen::MatrixXd       A  = model.damping * Eigen::MatrixXd::Identity(pixels * components, pixels * components);
  Eigen::MatrixXd       b  = Eigen::MatrixXd::Zero(components, pixels);
  const Eigen::MatrixXd DD = D.transpose() * mask.asDiagonal() * D;
  for (Eigen::Index one = 0; one < pixels; ++one)
  {
    for (Eigen::Index other = 0; other < pixels; ++other)
    {
      A.block(one * components, other * components, components, components) += DD(one, other) * S * S;
    }
  }
  b += S * ((coarse.cast<double>() - D * fused) * P).transpose() * mask.asDiagonal() * D;
  for (long y = 0; y < scene.rows; ++y)
  {
    for (long x = 0; x < scene.columns; ++x)
    {
      const Eigen::Index here = y * scene.columns + x;
      if (scene.valid[static_cast<std::size_t>(here)] == 0)
      {
        continue;
      }
      const double reach = PlainReach(rows, y) * PlainReach(columns, x);
      A.block(here * components, here * components, components, components) += RB.transpose() * RB;
      b.col(here) += reach * RB.transpose() * (noise.cwiseInverse().asDiagonal() * (msi.row(here) - fused.row(here) * R.transpose()).transpose());
      for (const long next : {x + 1 < scene.columns ? here + 1 : -1, y + 1 < scene.rows ? here + scene.columns : -1})
      {
        if (next < 0 || scene.valid[static_cast<std::size_t>(next)] == 0)
        {
          continue;
        }
        double distance = 0.;
        for (Eigen::Index band = 0; band < msi.cols(); ++band)
        {
          distance += std::pow((msi(here, band) - msi(next, band)) / static_cast<double>(model.contrast[static_cast<std::size_t>(band)]), 2);
        }
        const double w = static_cast<double>(model.coupling) * std::exp(-distance / static_cast<double>(model.edge * model.edge));
        for (Eigen::Index k = 0; k < components; ++k)
        {
          A(here * components + k, here * components + k) += w;
          A(next * components + k, next * components + k) += w;
          A(here * components + k, next * components + k) -= w;
          A(next * components + k, here * components + k) -= w;
        }
      }
    }
  }
  const Eigen::VectorXd z = A.llt().solve(Eigen::Map<const Eigen::VectorXd>(b.data(), b.size()));
  return (B * Eigen::Map<const Eigen::MatrixXd>(z.data(), components, pixels)).transpose();
}

struct Case
{
  const char*    name;
  CoarseGridAxis rows, columns;
  bool           gaps;
  bool           oblique;
};

class RefinementOf : public testing::TestWithParam<Case>
{
};

TEST_P(RefinementOf, IsTheDenseSolution)
{
  const Case&    scenario = GetParam();
  constexpr long Height = 17, Width = 19;
  auto           model = MakeRefinementModel(C, q, c, scenario.oblique ? ObliqueBlur() : SensorBlur::Gaussian(4., 4., 1., 1.3, 0.3, -0.4));
  model.iterations     = 300;
  const SpectralRefinement refinement(model, scenario.rows, scenario.columns, Height, Width);
  EXPECT_EQ(refinement.GetSensor().GetRank() > 1, scenario.oblique);
  RefinementScene     scene(model, Height, Width, 6);
  const SpectraMatrix coarse = scene.Coarse(refinement.GetSensor());
  if (scenario.gaps)
  {
    for (const long pixel : {0L, 1L, Width, 8 * Width + 3, 16 * Width + 18})
    {
      scene.valid[static_cast<std::size_t>(pixel)] = 0;
      scene.fused.row(pixel).setConstant(std::numeric_limits<float>::quiet_NaN());
      scene.multispectral.row(pixel).setConstant(-9999.f);
    }
  }
  Input input(refinement, scene, coarse);
  if (scenario.gaps)
  {
    input.usable[input.usable.size() / 2] = 0;
  }
  const SpectraMatrix   found    = Solve(refinement, input.block);
  const Eigen::MatrixXd expected = DenseSolution(model, refinement.GetSensor(), scenario.rows, scenario.columns, scene, coarse, input.usable);
  EXPECT_GT(expected.norm(), 0.1 * (scene.truth - scene.fused).unaryExpr([](float v) { return std::isfinite(v) ? v : 0.f; }).norm());
  EXPECT_LT((found.cast<double>() - expected).norm(), 1e-3 * expected.norm());
  for (Eigen::Index pixel = 0; pixel < found.rows(); ++pixel)
  {
    if (scene.valid[static_cast<std::size_t>(pixel)] == 0)
    {
      EXPECT_EQ(found.row(pixel).cwiseAbs().maxCoeff(), 0.f);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenes, RefinementOf,
                         testing::Values(Case{"wholeRatio", {0.125, 0.25, 4}, {0.125, 0.25, 4}, false, false},
                                         Case{"gaps", {0.125, 0.25, 4}, {0.125, 0.25, 4}, true, false},
                                         Case{"obliqueBlur", {0.125, 0.25, 4}, {0.125, 0.25, 4}, true, true},
                                         Case{"otherRatios", {0.2, 0.31, 5}, {0.1, 0.27, 5}, false, false},
                                         Case{"partialOverlap", {-1.1, 0.25, 2}, {0.6, 0.25, 3}, false, false},
                                         Case{"opposedAxes", {4.125, -0.25, 4}, {4.5, -0.25, 4}, false, true}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SpectralRefinement, IterationsByDefaultDoMostOfIt)
{
  const CoarseGridAxis     axis  = {0.125, 0.25, 16};
  auto                     model = MakeRefinementModel(C, q, c, SensorBlur::Gaussian(4., 4., 1.7, 1.7, 0., 0.));
  const RefinementScene    scene(model, 64, 64, 13);
  const SpectralRefinement few(model, axis, axis, 64, 64);
  model.iterations = 300;
  const SpectralRefinement many(model, axis, axis, 64, 64);
  const Input              input(few, scene, scene.Coarse(few.GetSensor()));
  const SpectraMatrix      found = Solve(few, input.block), expected = Solve(many, input.block);
  const float              error = (scene.truth - scene.fused).norm(), left = (scene.truth - scene.fused - expected).norm();
  EXPECT_LT(left, 0.5f * error);
  EXPECT_LT((scene.truth - scene.fused - found).norm(), 1.05f * left);
}

TEST(SpectralRefinement, BlocksOfTheLatticeAgreeWithTheWhole)
{
  const CoarseGridAxis     rows = {0.125, 0.25, 72}, columns = {0.125, 0.25, 140};
  constexpr long           Height = 288, Width = 560;
  const auto               model = MakeRefinementModel(4, 2, 1, SensorBlur::Gaussian(4., 4., 1.7, 1.7, 0., 0.));
  const RefinementScene    scene(model, Height, Width, 23);
  const SpectralRefinement refinement(model, rows, columns, Height, Width);
  const Input              input(refinement, scene, scene.Coarse(refinement.GetSensor()));
  const SpectraMatrix      whole = Solve(refinement, input.block);

  ASSERT_LT(refinement.GetCoreRows(), Height);
  ASSERT_LT(refinement.GetCoreColumns(), Width);
  SpectraMatrix                 z(Height * Width, refinement.GetComponents());
  SpectralRefinement::Workspace workspace;
  for (long top = 0; top < Height; top += refinement.GetCoreRows())
  {
    for (long left = 0; left < Width; left += refinement.GetCoreColumns())
    {
      const auto core   = refinement.GetCores({top, left, 1, 1});
      const auto fine   = refinement.GetNeighbourhood(core);
      const auto offset = static_cast<std::size_t>(fine.top * Width + fine.left);
      auto       block  = input.block;
      block.fine        = fine;
      block.summaries += offset * refinement.GetSummarySize();
      block.multispectral += offset;
      block.valid += offset;
      refinement.Solve(block, core, workspace, z.data() + (core.top * Width + core.left) * refinement.GetComponents(), Width);
    }
  }
  const SpectraMatrix blocks = z * refinement.GetBasis().transpose();
  EXPECT_LT((blocks - whole).norm(), 0.01f * whole.norm());
  EXPECT_LT((scene.truth - scene.fused - blocks).norm(), 1.01f * (scene.truth - scene.fused - whole).norm());
}

TEST(SpectralRefinement, AbundancesAreAsGoodAsTheirSpectra)
{
  const CoarseGridAxis axis  = {0.125, 0.25, 6};
  const auto           model = MakeRefinementModel(C, q, c, SensorBlur::Detector(4., 4.));
  RefinementScene      scene(model, 24, 24, 9);
  std::srand(1);
  const SpectraMatrix     endmembers = SpectraMatrix::Random(4, C).cwiseAbs(), abundances = SpectraMatrix::Random(24 * 24, 4);
  const otb::LinearMixing mixing(endmembers, 0.3f);
  mixing.Apply(abundances.data(), 24 * 24, scene.fused.data());
  const SpectralRefinement fromSpectra(model, axis, axis, 24, 24), fromAbundances(model, axis, axis, 24, 24, &mixing);
  SpectraMatrix            one(24 * 24, q + c), other(24 * 24, q + c), z = SpectraMatrix::Random(24 * 24, q), x(24 * 24, C), y(24 * 24, C);
  fromSpectra.Summarise(scene.fused.data(), 24 * 24, one.data());
  fromAbundances.Summarise(abundances.data(), 24 * 24, other.data());
  EXPECT_LT((one - other).norm(), 1e-5f * one.norm());
  fromSpectra.Refine(scene.fused.data(), z.data(), 24 * 24, x.data());
  fromAbundances.Refine(abundances.data(), z.data(), 24 * 24, y.data());
  EXPECT_LT((x - y).norm(), 1e-5f * x.norm());
  EXPECT_LT((x - scene.fused - z * fromSpectra.GetBasis().transpose()).norm(), 1e-5f * x.norm());
}

TEST(SpectralRefinement, NoComponentsLeaveTheImageAsItIs)
{
  const CoarseGridAxis     axis  = {0.125, 0.25, 6};
  const auto               model = MakeRefinementModel(C, 0, c, SensorBlur::Detector(4., 4.));
  const RefinementScene    scene(model, 24, 24, 9);
  const SpectralRefinement refinement(model, axis, axis, 24, 24);
  SpectraMatrix            refined = SpectraMatrix::Zero(24 * 24, C);
  refinement.Refine(scene.fused.data(), nullptr, 24 * 24, refined.data());
  EXPECT_EQ(refined, scene.fused);
}

TEST(SpectralRefinement, SaysWhichPartOfAModelDoesNotFit)
{
  const CoarseGridAxis axis    = {0.125, 0.25, 6};
  const auto           right   = MakeRefinementModel(C, q, c, SensorBlur::Detector(4., 4.));
  const auto           message = [&axis](const otb::SpectralRefinementModel& model)
  { return MessageOf<std::invalid_argument>([&] { SpectralRefinement(model, axis, axis, 24, 24); }); };
  auto wrong = right;
  wrong.projection.conservativeResize(C, q - 1);
  EXPECT_EQ(message(wrong), "refinement: found columns of the projection 2, expected 3");
  wrong = right;
  wrong.contrast.push_back(1.f);
  EXPECT_EQ(message(wrong), "refinement: found multispectral bands with contrast 3, expected 2");
  wrong             = right;
  wrong.contrast[1] = 0.f;
  EXPECT_NE(message(wrong).find("expected positive numbers"), std::string::npos);
  EXPECT_EQ(message(right), "no error");
}

// <D x, y> = <x, D^T y> for any x and y, and D x is what the sensor says.
TEST(BlockSensor, IsTheSensorAndItsAdjoint)
{
  const CoarseGridAxis      rows = {0.3, 0.23, 10}, columns = {11.2, -0.29, 12};
  const otb::SensorOperator sensor(ObliqueBlur(), rows, columns, 41, 37);
  otb::BlockSensor          block;
  block.Set(sensor, 2, 3, 2, 36, 33);
  ASSERT_GT(block.GetCoarseRows(), 4u);
  ASSERT_GT(block.GetCoarseColumns(), 4u);
  std::mt19937                    generator(1);
  std::normal_distribution<float> normal;
  const std::size_t               stride = block.GetStride(), lanes = block.GetLanes(), coarseLanes = block.GetCoarseLanes();
  std::vector<float>              x(36 * stride, 0.f), image(36 * stride), y(block.GetCoarseRows() * 2 * coarseLanes, 0.f), seen(y.size());
  Eigen::VectorXd                 band = Eigen::VectorXd::Zero(41 * 37);
  for (std::size_t row = 0; row < 36; ++row)
  {
    for (std::size_t column = 0; column < 33; ++column)
    {
      x[row * stride + column]                             = normal(generator);
      x[row * stride + lanes + column]                     = normal(generator);
      band(static_cast<long>((row + 3) * 37 + column + 2)) = x[row * stride + lanes + column];
    }
  }
  block.Apply(x.data(), seen.data(), [](std::size_t) {});
  const Eigen::VectorXd expected = sensor.GetMatrix() * band;
  double                left = 0., right = 0.;
  for (std::size_t i = 0; i < block.GetCoarseRows(); ++i)
  {
    for (std::size_t j = 0; j < block.GetCoarseColumns(); ++j)
    {
      EXPECT_NEAR(seen[(i * 2 + 1) * coarseLanes + j], expected(block.GetCoarseRow(i) * 12 + block.GetCoarseColumn(j)), 1e-5);
      for (const std::size_t component : {0, 1})
      {
        const std::size_t place = (i * 2 + component) * coarseLanes + j;
        y[place]                = normal(generator);
        left += static_cast<double>(seen[place]) * y[place];
      }
    }
  }
  block.ApplyTransposed(
      y.data(), image.data(), [](std::size_t) {}, [](std::size_t, std::size_t) {});
  for (std::size_t row = 0; row < 36; ++row)
  {
    for (std::size_t lane = 0; lane < 2 * lanes; ++lane)
    {
      right += static_cast<double>(x[row * stride + lane]) * image[row * stride + lane];
    }
  }
  EXPECT_NEAR(left, right, 1e-4);
}

// What is constant over squares is seen alike by the sensor on squares, on a block of odd size and of axes of any direction.
TEST(BlockSensor, OnSquaresSeesWhatItSeesOnTheirPixels)
{
  constexpr std::size_t     Rows = 36, Columns = 33;
  const CoarseGridAxis      rows = {0.3, 0.23, 10}, columns = {11.2, -0.29, 12};
  const otb::SensorOperator sensor(ObliqueBlur(), rows, columns, 41, 37);
  otb::BlockSensor          block, half, quarter;
  block.Set(sensor, 2, 3, 2, Rows, Columns);
  half.SetHalf(block);
  quarter.SetHalf(half);
  ASSERT_EQ(half.GetCoarseRows(), block.GetCoarseRows());
  ASSERT_EQ(quarter.GetCoarseColumns(), block.GetCoarseColumns());
  ASSERT_GT(block.GetCoarseRows(), 4u);
  std::mt19937                    generator(1);
  std::normal_distribution<float> normal;
  for (const std::size_t side : {2, 4})
  {
    otb::BlockSensor&  squares = side == 2 ? half : quarter;
    std::vector<float> x((Rows + side - 1) / side * squares.GetStride(), 0.f), fine(Rows * block.GetStride(), 0.f);
    for (std::size_t row = 0; row < Rows; ++row)
    {
      for (std::size_t column = 0; column < 2 * block.GetLanes(); ++column)
      {
        const std::size_t component = column / block.GetLanes(), place = column % block.GetLanes();
        if (place < Columns)
        {
          float& value                           = x[row / side * squares.GetStride() + component * squares.GetLanes() + place / side];
          value                                  = value == 0.f ? normal(generator) : value;
          fine[row * block.GetStride() + column] = value;
        }
      }
    }
    std::vector<float> expected(block.GetCoarseRows() * 2 * block.GetCoarseLanes()), found(expected.size());
    block.Apply(fine.data(), expected.data(), [](std::size_t) {});
    squares.Apply(x.data(), found.data(), [](std::size_t) {});
    for (std::size_t k = 0; k < expected.size(); ++k)
    {
      ASSERT_NEAR(found[k], expected[k], 1e-5);
    }
  }
}
} // namespace
