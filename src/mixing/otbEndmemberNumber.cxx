// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberNumber.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace otb
{
namespace
{
constexpr double PixelsPerBand = 1.2;

// Of the largest eigenvalue: what double precision leaves of the smallest ones.
constexpr double Precision = 1e-14;

// Over the theory's edge, which the largest of the noise's eigenvalues passes by a little.
constexpr double Margin = 1.1;

// Sums of products over the pixels, a block at a time in double precision.
Eigen::MatrixXd Correlation(const SpectraMatrix& spectra)
{
  constexpr Eigen::Index Block = 1024;
  Eigen::MatrixXd        sum   = Eigen::MatrixXd::Zero(spectra.cols(), spectra.cols());
  for (Eigen::Index first = 0; first < spectra.rows(); first += Block)
  {
    sum.selfadjointView<Eigen::Lower>().rankUpdate(spectra.middleRows(first, std::min(Block, spectra.rows() - first)).cast<double>().transpose());
  }
  return Eigen::MatrixXd(sum.selfadjointView<Eigen::Lower>()) / static_cast<double>(spectra.rows());
}
} // namespace

unsigned int EstimateNumberOfEndmembers(const SpectraMatrix& spectra)
{
  const auto n = static_cast<double>(spectra.rows()), C = static_cast<double>(spectra.cols());
  if (n < PixelsPerBand * C)
  {
    return 0;
  }
  Eigen::MatrixXd       correlation = Correlation(spectra);
  const Eigen::VectorXd power       = correlation.diagonal();
  if (!(power.maxCoeff() > 0.))
  {
    return 0;
  }
  // Bands of one power, so that the inverse below loses as little as possible; an empty band stays empty.
  const Eigen::VectorXd amplitude = (power.array() > 0.).select(power.cwiseSqrt(), 1.);
  correlation                     = amplitude.cwiseInverse().asDiagonal() * correlation * amplitude.cwiseInverse().asDiagonal();

  // What a regression on all other bands leaves of a band is the inverse of the inverse's diagonal; C degrees of freedom went into it.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);
  const Eigen::VectorXd                                eigenvalues = solver.eigenvalues().cwiseMax(Precision * solver.eigenvalues().maxCoeff());
  const Eigen::VectorXd inverse = (solver.eigenvectors() * eigenvalues.cwiseInverse().asDiagonal() * solver.eigenvectors().transpose()).diagonal();
  const Eigen::VectorXd noise   = inverse.cwiseInverse().cwiseSqrt() * std::sqrt(n / (n - C));

  const Eigen::MatrixXd whitened = noise.cwiseInverse().asDiagonal() * correlation * noise.cwiseInverse().asDiagonal();
  const double          edge     = std::max(2., Margin * std::pow(1. + std::sqrt(C / n), 2));
  return static_cast<unsigned int>((Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(whitened, Eigen::EigenvaluesOnly).eigenvalues().array() > edge).count());
}
} // namespace otb
