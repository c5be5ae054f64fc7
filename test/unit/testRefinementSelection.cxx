// SPDX-License-Identifier: Apache-2.0

// Cross-validation over coarse pixels ranks fused images as the truth does, refines what can be refined, and leaves alone what cannot.

#include "../testModels.h"
#include "otbRefinementSelection.h"
#include "otbSensorLines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace
{
using otb::HeldOutScore;
using otb::RefinementBlock;
using otb::RefinementSample;
using otb::RefinementSelection;
using otb::SpectralRefinement;
using otb::SpectraMatrix;

constexpr unsigned int Bands = 30, Multi = 3;
constexpr long         Ratio = 4;
constexpr float        Noise = 0.004f;

/** Two materials in patches that the multispectral image sees, and a third that it hardly sees; what the two sensors make of them. */
struct Scene
{
  long                  size;
  SpectraMatrix         truth, multispectral, hyperspectral;
  otb::SensorBlur       blur     = otb::SensorBlur::Gaussian(Ratio, Ratio, 1.7, 1.7, 0., 0.);
  otb::SpectralResponse response = otb::test::MakeResponse(Multi, Bands);
  otb::CoarseGridAxis   axis;

  explicit Scene(long coarse, unsigned int seed = 1) : size(coarse * Ratio), truth(size * size, Bands), axis{0.5 / Ratio, 1. / Ratio, coarse}
  {
    std::mt19937                    generator(seed);
    std::normal_distribution<float> normal;
    for (long y = 0; y < size; ++y)
    {
      for (long x = 0; x < size; ++x)
      {
        const float patch = 0.5f + 0.4f * std::sin(0.11f * static_cast<float>(x)) * std::cos(0.07f * static_cast<float>(y));
        for (unsigned int band = 0; band < Bands; ++band)
        {
          const float t             = static_cast<float>(band) / Bands;
          truth(y * size + x, band) = 0.1f + patch * (0.2f + 0.3f * t) + (1.f - patch) * 0.3f * std::sin(3.f * t) * std::sin(3.f * t);
        }
      }
    }
    multispectral = truth * response.GetMatrix().transpose();
    hyperspectral = See(truth);
    for (SpectraMatrix* image : {&multispectral, &hyperspectral})
    {
      for (Eigen::Index k = 0; k < image->size(); ++k)
      {
        image->data()[k] += (image == &multispectral ? 0.001f : Noise) * normal(generator);
      }
    }
  }

  SpectraMatrix See(const SpectraMatrix& image) const
  {
    const otb::SensorOperator sensor(blur, axis, axis, size, size);
    SpectraMatrix             seen = SpectraMatrix::Zero(axis.size * axis.size, image.cols());
    for (long i = 0; i < axis.size; ++i)
    {
      for (long j = 0; j < axis.size; ++j)
      {
        for (Eigen::Index band = 0; band < image.cols(); ++band)
        {
          seen(i * axis.size + j, band) = static_cast<float>(sensor.ApplyAt(i, j, image.data() + band, size * image.cols(), image.cols()));
        }
      }
    }
    return seen;
  }

  /** The truth, and errors of a broad spectral form that change slowly over the scene. */
  SpectraMatrix WithErrors(float strength) const
  {
    SpectraMatrix fused = truth;
    for (long y = 0; y < size; ++y)
    {
      for (long x = 0; x < size; ++x)
      {
        const float a = strength * std::sin(0.09f * static_cast<float>(x + 2 * y)), b = strength * std::cos(0.05f * static_cast<float>(2 * x - y));
        for (unsigned int band = 0; band < Bands; ++band)
        {
          fused(y * size + x, band) += a * std::sin(0.3f * static_cast<float>(band)) + b * std::cos(0.2f * static_cast<float>(band));
        }
      }
    }
    return fused;
  }

  /** Blocks of the scene, cut along both axes into `parts`. */
  RefinementSample Sample(const SpectraMatrix& fused, long parts = 1) const
  {
    RefinementSample sample;
    sample.rows = sample.columns = axis;
    sample.fineRows = sample.fineColumns = size;
    sample.blur                          = blur;
    sample.response                      = response;
    const otb::SensorOperator sensor(blur, axis, axis, size, size);
    const SpectraMatrix       seen = See(fused), fine = fused * response.GetMatrix().transpose();
    for (long part = 0; part < parts * parts; ++part)
    {
      RefinementBlock block;
      block.fine   = {part / parts * size / parts, part % parts * size / parts, size / parts, size / parts};
      block.coarse = otb::SensorLines::GetCoarse(sensor, block.fine);
      for (const auto* from : {&multispectral, &fine})
      {
        SpectraMatrix& to = from == &fine ? block.response : block.multispectral;
        to.resize(block.fine.rows * block.fine.columns, Multi);
        for (long row = 0; row < block.fine.rows; ++row)
        {
          to.middleRows(row * block.fine.columns, block.fine.columns) = from->middleRows((block.fine.top + row) * size + block.fine.left, block.fine.columns);
        }
      }
      block.valid.assign(static_cast<std::size_t>(block.fine.rows * block.fine.columns), 1);
      block.hyperspectral.resize(block.coarse.rows * block.coarse.columns, Bands);
      block.innovations.resize(block.coarse.rows * block.coarse.columns, Bands);
      for (long row = 0; row < block.coarse.rows; ++row)
      {
        const long first = (block.coarse.top + row) * axis.size + block.coarse.left, to = row * block.coarse.columns;
        block.hyperspectral.middleRows(to, block.coarse.columns) = hyperspectral.middleRows(first, block.coarse.columns);
        block.innovations.middleRows(to, block.coarse.columns) =
            hyperspectral.middleRows(first, block.coarse.columns) - seen.middleRows(first, block.coarse.columns);
      }
      block.usable.assign(static_cast<std::size_t>(block.coarse.rows * block.coarse.columns), 1);
      sample.blocks.push_back(block);
    }
    return sample;
  }

  double Error(const SpectraMatrix& fused) const
  {
    return std::sqrt((fused - truth).squaredNorm() / static_cast<float>(truth.size()));
  }

  /** The whole image refined. */
  SpectraMatrix Refined(const SpectraMatrix& fused, const otb::SpectralRefinementModel& model) const
  {
    if (model.components() == 0)
    {
      return fused;
    }
    const SpectralRefinement         refinement(model, axis, axis, size, size);
    const auto                       pixels = static_cast<std::size_t>(fused.rows()), coarse = static_cast<std::size_t>(hyperspectral.rows());
    SpectraMatrix                    summaries(fused.rows(), refinement.GetSummarySize()), projections(hyperspectral.rows(), model.components());
    SpectraMatrix                    z = SpectraMatrix::Zero(fused.rows(), model.components());
    const std::vector<unsigned char> valid(pixels, 1), usable(coarse, 1);
    refinement.Summarise(fused.data(), pixels, summaries.data());
    refinement.SummariseCoarse(hyperspectral.data(), coarse, projections.data());
    SpectralRefinement::Block block;
    block.fine          = {0, 0, size, size};
    block.coarse        = {0, 0, axis.size, axis.size};
    block.summaries     = summaries.data();
    block.multispectral = multispectral.data();
    block.valid         = valid.data();
    block.stride        = static_cast<std::size_t>(size);
    block.projections   = projections.data();
    block.usable        = usable.data();
    block.coarseStride  = static_cast<std::size_t>(axis.size);
    SpectralRefinement::Workspace workspace;
    refinement.Solve(block, block.fine, workspace, z.data(), block.stride);
    return fused + z * refinement.GetBasis().transpose();
  }
};

TEST(HeldOutScore, IsTheMeanWithItsError)
{
  const HeldOutScore score({1., 2., 3., 6.});
  EXPECT_DOUBLE_EQ(score.value, 3.);
  EXPECT_DOUBLE_EQ(score.standardError, std::sqrt(14. / 3. / 4.));
}

TEST(HeldOutScore, IsBetterByMoreThanChanceOnly)
{
  std::mt19937                     generator(3);
  std::normal_distribution<double> normal;
  std::vector<double>              base, better, alike;
  int                              wins = 0;
  constexpr int                    Runs = 400;
  for (int run = 0; run < Runs; ++run)
  {
    base.assign(40, 0.);
    alike = better = base;
    for (std::size_t pixel = 0; pixel < base.size(); ++pixel)
    {
      base[pixel]   = 1. + 0.3 * std::abs(normal(generator));
      better[pixel] = 0.8 * base[pixel] + 0.01 * std::abs(normal(generator));
      alike[pixel]  = base[pixel] * (1. + 0.2 * normal(generator));
    }
    EXPECT_TRUE(HeldOutScore(better).IsBetterThan(HeldOutScore(base)));
    EXPECT_FALSE(HeldOutScore(base).IsBetterThan(HeldOutScore(better)));
    wins += HeldOutScore(alike).IsBetterThan(HeldOutScore(base));
  }
  // Two tests of 2.5 % each, of much the same.
  EXPECT_LT(wins, Runs / 12);
  EXPECT_FALSE(HeldOutScore({1., 1.}).IsBetterThan(HeldOutScore({2., 2.}))); // too few to tell
  EXPECT_THROW(HeldOutScore({1., 1.}).IsBetterThan(HeldOutScore({2.})), std::invalid_argument);
}

TEST(RefinementSelection, RanksFusedImagesAsTheTruthDoes)
{
  const Scene                        scene(24);
  const RefinementSelection::Options options;
  const double                       perfect = RefinementSelection::Score(scene.Sample(scene.truth), options).value;
  const double                       fair    = RefinementSelection::Score(scene.Sample(scene.WithErrors(0.01f)), options).value;
  const double                       bad     = RefinementSelection::Score(scene.Sample(scene.WithErrors(0.03f)), options).value;
  EXPECT_NEAR(perfect, 1., 0.25); // noise alone, whose size is found in the same image
  EXPECT_GT(fair, 1.3 * perfect);
  EXPECT_GT(bad, 3. * fair);
}

TEST(RefinementSelection, RefinesWhatIsWrong)
{
  const Scene         scene(24);
  const SpectraMatrix fused     = scene.WithErrors(0.03f);
  const auto          selection = RefinementSelection::Of(scene.Sample(fused), {});
  EXPECT_GE(selection.model.components(), 2u);
  EXPECT_TRUE(selection.chosen.score.IsBetterThan(selection.unrefined));
  EXPECT_LT(selection.chosen.score.value, 0.5 * selection.unrefined.value);
  EXPECT_LT(scene.Error(scene.Refined(fused, selection.model)), 0.6 * scene.Error(fused));
}

TEST(RefinementSelection, LeavesAPerfectImageAlone)
{
  for (const long coarse : {10, 24})
  {
    const Scene scene(coarse);
    EXPECT_EQ(RefinementSelection::Of(scene.Sample(scene.truth), {}).model.components(), 0u) << coarse;
  }
}

// With some forty usable coarse pixels: whatever is chosen, it is not worse than by 0.1 dB.
TEST(RefinementSelection, FewPixelsAreNeverMadeWorse)
{
  for (unsigned int seed = 1; seed < 9; ++seed)
  {
    const Scene scene(10, seed);
    for (const float strength : {0.002f, 0.005f, 0.03f})
    {
      const SpectraMatrix fused     = scene.WithErrors(strength);
      const auto          selection = RefinementSelection::Of(scene.Sample(fused), {});
      EXPECT_LT(scene.Error(scene.Refined(fused, selection.model)), 1.0116 * scene.Error(fused)) << "seed " << seed << ", errors of " << strength;
    }
  }
}

TEST(RefinementSelection, BandsOfMuchNoiseSpoilNoOthers)
{
  Scene                           scene(32);
  const SpectraMatrix             fused = scene.WithErrors(0.03f);
  std::mt19937                    generator(9);
  std::normal_distribution<float> normal;
  for (Eigen::Index pixel = 0; pixel < scene.hyperspectral.rows(); ++pixel)
  {
    for (Eigen::Index band = 8; band < 15; ++band)
    {
      scene.hyperspectral(pixel, band) += 0.06f * normal(generator);
    }
  }
  RefinementSample sample = scene.Sample(fused);
  sample.FindNoise();
  ASSERT_EQ(sample.noise.size(), Bands);
  for (Eigen::Index band = 0; band < Bands; ++band)
  {
    EXPECT_NEAR(std::sqrt(sample.noise(band)), band >= 8 && band < 15 ? 0.06 : 0., 0.008) << band;
  }
  const double known = scene.Error(scene.Refined(fused, RefinementSelection::Of(sample, {}).model));
  EXPECT_LT(known, 0.6 * scene.Error(fused));
  sample.noise = {};
  EXPECT_LT(known, 0.9 * scene.Error(scene.Refined(fused, RefinementSelection::Of(sample, {}).model)));
}

TEST(RefinementSelection, DetailOfTheSceneInOneBandIsNoNoise)
{
  Scene                           scene(32);
  const SpectraMatrix             fused = scene.WithErrors(0.03f);
  std::mt19937                    generator(9);
  std::normal_distribution<float> normal;
  // Squares of two by two coarse pixels: gone two pixels away.
  const long         squares = scene.axis.size / 2;
  std::vector<float> detail(static_cast<std::size_t>(squares * squares));
  std::generate(detail.begin(), detail.end(), [&] { return 0.06f * normal(generator); });
  for (long row = 0; row < scene.axis.size; ++row)
  {
    for (long column = 0; column < scene.axis.size; ++column)
    {
      scene.hyperspectral(row * scene.axis.size + column, 12) += detail[static_cast<std::size_t>(row / 2 * squares + column / 2)];
    }
  }
  RefinementSample sample = scene.Sample(fused);
  sample.FindNoise();
  EXPECT_EQ(sample.noise.size(), 0);
}

TEST(RefinementSelection, ANoisyMultispectralImageIsNotTakenAtItsWord)
{
  Scene                           scene(24);
  std::mt19937                    generator(5);
  std::normal_distribution<float> normal;
  for (Eigen::Index k = 0; k < scene.multispectral.size(); ++k)
  {
    scene.multispectral.data()[k] += 0.05f * normal(generator);
  }
  const SpectraMatrix fused     = scene.WithErrors(0.03f);
  const auto          selection = RefinementSelection::Of(scene.Sample(fused), {});
  EXPECT_LT(scene.Error(scene.Refined(fused, selection.model)), 0.8 * scene.Error(fused));
  ASSERT_GT(selection.model.components(), 0u);
  EXPECT_NE(selection.chosen.trust, otb::MultispectralTrust::Exact);
}

TEST(RefinementSelection, TooFewPixelsHaveNoScoreAndAModelThatDoesNothing)
{
  const Scene            scene(5);
  const RefinementSample sample = scene.Sample(scene.truth);
  ASSERT_LT(sample.GetNumberOfUsablePixels(), RefinementSelection::MinimumPixels);
  const auto selection = RefinementSelection::Of(sample, {});
  EXPECT_EQ(selection.model.components(), 0u);
  EXPECT_TRUE(selection.unrefined.pixels.empty());
  EXPECT_TRUE(RefinementSelection::Score(sample, {}).pixels.empty());
}

TEST(RefinementSelection, AnyNumberOfThreadsGivesTheSameBits)
{
  const Scene                  scene(32);
  const RefinementSample       sample = scene.Sample(scene.WithErrors(0.02f), 2);
  RefinementSelection::Options options;
  const auto                   one = RefinementSelection::Of(sample, options);
  for (const unsigned int threads : {2u, 5u})
  {
    options.threads = threads;
    const auto many = RefinementSelection::Of(sample, options);
    EXPECT_EQ(one.chosen.score.pixels, many.chosen.score.pixels);
    EXPECT_EQ(one.model.basis, many.model.basis);
    EXPECT_EQ(one.model.multispectralNoise, many.model.multispectralNoise);
  }
  ASSERT_GT(one.model.components(), 0u);
}

TEST(RefinementSample, OfAMeanIsTheMeanOfTheSamples)
{
  const Scene            scene(12);
  const SpectraMatrix    a = scene.WithErrors(0.02f), b = scene.WithErrors(-0.01f);
  const RefinementSample one = scene.Sample(a), other = scene.Sample(b), both = scene.Sample((a + b) / 2.f);
  const RefinementSample mean = RefinementSample::MeanOf({&one, &other});
  EXPECT_LT((mean.blocks[0].innovations - both.blocks[0].innovations).cwiseAbs().maxCoeff(), 1e-5f);
  EXPECT_LT((mean.blocks[0].response - both.blocks[0].response).cwiseAbs().maxCoeff(), 1e-5f);
  EXPECT_THROW(RefinementSample::MeanOf({}), std::invalid_argument);
  const RefinementSample elsewhere = scene.Sample(a, 2);
  EXPECT_THROW(RefinementSample::MeanOf({&one, &elsewhere}), std::invalid_argument);
}

// Against the sums that the operator's own definition gives, whatever the strips.
TEST(SensorLines, AreTheSensorInAnyStrips)
{
  const Scene                      scene(12);
  const otb::SensorOperator        sensor(scene.blur, scene.axis, scene.axis, scene.size, scene.size);
  const SpectralRefinement::Region fine   = {5, 3, 40, 37};
  const auto                       coarse = otb::SensorLines::GetCoarse(sensor, fine);
  ASSERT_GT(coarse.rows * coarse.columns, 9);
  SpectraMatrix part(fine.rows * fine.columns, Bands);
  for (long row = 0; row < fine.rows; ++row)
  {
    part.middleRows(row * fine.columns, fine.columns) = scene.truth.middleRows((fine.top + row) * scene.size + fine.left, fine.columns);
  }
  const SpectraMatrix seen = scene.See(scene.truth);
  SpectraMatrix       whole(coarse.rows * coarse.columns, Bands);
  otb::SensorLines(sensor, fine, Bands, whole.data()).Add(part.data(), fine.rows);
  for (long row = 0; row < coarse.rows; ++row)
  {
    for (long column = 0; column < coarse.columns; ++column)
    {
      const auto expected = seen.row((coarse.top + row) * scene.axis.size + coarse.left + column);
      EXPECT_LT((whole.row(row * coarse.columns + column) - expected).cwiseAbs().maxCoeff(), 2e-6f);
    }
  }
  for (const unsigned int threads : {1u, 3u})
  {
    SpectraMatrix    strips(whole.rows(), Bands);
    otb::SensorLines lines(sensor, fine, Bands, strips.data());
    for (long row = 0; row < fine.rows; row += 7)
    {
      lines.Add(part.data() + row * fine.columns * Bands, std::min(7L, fine.rows - row), threads);
    }
    EXPECT_EQ(strips, whole) << threads << " threads";
  }
}

TEST(SensorLines, TakeOutWhatSeesAnInvalidPixel)
{
  const Scene                      scene(12);
  const otb::SensorOperator        sensor(scene.blur, scene.axis, scene.axis, scene.size, scene.size);
  const SpectralRefinement::Region fine   = {0, 0, scene.size, scene.size};
  const auto                       coarse = otb::SensorLines::GetCoarse(sensor, fine);
  std::vector<unsigned char> valid(static_cast<std::size_t>(scene.size * scene.size), 1), usable(static_cast<std::size_t>(coarse.rows * coarse.columns), 1);
  constexpr long             Row = 21, Column = 26;
  valid[Row * scene.size + Column] = 0;
  otb::SensorLines::ExcludeInvalid(sensor, fine, valid, usable);
  for (long i = 0; i < coarse.rows; ++i)
  {
    for (long j = 0; j < coarse.columns; ++j)
    {
      const long top = sensor.GetRows().first[coarse.top + i], left = sensor.GetColumns().first[coarse.left + j];
      const bool sees = Row >= top && Row < top + sensor.GetRows().taps && Column >= left && Column < left + sensor.GetColumns().taps;
      EXPECT_EQ(usable[static_cast<std::size_t>(i * coarse.columns + j)] == 0, sees) << i << " " << j;
    }
  }
}
} // namespace
