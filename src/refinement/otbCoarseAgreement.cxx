// SPDX-License-Identifier: Apache-2.0
#include "otbCoarseAgreement.h"
#include "otbRobustFit.h"
#include "otbSensorLines.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace
{
constexpr double Deviations   = 6.;
constexpr double LeastOfRange = 0.1;
} // namespace

SpectraMatrix CoarseAgreement::Differences(const SensorOperator& sensor, const SpectralRefinement::Region& fine, const float* multispectral,
                                           const SpectraMatrix& seen, unsigned int threads)
{
  SpectraMatrix sensed = SpectraMatrix::Zero(seen.rows(), seen.cols());
  SensorLines(sensor, fine, static_cast<std::size_t>(seen.cols()), sensed.data()).Add(multispectral, fine.rows, threads);
  return seen - sensed;
}

std::vector<float> CoarseAgreement::FindTolerance(const SpectraMatrix& differences, const SpectraMatrix& seen)
{
  std::vector<float> tolerance;
  for (Eigen::Index band = 0; band < differences.cols() && differences.rows() > 0; ++band)
  {
    const Eigen::VectorXd values = seen.col(band).cast<double>();
    const double          noise  = robust::ConsistencyOfMedian * robust::MedianSize(differences.col(band).cast<double>());
    const double          range  = robust::Quantile(values, 0.95) - robust::Quantile(values, 0.05);
    const double          least  = 1e-6 * values.cwiseAbs().maxCoeff();
    tolerance.push_back(static_cast<float>(std::max({Deviations * noise, LeastOfRange * range, least, 1e-30})));
  }
  return tolerance;
}

void CoarseAgreement::Exclude(const SpectraMatrix& differences, const std::vector<float>& tolerance, std::vector<unsigned char>& usable)
{
  if (tolerance.empty())
  {
    return;
  }
  for (std::size_t pixel = 0; pixel < usable.size(); ++pixel)
  {
    for (std::size_t band = 0; band < tolerance.size() && usable[pixel] != 0; ++band)
    {
      usable[pixel] = std::abs(differences(static_cast<Eigen::Index>(pixel), static_cast<Eigen::Index>(band))) <= tolerance[band];
    }
  }
}
} // namespace otb
