// SPDX-License-Identifier: Apache-2.0

// The mean of several methods is one thing that a model holds: computed at once, written, read, and cut to some of its members.

#include "../testModels.h"
#include "otbAbundanceEstimator.h"
#include "otbSpectralEnsemble.h"
#include "otbSpectralInversionEstimator.h"
#include "temporaryFolder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace
{
using otb::AbundanceEstimator;
using otb::EnsembleInversion;
using otb::SpectralEnsemble;
using otb::SpectralInverse;
using otb::SpectralInversionMethod;
using otb::SpectralInversionModel;
using otb::test::Bands;
using otb::test::MakeModel;
using otb::test::MakeValues;
using otb::test::MessageOf;
using otb::test::Method;
using otb::test::Msi;

const std::vector<double> Weights = {1., 2., 0.5};

SpectralInversionModel MakeEnsemble(bool prior = false)
{
  SpectralInversionModel model = MakeModel(Method::Morph, prior);
  model.inverse =
      std::make_shared<SpectralEnsemble>(SpectralInverse::Members{model.inverse, MakeModel(Method::Lift).inverse, MakeModel(Method::Linear).inverse}, Weights);
  return model;
}

/** Spectra of pixels, all of one coarse cell if there is a prior. */
std::vector<float> SpectraOf(const SpectralInversionModel& model, const std::vector<float>& msi, const std::vector<float>& prior = {})
{
  const std::size_t        count = msi.size() / Msi, latents = model.inverse->GetNumberOfLatents();
  const AbundanceEstimator estimator(model);
  std::vector<float>       z(count * latents), spectra(count * Bands);
  if (model.HasPrior())
  {
    AbundanceEstimator::Cells cells;
    cells.priors = {prior.data()};
    for (std::size_t pixel = 0; pixel < count; ++pixel)
    {
      cells.msi.push_back(msi.data() + pixel * Msi);
      cells.abundances.push_back(z.data() + pixel * latents);
    }
    estimator.Apply(cells);
  }
  else
  {
    estimator.Apply(msi.data(), count, z.data());
  }
  model.GetDecoding().Apply(z.data(), count, spectra.data());
  return spectra;
}

TEST(SpectralEnsemble, GivesTheWeightedMeanOfItsMembers)
{
  const auto msi = MakeValues(7 * Msi), prior = MakeValues(Bands, 5);
  for (const bool withPrior : {false, true})
  {
    const auto          model = MakeEnsemble(withPrior);
    std::vector<double> expected(7 * Bands, 0.);
    for (std::size_t member = 0; member < Weights.size(); ++member)
    {
      const auto own = SpectraOf(model.WithMembers({member}), msi, prior);
      for (std::size_t value = 0; value < own.size(); ++value)
      {
        expected[value] += Weights[member] / 3.5 * own[value];
      }
    }
    const auto found = SpectraOf(model, msi, prior);
    for (std::size_t value = 0; value < found.size(); ++value)
    {
      EXPECT_NEAR(found[value], expected[value], 1e-5 * model.scale) << value;
    }
    EXPECT_EQ(model.HasPrior(), withPrior);
    EXPECT_FALSE(model.HasAbundances());
  }
}

TEST(SpectralEnsemble, IsAPlainModelWhenOneMemberIsLeft)
{
  const auto model = MakeEnsemble();
  EXPECT_TRUE(model.WithMembers({0}).HasAbundances());
  EXPECT_EQ(model.WithMembers({1}).inverse->GetMethod(), "lift");
  EXPECT_EQ(model.WithMembers({0, 2}).inverse->GetWeights(), (std::vector<double>{1., 0.5}));
}

TEST(SpectralEnsemble, IsTheMeanOfTwoModelsAndTheirMembers)
{
  const auto several = MakeEnsemble(), one = MakeModel(Method::Lift);
  const auto both = several.WithMembersOf(one);
  EXPECT_EQ(both.inverse->GetWeights(), (std::vector<double>{1., 2., 0.5, 1.}));
  EXPECT_EQ(both.inverse->GetMembers()[0], several.inverse->GetMembers()[0]);
  EXPECT_EQ(both.inverse->GetMembers()[3], one.inverse);
  EXPECT_EQ(one.WithMembersOf(several).inverse->GetWeights(), (std::vector<double>{1., 1., 2., 0.5}));
  // Latent numbers of another scaling are of another unit.
  auto scaled = one;
  scaled.scale *= 2.;
  EXPECT_THROW(several.WithMembersOf(scaled), std::invalid_argument);
}

TEST(SpectralEnsemble, FoldsTheRadiometryIntoEachMember)
{
  auto model       = MakeEnsemble();
  model.radiometry = {{0.8, 1.1, 1.3}, {20., -35., 5.}};
  const auto msi   = MakeValues(5 * Msi);
  auto       moved = msi;
  model.radiometry.Apply(moved.data(), 5);
  const auto expected = SpectraOf(model, moved), found = SpectraOf(model.WithFoldedRadiometry(), msi);
  for (std::size_t value = 0; value < found.size(); ++value)
  {
    EXPECT_NEAR(found[value], expected[value], 2e-5 * model.scale) << value;
  }
}

class EnsembleFile : public otb::test::TemporaryFolder
{
};

TEST_F(EnsembleFile, ComesBackAndIsRefusedWhenItIsNotWhole)
{
  const auto        model = MakeEnsemble(true);
  const std::string path  = Path("ensemble.json");
  model.Save(path, "model");
  const auto read = SpectralInversionModel::Load(path, "model");
  const auto msi = MakeValues(4 * Msi), prior = MakeValues(Bands, 5);
  EXPECT_EQ(SpectraOf(read, msi, prior), SpectraOf(model, msi, prior));
  EXPECT_EQ(read.inverse->GetWeights(), Weights);

  const std::string text    = model.ToText();
  const auto        refusal = [&](const std::string& from, const std::string& to)
  {
    std::string spoilt = text;
    const auto  place  = spoilt.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    spoilt.replace(place, from.size(), to);
    std::ofstream(path) << spoilt;
    return MessageOf<std::runtime_error>([&] { SpectralInversionModel::Load(path, "model"); });
  };
  EXPECT_NE(refusal("\"weight\":2.0", "\"weight\":-2.0").find("weight of an ensemble's member is not over zero"), std::string::npos);
  EXPECT_NE(refusal("\"weight\":2.0", "\"wait\":2.0").find("key 'weight' not found"), std::string::npos);
  EXPECT_NE(refusal("\"method\":\"lift\"", "\"method\":\"left\"").find("\"method\" of a member is \"left\""), std::string::npos);
  // No ensemble of ensembles: that would nest without end.
  EXPECT_NE(refusal("\"method\":\"lift\"", "\"method\":\"auto\"").find("\"method\" of a member is \"auto\""), std::string::npos);
}

TEST(SpectralEnsemble, RefusesMembersThatDoNotGoTogether)
{
  const auto morph = MakeModel(Method::Morph, true).inverse, lift = MakeModel(Method::Lift).inverse;
  const auto message = [](SpectralInverse::Members members, std::vector<double> weights)
  { return MessageOf<std::invalid_argument>([&] { SpectralEnsemble(members, weights); }); };
  EXPECT_NE(message({}, {}).find("0 members"), std::string::npos);
  EXPECT_NE(message({lift}, {1., 2.}).find("2 weights"), std::string::npos);
  EXPECT_NE(message({morph, morph}, {1., 1.}).find("two members with a prior"), std::string::npos);
  EXPECT_NE(message({lift}, {std::nan("")}).find("not over zero"), std::string::npos);
}

TEST(EnsembleInversion, TrainsWhatTheSituationAsksFor)
{
  const auto methods = [](unsigned int bands, bool registered)
  {
    EnsembleInversion ensemble;
    ensemble.Adapt({bands, registered});
    return ensemble.GetPriorRatio();
  };
  EXPECT_EQ(methods(1, true), 4u);
  EXPECT_EQ(methods(2, true), 4u);
  EXPECT_EQ(methods(3, true), 0u);
  EXPECT_EQ(methods(1, false), 0u);

  otb::SpectralSample sample;
  sample.spectra    = otb::SpectraMatrix(300, Bands);
  const auto values = MakeValues(sample.spectra.size());
  std::copy(values.begin(), values.end(), sample.spectra.data());
  for (std::uint32_t pixel = 0; pixel < 300; ++pixel)
  {
    sample.rows.push_back(pixel / 20);
    sample.columns.push_back(pixel % 20);
  }
  otb::SpectralInversionEstimator::Settings settings;
  settings.training.epochs = 3;
  settings.method          = SpectralInversionMethod::Make("auto");
  otb::SpectralInversionEstimator ensemble(settings);
  double                          last = 0.;
  ensemble.Prepare(sample, otb::test::MakeResponse(), otb::test::MakeAxis());
  ensemble.Train(
      [&last](double fraction, double)
      {
        EXPECT_GE(fraction, last);
        last = fraction;
        return true;
      });
  EXPECT_NEAR(last, 1., 1e-9);
  const auto members = ensemble.GetModel().inverse->GetMembers();
  ASSERT_EQ(members.size(), 3u);

  // A member is what its method makes of the same sample alone, to the bit.
  for (const auto& member : members)
  {
    settings.method = SpectralInversionMethod::Make(member->GetMethod());
    otb::SpectralInversionEstimator alone(settings);
    alone.Prepare(sample, otb::test::MakeResponse(), otb::test::MakeAxis());
    alone.Train();
    const auto msi = MakeValues(5 * Msi);
    auto       one = alone.GetModel();
    one.inverse    = member;
    EXPECT_EQ(SpectraOf(one, msi), SpectraOf(alone.GetModel(), msi)) << member->GetMethod();
  }
}
} // namespace
