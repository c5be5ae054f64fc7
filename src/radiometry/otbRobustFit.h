// SPDX-License-Identifier: Apache-2.0
#ifndef otbRobustFit_h
#define otbRobustFit_h

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace otb
{
/** Order statistics and lines that outliers do not move: shared by the fits between two images. */
namespace robust
{
constexpr double ConsistencyOfMedian = 1.4826; // standard deviation of a normal variable per median of its absolute value
constexpr double KeptDeviations      = 3.5;
constexpr double RoundingErrors      = 1e-5; // of single-precision images, relative to their values
constexpr double LeastExplained      = 0.5;  // share of the variance below which two images do not show the same places

struct Line
{
  double gain, offset;
};

double Quantile(std::vector<double> values, double share);
double Quantile(const Eigen::VectorXd& values, double share);
double Median(std::vector<double> values);
double MedianSize(const Eigen::VectorXd& values);
double StandardDeviation(const Eigen::VectorXd& values);

/** Single-precision images cannot agree better. */
double LeastNoise(const Eigen::VectorXd& y);

/** The line of the half of the points that are nearest to it: the least median of squares (Rousseeuw 1984) among lines through pairs of points, then C-steps.
 * Almost half of the points may be outliers, in x as well. */
Line LeastTrimmedSquares(const Eigen::VectorXd& x, const Eigen::VectorXd& y);

/** Gain and offset by least squares between the quantiles from 5 to 95 % of the two. */
Line MatchQuantiles(const Eigen::VectorXd& x, const Eigen::VectorXd& y);

/** What the bands' lines tell about each pixel (rows of m and y; columns are bands). */
struct Screening
{
  std::vector<double> distances; // from the line of its worst band, in units of that band's median distance
  std::vector<bool>   outliers;  // what neither blur nor a shift explains: clouds

  Screening(const Eigen::MatrixXd& m, const Eigen::MatrixXd& y);
};

/** The numbers of the lowest scores, `count` of them, in ascending order. */
std::vector<std::size_t> Lowest(const std::vector<double>& scores, std::size_t count);

/** The numbers of the scores up to a limit. */
std::vector<std::size_t> Within(const std::vector<double>& scores, double limit);
} // namespace robust
} // namespace otb

#endif
