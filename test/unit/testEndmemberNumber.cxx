// SPDX-License-Identifier: Apache-2.0

// The number of endmembers of mixtures that are made of a known number of spectra, with noise of known power.

#include "otbEndmemberNumber.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace
{
using otb::SpectraMatrix;

/** Mixtures of K spectra that wander from band to band, with white noise at a signal to noise ratio in dB (0: none). */
SpectraMatrix Mixtures(Eigen::Index K, Eigen::Index bands, Eigen::Index pixels, double snr, unsigned int seed)
{
  std::mt19937                          generator(seed);
  std::normal_distribution<double>      normal;
  std::exponential_distribution<double> exponential;
  Eigen::MatrixXd                       endmembers(K, bands), abundances(pixels, K);
  for (Eigen::Index k = 0; k < K; ++k)
  {
    double value = 0.;
    for (Eigen::Index band = 0; band < bands; ++band)
    {
      value += normal(generator);
      endmembers(k, band) = 0.1 + 0.1 * std::abs(value);
    }
  }
  abundances = Eigen::MatrixXd::NullaryExpr(pixels, K, [&] { return exponential(generator); });
  abundances.array().colwise() /= abundances.rowwise().sum().array();
  Eigen::MatrixXd spectra = abundances * endmembers;
  if (snr > 0.)
  {
    const double deviation = std::sqrt(spectra.squaredNorm() / static_cast<double>(spectra.size()) * std::pow(10., -snr / 10.));
    spectra += Eigen::MatrixXd::NullaryExpr(pixels, bands, [&] { return deviation * normal(generator); });
  }
  return spectra.cast<float>();
}

TEST(EndmemberNumber, IsThatOfTheMixtures)
{
  for (const Eigen::Index K : {2, 3, 5, 7})
  {
    for (const Eigen::Index pixels : {250, 500, 4000})
    {
      for (const double snr : {30., 40., 0.})
      {
        EXPECT_EQ(otb::EstimateNumberOfEndmembers(Mixtures(K, 200, pixels, snr, 1)), K) << pixels << " pixels, " << snr << " dB";
      }
    }
    // Without noise all but K eigenvalues are rounding.
    EXPECT_EQ(otb::EstimateNumberOfEndmembers(Mixtures(K, 30, 600, 0., 2)), K);
    EXPECT_EQ(otb::EstimateNumberOfEndmembers(Mixtures(K, 30, 4000, 40., 2)), K);
  }
}

TEST(EndmemberNumber, DoesNotDependOnUnits)
{
  SpectraMatrix spectra = Mixtures(5, 100, 1000, 35., 3);
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(spectra), 5u);
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(spectra * 1e4f), 5u);
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(spectra * 1e-4f), 5u);
  spectra.leftCols(40) *= 1000.f;
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(spectra), 5u);
}

TEST(EndmemberNumber, IsThatOfTheSignalNotOfBandsWithoutOne)
{
  SpectraMatrix spectra = Mixtures(4, 60, 1000, 35., 4);
  spectra.col(10).setZero();
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(spectra), 4u);
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(SpectraMatrix::Zero(1000, 60)), 0u);
}

TEST(EndmemberNumber, IsUnknownOfFewPixels)
{
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(Mixtures(3, 100, 119, 30., 5)), 0u);
  EXPECT_EQ(otb::EstimateNumberOfEndmembers(Mixtures(3, 100, 120, 30., 5)), 3u);
}
} // namespace
