// SPDX-License-Identifier: Apache-2.0
#ifndef otbEndmemberNumber_h
#define otbEndmemberNumber_h

#include "otbSpectraMatrix.h"
#include "otbEigenvalueLikelihoodMaximisation.h"

#include <algorithm>

namespace otb
{
/** Number of endmembers in a set of spectra (n x C) by eigenvalue likelihood maximisation (Luo et al. 2013), as OTB implements it; 0 when it finds none. */
inline unsigned int EstimateNumberOfEndmembers(const SpectraMatrix& spectra)
{
  using Estimator                = EigenvalueLikelihoodMaximisation<double>;
  const double             n     = static_cast<double>(spectra.rows());
  const auto               bands = static_cast<unsigned int>(spectra.cols());
  const Eigen::RowVectorXd mean  = spectra.cast<double>().colwise().mean();

  // Sums of products, a block of pixels at a time in double precision.
  Eigen::MatrixXd        correlation = Eigen::MatrixXd::Zero(bands, bands);
  constexpr Eigen::Index Block       = 1024;
  for (Eigen::Index first = 0; first < spectra.rows(); first += Block)
  {
    const Eigen::MatrixXd part = spectra.middleRows(first, std::min(Block, spectra.rows() - first)).cast<double>();
    correlation.noalias() += part.transpose() * part / n;
  }
  const Eigen::MatrixXd covariance = correlation - mean.transpose() * mean;

  const auto toVnl = [bands](const Eigen::MatrixXd& matrix) { return vnl_matrix<double>(matrix.data(), bands, bands); }; // symmetric: the order does not matter
  auto       estimator = Estimator::New();
  estimator->SetCovariance(toVnl(covariance));
  estimator->SetCorrelation(toVnl(correlation));
  estimator->SetNumberOfPixels(static_cast<unsigned int>(spectra.rows()));
  estimator->Compute();
  return estimator->GetNumberOfEndmembers();
}
} // namespace otb

#endif
