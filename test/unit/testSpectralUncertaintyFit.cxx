// SPDX-License-Identifier: Apache-2.0

// On scenes whose errors are known the errors expected without knowing them are of the right size, grow with them, and rank pixels.

#include "../testModels.h"
#include "otbSensorLines.h"
#include "otbSpectralUncertaintyFit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace
{
using otb::RefinementBlock;
using otb::RefinementSample;
using otb::SpectralUncertainty;
using otb::SpectralUncertaintyFit;
using otb::SpectraMatrix;
using Model = otb::SpectralUncertaintyModel;

constexpr unsigned int Bands = 24;
constexpr long         Size = 96, Ratio = 4, Coarse = Size / Ratio;

/** Fields of spectra, whose fused image misses a part of each field's spectrum: `error` times a random spectrum for each small square. */
struct Scene
{
  SpectraMatrix         truth = SpectraMatrix(Size * Size, Bands), fused = SpectraMatrix(Size * Size, Bands);
  otb::SensorBlur       blur = otb::SensorBlur::Gaussian(Ratio, Ratio, 1.5, 1.5, 0., 0.);
  otb::SpectralResponse response;
  otb::CoarseGridAxis   axis{0.5 / Ratio, 1. / Ratio, Coarse};

  explicit Scene(unsigned int multi, float error, long square = 3) : response(otb::test::MakeResponse(multi, Bands))
  {
    std::mt19937                    generator(4);
    std::normal_distribution<float> normal;
    SpectraMatrix                   fields(Size * Size, 3), missed(Size * Size, 4);
    for (SpectraMatrix* values : {&fields, &missed})
    {
      std::generate_n(values->data(), values->size(), [&] { return normal(generator); });
    }
    for (long y = 0; y < Size; ++y)
    {
      for (long x = 0; x < Size; ++x)
      {
        const long field = y / 7 * Size + x / 7, part = y / square * Size + x / square;
        for (unsigned int band = 0; band < Bands; ++band)
        {
          const float t    = static_cast<float>(band) / Bands;
          const float here = 0.4f + 0.05f * fields(field, 0) * (1.f - t) + 0.05f * fields(field, 1) * t + 0.03f * fields(field, 2) * std::sin(6.f * t);
          float       lost = 0.f;
          for (unsigned int wave = 0; wave < 4; ++wave)
          {
            lost += 0.7f * missed(part, wave) * std::sin(static_cast<float>(3 + 2 * wave) * t + static_cast<float>(wave));
          }
          fused(y * Size + x, band) = here;
          truth(y * Size + x, band) = here + error * lost;
        }
      }
    }
  }

  RefinementSample Sample(float noise = 0.001f) const
  {
    std::mt19937                    generator(5);
    std::normal_distribution<float> normal;
    RefinementSample                sample;
    sample.rows = sample.columns = axis;
    sample.fineRows = sample.fineColumns = Size;
    sample.blur                          = blur;
    sample.response                      = response;
    const otb::SensorOperator sensor(blur, axis, axis, Size, Size);
    RefinementBlock           block;
    block.fine          = {0, 0, Size, Size};
    block.coarse        = otb::SensorLines::GetCoarse(sensor, block.fine);
    block.multispectral = truth * response.GetMatrix().transpose();
    block.response      = fused * response.GetMatrix().transpose();
    block.valid.assign(Size * Size, 1);
    const auto see = [&](const SpectraMatrix& image)
    {
      SpectraMatrix seen = SpectraMatrix::Zero(block.coarse.rows * block.coarse.columns, Bands);
      otb::SensorLines(sensor, block.fine, Bands, seen.data()).Add(image.data(), Size);
      return seen;
    };
    block.hyperspectral = see(truth);
    std::for_each(block.hyperspectral.data(), block.hyperspectral.data() + block.hyperspectral.size(),
                  [&](float& value) { value += noise * normal(generator); });
    block.innovations = block.hyperspectral - see(fused);
    block.usable.assign(static_cast<std::size_t>(block.hyperspectral.rows()), 1);
    sample.blocks.push_back(block);
    return sample;
  }

  double Error() const
  {
    return std::sqrt((truth - fused).cast<double>().array().square().mean());
  }
};

TEST(SpectralUncertaintyFit, IsOfTheErrorsSize)
{
  for (const unsigned int multi : {1u, 3u, 6u})
  {
    for (const float error : {0.01f, 0.03f})
    {
      const Scene scene(multi, error);
      const auto  fit = SpectralUncertaintyFit::Of(scene.Sample(), 1.);
      ASSERT_TRUE(fit.has_value());
      EXPECT_GT(fit->scale.error, 0.6 * scene.Error()) << multi << " bands";
      EXPECT_LT(fit->scale.error, 1.7 * scene.Error()) << multi << " bands";
    }
  }
}

TEST(SpectralUncertaintyFit, GrowsWithTheUnit)
{
  const Scene      scene(3, 0.02f);
  RefinementSample sample = scene.Sample(), times = sample;
  for (SpectraMatrix* values : {&times.blocks[0].multispectral, &times.blocks[0].response, &times.blocks[0].hyperspectral, &times.blocks[0].innovations})
  {
    *values *= 10000.f;
  }
  const auto one = SpectralUncertaintyFit::Of(sample, 0.5), other = SpectralUncertaintyFit::Of(times, 0.5);
  EXPECT_NEAR(other->scale.error, 10000. * one->scale.error, 1e-3 * other->scale.error);
  EXPECT_NEAR(other->model.scale, 10000.f * one->model.scale, 1e-2f * other->model.scale);
  EXPECT_NEAR(other->model.reach, one->model.reach, 1e-3f * one->model.reach);
}

TEST(SpectralUncertaintyFit, WhatRefinementTakesAwayIsNotExpected)
{
  const RefinementSample sample = Scene(3, 0.02f).Sample();
  const auto             before = SpectralUncertaintyFit::Of(sample, 1.), after = SpectralUncertaintyFit::Of(sample, 0.);
  EXPECT_LT(after->scale.error, before->scale.error);
  const double taken = std::pow(before->scale.innovation, 2) + std::pow(before->scale.residual, 2);
  EXPECT_NEAR(std::pow(before->scale.error, 2) - std::pow(after->scale.error, 2), taken, 1e-6 * taken);
}

TEST(SpectralUncertaintyFit, TheMeanOverTheSceneIsTheScale)
{
  const RefinementSample    sample = Scene(3, 0.02f).Sample();
  const auto                fit    = SpectralUncertaintyFit::Of(sample, 1.);
  const SpectralUncertainty uncertainty(fit->model);
  double                    squares = 0.;
  for (long row = 0; row < Size; ++row)
  {
    SpectralUncertainty::Lines lines;
    lines.columns = Size;
    for (long line = 0; line < 3; ++line)
    {
      if (row + line >= 1 && row + line <= Size)
      {
        lines.pixels[line] = sample.blocks[0].multispectral.data() + (row + line - 1) * Size * 3;
        lines.valid[line]  = sample.blocks[0].valid.data() + (row + line - 1) * Size;
      }
    }
    std::vector<float>        deviations(Size);
    std::vector<Model::Terms> terms(Size);
    uncertainty.FindDeviations(lines, 0, Size, deviations.data());
    uncertainty.FindTerms(lines.pixels[1], deviations.data(), Size, terms.data());
    std::for_each(terms.begin(), terms.end(), [&](const Model::Terms& one) { squares += std::pow(uncertainty.Predict(one), 2); });
  }
  EXPECT_NEAR(std::sqrt(squares / (Size * Size)), fit->scale.error, 1e-4 * fit->scale.error);
}

TEST(SpectralUncertaintyFit, KnowsWhatTrainingDidNotSee)
{
  Scene scene(3, 0.01f);
  // A roof of two by two pixels, of a colour that the blurred image has nowhere.
  for (const long pixel : {40 * Size + 40, 40 * Size + 41, 41 * Size + 40, 41 * Size + 41})
  {
    for (unsigned int band = 0; band < Bands; ++band)
    {
      scene.truth(pixel, band) = band < Bands / 2 ? 3.f : 0.1f;
    }
  }
  const RefinementSample    sample = scene.Sample();
  const auto                fit    = SpectralUncertaintyFit::Of(sample, 1.);
  const SpectralUncertainty uncertainty(fit->model);
  const float               deviation = 0.5f;
  Model::Terms              roof, field;
  uncertainty.FindTerms(sample.blocks[0].multispectral.data() + (40 * Size + 40) * 3, &deviation, 1, &roof);
  uncertainty.FindTerms(sample.blocks[0].multispectral.data() + (80 * Size + 80) * 3, &deviation, 1, &field);
  EXPECT_GT(roof[Model::Distance], Model::FarAway);
  EXPECT_LT(field[Model::Distance], Model::FarAway);
  EXPECT_GT(uncertainty.Predict(roof), 1.3f * uncertainty.Predict(field));
  EXPECT_GT(fit->model.farAway, 0.f);
  EXPECT_LE(fit->model.farAway, fit->model.outside);
}

TEST(SpectralUncertaintyFit, BandsThatErrMoreAreExpectedTo)
{
  Scene scene(3, 0.02f);
  scene.truth.leftCols(6) = scene.fused.leftCols(6) + 3.f * (scene.truth.leftCols(6) - scene.fused.leftCols(6));
  const auto bands        = SpectralUncertaintyFit::Of(scene.Sample(), 1.)->model.bands;
  const auto found        = (scene.truth - scene.fused).cast<double>().array().square().colwise().mean().sqrt().eval();
  double     squares      = 0.;
  for (unsigned int band = 0; band < Bands; ++band)
  {
    squares += bands[band] * bands[band] / Bands;
    EXPECT_NEAR(bands[band], std::max(0.3, found(band) / scene.Error()), 0.35) << "band " << band;
  }
  EXPECT_NEAR(squares, 1., 1e-5);
}

TEST(SpectralUncertaintyFit, TooFewPixelsSayNothing)
{
  RefinementSample sample = Scene(3, 0.02f).Sample();
  std::fill(sample.blocks[0].usable.begin() + 11, sample.blocks[0].usable.end(), 0);
  EXPECT_FALSE(SpectralUncertaintyFit::Of(sample, 1.).has_value());
}

TEST(SpectralUncertaintyFit, PixelsWithoutDataDoNotCount)
{
  const RefinementSample whole = Scene(3, 0.02f).Sample();
  RefinementSample       part  = whole;
  for (long pixel = 0; pixel < 10 * Size; ++pixel)
  {
    part.blocks[0].valid[static_cast<std::size_t>(pixel)] = 0;
    part.blocks[0].multispectral.row(pixel).setConstant(1e6f);
  }
  EXPECT_NEAR(SpectralUncertaintyFit::Of(part, 1.)->scale.error, SpectralUncertaintyFit::Of(whole, 1.)->scale.error, 0.1 * Scene(3, 0.02f).Error());
}
} // namespace
