// SPDX-License-Identifier: Apache-2.0

// From a sample to a model: scaling and prior against values worked out by hand; and what a trained model does with pixels, against the papers' equations
// written plainly.

#include "../testModels.h"
#include "otbAbundanceEstimator.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectralRegressor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

namespace
{
using otb::AbundanceConstraint;
using otb::AbundanceEstimator;
using otb::SpectralInversionEstimator;
using otb::SpectralInversionMethod;
using otb::SpectralRegressor;
using otb::SpectralSample;
using otb::SpectraMatrix;
using otb::SpectraMorph;
using otb::test::Bands;
using otb::test::Endmembers;
using otb::test::MakeModel;
using otb::test::MakeResponse;
using otb::test::MakeValues;
using otb::test::MessageOf;
using otb::test::Method;
using otb::test::Msi;
using Cancelled = SpectralInversionEstimator::CancelledError;
using Scaling   = SpectralInversionEstimator::Scaling;
using Settings  = SpectralInversionEstimator::Settings;

/** A whole image of mixtures, line by line, on a draughtboard of light and shade in fields of 4 x 4 pixels. */
SpectralSample MakeSample(unsigned int columns, unsigned int rows, float unit = 1.f)
{
  const auto          values     = MakeValues(4 * Bands, 3, 0.05f, 1.f);
  const SpectraMatrix endmembers = Eigen::Map<const SpectraMatrix>(values.data(), 4, Bands);
  const auto          noise      = MakeValues(std::size_t{columns} * rows * 4, 4, 0.f, 1.f);
  SpectralSample      sample;
  sample.spectra = unit * (Eigen::Map<const SpectraMatrix>(noise.data(), columns * rows, 4) * endmembers);
  for (unsigned int row = 0; row < rows; ++row)
  {
    for (unsigned int column = 0; column < columns; ++column)
    {
      if ((column / 4 + row / 4) % 2 == 1)
      {
        sample.spectra.row(row * columns + column) *= 0.125f;
      }
      sample.columns.push_back(column);
      sample.rows.push_back(row);
    }
  }
  return sample;
}

SpectraMorph::Settings Small()
{
  SpectraMorph::Settings settings;
  settings.endmembers  = 3;
  settings.hiddenUnits = 40;
  return settings;
}

Settings Quick(std::shared_ptr<const SpectralInversionMethod> method, unsigned int epochs = 5)
{
  Settings settings;
  settings.method          = std::move(method);
  settings.training.epochs = epochs;
  return settings;
}

Settings Quick(const SpectraMorph::Settings& morph, unsigned int epochs = 5)
{
  return Quick(std::make_shared<SpectraMorph>(morph), epochs);
}

Settings Quick(Method method, unsigned int epochs = 5)
{
  return method == Method::Morph ? Quick(Small(), epochs)
                                 : Quick(std::shared_ptr(SpectralInversionMethod::Make(method == Method::Lift ? "lift" : "linear")), epochs);
}

TEST(SpectralInversionEstimator, ScalesByPercentilesBetweenOrderStatistics)
{
  // 0, 1, 4, 9, ... shuffled over five pixels of two bands: the 1st percentile lies at position 0.09, the 99th at 8.91.
  SpectralSample sample;
  sample.spectra.resize(5, 2);
  sample.spectra << 36, 4, 81, 0, 16, 64, 1, 49, 9, 25;
  sample.columns.assign(5, 0);
  sample.rows.assign(5, 0);
  auto                       settings = Quick(Method::Lift);
  SpectralInversionEstimator estimator(settings);
  estimator.Prepare(sample, MakeResponse(1, 2), {});
  EXPECT_NEAR(estimator.GetModel().offset, 0.09, 1e-12);
  EXPECT_NEAR(estimator.GetModel().scale, 64. + 0.91 * 17. - 0.09, 1e-12);

  settings.scaling = Scaling::None;
  SpectralInversionEstimator unscaled(settings);
  unscaled.Prepare(sample, MakeResponse(1, 2), {});
  EXPECT_EQ(unscaled.GetModel().offset, 0.);
  EXPECT_EQ(unscaled.GetModel().scale, 1.);
}

TEST(SpectralInversionEstimator, ScalesAsAnEarlierModelWhereItIsTold)
{
  for (const Scaling scaling : {Scaling::Auto, Scaling::None})
  {
    auto settings    = Quick(Method::Linear);
    settings.scaling = scaling;
    SpectralInversionEstimator estimator(settings);
    const auto                 earlier = MakeModel(Method::Linear);
    estimator.SetScalingOf(earlier);
    estimator.Prepare(MakeSample(20, 15), MakeResponse(), {});
    EXPECT_EQ(estimator.GetModel().offset, earlier.offset);
    EXPECT_EQ(estimator.GetModel().scale, earlier.scale);
  }
}

TEST(SpectralInversionEstimator, DoesNotDependOnTheUnit)
{
  for (const auto method : {Method::Morph, Method::Lift, Method::Linear})
  {
    const auto infer = [method](float unit)
    {
      SpectralInversionEstimator estimator(Quick(method));
      estimator.Prepare(MakeSample(20, 15, unit), MakeResponse(), {});
      estimator.Train();
      const auto&        model = estimator.GetModel();
      std::vector<float> msi   = MakeValues(Msi * 10, 5, 0.5f, 2.f), abundances(3 * 10), spectra(Bands * 10);
      for (float& value : msi)
      {
        value *= unit;
      }
      if (method == Method::Morph)
      {
        AbundanceEstimator(model).Apply(msi.data(), 10, abundances.data());
        model.Mixing().Apply(abundances.data(), 10, spectra.data());
      }
      else
      {
        SpectralRegressor(model).Apply(msi.data(), 10, spectra.data());
      }
      return spectra;
    };
    const auto reflectance = infer(1.f), counts = infer(10000.f), powerOfTwo = infer(8192.f);
    for (std::size_t i = 0; i < reflectance.size(); ++i)
    {
      ASSERT_NEAR(counts[i] / 10000.f, reflectance[i], 1e-3) << static_cast<int>(method);
      ASSERT_EQ(powerOfTwo[i] / 8192.f, reflectance[i]) << static_cast<int>(method);
    }
  }
}

/** The mean loss of a model over a whole sample whose prior is the area average over ratio x ratio pixels, in double precision. */
double PlainLoss(const otb::SpectralInversionModel& model, const SpectralSample& sample, unsigned int ratio, bool cutCells)
{
  std::map<std::pair<unsigned int, unsigned int>, std::vector<Eigen::Index>> cells;
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    cells[{sample.rows[pixel] / ratio, sample.columns[pixel] / ratio}].push_back(static_cast<Eigen::Index>(pixel));
  }
  double loss = 0.;
  for (const auto& cell : cells)
  {
    Eigen::RowVectorXd prior = Eigen::RowVectorXd::Zero(Bands);
    for (const auto pixel : cell.second)
    {
      prior += sample.spectra.row(pixel).cast<double>();
    }
    prior /= cutCells ? static_cast<double>(cell.second.size()) : ratio * ratio;
    const Eigen::VectorXf rounded = prior.cast<float>();
    for (const auto pixel : cell.second)
    {
      const Eigen::RowVectorXd spectrum = sample.spectra.row(pixel).cast<double>();
      const Eigen::VectorXf    msi      = (spectrum * model.response.GetMatrix().cast<double>().transpose()).cast<float>();
      const Eigen::RowVectorXd estimate =
          otb::test::PlainAbundances(model, msi.data(), rounded.data()).transpose() * otb::test::MorphOf(model).GetEndmembers().cast<double>();
      loss += (estimate.array() - (spectrum.array() - model.offset) / model.scale).abs().sum();
    }
  }
  return loss / static_cast<double>(sample.spectra.size());
}

TEST(SpectralInversionEstimator, TrainsWithThePriorAveragedOverEachCell)
{
  // Neither width nor height is a multiple of the ratio: the cells at the border are cut.
  const auto sample           = MakeSample(14, 11);
  auto       morph            = Small();
  morph.prior                 = otb::SpectraMorph::Prior::On;
  morph.priorRatio            = 4;
  auto settings               = Quick(morph, 1);
  settings.training.rateStart = settings.training.ratePeak = settings.training.rateEnd = 1e-30f; // the weights stay where they start
  SpectralInversionEstimator estimator(settings);
  estimator.Prepare(sample, MakeResponse(), {});
  estimator.Train();
  const auto&  model    = estimator.GetModel();
  const double expected = PlainLoss(model, sample, 4, true);
  EXPECT_NEAR(model.training.loss, expected, 1e-5 * expected);
  EXPECT_GT(std::abs(PlainLoss(model, sample, 4, false) - expected), 1e-3 * expected) << "cut cells must matter in this test";
  EXPECT_GT(std::abs(PlainLoss(model, sample, 3, true) - expected), 1e-3 * expected) << "the ratio must matter in this test";

  // The places decide, not the order.
  SpectralSample reversed;
  reversed.spectra = sample.spectra.colwise().reverse();
  reversed.columns.assign(sample.columns.rbegin(), sample.columns.rend());
  reversed.rows.assign(sample.rows.rbegin(), sample.rows.rend());
  estimator.Prepare(reversed, MakeResponse(), {});
  estimator.Train();
  EXPECT_NEAR(estimator.GetModel().training.loss, expected, 1e-3 * expected);
}

TEST(SpectralInversionEstimator, RecordsWhatItDid)
{
  auto morph             = Small();
  morph.constraint       = AbundanceConstraint::NonNegative;
  auto settings          = Quick(morph);
  settings.training.seed = 99;
  std::vector<std::string>   lines;
  SpectralInversionEstimator estimator(settings, "image", [&lines](const std::string& line) { lines.push_back(line); });
  estimator.Prepare(MakeSample(12, 10), MakeResponse(), otb::test::MakeAxis());
  estimator.Train();
  const auto& model = estimator.GetModel();
  EXPECT_NO_THROW(model.Validate());
  const auto& inverse = otb::test::MorphOf(model);
  EXPECT_EQ(inverse.GetConstraint(), AbundanceConstraint::NonNegative);
  EXPECT_EQ(inverse.GetEndmembers().rows(), 3);
  EXPECT_GE(inverse.GetEndmembers().minCoeff(), 0.f);
  EXPECT_EQ(inverse.GetNetwork().GetLayers()[0].outputs, 40u);
  EXPECT_EQ(model.axis.wavelengths, otb::test::MakeAxis().wavelengths);
  EXPECT_EQ(model.training.pixels, 120u);
  EXPECT_EQ(model.training.epochs, 5u);
  EXPECT_EQ(model.training.seed, 99u);
  EXPECT_GT(model.training.loss, 0.);
  EXPECT_GT(model.training.nmfRelativeError, 0.);
  EXPECT_LT(model.training.nmfRelativeError, 0.3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].rfind("Scaling: offset ", 0), 0u) << lines[0];
  EXPECT_EQ(lines[1].rfind("Endmembers: 3, relative residual ", 0), 0u) << lines[1];
  EXPECT_EQ(lines[2].rfind("Trained 5 epochs, mean absolute difference from ", 0), 0u) << lines[2];
}

TEST(SpectralInversionEstimator, RefusesSamplesItCannotLearnFrom)
{
  const auto errorOf = [](const SpectralSample& sample, const otb::SpectralResponse& response, const Settings& settings)
  { return MessageOf<std::invalid_argument>([&] { SpectralInversionEstimator(settings).Prepare(sample, response, {}); }); };
  const auto quick    = Quick(Method::Morph);
  auto       constant = MakeSample(6, 5);
  constant.spectra.setConstant(0.25f);
  EXPECT_NE(errorOf(constant, MakeResponse(), quick).find("constant (1st and 99th percentile are both 0.25"), std::string::npos);
  SpectralSample empty;
  empty.spectra.resize(0, Bands);
  EXPECT_EQ(errorOf(empty, MakeResponse(), quick), "the hyperspectral image: found no valid pixel, expected at least one");
  EXPECT_EQ(errorOf(MakeSample(6, 5), MakeResponse(Msi, 36), quick), "the hyperspectral image: found 37 bands, expected 36 as the spectral response has");
  auto many       = Small();
  many.endmembers = 38;
  EXPECT_EQ(errorOf(MakeSample(20, 20), MakeResponse(), Quick(many)),
            "method.morph.ne: found 38, expected 1 to 37 (the fewer of bands and pixels of the hyperspectral image), or -1 to estimate it");
  many.endmembers = 31;
  EXPECT_EQ(errorOf(MakeSample(6, 5), MakeResponse(), Quick(many)),
            "method.morph.ne: found 31, expected at most the 30 valid pixels of the hyperspectral image");
  auto wide        = Small();
  wide.hiddenUnits = 2000000000;
  EXPECT_EQ(errorOf(MakeSample(6, 5), MakeResponse(), Quick(wide)),
            "method.morph.hidden: found 2000000000, expected at most 9586980 for images of these bands and 3 endmembers"); // (2^26 - 3) / (3 + 1 + 3)
  EXPECT_EQ(errorOf(MakeSample(6, 5), MakeResponse(),
                    Quick(std::make_shared<otb::SpectraLift>(otb::SpectraLift::Settings{4000, otb::SpectraLift::Schedule::OneCycle, false}))),
            "method.lift.width: found 4000, expected at most 3658 for images of these bands"); // 4 w + 5 w (w + 1) + 37 (w + 1) = 2^26

  const auto refusal = [](const Settings& settings) { return MessageOf<std::invalid_argument>([&] { SpectralInversionEstimator{settings}; }); };
  auto       wrong   = Small();
  wrong.priorRatio   = 1;
  EXPECT_EQ(refusal(Quick(wrong)), "method.morph.cspratio: found 1, expected a whole number from 2");
  EXPECT_EQ(refusal(Quick(Small(), 0)), "epochs: found 0, expected a whole number from 1");
  EXPECT_EQ(MessageOf<std::invalid_argument>([] { SpectralInversionMethod::Make("magic"); }).rfind("method: found \"magic\", expected one of morph", 0), 0u);
}

TEST(SpectralInversionEstimator, StopsWhenAsked)
{
  const auto                 sample = MakeSample(12, 10);
  unsigned int               sweeps = 0;
  SpectralInversionEstimator estimator(Quick(Method::Morph), "image",
                                       [&sweeps](const std::string& line)
                                       {
                                         const auto after = line.find("after ");
                                         sweeps           = after == std::string::npos ? sweeps : static_cast<unsigned int>(std::stoul(line.substr(after + 6)));
                                       });
  const auto                 refuse = [](double, double) { return false; };
  EXPECT_THROW(estimator.Prepare(sample, MakeResponse(), {}, refuse), Cancelled);
  std::vector<double> fractions;
  const auto          record = [&](double fraction, double value)
  {
    fractions.push_back(fraction);
    return std::isfinite(value);
  };
  estimator.Prepare(sample, MakeResponse(), {}, record);
  EXPECT_EQ(fractions.size(), sweeps);
  EXPECT_EQ(fractions.front(), 0.);
  EXPECT_EQ(fractions.back(), 1.);
  EXPECT_THROW(estimator.Train(refuse), Cancelled);
  fractions.clear();
  estimator.Train(record);
  EXPECT_EQ(fractions, (std::vector<double>{0.2, 0.4, 0.6, 0.8, 1.}));
}

TEST(AbundanceEstimator, IsTheNetworkOfThePaperForEachPixelAlone)
{
  constexpr std::size_t Pixels = 75;
  const auto            msi    = MakeValues(Pixels * Msi);
  for (const auto constraint : {AbundanceConstraint::None, AbundanceConstraint::NonNegative, AbundanceConstraint::SumToOne})
  {
    const auto               model = MakeModel(Method::Morph, false, constraint);
    const AbundanceEstimator estimator(model);
    std::vector<float>       whole(Pixels * Endmembers), alone(Endmembers);
    estimator.Apply(msi.data(), Pixels, whole.data());
    for (std::size_t pixel = 0; pixel < Pixels; ++pixel)
    {
      const Eigen::VectorXd expected = otb::test::PlainAbundances(model, msi.data() + pixel * Msi);
      const auto            found    = Eigen::Map<const Eigen::VectorXf>(whole.data() + pixel * Endmembers, Endmembers).cast<double>();
      ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5) << "pixel " << pixel;
      estimator.Apply(msi.data() + pixel * Msi, 1, alone.data());
      ASSERT_EQ(std::memcmp(alone.data(), whole.data() + pixel * Endmembers, Endmembers * sizeof(float)), 0) << "pixel " << pixel;
    }
    // From the middle on, so that each pixel comes to lie elsewhere.
    std::vector<float> part(40 * Endmembers);
    estimator.Apply(msi.data() + 31 * Msi, 40, part.data());
    EXPECT_EQ(std::memcmp(part.data(), whole.data() + 31 * Endmembers, part.size() * sizeof(float)), 0);
  }
}

TEST(AbundanceEstimator, CellsAreThePixelsWithTheirPriorAppended)
{
  // More cells than a register has lanes, of one to five pixels.
  constexpr std::size_t     Count = 19, Members = 5;
  const auto                model = MakeModel(Method::Morph, true, AbundanceConstraint::NonNegative);
  const AbundanceEstimator  estimator(model);
  const auto                priors = MakeValues(Count * Bands, 2), msi = MakeValues(Count * Members * Msi, 3);
  constexpr float           Untouched = -77.f;
  std::vector<float>        abundances(Count * Members * Endmembers, Untouched);
  AbundanceEstimator::Cells cells;
  for (std::size_t cell = 0; cell < Count; ++cell)
  {
    cells.priors.push_back(priors.data() + cell * Bands);
  }
  const auto exists = [](std::size_t member, std::size_t cell) { return member <= cell % Members; };
  for (std::size_t member = 0; member < Members; ++member)
  {
    for (std::size_t cell = 0; cell < Count; ++cell)
    {
      const std::size_t slot = member * Count + cell;
      cells.msi.push_back(exists(member, cell) ? msi.data() + slot * Msi : nullptr);
      cells.abundances.push_back(exists(member, cell) ? abundances.data() + slot * Endmembers : nullptr);
    }
  }
  estimator.Apply(cells);
  for (std::size_t slot = 0; slot < Count * Members; ++slot)
  {
    const std::size_t cell  = slot % Count;
    const auto        found = Eigen::Map<const Eigen::VectorXf>(abundances.data() + slot * Endmembers, Endmembers);
    if (!exists(slot / Count, cell))
    {
      ASSERT_TRUE((found.array() == Untouched).all());
      continue;
    }
    const Eigen::VectorXd expected = otb::test::PlainAbundances(model, msi.data() + slot * Msi, priors.data() + cell * Bands);
    ASSERT_LT((found.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5) << "slot " << slot;
    float                     alone[Endmembers];
    AbundanceEstimator::Cells one{{cells.priors[cell]}, {cells.msi[slot]}, {alone}};
    estimator.Apply(one);
    ASSERT_EQ(std::memcmp(alone, found.data(), sizeof(alone)), 0) << "slot " << slot;
  }
}

TEST(SpectralRegressor, IsTheNetworkOfThePaperForEachPixelAlone)
{
  constexpr std::size_t   Pixels = 75;
  const auto              msi    = MakeValues(Pixels * Msi);
  const auto              model  = MakeModel(Method::Lift);
  const SpectralRegressor regressor(model);
  std::vector<float>      whole(Pixels * Bands + 64, -77.f), alone(Bands);
  regressor.Apply(msi.data(), Pixels, whole.data());
  EXPECT_EQ(std::count(whole.begin() + Pixels * Bands, whole.end(), -77.f), 64);
  for (std::size_t pixel = 0; pixel < Pixels; ++pixel)
  {
    const Eigen::VectorXd expected = otb::test::PlainSpectrum(model, msi.data() + pixel * Msi);
    const auto            found    = Eigen::Map<const Eigen::VectorXf>(whole.data() + pixel * Bands, Bands).cast<double>();
    ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5 * model.scale) << "pixel " << pixel;
    regressor.Apply(msi.data() + pixel * Msi, 1, alone.data());
    ASSERT_EQ(std::memcmp(alone.data(), whole.data() + pixel * Bands, Bands * sizeof(float)), 0) << "pixel " << pixel;
  }
  std::vector<float> part(40 * Bands);
  regressor.Apply(msi.data() + 31 * Msi, 40, part.data());
  EXPECT_EQ(std::memcmp(part.data(), whole.data() + 31 * Bands, part.size() * sizeof(float)), 0);
}

TEST(SpectralInversion, LatentNumbersOfAnyModelMakeItsSpectra)
{
  constexpr std::size_t Pixels = 75;
  const auto            model  = MakeModel(Method::Lift);
  const auto            msi    = MakeValues(Pixels * Msi);
  const std::size_t     K      = model.inverse->GetNumberOfLatents();
  std::vector<float>    latents(Pixels * K), found(Pixels * Bands), expected(Pixels * Bands);
  AbundanceEstimator(model).Apply(msi.data(), Pixels, latents.data());
  model.GetDecoding().Apply(latents.data(), Pixels, found.data());
  SpectralRegressor(model).Apply(msi.data(), Pixels, expected.data());
  for (std::size_t k = 0; k < found.size(); ++k)
  {
    ASSERT_NEAR(found[k], expected[k], 1e-5 * model.scale) << k;
  }
}

TEST(SpectralInversion, EachWayRefusesModelsThatItCannotUse)
{
  const auto morph = MakeModel(Method::Morph);
  EXPECT_NE(MessageOf<std::invalid_argument>([&] { AbundanceEstimator{otb::SpectralInversionModel()}; }).find("nothing that a method has learnt"),
            std::string::npos);
  EXPECT_NE(MessageOf<std::invalid_argument>([&] { SpectralRegressor{morph}; }).find("expected one that gives spectra at once"), std::string::npos);
}
} // namespace
