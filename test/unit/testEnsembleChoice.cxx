// SPDX-License-Identifier: Apache-2.0

// What is clearly worse by the score is left out of a mean; what is not clearly worse is not.

#include "../testModels.h"
#include "otbEnsembleChoice.h"
#include "otbSensorLines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace
{
using otb::EnsembleChoice;
using otb::RefinementBlock;
using otb::RefinementSample;
using otb::SpectraMatrix;

constexpr unsigned int Bands = 24, Multi = 3;

/** Innovations that are noise, and a multiple of one spectrum that a smooth map of errors leaves. */
RefinementSample MakeSample(long coarse, float strength, unsigned int seed)
{
  constexpr long   Ratio = 4;
  RefinementSample sample;
  sample.rows = sample.columns = {0.5 / Ratio, 1. / Ratio, coarse};
  sample.fineRows = sample.fineColumns = coarse * Ratio;
  sample.blur                          = otb::SensorBlur::Gaussian(Ratio, Ratio, 1., 1., 0., 0.);
  sample.response                      = otb::test::MakeResponse(Multi, Bands);
  const otb::SensorOperator sensor(sample.blur, sample.rows, sample.columns, sample.fineRows, sample.fineColumns);
  RefinementBlock           block;
  block.fine   = {0, 0, sample.fineRows, sample.fineColumns};
  block.coarse = otb::SensorLines::GetCoarse(sensor, block.fine);
  std::mt19937                    generator(seed);
  std::normal_distribution<float> normal;
  const Eigen::Index              fine = block.fine.rows * block.fine.columns, pixels = block.coarse.rows * block.coarse.columns;
  block.multispectral = SpectraMatrix::NullaryExpr(fine, Multi, [&] { return 0.5f + 0.1f * normal(generator); });
  block.response      = block.multispectral;
  block.valid.assign(static_cast<std::size_t>(fine), 1);
  block.usable.assign(static_cast<std::size_t>(pixels), 1);
  block.innovations   = SpectraMatrix::NullaryExpr(pixels, Bands, [&] { return 0.01f * normal(generator); });
  block.hyperspectral = SpectraMatrix(pixels, Bands);
  for (Eigen::Index pixel = 0; pixel < pixels; ++pixel)
  {
    // White over the places: what no smooth correction foretells.
    const float error = strength * normal(generator), brightness = 0.5f + 0.2f * normal(generator);
    for (unsigned int band = 0; band < Bands; ++band)
    {
      block.innovations(pixel, band) += error * std::cos(0.4f * static_cast<float>(band));
      block.hyperspectral(pixel, band) = brightness * (1.f + 0.02f * static_cast<float>(band)) + 0.01f * normal(generator);
    }
  }
  sample.blocks.push_back(block);
  return sample;
}

std::vector<bool> Taken(const EnsembleChoice& choice)
{
  std::vector<bool> taken;
  for (const auto& candidate : choice.candidates)
  {
    taken.push_back(candidate.taken);
  }
  return taken;
}

TEST(EnsembleChoice, LeavesOutWhatIsClearlyWorse)
{
  EnsembleChoice::Options options;
  options.refine    = false;
  double     last   = 0.;
  const auto choice = EnsembleChoice::Of({MakeSample(16, 0.001f, 1), MakeSample(16, 0.1f, 2), MakeSample(16, 0.004f, 3)}, options,
                                         [&last](double fraction) { last = fraction; });
  EXPECT_EQ(last, 1.);
  EXPECT_EQ(Taken(choice), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(&choice.GetBest(), &choice.candidates.front());
  EXPECT_GT(choice.candidates[1].GetScore().value, 1.5 * choice.candidates[0].GetScore().value);
  EXPECT_EQ(choice.candidates[0].selection.model.components(), 0u);
}

TEST(EnsembleChoice, TakesTheBestAloneWherePixelsAreFew)
{
  EnsembleChoice::Options options;
  options.refine    = false;
  const auto choice = EnsembleChoice::Of({MakeSample(8, 0.004f, 1), MakeSample(8, 0.001f, 3)}, options);
  ASSERT_LT(choice.GetBest().GetScore().pixels.size(), EnsembleChoice::FewPixels);
  EXPECT_EQ(Taken(choice), (std::vector<bool>{false, true}));
}

TEST(EnsembleChoice, TakesAllWhereThereIsNoScore)
{
  const auto choice = EnsembleChoice::Of({MakeSample(4, 0.f, 1), MakeSample(4, 0.1f, 2)}, {});
  EXPECT_EQ(Taken(choice), (std::vector<bool>{true, true}));
  EXPECT_THROW(EnsembleChoice::Of({}, {}), std::invalid_argument);
}

TEST(EnsembleChoice, RefinesWhateverTheScoreSaysWhenToldTo)
{
  EnsembleChoice::Options options;
  const auto              sample = MakeSample(16, 0.02f, 1);
  ASSERT_EQ(EnsembleChoice::Of({sample}, options).candidates[0].selection.model.components(), 0u);
  options.always = true;
  EXPECT_GT(EnsembleChoice::Of({sample}, options).candidates[0].selection.model.components(), 0u);
}
} // namespace
