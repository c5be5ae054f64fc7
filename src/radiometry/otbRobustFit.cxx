// SPDX-License-Identifier: Apache-2.0
#include "otbRobustFit.h"

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
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), place, values.end());
  return *place;
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

Line TheilSen(const Eigen::VectorXd& x, const Eigen::VectorXd& y)
{
  constexpr std::size_t Pairs = 20000;
  const auto            n     = static_cast<std::uint64_t>(x.size());
  std::mt19937_64       random(1);
  std::vector<double>   slopes;
  slopes.reserve(Pairs);
  // Slopes through points that are close tell of noise alone.
  const double close = 0.5 * StandardDeviation(x);
  for (std::size_t pair = 0; pair < Pairs; ++pair)
  {
    const auto   i  = static_cast<Eigen::Index>(random() % n);
    const auto   j  = static_cast<Eigen::Index>(random() % n);
    const double dx = x(j) - x(i);
    if (std::abs(dx) > close)
    {
      slopes.push_back((y(j) - y(i)) / dx);
    }
  }
  Line                  line{slopes.empty() ? 1. : Median(std::move(slopes)), 0.};
  const Eigen::VectorXd rest = y - line.gain * x;
  line.offset                = Median({rest.begin(), rest.end()});
  return line;
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

Line RepeatedMedian(const Eigen::VectorXd& x, const Eigen::VectorXd& y)
{
  constexpr std::size_t Points = 301, Others = 151;
  const auto            n = static_cast<std::uint64_t>(x.size());
  std::mt19937_64       random(1);
  std::vector<double>   medians, slopes;
  // Slopes through points that are close tell of noise alone.
  const double close = 0.5 * ConsistencyOfMedian * MedianSize((x.array() - Quantile(x, 0.5)).matrix());
  for (std::size_t point = 0; point < Points; ++point)
  {
    const auto i = static_cast<Eigen::Index>(random() % n);
    slopes.clear();
    for (std::size_t other = 0; other < Others; ++other)
    {
      const auto   j  = static_cast<Eigen::Index>(random() % n);
      const double dx = x(j) - x(i);
      if (std::abs(dx) > close)
      {
        slopes.push_back((y(j) - y(i)) / dx);
      }
    }
    if (!slopes.empty())
    {
      medians.push_back(Median(slopes));
    }
  }
  Line line{medians.empty() ? 1. : Median(std::move(medians)), 0.};
  line.offset = Quantile(Eigen::VectorXd(y - line.gain * x), 0.5);
  return line;
}

Screening::Screening(const Eigen::MatrixXd& m, const Eigen::MatrixXd& y, LineFit fit)
  : distances(static_cast<std::size_t>(m.rows()), 0.), outliers(static_cast<std::size_t>(m.rows()), false)
{
  for (Eigen::Index band = 0; band < m.cols(); ++band)
  {
    const Line            line   = fit(m.col(band), y.col(band));
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
      const double place = (0.05 + 0.01 * static_cast<double>(step)) * static_cast<double>(sorted.size() - 1);
      const auto   below = std::min(static_cast<Eigen::Index>(place), sorted.size() - 2);
      found(step)        = sorted(below) + (place - static_cast<double>(below)) * (sorted(below + 1) - sorted(below));
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
