// SPDX-License-Identifier: Apache-2.0

// The optimiser against steps worked out by hand, and training against data whose answer is known.

#include "otbSpectraLift.h"
#include "otbSpectraMorph.h"
#include "otbSpectralKernels.h"
#include "otbSpectralNetworkTrainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace
{
using otb::AbundanceConstraint;
using otb::SpectraLiftInverse;
using otb::SpectralLoss;
using otb::SpectralNetwork;
using otb::SpectralNetworkTrainer;
using otb::SpectralTrainingSet;
using otb::SpectraMatrix;
using otb::SpectraMorphInverse;

TEST(Adam, TakesTheStepsOfThePaper)
{
  // g = 0.5, then -1, by hand: m and v from zero; the rate already holds sqrt(1 - b2^t) / (1 - b1^t).
  float        m = 0.f, v = 0.f, p = 1.f;
  const float  first = 0.5f, second = -1.f;
  const double rate1 = 0.1 * std::sqrt(1. - 0.999) / (1. - 0.9), rate2 = 0.1 * std::sqrt(1. - 0.999 * 0.999) / (1. - 0.9 * 0.9);
  otb::kernels::AdamStep(&first, 1, 0.9, 0.999, rate1, 1e-7, &m, &v, &p);
  EXPECT_NEAR(m, 0.05, 1e-7);
  EXPECT_NEAR(v, 0.00025, 1e-9);
  // 0.316228 * 0.1 * 0.05 / 0.1 ... = the rate itself, 0.1, as for any first gradient.
  EXPECT_NEAR(p, 0.9, 1e-5);
  otb::kernels::AdamStep(&second, 1, 0.9, 0.999, rate2, 1e-7, &m, &v, &p);
  EXPECT_NEAR(m, 0.9 * 0.05 - 0.1, 1e-7);        // -0.055
  EXPECT_NEAR(v, 0.999 * 0.00025 + 0.001, 1e-9); // 0.00124975
  // 0.9 + 0.1 * (0.055 / 0.19) / sqrt(0.00124975 / 0.001999) = 0.9 + 0.1 * 0.2894737 / 0.7906864
  EXPECT_NEAR(p, 0.9366102, 1e-5);
}

TEST(Adam, DoesNotDependOnWhereAParameterLies)
{
  constexpr std::size_t Count = 45;
  std::vector<float>    g(Count, 0.3f), m(Count, 0.1f), v(Count, 0.2f), p(Count, 1.f);
  otb::kernels::AdamStep(g.data(), Count, 0.9, 0.999, 0.01, 1e-7, m.data(), v.data(), p.data());
  for (std::size_t i = 1; i < Count; ++i)
  {
    EXPECT_EQ(p[i], p[0]);
    EXPECT_EQ(v[i], v[0]);
  }
}

TEST(OneCycle, RisesOverThirtyPercentAndFallsOverTheRest)
{
  SpectralNetworkTrainer::Settings settings;
  settings.epochs = 100;
  const SpectralNetworkTrainer trainer(settings);
  EXPECT_FLOAT_EQ(trainer.Rate(0), 1e-3f);
  EXPECT_FLOAT_EQ(trainer.Rate(15), 0.5f * (1e-3f + 1e-2f));
  EXPECT_FLOAT_EQ(trainer.Rate(30), 1e-2f);
  EXPECT_FLOAT_EQ(trainer.Rate(65), 0.5f * (1e-2f + 1e-6f));
  EXPECT_NEAR(trainer.Rate(99), 1e-6 + (1e-2 - 1e-6) / 70., 1e-9);
}

TEST(SpectralNetworkTrainer, RateRestartsAsTheCosineScheduleSays)
{
  SpectralNetworkTrainer::Settings settings;
  settings.epochs = 100;
  settings.cycles = 2;
  const SpectralNetworkTrainer trainer(settings);
  for (const unsigned int first : {0u, 50u})
  {
    EXPECT_FLOAT_EQ(trainer.Rate(first), 1e-2f);
    EXPECT_FLOAT_EQ(trainer.Rate(first + 25), 0.5f * (1e-2f + 1e-6f));
    EXPECT_LT(trainer.Rate(first + 49), 2e-5);
  }
}

class Scene
{
public:
  static constexpr int Pixels = 700, Bands = 20, Msi = 3, K = 3;

  Scene()
  {
    std::mt19937                          generator(5);
    std::uniform_real_distribution<float> uniform(0.f, 1.f);
    endmembers               = SpectraMatrix::NullaryExpr(K, Bands, [&] { return uniform(generator); });
    SpectraMatrix abundances = SpectraMatrix::NullaryExpr(Pixels, K, [&] { return uniform(generator); });
    abundances.array().colwise() /= abundances.rowwise().sum().eval().array();
    set.spectra = abundances * endmembers;
    set.msi.resize(Pixels, Msi);
    for (int band = 0; band < Msi; ++band)
    {
      set.msi.col(band) = set.spectra.col(3 + 7 * band);
    }
  }

  SpectraMatrix       endmembers;
  SpectralTrainingSet set;
};

SpectralNetwork Morph(unsigned int msi, unsigned int prior, unsigned int hidden, unsigned int endmembers)
{
  return SpectraMorphInverse::MakeNetwork(msi, prior, hidden, endmembers);
}

SpectralNetwork Lift(unsigned int msi, unsigned int bands)
{
  return SpectraLiftInverse::MakeNetwork(msi, 64, bands);
}

SpectralNetworkTrainer::Report TrainMorph(const SpectralNetworkTrainer::Settings& settings, SpectralNetwork& network, const SpectraMatrix& endmembers,
                                          const SpectralTrainingSet& set, const SpectralNetworkTrainer::Progress& progress = {})
{
  const auto prior = static_cast<unsigned int>(set.priors.cols());
  return SpectralNetworkTrainer(settings).Train(*otb::MakeSpectraMorphObjective(network, prior, endmembers, AbundanceConstraint::None, settings.loss), set,
                                                progress);
}

SpectralNetworkTrainer::Report TrainLift(const SpectralNetworkTrainer::Settings& settings, SpectralNetwork& network, const SpectralTrainingSet& set,
                                         const SpectralNetworkTrainer::Progress& progress = {})
{
  return SpectralNetworkTrainer(settings).Train(*otb::MakeSpectraLiftObjective(network, settings.loss), set, progress);
}

SpectralNetworkTrainer::Settings Quick()
{
  SpectralNetworkTrainer::Settings settings;
  settings.epochs = 300;
  return settings;
}

TEST(SpectralNetworkTrainer, LearnsAMixtureThatTheResponseDetermines)
{
  Scene scene;
  for (const std::size_t batch : {std::size_t{0}, std::size_t{100}})
  {
    auto settings  = Quick();
    settings.batch = batch;
    auto network   = Morph(Scene::Msi, 0, 256, Scene::K);
    network.Initialize(1);
    const auto report = TrainMorph(settings, network, scene.endmembers, scene.set);
    EXPECT_LT(report.loss, 2e-3) << "batch " << batch;
    EXPECT_EQ(report.epochs, 300u);
  }
  auto network = Lift(Scene::Msi, Scene::Bands);
  SpectraLiftInverse::Initialize(network, 1);
  EXPECT_LT(TrainLift(Quick(), network, scene.set).loss, 5e-3);
}

TEST(SpectralNetworkTrainer, IsTheSameWhateverTheThreads)
{
  Scene scene;
  for (const bool morph : {true, false})
  {
    std::vector<float> expected;
    for (const unsigned int threads : {1u, 2u, 3u, 5u})
    {
      auto settings    = Quick();
      settings.epochs  = 20;
      settings.threads = threads;
      settings.batch   = morph ? 300 : 0;
      auto network     = morph ? Morph(Scene::Msi, 0, 128, Scene::K) : Lift(Scene::Msi, Scene::Bands);
      network.Initialize(1);
      morph ? TrainMorph(settings, network, scene.endmembers, scene.set) : TrainLift(settings, network, scene.set);
      expected = threads == 1 ? network.GetParameters() : expected;
      EXPECT_EQ(network.GetParameters(), expected) << threads << " threads";
    }
  }
}

TEST(SpectralNetworkTrainer, AveragesTheWeightsOfTheLastEpochs)
{
  Scene      scene;
  const auto weights = [&scene](double averaging, unsigned int stopAfter)
  {
    auto settings      = Quick();
    settings.epochs    = 10;
    settings.averaging = averaging;
    auto network       = Lift(Scene::Msi, Scene::Bands);
    SpectraLiftInverse::Initialize(network, 1);
    TrainLift(settings, network, scene.set, [stopAfter](unsigned int epoch, double) { return epoch < stopAfter; });
    return network.GetParameters();
  };
  const auto averaged = weights(0.3, 10);
  const auto eighth = weights(0., 8), ninth = weights(0., 9), tenth = weights(0., 10);
  for (std::size_t i = 0; i < averaged.size(); ++i)
  {
    ASSERT_NEAR(averaged[i], (static_cast<double>(eighth[i]) + ninth[i] + tenth[i]) / 3., 1e-7);
  }
  EXPECT_NE(averaged, tenth);
}

TEST(SpectralNetworkTrainer, UsesThePriorOfEachPixelsCell)
{
  // The prior tells what the one multispectral band does not.
  Scene scene;
  scene.set.msi = scene.set.msi.leftCols(1).eval();
  auto without  = Morph(1, 0, 128, Scene::K);
  without.Initialize(1);
  const double blind = TrainMorph(Quick(), without, scene.endmembers, scene.set).loss;

  scene.set.priors = SpectraMatrix::Zero(Scene::Pixels / 7, Scene::Bands);
  for (int pixel = 0; pixel < Scene::Pixels; ++pixel)
  {
    // Cells of uneven size, their pixels apart from each other.
    const auto cell = static_cast<std::uint32_t>(pixel * 37 % scene.set.priors.rows());
    scene.set.cells.push_back(cell);
    scene.set.spectra.row(pixel) = scene.set.spectra.row(cell);
    scene.set.msi.row(pixel)     = scene.set.msi.row(cell);
    scene.set.priors.row(cell)   = scene.set.spectra.row(cell);
  }
  auto with = Morph(1, Scene::Bands, 128, Scene::K);
  with.Initialize(1);
  EXPECT_LT(TrainMorph(Quick(), with, scene.endmembers, scene.set).loss, 0.2 * blind);
}

TEST(SpectralNetworkTrainer, StopsWhenProgressSaysSo)
{
  Scene scene;
  auto  network = Morph(Scene::Msi, 0, 32, Scene::K);
  network.Initialize(1);
  unsigned int told   = 0;
  const auto   report = TrainMorph(Quick(), network, scene.endmembers, scene.set,
                                   [&](unsigned int epoch, double)
                                   {
                                   told = epoch;
                                   return epoch < 5;
                                 });
  EXPECT_TRUE(report.cancelled);
  EXPECT_EQ(report.epochs, 5u);
  EXPECT_EQ(told, 5u);
}

TEST(SpectralNetworkTrainer, RefusesBadSettingsAndShapes)
{
  const auto broken = [](auto change)
  {
    SpectralNetworkTrainer::Settings settings;
    change(settings);
    SpectralNetworkTrainer trainer(settings);
  };
  EXPECT_THROW(broken([](auto& s) { s.epochs = 0; }), std::invalid_argument);
  EXPECT_THROW(broken([](auto& s) { s.rateStart = 0.f; }), std::invalid_argument);
  EXPECT_THROW(broken([](auto& s) { s.ratePeak = -1.f; }), std::invalid_argument);
  EXPECT_THROW(broken([](auto& s) { s.rateEnd = 2.f; }), std::invalid_argument);
  EXPECT_THROW(broken([](auto& s) { s.averaging = 1.5; }), std::invalid_argument);

  Scene      scene;
  const auto train = [&scene](SpectralNetwork network, unsigned int prior = 0)
  {
    const auto objective = otb::MakeSpectraMorphObjective(network, prior, scene.endmembers, AbundanceConstraint::None, SpectralLoss::L1);
    SpectralNetworkTrainer(Quick()).Train(*objective, scene.set);
  };
  const auto trainLift = [&scene](SpectralNetwork network) { TrainLift(Quick(), network, scene.set); };
  EXPECT_THROW(train(Morph(Scene::Msi + 1, 0, 8, Scene::K)), std::invalid_argument);
  EXPECT_THROW(train(Morph(Scene::Msi, 0, 8, Scene::K + 1)), std::invalid_argument);
  EXPECT_THROW(train(Morph(Scene::Msi, Scene::Bands, 8, Scene::K), Scene::Bands), std::invalid_argument);
  EXPECT_THROW(trainLift(Lift(Scene::Msi, Scene::Bands + 1)), std::invalid_argument);
  scene.set.spectra(3, 3) = std::numeric_limits<float>::quiet_NaN();
  try
  {
    trainLift(Lift(Scene::Msi, Scene::Bands));
    FAIL() << "a loss that is not finite went unnoticed";
  }
  catch (const otb::SettingError& error)
  {
    EXPECT_EQ(std::string(error.what()).rfind("lr.peak: found 0.01, expected less: training diverged at epoch 1 ", 0), 0u) << error.what();
  }
}
} // namespace
