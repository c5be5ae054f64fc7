// SPDX-License-Identifier: Apache-2.0

// Bands of noise among mixtures of smooth spectra.

#include "otbNoisyBands.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace
{
using otb::SpectraMatrix;

constexpr Eigen::Index Bands = 60;

/** Mixtures of three spectra that are smooth along the bands, with white noise of some standard deviation. */
Eigen::MatrixXd Smooth(Eigen::Index pixels, double noise, std::mt19937& generator)
{
  std::exponential_distribution<double> exponential;
  std::normal_distribution<double>      normal;
  Eigen::MatrixXd                       abundances = Eigen::MatrixXd::NullaryExpr(pixels, 3, [&] { return exponential(generator); });
  abundances.array().colwise() /= abundances.rowwise().sum().array();
  Eigen::MatrixXd spectra(3, Bands);
  for (Eigen::Index band = 0; band < Bands; ++band)
  {
    const double x    = static_cast<double>(band) / Bands;
    spectra.col(band) = Eigen::Vector3d(0.1 + 0.6 * x, 0.3 + 0.2 * std::sin(6. * x), 0.6 - 0.4 * x * x);
  }
  return abundances * spectra + Eigen::MatrixXd::NullaryExpr(pixels, Bands, [&] { return noise * normal(generator); });
}

std::set<Eigen::Index> Found(const Eigen::MatrixXd& spectra)
{
  const auto             found = otb::FindNoisyBands(spectra.cast<float>());
  std::set<Eigen::Index> bands;
  for (std::size_t band = 0; band < found.noisy.size(); ++band)
  {
    if (found.noisy[band])
    {
      bands.insert(static_cast<Eigen::Index>(band));
    }
  }
  return bands;
}

TEST(NoisyBands, AreThoseWithNoiseFarAboveSignal)
{
  std::mt19937                     generator(1);
  std::normal_distribution<double> normal;
  // At the edges, in a row longer than the neighbourhood, and with one good band between.
  const std::set<Eigen::Index> bad = {0, 1, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 40, 42, 59};
  for (const double size : {0.5, 50.})
  {
    Eigen::MatrixXd spectra = Smooth(1000, 0.002, generator);
    for (const Eigen::Index band : bad)
    {
      spectra.col(band) += Eigen::VectorXd::NullaryExpr(spectra.rows(), [&] { return size * normal(generator); });
    }
    EXPECT_EQ(Found(spectra), bad) << size;
  }
}

TEST(NoisyBands, SharesAreThoseOfTheNoise)
{
  std::mt19937                     generator(2);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  spectra = Smooth(4000, 0., generator);
  const double                     signal  = (spectra.col(30).array() - spectra.col(30).mean()).square().mean();
  spectra.col(30) += Eigen::VectorXd::NullaryExpr(4000, [&] { return std::sqrt(signal) * normal(generator); });
  EXPECT_NEAR(otb::FindNoisyBands(spectra.cast<float>()).shares[30], 0.5, 0.04);
  EXPECT_LT(otb::FindNoisyBands(spectra.cast<float>()).shares[10], 1e-3);
}

TEST(NoisyBands, NoneInAnImageThatIsNoisyAsAWhole)
{
  std::mt19937 generator(3);
  EXPECT_TRUE(Found(Smooth(1000, 0.01, generator)).empty());
  EXPECT_TRUE(Found(Smooth(1000, 3., generator)).empty());
}

TEST(NoisyBands, HotPixelsMakeNoBandNoisy)
{
  std::mt19937    generator(4);
  Eigen::MatrixXd spectra = Smooth(1000, 0.002, generator);
  for (Eigen::Index pixel = 0; pixel < 8; ++pixel)
  {
    spectra(100 * pixel, 33) = 1000.;
  }
  EXPECT_TRUE(Found(spectra).empty());
}

TEST(NoisyBands, NoneWhereThereIsTooLittleToTell)
{
  std::mt19937                     generator(5);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  spectra = Smooth(1000, 0.002, generator);
  spectra.col(5) += Eigen::VectorXd::NullaryExpr(1000, [&] { return normal(generator); });
  EXPECT_FALSE(Found(spectra).empty());
  EXPECT_TRUE(Found(spectra.leftCols(12)).empty());
  EXPECT_TRUE(Found(spectra.topRows(40)).empty());
  EXPECT_TRUE(Found(Eigen::MatrixXd::Constant(1000, Bands, 3.)).empty());
}
} // namespace
