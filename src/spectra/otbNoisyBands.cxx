// SPDX-License-Identifier: Apache-2.0
#include "otbNoisyBands.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace otb
{
namespace
{
constexpr Eigen::Index LeastBands    = 16;
constexpr Eigen::Index LeastSpectra  = 64;
constexpr std::size_t  Neighbours    = 10;
constexpr double       NoisyShare    = 2. / 3.;
constexpr double       TimesTheOther = 4.;
constexpr double       Tail          = 0.01;
constexpr unsigned int Rounds        = 3;
// Of a variance: bands that are alike to the last digit of single precision.
constexpr double Ridge = 1e-9;

/** Each band with its tails moved in, of mean zero; standard deviations. */
Eigen::MatrixXd Standardise(const SpectraMatrix& spectra, Eigen::VectorXd& deviations)
{
  Eigen::MatrixXd values = spectra.cast<double>();
  const auto      tail   = static_cast<std::ptrdiff_t>(Tail * static_cast<double>(values.rows()));
  deviations.resize(values.cols());
  for (Eigen::Index band = 0; band < values.cols(); ++band)
  {
    auto                column = values.col(band);
    std::vector<double> sorted(column.data(), column.data() + column.size());
    std::nth_element(sorted.begin(), sorted.begin() + tail, sorted.end());
    const double low = sorted[static_cast<std::size_t>(tail)];
    std::nth_element(sorted.begin(), sorted.end() - 1 - tail, sorted.end());
    const double high = *(sorted.end() - 1 - tail);
    column            = column.cwiseMax(low).cwiseMin(high);
    column.array() -= column.mean();
    deviations(band) = std::sqrt(column.squaredNorm() / static_cast<double>(column.size()));
    column *= deviations(band) > 0. ? 1. / deviations(band) : 0.;
  }
  return values;
}

/** Of the candidates (ascending) those nearest to a band, without itself. */
std::vector<Eigen::Index> FindNearest(Eigen::Index band, std::vector<Eigen::Index> candidates)
{
  candidates.erase(std::remove(candidates.begin(), candidates.end(), band), candidates.end());
  const auto count   = std::min(Neighbours, candidates.size());
  const auto nearest = [band](Eigen::Index one, Eigen::Index other)
  { return std::make_pair(std::abs(one - band), one) < std::make_pair(std::abs(other - band), other); };
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count), candidates.end(), nearest);
  candidates.resize(count);
  return candidates;
}

/** The share of a band's variance that a regression on others leaves, for its degrees of freedom. */
double FindShare(const Eigen::MatrixXd& correlation, Eigen::Index band, const std::vector<Eigen::Index>& others, double spectra)
{
  const auto      count = static_cast<Eigen::Index>(others.size());
  Eigen::MatrixXd squares(count, count);
  Eigen::VectorXd products(count);
  for (Eigen::Index i = 0; i < count; ++i)
  {
    products(i) = correlation(others[static_cast<std::size_t>(i)], band);
    for (Eigen::Index j = 0; j < count; ++j)
    {
      squares(i, j) = correlation(others[static_cast<std::size_t>(i)], others[static_cast<std::size_t>(j)]);
    }
  }
  squares.diagonal().array() += Ridge;
  const double left = correlation(band, band) - products.dot(squares.ldlt().solve(products));
  return std::clamp(left * spectra / (spectra - static_cast<double>(count) - 1.), 0., 1.);
}

std::vector<Eigen::Index> FindGood(const std::vector<double>& shares)
{
  std::vector<Eigen::Index> good;
  for (std::size_t band = 0; band < shares.size(); ++band)
  {
    if (shares[band] <= NoisyShare)
    {
      good.push_back(static_cast<Eigen::Index>(band));
    }
  }
  return good;
}

double MedianNoise(const std::vector<Eigen::Index>& bands, const std::vector<double>& shares, const Eigen::VectorXd& deviations)
{
  std::vector<double> noise;
  for (const Eigen::Index band : bands)
  {
    noise.push_back(shares[static_cast<std::size_t>(band)] * deviations(band) * deviations(band));
  }
  const auto middle = noise.begin() + static_cast<std::ptrdiff_t>(noise.size() / 2);
  std::nth_element(noise.begin(), middle, noise.end());
  return *middle;
}
} // namespace

NoisyBands FindNoisyBands(const SpectraMatrix& spectra)
{
  const Eigen::Index bands = spectra.cols();
  NoisyBands         found{std::vector<double>(static_cast<std::size_t>(bands), 0.), std::vector<bool>(static_cast<std::size_t>(bands), false)};
  if (bands < LeastBands || spectra.rows() < LeastSpectra)
  {
    return found;
  }
  const auto            n = static_cast<double>(spectra.rows());
  Eigen::VectorXd       deviations;
  const Eigen::MatrixXd values      = Standardise(spectra, deviations);
  const Eigen::MatrixXd correlation = values.transpose() * values / n;

  std::vector<double> shares(static_cast<std::size_t>(bands), 0.);
  auto                good = FindGood(shares); // all of them
  for (Eigen::Index band = 0; band < bands; ++band)
  {
    shares[static_cast<std::size_t>(band)] = FindShare(correlation, band, FindNearest(band, good), n);
  }
  for (unsigned int round = 0; round < Rounds; ++round)
  {
    good                           = FindGood(shares);
    const std::vector<double> last = shares;
    for (Eigen::Index band = 0; band < bands && good.size() >= Neighbours; ++band)
    {
      if (last[static_cast<std::size_t>(band)] > NoisyShare)
      {
        shares[static_cast<std::size_t>(band)] = FindShare(correlation, band, FindNearest(band, good), n);
      }
    }
  }
  found.shares = shares;
  good         = FindGood(shares);
  if (2 * good.size() < shares.size())
  {
    return found;
  }
  for (Eigen::Index band = 0; band < bands; ++band)
  {
    const double share                          = shares[static_cast<std::size_t>(band)];
    const double noise                          = share * deviations(band) * deviations(band);
    found.noisy[static_cast<std::size_t>(band)] = share > NoisyShare && noise > TimesTheOther * MedianNoise(FindNearest(band, good), shares, deviations);
  }
  return found;
}
} // namespace otb
