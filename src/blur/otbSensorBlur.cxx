// SPDX-License-Identifier: Apache-2.0
#include "otbSensorBlur.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
struct Profile
{
  Eigen::VectorXd weights;
  double          first;
};

/** Antiderivative of the Gaussian distribution function: the integral of Phi(t / sigma) up to t. */
double IntegralOfDistribution(double t, double sigma)
{
  const double z = t / sigma;
  return t * 0.5 * std::erfc(-z * M_SQRT1_2) + sigma * std::exp(-z * z / 2.) / std::sqrt(2. * M_PI);
}

/** Weights of sharp pixels for a detector of that length behind a Gaussian: both the detector and the sharp pixels are integrated over, so that even a sharp
 * Gaussian gives each sharp pixel the share of the detector that lies on it. */
Profile DetectorProfile(double length, double sigma, double shift)
{
  if (!(length > 0.) || !std::isfinite(length) || !std::isfinite(sigma) || !std::isfinite(shift))
  {
    throw std::invalid_argument("sensor blur: found a detector of " + std::to_string(length) + " sharp pixels, a width of " + std::to_string(sigma) +
                                " and a shift of " + std::to_string(shift) + ", expected finite numbers and a positive detector");
  }
  // Below that the integral is that of a box to the last digits.
  const double s = std::max(std::abs(sigma), 1e-6);
  // Knots where the pixels are whose grid the detector's edges lie on, when the length is a whole number; symmetric about the centre in any case.
  const double half  = std::ceil(length / 2. + 4. * s + std::abs(shift)) + 1.;
  const bool   even  = std::lround(length) % 2 == 0;
  const double first = -half + (even ? 0.5 : 0.);
  const auto   count = static_cast<Eigen::Index>(std::lround(-2. * first)) + 1;
  Profile      profile{Eigen::VectorXd(count), first};
  for (Eigen::Index knot = 0; knot < count; ++knot)
  {
    const double t        = first + static_cast<double>(knot) - shift;
    const auto   edges    = [t, s](double edge) { return IntegralOfDistribution(t + 0.5 - edge, s) - IntegralOfDistribution(t - 0.5 - edge, s); };
    profile.weights(knot) = edges(-length / 2.) - edges(length / 2.);
  }
  profile.weights /= profile.weights.sum();
  return profile;
}

double Centroid(const Eigen::VectorXd& weights, double first)
{
  return first + weights.dot(Eigen::VectorXd::LinSpaced(weights.size(), 0., static_cast<double>(weights.size() - 1))) / weights.sum();
}

double Width(const Eigen::VectorXd& weights, double first)
{
  const Eigen::ArrayXd places = Eigen::ArrayXd::LinSpaced(weights.size(), 0., static_cast<double>(weights.size() - 1)) + first - Centroid(weights, first);
  return std::sqrt(std::max(0., (weights.array() * places.square()).sum() / weights.sum()));
}
} // namespace

SensorBlur SensorBlur::Detector(double rows, double columns)
{
  return Gaussian(rows, columns, 0., 0., 0., 0.);
}

SensorBlur SensorBlur::Gaussian(double rows, double columns, double sigmaRow, double sigmaColumn, double shiftRow, double shiftColumn)
{
  const Profile vertical   = DetectorProfile(rows, sigmaRow, shiftRow);
  const Profile horizontal = DetectorProfile(columns, sigmaColumn, shiftColumn);
  SensorBlur    blur;
  blur.knots = vertical.weights * horizontal.weights.transpose();
  blur.top   = vertical.first;
  blur.left  = horizontal.first;
  blur.Trim(1e-5);
  return blur;
}

double SensorBlur::At(double dy, double dx) const
{
  const double y = dy - top, x = dx - left;
  const double row = std::floor(y), column = std::floor(x);
  const auto   knot = [this](double v, double u)
  {
    return v < 0. || u < 0. || v >= static_cast<double>(knots.rows()) || u >= static_cast<double>(knots.cols())
               ? 0.
               : knots(static_cast<Eigen::Index>(v), static_cast<Eigen::Index>(u));
  };
  const double down = y - row, right = x - column;
  return (1. - down) * ((1. - right) * knot(row, column) + right * knot(row, column + 1.)) +
         down * ((1. - right) * knot(row + 1., column) + right * knot(row + 1., column + 1.));
}

void SensorBlur::Normalise()
{
  const double sum = knots.sum();
  if (!(std::abs(sum) > 1e-12 * knots.cwiseAbs().sum()))
  {
    throw std::invalid_argument("sensor blur: found weights that sum to " + std::to_string(sum) + ", expected a sum that they can be divided by");
  }
  knots /= sum;
}

void SensorBlur::Trim(double share)
{
  const Eigen::MatrixXd sizes = knots.cwiseAbs();
  Eigen::Index          y0 = 0, y1 = knots.rows(), x0 = 0, x1 = knots.cols();
  const double          total = sizes.sum(), most = 2. * total; // no side weighs that
  double                spare = share * total;
  for (;;)
  {
    const auto block = sizes.block(y0, x0, y1 - y0, x1 - x0);
    // The lightest side first; never the last row or column.
    const double sides[] = {y1 - y0 > 1 ? block.row(0).sum() : most, y1 - y0 > 1 ? block.bottomRows(1).sum() : most, x1 - x0 > 1 ? block.col(0).sum() : most,
                            x1 - x0 > 1 ? block.rightCols(1).sum() : most};
    const auto side = std::min_element(std::begin(sides), std::end(sides)) - std::begin(sides);
    if (sides[side] > spare)
    {
      break;
    }
    spare -= sides[side];
    y0 += side == 0;
    y1 -= side == 1;
    x0 += side == 2;
    x1 -= side == 3;
  }
  knots = Eigen::MatrixXd(knots.block(y0, x0, y1 - y0, x1 - x0));
  top += static_cast<double>(y0);
  left += static_cast<double>(x0);
  Normalise();
}

double SensorBlur::GetCentroidRow() const
{
  return Centroid(knots.rowwise().sum(), top);
}

double SensorBlur::GetCentroidColumn() const
{
  return Centroid(knots.colwise().sum().transpose(), left);
}

double SensorBlur::GetWidthRow() const
{
  return Width(knots.rowwise().sum(), top);
}

double SensorBlur::GetWidthColumn() const
{
  return Width(knots.colwise().sum().transpose(), left);
}

SensorBlur::Separable SensorBlur::GetSeparable(double tolerance, unsigned int maximumRank) const
{
  // K V is orthogonal for the eigenvectors V of K^T K: with all of them K = (K V) V^T to the last digit.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(knots.transpose() * knots);
  const Eigen::MatrixXd                                vectors = solver.eigenvectors().rowwise().reverse();
  const Eigen::MatrixXd                                images  = knots * vectors;
  const Eigen::VectorXd                                values  = images.colwise().norm();
  const auto                                           most    = std::min({std::max<Eigen::Index>(1, maximumRank), knots.rows(), knots.cols()});
  Eigen::Index                                         rank    = 1;
  while (rank < most && values.tail(values.size() - rank).norm() > tolerance * values.norm())
  {
    ++rank;
  }
  Separable separable;
  separable.rows    = images.leftCols(rank).transpose();
  separable.columns = vectors.leftCols(rank).transpose();
  // A decomposition's signs are arbitrary.
  for (Eigen::Index term = 0; term < rank; ++term)
  {
    if (separable.rows.row(term).sum() < 0.)
    {
      separable.rows.row(term) *= -1.;
      separable.columns.row(term) *= -1.;
    }
  }
  const double sum = separable.rows.rowwise().sum().dot(separable.columns.rowwise().sum());
  separable.rows /= sum;
  return separable;
}
} // namespace otb
