// SPDX-License-Identifier: Apache-2.0
#include "otbRefinementStatistics.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace otb
{
RefinementMoments::RefinementMoments(unsigned int bands, const Eigen::VectorXd& known)
  : spectra(Eigen::VectorXd::Zero(bands)), products(Eigen::MatrixXd::Zero(bands, bands)), innovations(Eigen::MatrixXd::Zero(bands, bands)), noise(known)
{
}

void RefinementMoments::Add(const SpectraMatrix& hyperspectral, const SpectraMatrix& innovation)
{
  // In pieces that stay in the caches.
  constexpr Eigen::Index Piece = 256;
  const auto             add = [](Eigen::MatrixXd& sum, const Eigen::MatrixXd& pixels) { sum.selfadjointView<Eigen::Lower>().rankUpdate(pixels.transpose()); };
  for (Eigen::Index first = 0; first < hyperspectral.rows(); first += Piece)
  {
    const Eigen::Index    count = std::min(Piece, hyperspectral.rows() - first);
    const Eigen::MatrixXd y     = hyperspectral.middleRows(first, count).cast<double>();
    add(products, y);
    add(innovations, innovation.middleRows(first, count).cast<double>());
    spectra += y.colwise().sum().transpose();
  }
  products.triangularView<Eigen::StrictlyUpper>()    = products.transpose();
  innovations.triangularView<Eigen::StrictlyUpper>() = innovations.transpose();
  pixels += static_cast<std::size_t>(hyperspectral.rows());
}

RefinementMoments& RefinementMoments::operator+=(const RefinementMoments& other)
{
  pixels += other.pixels;
  spectra += other.spectra;
  products += other.products;
  innovations += other.innovations;
  return *this;
}

Eigen::VectorXd RefinementStatistics::NoiseVariance(const RefinementMoments& moments)
{
  if (moments.noise.size() != 0)
  {
    std::vector<Eigen::Index> others;
    for (Eigen::Index band = 0; band < moments.noise.size(); ++band)
    {
      if (!(moments.noise(band) > 0.))
      {
        others.push_back(band);
      }
    }
    RefinementMoments rest;
    rest.pixels           = moments.pixels;
    rest.spectra          = moments.spectra(others);
    rest.products         = moments.products(others, others);
    Eigen::VectorXd noise = moments.noise;
    noise(others)         = NoiseVariance(rest);
    return noise;
  }
  const Eigen::Index    bands  = moments.spectra.size();
  const double          n      = static_cast<double>(moments.pixels);
  const Eigen::Index    few    = std::min(static_cast<Eigen::Index>(moments.pixels), bands) / 4;
  const Eigen::Index    count  = std::min<Eigen::Index>(10, few);
  const Eigen::VectorXd mean   = moments.spectra / n;
  const Eigen::MatrixXd spread = moments.products - n * mean * mean.transpose();

  // What the leading principal components leave.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(spread);
  const Eigen::MatrixXd                                leading = eigen.eigenvectors().rightCols(count);
  const Eigen::VectorXd                                values  = eigen.eigenvalues().tail(count);
  const Eigen::VectorXd                                rest    = spread.diagonal() - leading.cwiseAbs2() * values;

  const double freedom = std::max(1., n - static_cast<double>(count) - 1.) * std::max(1., static_cast<double>(bands - count)) / static_cast<double>(bands);
  const Eigen::VectorXd squares = moments.products.diagonal() / n;
  constexpr double      Least   = 1e-6; // 60 dB: no sensor is better, and bands of nothing must not weigh without bounds
  const double          floor   = std::max(1e-12 * squares.maxCoeff(), 1e-30);
  return (rest / freedom).cwiseMax(Least * squares).cwiseMax(floor);
}

double RefinementStatistics::Variance(double eigenvalue, double g)
{
  const double b = eigenvalue - 1. - g;
  return std::max(1e-3, (b + std::sqrt(std::max(0., b * b - 4. * g))) / 2.);
}

RefinementStatistics RefinementStatistics::Of(const RefinementMoments& moments, unsigned int most)
{
  RefinementStatistics statistics;
  const Eigen::Index   bands    = moments.spectra.size();
  statistics.noise              = NoiseVariance(moments).cwiseSqrt();
  const double          n       = static_cast<double>(moments.pixels);
  const double          g       = static_cast<double>(bands) / n;
  const double          edge    = 1.1 * (1. + std::sqrt(g)) * (1. + std::sqrt(g));
  const Eigen::VectorXd whiten  = statistics.noise.cwiseInverse();
  const Eigen::MatrixXd seconds = whiten.asDiagonal() * (moments.innovations / n) * whiten.asDiagonal();

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(seconds);
  Eigen::Index                                         count = 0;
  while (count < std::min<Eigen::Index>(most, bands) && eigen.eigenvalues()(bands - 1 - count) > edge)
  {
    ++count;
  }
  statistics.directions = eigen.eigenvectors().rightCols(count).rowwise().reverse();
  statistics.variances.resize(count);
  for (Eigen::Index k = 0; k < count; ++k)
  {
    statistics.variances(k) = Variance(eigen.eigenvalues()(bands - 1 - k), g);
    // An eigenvector's sign is anybody's choice.
    Eigen::Index largest = 0;
    statistics.directions.col(k).cwiseAbs().maxCoeff(&largest);
    if (statistics.directions(largest, k) < 0.)
    {
      statistics.directions.col(k) *= -1.;
    }
  }
  return statistics;
}

SpectraMatrix RefinementStatistics::GetBasis(unsigned int components) const
{
  const auto count = static_cast<Eigen::Index>(std::min(components, GetComponents()));
  return (noise.asDiagonal() * directions.leftCols(count) * variances.head(count).cwiseSqrt().asDiagonal()).cast<float>();
}

SpectraMatrix RefinementStatistics::GetProjection(unsigned int components) const
{
  const auto count = static_cast<Eigen::Index>(std::min(components, GetComponents()));
  return (noise.cwiseInverse().asDiagonal() * directions.leftCols(count)).cast<float>();
}

std::vector<float> RefinementStatistics::GetSizes(unsigned int components) const
{
  const auto            count = static_cast<Eigen::Index>(std::min(components, GetComponents()));
  const Eigen::VectorXf sizes = variances.head(count).cwiseSqrt().cast<float>();
  return {sizes.data(), sizes.data() + count};
}

Eigen::VectorXd RefinementStatistics::UnexplainedDeviation(const Eigen::MatrixXd& products, const Eigen::MatrixXd& loadings, const Eigen::VectorXd& least)
{
  const Eigen::VectorXd floor = least.cwiseAbs2();
  Eigen::VectorXd       rest  = products.diagonal().cwiseMax(floor);
  const auto            unit  = Eigen::MatrixXd::Identity(loadings.cols(), loadings.cols());
  // It converges linearly; the last digits do not matter.
  for (int iteration = 0; iteration < 200; ++iteration)
  {
    const Eigen::MatrixXd scaled     = rest.cwiseInverse().asDiagonal() * loadings;
    const Eigen::MatrixXd covariance = (unit + loadings.transpose() * scaled).llt().solve(unit);
    const Eigen::MatrixXd regression = covariance * scaled.transpose();
    const Eigen::MatrixXd seconds    = covariance + regression * products * regression.transpose();
    const Eigen::MatrixXd left       = products - 2. * loadings * regression * products + loadings * seconds * loadings.transpose();
    rest                             = left.diagonal().cwiseMax(floor);
  }
  return rest.cwiseSqrt();
}
} // namespace otb
