// SPDX-License-Identifier: Apache-2.0

// The terms of an expected error are those of the equation, written plainly in double precision; a model comes back from its file with the same bits; what
// does not fit is refused.

#include "../testModels.h"
#include "otbExamples.h"
#include "otbSpectralUncertainty.h"
#include "otbUncertaintyDocument.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace
{
using otb::SpectralUncertainty;
using otb::SpectraMatrix;
using Model = otb::SpectralUncertaintyModel;

constexpr std::size_t Multi = 3, Bands = 5;

SpectraMatrix Random(Eigen::Index rows, Eigen::Index columns, unsigned int seed)
{
  std::mt19937                    generator(seed);
  std::normal_distribution<float> normal;
  SpectraMatrix                   matrix(rows, columns);
  std::generate_n(matrix.data(), matrix.size(), [&] { return normal(generator); });
  return matrix;
}

Model MakeModel()
{
  Model model;
  model.origin    = {0.2f, 0.3f, 0.1f};
  model.contrast  = {0.1f, 0.05f, 0.2f};
  model.examples  = Random(21, Multi, 1);
  model.residual  = Random(Multi, Multi, 2);
  model.typical   = {0.3f, 0.4f, 0.5f, 1.7f};
  model.exponents = {0.3f, 0.25f, 0.1f, 0.08f};
  model.scale     = 0.013f;
  model.reach     = 0.4f;
  model.bands     = {0.5f, 1.2f, 1.1f, 0.9f, 1.15f};
  model.outside   = 0.1f;
  model.farAway   = 0.01f;
  return model;
}

double Term(const Model& model, Model::Term term, const float* pixel)
{
  Eigen::VectorXd scaled(Multi);
  double          bright = 0.;
  for (std::size_t band = 0; band < Multi; ++band)
  {
    scaled(static_cast<Eigen::Index>(band)) = (static_cast<double>(pixel[band]) - model.origin[band]) / model.contrast[band];
    bright += static_cast<double>(pixel[band]) * pixel[band] / Multi;
  }
  switch (term)
  {
  case Model::Brightness:
    return std::sqrt(bright) / *std::min_element(model.contrast.begin(), model.contrast.end());
  case Model::Distance:
    return std::sqrt((model.examples.cast<double>().rowwise() - scaled.transpose()).rowwise().squaredNorm().minCoeff() / Multi);
  default:
    return std::sqrt((model.residual.cast<double>() * scaled).squaredNorm() / Multi);
  }
}

TEST(SpectralUncertainty, TermsAreThoseOfTheEquation)
{
  const Model               model  = MakeModel();
  const SpectraMatrix       pixels = (0.2f * Random(1000, Multi, 7)).array() + 0.2f;
  const std::vector<float>  deviations(1000, 0.7f);
  std::vector<Model::Terms> terms(1000);
  const SpectralUncertainty uncertainty(model);
  uncertainty.FindTerms(pixels.data(), deviations.data(), 1000, terms.data());
  for (std::size_t pixel = 0; pixel < terms.size(); ++pixel)
  {
    const float* const values = pixels.data() + pixel * Multi;
    EXPECT_EQ(terms[pixel][Model::LocalDeviation], 0.7f);
    double product = model.scale;
    for (const Model::Term term : {Model::Brightness, Model::Distance, Model::Residual})
    {
      EXPECT_NEAR(terms[pixel][term], Term(model, term, values), (term == Model::Distance ? 1e-3 : 2e-5) * (1. + Term(model, term, values))) << "term " << term;
    }
    for (std::size_t term = 0; term < Model::NumberOfTerms; ++term)
    {
      product *= std::pow(static_cast<double>(terms[pixel][term]) / model.typical[term] + Model::Least, static_cast<double>(model.exponents[term]));
    }
    EXPECT_NEAR(uncertainty.Predict(terms[pixel]), product, 1e-5 * product);
  }
}

TEST(SpectralUncertainty, APixelIsTheSameInAnyCompany)
{
  const SpectralUncertainty uncertainty(MakeModel());
  const SpectraMatrix       pixels = Random(150, Multi, 3);
  const std::vector<float>  deviations(150, 0.1f);
  std::vector<Model::Terms> together(150), alone(1);
  uncertainty.FindTerms(pixels.data(), deviations.data(), 150, together.data());
  for (std::size_t pixel = 0; pixel < together.size(); ++pixel)
  {
    uncertainty.FindTerms(pixels.data() + pixel * Multi, deviations.data(), 1, alone.data());
    EXPECT_EQ(together[pixel], alone.front());
  }
}

TEST(SpectralUncertainty, LocalDeviationsAreOfTheNeighboursThatHaveData)
{
  constexpr std::size_t      Columns = 9;
  const Model                model   = MakeModel();
  SpectraMatrix              pixels  = (0.001f * Random(3 * Columns, Multi, 5)).array() + 1000.f; // small beside their values
  std::vector<unsigned char> valid(3 * Columns, 1);
  valid[Columns + 4] = valid[3] = 0;
  pixels.row(3).setConstant(std::numeric_limits<float>::quiet_NaN());
  SpectralUncertainty::Lines lines;
  lines.columns = Columns;
  for (std::size_t line = 0; line < 3; ++line)
  {
    lines.pixels[line] = pixels.data() + line * Columns * Multi;
    lines.valid[line]  = valid.data() + line * Columns;
  }
  const auto expected = [&](std::size_t column, std::size_t count)
  {
    double sum = 0.;
    for (std::size_t band = 0; band < Multi; ++band)
    {
      std::vector<double> values;
      for (std::size_t line = 0; line < count; ++line)
      {
        for (std::size_t x = column == 0 ? 0 : column - 1; x < std::min(Columns, column + 2); ++x)
        {
          if (valid[line * Columns + x] != 0)
          {
            values.push_back(static_cast<double>(pixels(static_cast<Eigen::Index>(line * Columns + x), static_cast<Eigen::Index>(band))) /
                             model.contrast[band]);
          }
        }
      }
      const auto map = Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
      sum += (map.array() - map.mean()).square().mean() / Multi;
    }
    return std::sqrt(sum);
  };
  std::vector<float>        deviations(Columns);
  const SpectralUncertainty uncertainty(model);
  uncertainty.FindDeviations(lines, 0, Columns, deviations.data());
  for (std::size_t column = 0; column < Columns; ++column)
  {
    EXPECT_NEAR(deviations[column], column == 4 ? 0. : expected(column, 3), 1e-5) << "column " << column;
  }
  // At the image's last line.
  lines.pixels[2] = nullptr;
  uncertainty.FindDeviations(lines, 2, 1, deviations.data());
  EXPECT_NEAR(deviations[0], expected(2, 2), 1e-5);
}

TEST(SpectralUncertainty, ComesBackFromItsDocumentWithTheSameBits)
{
  const Model model = MakeModel();
  const Model back  = otb::UncertaintyFrom(otb::strictjson::Json::parse(otb::ToJson(model).dump()));
  EXPECT_EQ(back.origin, model.origin);
  EXPECT_EQ(back.contrast, model.contrast);
  EXPECT_EQ(back.examples, model.examples);
  EXPECT_EQ(back.residual, model.residual);
  EXPECT_EQ(back.typical, model.typical);
  EXPECT_EQ(back.exponents, model.exponents);
  EXPECT_EQ(back.scale, model.scale);
  EXPECT_EQ(back.reach, model.reach);
  EXPECT_EQ(back.bands, model.bands);
  EXPECT_EQ(back.outside, model.outside);
  EXPECT_EQ(back.farAway, model.farAway);
}

TEST(SpectralUncertainty, RefusesWhatDoesNotFit)
{
  const auto refusal = [](const std::function<void(Model&)>& spoil)
  {
    Model model = MakeModel();
    spoil(model);
    return otb::test::MessageOf<std::invalid_argument>([&model] { SpectralUncertainty{model}; });
  };
  EXPECT_NE(refusal([](Model& model) { model.contrast[1] = 0.f; }).find("contrast"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.origin.pop_back(); }).find("origin"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.examples.resize(0, Multi); }).find("examples"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.residual.resize(2, 2); }).find("residual"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.typical[2] = 0.f; }).find("typical"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.exponents[0] = std::numeric_limits<float>::infinity(); }).find("exponent"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.scale = -1.f; }).find("scale"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.bands.clear(); }).find("share"), std::string::npos);
  EXPECT_NE(refusal([](Model& model) { model.outside = 1.5f; }).find("share of pixels"), std::string::npos);
}

TEST(Examples, AreNearToNearlyAllPointsRareOnesIncluded)
{
  Eigen::MatrixXd points = Random(2000, 2, 11).cast<double>();
  points.topRows(10)     = (0.01 * points.topRows(10)).array() + 50.; // far from all others
  const auto examples    = otb::Examples::Of(points, 100);
  ASSERT_EQ(examples.centres.rows(), 100);
  std::vector<double> distances;
  for (Eigen::Index point = 0; point < points.rows(); ++point)
  {
    distances.push_back((examples.centres.rowwise() - points.row(point)).rowwise().norm().minCoeff());
  }
  EXPECT_LT(distances.front(), 0.1);
  EXPECT_EQ(std::count_if(distances.begin(), distances.end(), [&](double distance) { return distance > examples.reach * (1. + 1e-12); }), 20);
  // A hundred disks about them would cover the plane that 2000 points of variance one lie on.
  EXPECT_LT(examples.reach, 0.8);
}

TEST(Examples, OfFewPointsAreAQuarter)
{
  EXPECT_EQ(otb::Examples::Of(Random(40, 3, 1).cast<double>(), 128).centres.rows(), 10);
  EXPECT_EQ(otb::Examples::Of(Random(1, 3, 1).cast<double>(), 128).centres.rows(), 1);
}
} // namespace
