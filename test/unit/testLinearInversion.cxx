// SPDX-License-Identifier: Apache-2.0

// Ridge regression against a dense solve of its normal equations, leaving one out against doing so, and the model made of it against the plain equation.

#include "../testModels.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectralRegressor.h"

#include <Eigen/Cholesky>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace
{
using otb::LinearInverse;
using otb::RidgeRegression;
using otb::SpectralInversionEstimator;
using otb::SpectralInversionMethod;
using otb::SpectraMatrix;
using otb::test::Bands;
using otb::test::MakeValues;
using otb::test::Msi;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

struct Problem
{
  /** Outputs that a linear function and noise make of inputs; with more inputs than matter. */
  Problem(Eigen::Index pixels, Eigen::Index c, Eigen::Index C, float noise)
  {
    const auto values = MakeValues(static_cast<std::size_t>(pixels * c), 1, 0.f, 1.f), truth = MakeValues(static_cast<std::size_t>(c * C), 2, -1.f, 1.f),
               error = MakeValues(static_cast<std::size_t>(pixels * C), 3, -noise, noise);
    inputs           = Eigen::Map<const SpectraMatrix>(values.data(), pixels, c);
    outputs          = inputs * Eigen::Map<const SpectraMatrix>(truth.data(), c, C) + Eigen::Map<const SpectraMatrix>(error.data(), pixels, C);
    outputs.array() += 0.3f;
  }

  SpectraMatrix inputs, outputs;
};

/** The minimum of sum |y - B^T m - b|^2 + ridge |B|^2 by its normal equations with the constant as one more input: (c + 1) x C, the constant last. */
Matrix Solve(const Matrix& M, const Matrix& Y, double ridge)
{
  Matrix design(M.rows(), M.cols() + 1);
  design << M, Vector::Ones(M.rows());
  Matrix penalty              = Matrix::Identity(design.cols(), design.cols()) * ridge;
  penalty(M.cols(), M.cols()) = 0.;
  return (design.transpose() * design + penalty).ldlt().solve(design.transpose() * Y);
}

/** The mean square error of each pixel by a fit to all others. */
double LeaveOneOut(const Matrix& M, const Matrix& Y, double ridge)
{
  double sum = 0.;
  for (Eigen::Index left = 0; left < M.rows(); ++left)
  {
    Matrix others(M.rows() - 1, M.cols()), targets(M.rows() - 1, Y.cols());
    others << M.topRows(left), M.bottomRows(M.rows() - 1 - left);
    targets << Y.topRows(left), Y.bottomRows(M.rows() - 1 - left);
    const Matrix B = Solve(others, targets, ridge);
    sum += (Y.row(left) - M.row(left) * B.topRows(M.cols()) - B.row(M.cols())).squaredNorm();
  }
  return sum / static_cast<double>(Y.size());
}

TEST(RidgeRegression, IsTheSolutionOfTheNormalEquations)
{
  // More pixels than a chunk, and not a multiple of it.
  const Problem problem(700, 4, 9, 0.2f);
  const auto    fit      = RidgeRegression::Fit(problem.inputs, problem.outputs);
  const Matrix  expected = Solve(problem.inputs.cast<double>(), problem.outputs.cast<double>(), fit.ridge);
  EXPECT_LT((fit.coefficients - expected.topRows(4)).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((fit.constant - expected.row(4).transpose()).cwiseAbs().maxCoeff(), 1e-11);
}

TEST(RidgeRegression, KnowsTheErrorOfPixelsLeftOutWithoutLeavingThemOut)
{
  for (const float noise : {0.01f, 0.3f, 1.f})
  {
    const Problem problem(40, 6, 5, noise);
    const auto    fit = RidgeRegression::Fit(problem.inputs, problem.outputs);
    const Matrix  M = problem.inputs.cast<double>(), Y = problem.outputs.cast<double>();
    EXPECT_NEAR(fit.meanSquareError, LeaveOneOut(M, Y, fit.ridge), 1e-10 * fit.meanSquareError) << "noise " << noise;
    // The least of its neighbours, which are half a decade away.
    for (const double factor : {std::pow(10., -0.5), std::pow(10., 0.5)})
    {
      EXPECT_GE(LeaveOneOut(M, Y, factor * fit.ridge), fit.meanSquareError) << "noise " << noise;
    }
  }
  const auto quiet = RidgeRegression::Fit(Problem(40, 6, 5, 0.01f).inputs, Problem(40, 6, 5, 0.01f).outputs);
  const auto noisy = RidgeRegression::Fit(Problem(40, 6, 5, 3.f).inputs, Problem(40, 6, 5, 3.f).outputs);
  EXPECT_LT(quiet.ridge, noisy.ridge) << "noise asks for a ridge";
}

TEST(RidgeRegression, BearsInputsThatDetermineNothing)
{
  // The same band twice: no more than the once can be known, and the two share it.
  Problem problem(100, 2, 3, 0.1f);
  problem.inputs.col(1) = problem.inputs.col(0);
  const auto twice      = RidgeRegression::Fit(problem.inputs, problem.outputs);
  EXPECT_LT((twice.coefficients.row(0) - twice.coefficients.row(1)).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_TRUE(std::isfinite(twice.meanSquareError));

  // One that does not vary, fewer pixels than bands, and a single pixel: the mean is left.
  problem.inputs.setConstant(0.5f);
  const auto constant = RidgeRegression::Fit(problem.inputs, problem.outputs);
  EXPECT_EQ(constant.coefficients.cwiseAbs().maxCoeff(), 0.);
  EXPECT_LT((constant.constant.transpose() - problem.outputs.cast<double>().colwise().mean()).cwiseAbs().maxCoeff(), 1e-12);
  const Problem few(3, 8, 4, 0.1f);
  EXPECT_TRUE(RidgeRegression::Fit(few.inputs, few.outputs).coefficients.allFinite());
  const auto single = RidgeRegression::Fit(few.inputs.topRows(1), few.outputs.topRows(1));
  EXPECT_LT((single.constant.transpose() - few.outputs.row(0).cast<double>()).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_THROW(RidgeRegression::Fit(few.inputs, few.outputs.topRows(2)), std::invalid_argument);
}

TEST(LinearInversion, IsThatRegressionInTheImagesUnit)
{
  // Spectra of as many materials as the sensor has bands, in counts: a linear function gives them back.
  const auto          noise = MakeValues(500 * Msi, 4, 0.f, 1.f), values = MakeValues(Msi * Bands, 5, 100.f, 4000.f);
  otb::SpectralSample sample;
  sample.spectra = Eigen::Map<const SpectraMatrix>(noise.data(), 500, Msi) * Eigen::Map<const SpectraMatrix>(values.data(), Msi, Bands);
  sample.columns.assign(500, 0);
  sample.rows.assign(500, 0);
  const auto response = otb::test::MakeResponse();

  std::vector<std::string>             lines;
  SpectralInversionEstimator::Settings settings;
  settings.method = SpectralInversionMethod::Make("linear");
  SpectralInversionEstimator estimator(settings, "image", [&lines](const std::string& line) { lines.push_back(line); });
  estimator.Prepare(sample, response, {});
  estimator.Train();
  const auto& model = estimator.GetModel();
  EXPECT_NO_THROW(model.Validate());
  EXPECT_FALSE(model.HasAbundances());
  EXPECT_FALSE(model.HasPrior());
  EXPECT_EQ(model.training.epochs, 0u);
  EXPECT_EQ(lines.back().rfind("Regression: ridge ", 0), 0u) << lines.back();

  SpectraMatrix msi(500, Msi), spectra(500, Bands);
  response.Apply(sample.spectra.data(), 500, msi.data());
  otb::SpectralRegressor(model).Apply(msi.data(), 500, spectra.data());
  EXPECT_LT((spectra - sample.spectra).cwiseAbs().maxCoeff(), 1e-3f * sample.spectra.maxCoeff());
}

TEST(LinearInversion, TakesTheRadiometryIntoItsCoefficients)
{
  auto model           = otb::test::MakeModel(otb::test::Method::Linear);
  model.radiometry     = {{0.5, 1.25, 2.}, {-40., 0., 15.}};
  const auto    folded = model.WithFoldedRadiometry();
  const auto    values = MakeValues(20 * Msi);
  SpectraMatrix msi    = Eigen::Map<const SpectraMatrix>(values.data(), 20, Msi), found(20, Bands), expected(20, Bands);
  otb::SpectralRegressor(folded).Apply(msi.data(), 20, found.data());
  for (Eigen::Index band = 0; band < Msi; ++band)
  {
    msi.col(band) = (msi.col(band).array().cast<double>() * model.radiometry.gains[band] + model.radiometry.offsets[band]).cast<float>();
  }
  otb::SpectralRegressor(model).Apply(msi.data(), 20, expected.data());
  EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5 * model.scale);
}

TEST(LinearInverse, RefusesNumbersThatAreNone)
{
  const SpectraMatrix coefficients = SpectraMatrix::Ones(Msi, Bands);
  const auto          nan          = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW(LinearInverse(coefficients, std::vector<float>(Bands, 1.f), 0.).Validate(Msi, Bands));
  EXPECT_THROW(LinearInverse(coefficients, std::vector<float>(Bands, std::nanf("")), 0.).Validate(Msi, Bands), std::invalid_argument);
  EXPECT_THROW(LinearInverse(coefficients * std::nanf(""), std::vector<float>(Bands, 1.f), 0.).Validate(Msi, Bands), std::invalid_argument);
  EXPECT_THROW(LinearInverse(coefficients, std::vector<float>(Bands, 1.f), nan).Validate(Msi, Bands), std::invalid_argument);
  EXPECT_THROW(LinearInverse(coefficients, std::vector<float>(Bands, 1.f), -1.).Validate(Msi, Bands), std::invalid_argument);
  EXPECT_THROW(LinearInverse(coefficients, std::vector<float>(Bands - 1, 1.f), 0.).Validate(Msi, Bands), std::invalid_argument);
}
} // namespace
