// SPDX-License-Identifier: Apache-2.0
#include "otbExamples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace otb
{
Examples Examples::Of(const Eigen::MatrixXd& points, std::size_t most)
{
  constexpr int      Steps = 5;
  const Eigen::Index n = points.rows(), k = std::max<Eigen::Index>(1, std::min<Eigen::Index>(static_cast<Eigen::Index>(most), n / 4));
  Examples           examples;
  examples.centres.resize(k, points.cols());

  const auto   distancesTo = [&points](const auto& point) -> Eigen::VectorXd { return (points.rowwise() - point).rowwise().squaredNorm(); };
  Eigen::Index place       = 0;
  distancesTo(Eigen::RowVectorXd(points.colwise().mean())).minCoeff(&place);
  Eigen::VectorXd           nearest = Eigen::VectorXd::Constant(n, std::numeric_limits<double>::infinity());
  std::vector<Eigen::Index> owner(static_cast<std::size_t>(n), 0);
  const auto                compare = [&](Eigen::Index centre)
  {
    const Eigen::VectorXd distances = distancesTo(Eigen::RowVectorXd(examples.centres.row(centre)));
    for (Eigen::Index point = 0; point < n; ++point)
    {
      if (distances(point) < nearest(point))
      {
        nearest(point)                         = distances(point);
        owner[static_cast<std::size_t>(point)] = centre;
      }
    }
  };
  for (Eigen::Index centre = 0; centre < k; ++centre)
  {
    examples.centres.row(centre) = points.row(place);
    compare(centre);
    nearest.maxCoeff(&place);
  }
  for (int step = 0; step < Steps; ++step)
  {
    Eigen::MatrixXd sums   = Eigen::MatrixXd::Zero(k, points.cols());
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(k);
    for (Eigen::Index point = 0; point < n; ++point)
    {
      sums.row(owner[static_cast<std::size_t>(point)]) += points.row(point);
      counts(owner[static_cast<std::size_t>(point)]) += 1.;
    }
    nearest.setConstant(std::numeric_limits<double>::infinity());
    for (Eigen::Index centre = 0; centre < k; ++centre)
    {
      if (counts(centre) > 0.)
      {
        examples.centres.row(centre) = sums.row(centre) / counts(centre);
      }
      compare(centre);
    }
  }
  // The last rank of a hundred, of few points the farthest.
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(0.99 * static_cast<double>(n))) - 1;
  std::nth_element(nearest.begin(), nearest.begin() + rank, nearest.end());
  examples.reach = std::sqrt(nearest(rank));
  return examples;
}
} // namespace otb
