// SPDX-License-Identifier: Apache-2.0

// Predicted errors are found right where they are, wrong by the factor by which they are, and without rank where they say nothing.

#include "otbUncertaintyCalibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace
{
using otb::UncertaintyCalibration;

/** Errors of a normal distribution about nothing whose standard deviations are those, and what was predicted of them. */
struct Errors
{
  std::vector<double> deviations, found;

  explicit Errors(std::size_t count, unsigned int bands = 50)
  {
    std::mt19937                     generator(3);
    std::normal_distribution<double> normal;
    for (std::size_t pixel = 0; pixel < count; ++pixel)
    {
      deviations.push_back(0.01 * std::exp(0.7 * normal(generator)));
      double squares = 0.;
      for (unsigned int band = 0; band < bands; ++band)
      {
        squares += std::pow(deviations.back() * normal(generator), 2);
      }
      found.push_back(std::sqrt(squares / bands));
    }
  }

  UncertaintyCalibration::Table Table(const std::vector<double>& predicted) const
  {
    UncertaintyCalibration calibration;
    for (std::size_t pixel = 0; pixel < found.size(); ++pixel)
    {
      calibration.Add(predicted[pixel], found[pixel]);
    }
    return calibration.Evaluate();
  }
};

std::vector<double> RanksOf(const std::vector<double>& values)
{
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&values](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank)
  {
    ranks[order[rank]] = static_cast<double>(rank) - 0.5 * static_cast<double>(values.size() - 1);
  }
  return ranks;
}

TEST(UncertaintyCalibration, RightPredictionsAreRightInEachClass)
{
  const Errors errors(20000);
  const auto   table = errors.Table(errors.deviations);
  EXPECT_EQ(table.all.pixels, 20000u);
  EXPECT_NEAR(table.all.GetRatio(), 1., 0.01);
  ASSERT_EQ(table.classes.size(), 10u);
  for (const auto& pixels : table.classes)
  {
    EXPECT_NEAR(static_cast<double>(pixels.pixels), 2000., 150.);
    EXPECT_NEAR(pixels.GetRatio(), 1., 0.02);
  }
  EXPECT_TRUE(table.IsRising());
}

TEST(UncertaintyCalibration, ClassesAreThoseOfSortedPixels)
{
  const Errors             errors(20000);
  const auto               table = errors.Table(errors.deviations);
  std::vector<std::size_t> order(errors.found.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&errors](std::size_t a, std::size_t b) { return errors.deviations[a] < errors.deviations[b]; });
  auto first = order.begin();
  for (const auto& pixels : table.classes)
  {
    double     squares = 0.;
    const auto last    = first + static_cast<std::ptrdiff_t>(pixels.pixels);
    std::for_each(first, last, [&](std::size_t pixel) { squares += errors.found[pixel] * errors.found[pixel]; });
    EXPECT_NEAR(pixels.found, std::sqrt(squares / static_cast<double>(pixels.pixels)), 0.01 * pixels.found);
    first = last;
  }
  EXPECT_EQ(first, order.end());
}

TEST(UncertaintyCalibration, RankCorrelationIsSpearmans)
{
  const Errors errors(5000, 3);
  const auto   one = RanksOf(errors.deviations), other = RanksOf(errors.found);
  const double expected = std::inner_product(one.begin(), one.end(), other.begin(), 0.) / std::inner_product(one.begin(), one.end(), one.begin(), 0.);
  EXPECT_NEAR(errors.Table(errors.deviations).spearman, expected, 2e-3);
}

TEST(UncertaintyCalibration, WrongPredictionsAreSeen)
{
  const Errors        errors(20000);
  std::vector<double> twice = errors.deviations, turned = errors.deviations;
  std::transform(twice.begin(), twice.end(), twice.begin(), [](double value) { return 2. * value; });
  std::transform(turned.begin(), turned.end(), turned.begin(), [](double value) { return 1e-4 / value; });
  EXPECT_NEAR(errors.Table(twice).all.GetRatio(), 2., 0.02);
  EXPECT_FALSE(errors.Table(turned).IsRising());
  EXPECT_LT(errors.Table(turned).spearman, -0.9);
}

TEST(UncertaintyCalibration, PredictionsThatAreAlikeAreOneClassWithoutRank)
{
  const Errors errors(1000);
  const auto   table = errors.Table(std::vector<double>(1000, 0.02));
  ASSERT_EQ(table.classes.size(), 1u);
  EXPECT_EQ(table.classes.front().pixels, 1000u);
  EXPECT_TRUE(std::isnan(table.spearman));
}

TEST(UncertaintyCalibration, ErrorsOfNothingAreNoTrouble)
{
  UncertaintyCalibration calibration;
  for (int pixel = 0; pixel < 10; ++pixel)
  {
    calibration.Add(0., 0.);
  }
  const auto table = calibration.Evaluate();
  EXPECT_EQ(table.all.pixels, 10u);
  EXPECT_EQ(table.all.found, 0.);
  EXPECT_TRUE(std::isnan(table.all.GetRatio()));
}
} // namespace
