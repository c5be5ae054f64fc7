// SPDX-License-Identifier: Apache-2.0

// Bands of noise among mixtures of smooth spectra.

#include "otbNoisyBands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

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
  const auto             found = otb::FindNoisyBands({spectra.cast<float>(), {}, {}});
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
  EXPECT_NEAR(otb::FindNoisyBands({spectra.cast<float>(), {}, {}}).shares[30], 0.5, 0.04);
  EXPECT_LT(otb::FindNoisyBands({spectra.cast<float>(), {}, {}}).shares[10], 1e-3);
}

TEST(NoisyBands, ARowOfBandsThatHoldSomeNoiseIsFoundWhole)
{
  std::mt19937                     generator(12);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  spectra = Smooth(2000, 0.001, generator);
  for (Eigen::Index band = 20; band < 32; ++band)
  {
    spectra.col(band) += Eigen::VectorXd::NullaryExpr(2000, [&] { return 0.05 * normal(generator); });
  }
  const auto found = otb::FindNoisyBands({spectra.cast<float>(), {}, {}});
  for (Eigen::Index band = 0; band < Bands; ++band)
  {
    const double noise = std::sqrt(found.noise[static_cast<std::size_t>(band)]);
    EXPECT_NEAR(noise, band >= 20 && band < 32 ? 0.05 : 0., 0.004) << band;
  }
}

TEST(NoisyBands, NoneInAnImageThatIsNoisyAsAWhole)
{
  std::mt19937 generator(3);
  EXPECT_TRUE(Found(Smooth(1000, 0.01, generator)).empty());
  EXPECT_TRUE(Found(Smooth(1000, 3., generator)).empty());
}

TEST(NoisyBands, SomeNoiseIsTakenOutOfABandByTheOthers)
{
  std::mt19937                     generator(8);
  std::normal_distribution<double> normal;
  const Eigen::MatrixXd            clean   = Smooth(4000, 0.001, generator);
  Eigen::MatrixXd                  spectra = clean;
  const std::set<std::size_t>      some    = {0, 20, 21, 22, Bands - 1};
  spectra.col(5) += Eigen::VectorXd::NullaryExpr(4000, [&] { return 5. * normal(generator); });
  for (const std::size_t place : some)
  {
    const auto   band   = static_cast<Eigen::Index>(place);
    const double signal = std::sqrt((clean.col(band).array() - clean.col(band).mean()).square().mean());
    spectra.col(band) += Eigen::VectorXd::NullaryExpr(4000, [&] { return 0.7 * signal * normal(generator); });
  }
  const auto            found = otb::FindNoisyBands({spectra.cast<float>(), {}, {}});
  std::set<std::size_t> bands;
  for (const auto& prediction : found.predictions)
  {
    bands.insert(prediction.band);
  }
  EXPECT_EQ(bands, some);
  EXPECT_EQ(std::count(found.noisy.begin(), found.noisy.end(), true), 1);

  otb::SpectraMatrix filtered = spectra.cast<float>();
  otb::ApplyPredictions(found.predictions, filtered);
  // The same in an image that is without the noisy band.
  otb::SpectraMatrix without(spectra.rows(), Bands - 1);
  without << spectra.leftCols(5).cast<float>(), spectra.rightCols(Bands - 6).cast<float>();
  otb::ApplyPredictions(found.GetPredictionsWithoutNoisy(), without);
  for (Eigen::Index band = 0; band < Bands; ++band)
  {
    if (some.count(static_cast<std::size_t>(band)) != 0)
    {
      const double before = (spectra.col(band) - clean.col(band)).norm(), after = (filtered.col(band).cast<double>() - clean.col(band)).norm();
      EXPECT_LT(after, 0.15 * before) << band;
    }
    else
    {
      EXPECT_EQ(filtered.col(band), spectra.col(band).cast<float>()) << band;
    }
    if (band != 5)
    {
      EXPECT_EQ(filtered.col(band), without.col(band < 5 ? band : band - 1)) << band;
    }
  }
  EXPECT_TRUE(otb::FindNoisyBands({clean.cast<float>(), {}, {}}).predictions.empty());
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

/** Of an image of 64 lines and columns, line by line: each pixel with its own spectrum, and with those two columns and lines away. */
otb::NoisyBandSample Nearby(const Eigen::MatrixXd& image)
{
  constexpr Eigen::Index Size = 64;
  otb::NoisyBandSample   sample{image.cast<float>(), image.cast<float>(), image.cast<float>()};
  for (Eigen::Index pixel = 0; pixel < image.rows(); ++pixel)
  {
    const auto move = [&](SpectraMatrix& to, bool inside, Eigen::Index by)
    {
      if (inside)
      {
        to.row(pixel) = sample.spectra.row(pixel + by);
      }
      else
      {
        to.row(pixel).setConstant(NAN);
      }
    };
    move(sample.right, pixel % Size + 2 < Size, 2);
    move(sample.below, pixel / Size + 2 < Size, 2 * Size);
  }
  return sample;
}

/** An image whose abundances are those of fields of 8 x 8 pixels. */
Eigen::MatrixXd Fields(std::mt19937& generator)
{
  const Eigen::MatrixXd spectra = Smooth(64, 0., generator);
  Eigen::MatrixXd       image(64 * 64, Bands);
  for (Eigen::Index pixel = 0; pixel < image.rows(); ++pixel)
  {
    image.row(pixel) = spectra.row(pixel / 64 / 8 * 8 + pixel % 64 / 8);
  }
  std::normal_distribution<double> normal;
  return image + Eigen::MatrixXd::NullaryExpr(image.rows(), Bands, [&] { return 0.002 * normal(generator); });
}

TEST(NoisyBands, WhatHasAPlaceInTheImageIsNoNoise)
{
  std::mt19937                     generator(6);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  image = Fields(generator);
  // The first, the last and one within see fields that no other band does, with noise of their own.
  std::vector<double> seen(3 * 64);
  std::generate(seen.begin(), seen.end(), [&] { return 0.2 * normal(generator); });
  const Eigen::Index own[] = {0, 30, Bands - 1};
  for (Eigen::Index pixel = 0; pixel < image.rows(); ++pixel)
  {
    const auto field = static_cast<std::size_t>(pixel / 64 / 8 * 8 + pixel % 64 / 8);
    for (std::size_t place = 0; place < 3; ++place)
    {
      image(pixel, own[place]) = 0.5 + seen[64 * place + field] + 0.1 * normal(generator);
    }
    image(pixel, 10) += normal(generator);
    image(pixel, 20) += normal(generator);
  }
  const auto found = otb::FindNoisyBands(Nearby(image));
  for (const Eigen::Index band : own)
  {
    EXPECT_GT(found.shares[static_cast<std::size_t>(band)], 0.9) << band;
    EXPECT_FALSE(found.noisy[static_cast<std::size_t>(band)]) << band;
  }
  EXPECT_TRUE(found.noisy[10]);
  EXPECT_TRUE(found.noisy[20]);
  // Without neighbours nothing tells them from noise.
  EXPECT_EQ(Found(image), (std::set<Eigen::Index>{0, 10, 20, 30, Bands - 1}));
}

TEST(NoisyBands, StripesAndResampledNoiseAreNoise)
{
  std::mt19937                     generator(7);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  image = Fields(generator);
  std::vector<double>              lines(64), columns(64), coarse(33 * 33);
  for (auto* values : {&lines, &columns, &coarse})
  {
    std::generate(values->begin(), values->end(), [&] { return normal(generator); });
  }
  for (Eigen::Index pixel = 0; pixel < image.rows(); ++pixel)
  {
    const auto line = static_cast<std::size_t>(pixel / 64), column = static_cast<std::size_t>(pixel % 64);
    image(pixel, 10) += lines[line];
    image(pixel, 30) += columns[column];
    // Each value of noise in two columns and lines, as nearest neighbours give it.
    image(pixel, 50) += coarse[line / 2 * 33 + column / 2];
  }
  const auto found = otb::FindNoisyBands(Nearby(image));
  EXPECT_EQ(std::count(found.noisy.begin(), found.noisy.end(), true), 3);
  for (const std::size_t band : {10, 30, 50})
  {
    EXPECT_TRUE(found.noisy[band]) << band;
  }
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
