// SPDX-License-Identifier: Apache-2.0
#include "otbRobustFit.h"
#include "otbQuantile.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>

namespace otb
{
namespace robust
{
namespace
{
constexpr double FarMedians = 8.;

} // namespace

double Quantile(std::vector<double> values, double share)
{
  return NearestQuantile(values, share);
}

double Quantile(const Eigen::VectorXd& values, double share)
{
  return Quantile(std::vector<double>(values.begin(), values.end()), share);
}

double Median(std::vector<double> values)
{
  return Quantile(std::move(values), 0.5);
}

double StandardDeviation(const Eigen::VectorXd& values)
{
  return values.size() == 0 ? 0. : std::sqrt((values.array() - values.mean()).square().mean());
}

double LeastNoise(const Eigen::VectorXd& y)
{
  return 1e-6 * StandardDeviation(y);
}

double MedianSize(const Eigen::VectorXd& values)
{
  const Eigen::VectorXd sizes = values.cwiseAbs();
  return Median({sizes.begin(), sizes.end()});
}

Line LeastTrimmedSquares(const Eigen::VectorXd& x, const Eigen::VectorXd& y)
{
  constexpr unsigned int Starts = 500, Steps = 10;
  constexpr std::size_t  Judges = 500; // points that starts are judged by
  const auto             n      = static_cast<std::uint64_t>(x.size());
  std::mt19937_64        random(1);
  const auto             some = static_cast<Eigen::Index>(std::min<std::size_t>(Judges, n));
  Eigen::VectorXd        xs(some), ys(some);
  for (Eigen::Index judge = 0; judge < some; ++judge)
  {
    const auto at = static_cast<std::size_t>(some) == n ? judge : static_cast<Eigen::Index>(random() % n);
    xs(judge)     = x(at);
    ys(judge)     = y(at);
  }
  Line   best{1., Quantile(Eigen::VectorXd(y - x), 0.5)};
  double least = MedianSize((ys - xs).array() - best.offset);
  for (unsigned int start = 0; start < Starts; ++start)
  {
    const auto   i = static_cast<Eigen::Index>(random() % n), j = static_cast<Eigen::Index>(random() % n);
    const double dx = x(j) - x(i);
    if (dx == 0.)
    {
      continue;
    }
    const double gain = (y(j) - y(i)) / dx, offset = y(i) - gain * x(i), size = MedianSize((ys - gain * xs).array() - offset);
    if (size < least)
    {
      least = size;
      best  = {gain, offset};
    }
  }
  // C-steps (Rousseeuw & Van Driessen 2006): least squares through the half of the points that are nearest.
  for (unsigned int step = 0; step < Steps; ++step)
  {
    const Eigen::VectorXd          off  = ((y - best.gain * x).array() - best.offset).abs();
    const std::vector<std::size_t> kept = Lowest({off.begin(), off.end()}, static_cast<std::size_t>(n + 1) / 2);
    double                         mx = 0., my = 0., xx = 0., xy = 0.;
    for (const std::size_t point : kept)
    {
      mx += x(static_cast<Eigen::Index>(point)) / static_cast<double>(kept.size());
      my += y(static_cast<Eigen::Index>(point)) / static_cast<double>(kept.size());
    }
    for (const std::size_t point : kept)
    {
      const double dx = x(static_cast<Eigen::Index>(point)) - mx;
      xx += dx * dx;
      xy += dx * (y(static_cast<Eigen::Index>(point)) - my);
    }
    if (!(xx > 0.))
    {
      break;
    }
    best = {xy / xx, my - xy / xx * mx};
  }
  return best;
}

Screening::Screening(const Eigen::MatrixXd& m, const Eigen::MatrixXd& y)
  : distances(static_cast<std::size_t>(m.rows()), 0.), outliers(static_cast<std::size_t>(m.rows()), false)
{
  for (Eigen::Index band = 0; band < m.cols(); ++band)
  {
    const Line            line   = LeastTrimmedSquares(m.col(band), y.col(band));
    const Eigen::VectorXd off    = (y.col(band) - line.gain * m.col(band)).array() - line.offset;
    const double          median = std::max(MedianSize(off), LeastNoise(y.col(band)));
    // An edge displaced by blur is off by no more than the scene's contrast.
    const double contrast = Quantile(y.col(band), 0.95) - Quantile(y.col(band), 0.05);
    for (std::size_t pixel = 0; pixel < distances.size(); ++pixel)
    {
      const double distance = std::abs(off(static_cast<Eigen::Index>(pixel)));
      distances[pixel]      = std::max(distances[pixel], distance / median);
      outliers[pixel]       = outliers[pixel] || distance > std::max(contrast, FarMedians * median);
    }
  }
}

std::vector<std::size_t> Lowest(const std::vector<double>& scores, std::size_t count)
{
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&scores](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<std::size_t> Within(const std::vector<double>& scores, double limit)
{
  std::vector<std::size_t> kept;
  for (std::size_t window = 0; window < scores.size(); ++window)
  {
    if (scores[window] <= limit)
    {
      kept.push_back(window);
    }
  }
  return kept;
}

Line MatchQuantiles(const Eigen::VectorXd& x, const Eigen::VectorXd& y)
{
  static constexpr Eigen::Index Steps     = 91;
  const auto                    quantiles = [](const Eigen::VectorXd& values)
  {
    Eigen::VectorXd sorted = values;
    std::sort(sorted.begin(), sorted.end());
    Eigen::VectorXd found(Steps);
    for (Eigen::Index step = 0; step < Steps; ++step)
    {
      found(step) = InterpolatedQuantileOfSorted(sorted.begin(), sorted.end(), 0.05 + 0.01 * static_cast<double>(step));
    }
    return found;
  };
  const Eigen::VectorXd qx = quantiles(x), qy = quantiles(y);
  const Eigen::ArrayXd  dx   = qx.array() - qx.mean();
  const double          gain = (dx * (qy.array() - qy.mean())).sum() / dx.square().sum();
  return {gain, qy.mean() - gain * qx.mean()};
}
} // namespace robust
} // namespace otb
