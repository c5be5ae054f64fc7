// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionEstimator.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbQuantile.h"
#include "otbSpectralBinning.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
// A factorisation leaves the scale of each endmember open, V = (W D) (D^-1 E). Where abundances shall sum to one that scale matters: it is the one by which
// those of the factorisation do so best, d = argmin ||W d - 1||. An endmember that would turn negative by it keeps its scale.
SpectraMatrix WithAbundancesOfSumOne(const NonnegativeMatrixFactorization::Result& factors)
{
  const Eigen::MatrixXd W          = factors.abundances.cast<double>();
  const Eigen::VectorXd d          = (W.transpose() * W).ldlt().solve(W.colwise().sum().transpose());
  SpectraMatrix         endmembers = factors.endmembers;
  for (Eigen::Index k = 0; k < endmembers.rows(); ++k)
  {
    const auto scaled = (endmembers.row(k).cast<double>() / d(k)).cast<float>().eval();
    if (d(k) > 0. && scaled.allFinite())
    {
      endmembers.row(k) = scaled;
    }
  }
  return endmembers;
}
} // namespace

SpectralInversionEstimator::SpectralInversionEstimator(const Settings& settings) : m_Settings(settings)
{
  SpectralNetworkTrainer checked(settings.training);
  if (settings.priorRatio < 2 && settings.prior)
  {
    throw std::invalid_argument("the prior's training ratio is " + std::to_string(settings.priorRatio) + ", expected at least 2");
  }
  if (settings.priorBands < 1 && settings.prior)
  {
    throw std::invalid_argument("the prior's most bands are 0, expected at least 1");
  }
}

void SpectralInversionEstimator::FindScaling(const SpectraMatrix& spectra)
{
  std::vector<float> values(spectra.data(), spectra.data() + spectra.size());
  const double       low  = InterpolatedQuantile(values, 1. / 100.);
  const double       high = InterpolatedQuantile(values, 99. / 100.);
  if (!(high > low))
  {
    throw std::invalid_argument("the hyperspectral pixels are constant (1st and 99th percentile are both " + std::to_string(low) + "), expected some contrast");
  }
  if (m_Settings.scaling == Scaling::Auto)
  {
    m_Model.offset = low;
    m_Model.scale  = high - low;
  }
  // The published method factorises values clipped to [0, 1]; unscaled ones may be of another unit.
  m_Highest = m_Settings.scaling == Scaling::Auto ? 1.f : static_cast<float>(std::max(1., high));
}

void SpectralInversionEstimator::FindEndmembers(const Progress& progress)
{
  NonnegativeMatrixFactorization::Settings settings;
  settings.endmembers = m_Settings.endmembers;
  settings.threads    = m_Settings.training.threads;
  const NonnegativeMatrixFactorization factorization(settings);
  const auto                           factors = factorization.Factorize(m_Set.spectra.cwiseMax(0.f).cwiseMin(m_Highest),
                                                                         [&](double violation) { return !progress || progress(factorization.Fraction(violation), violation); });
  if (factors.cancelled)
  {
    throw CancelledError();
  }
  m_Model.endmembers                = m_Settings.constraint == AbundanceConstraint::SumToOne ? WithAbundancesOfSumOne(factors) : factors.endmembers;
  m_Model.training.nmfRelativeError = factors.relativeError;
  m_Sweeps                          = factors.sweeps;
}

void SpectralInversionEstimator::MakePriors(const SpectralSample& sample)
{
  // Area averages over the valid pixels of each priorRatio x priorRatio cell; a cell that the image's border cuts averages what it has.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
  std::vector<std::uint32_t>                                       counts;
  m_Set.cells.resize(sample.size());
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    const auto cell    = std::make_pair(sample.rows[pixel] / m_Settings.priorRatio, sample.columns[pixel] / m_Settings.priorRatio);
    const auto entry   = numbers.emplace(cell, static_cast<std::uint32_t>(numbers.size())).first;
    m_Set.cells[pixel] = entry->second;
    counts.resize(numbers.size());
    ++counts[entry->second];
  }
  SpectraMatrix means = SpectraMatrix::Zero(static_cast<Eigen::Index>(counts.size()), m_Set.spectra.cols());
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    means.row(m_Set.cells[pixel]) += m_Set.spectra.row(static_cast<Eigen::Index>(pixel));
  }
  const SpectralBinning binning(m_Set.spectra.cols(), m_Model.network.GetPriorBands());
  m_Set.priors.resize(means.rows(), m_Model.network.GetPriorBands());
  for (Eigen::Index cell = 0; cell < means.rows(); ++cell)
  {
    means.row(cell) /= static_cast<float>(counts[static_cast<std::size_t>(cell)]);
    binning.Apply(means.row(cell).data(), m_Set.priors.row(cell).data());
  }
}

void SpectralInversionEstimator::Prepare(const SpectralSample& sample, const SpectralResponse& response, const SpectralAxis& axis, const Progress& progress)
{
  if (sample.size() == 0)
  {
    throw std::invalid_argument("the hyperspectral image has no valid pixel, expected at least one");
  }
  if (sample.spectra.cols() != response.GetNumberOfHyperspectralBands())
  {
    throw std::invalid_argument("the spectral response is for " + std::to_string(response.GetNumberOfHyperspectralBands()) +
                                " hyperspectral bands, the image has " + std::to_string(sample.spectra.cols()));
  }
  m_Model          = SpectralInversionModel();
  m_Model.response = response;
  m_Model.axis     = axis;
  FindScaling(sample.spectra);

  m_Set         = SpectralTrainingSet();
  m_Set.spectra = (sample.spectra.array() - static_cast<float>(m_Model.offset)) * static_cast<float>(1. / m_Model.scale);
  m_Set.msi.resize(m_Set.spectra.rows(), response.GetNumberOfMultispectralBands());
  response.Apply(m_Set.spectra.data(), sample.size(), m_Set.msi.data());

  const unsigned int c = response.GetNumberOfMultispectralBands();
  const unsigned int C = response.GetNumberOfHyperspectralBands();
  if (m_Settings.method == SpectralInversionMethod::Lift)
  {
    m_Model.network = SpectralNetwork::Lift(c, C);
    return;
  }
  m_Model.network    = SpectralNetwork::Morph(c, m_Settings.prior ? std::min(C, m_Settings.priorBands) : 0, m_Settings.hiddenUnits, m_Settings.endmembers);
  m_Model.constraint = m_Settings.constraint;
  FindEndmembers(progress);
  if (m_Settings.prior)
  {
    MakePriors(sample);
  }
}

void SpectralInversionEstimator::Train(const Progress& progress)
{
  const unsigned int epochs = m_Settings.training.epochs;
  m_Model.network.Initialize(m_Settings.training.seed);
  const auto report = SpectralNetworkTrainer(m_Settings.training)
                          .Train(m_Model.network, m_Model.endmembers, m_Model.constraint, m_Set,
                                 [&](unsigned int epoch, double loss) { return !progress || progress(static_cast<double>(epoch) / epochs, loss); });
  if (report.cancelled)
  {
    throw CancelledError();
  }
  m_Model.training.pixels = m_Set.size();
  m_Model.training.epochs = report.epochs;
  m_Model.training.loss   = report.loss;
  m_Model.training.seed   = m_Settings.training.seed;
}
} // namespace otb
