// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbEnsembleChoice.h"
#include "otbRadiometricHarmonisationImageFilter.h"
#include "otbRefinementSampleReader.h"
#include "otbRegistration.h"
#include "otbSpectralMeanImageFilter.h"
#include "otbSpectralRefinementImageFilter.h"
#include "otbToolkitVersion.h"

#include <algorithm>
#include <limits>
#include <sstream>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Responses that were read from files differ by rounding. */
constexpr float MostRounding = 1e-5f;

/** The numbers of the members that can be used. */
std::vector<std::size_t> FindUsable(const SpectralInverse::Members& members, bool withPrior)
{
  std::vector<std::size_t> usable;
  for (std::size_t number = 0; number < members.size(); ++number)
  {
    if (withPrior || members[number]->GetPriorBands() == 0)
    {
      usable.push_back(number);
    }
  }
  return usable;
}

std::string DescribeScore(const HeldOutScore& score)
{
  return ToBriefText(score.value, 3) + " +- " + ToBriefText(score.standardError, 2);
}

std::string DescribeBlur(const SensorBlur& blur)
{
  std::ostringstream text;
  text.precision(3);
  text << blur.GetWidthColumn() << " x " << blur.GetWidthRow() << " sharp pixels wide (standard deviation, detector included), displaced by "
       << blur.GetCentroidColumn() << ", " << blur.GetCentroidRow();
  return text.str();
}
} // namespace

InputImage SpectralInversionApplication::Harmonise(const InputImage& multispectral, const RadiometricHarmonisation& radiometry)
{
  if (radiometry.IsIdentity())
  {
    return multispectral;
  }
  const auto filter = Keep(RadiometricHarmonisationImageFilter<FloatVectorImageType>::New());
  filter->SetRadiometry(radiometry);
  filter->SetInput(multispectral.image);
  filter->SetInputNoData(multispectral.noData);
  filter->SetOutputNoData(std::numeric_limits<float>::quiet_NaN());
  filter->UpdateOutputInformation();
  InputImage harmonised = multispectral;
  harmonised.image      = filter->GetOutput();
  harmonised.noData     = std::numeric_limits<float>::quiet_NaN();
  return harmonised;
}

bool SpectralInversionApplication::CanCompare(Images& images, const std::optional<SensorBlurEstimate>& blur)
{
  const bool wanted =
      m_Refinement.GetMode() == RefinementParameters::Mode::On || (m_Refinement.GetMode() == RefinementParameters::Mode::Auto && HasValue("inref"));
  std::string reason;
  if (!images.hyperspectral)
  {
    reason = "inhs: found no image, expected one to refine the result by";
  }
  else
  {
    try
    {
      Coregister(images);
    }
    catch (const std::invalid_argument& error)
    {
      reason = error.what();
    }
  }
  if (reason.empty() && blur && !blur->found && !wanted)
  {
    reason = "the images were not found to show the same places, so that their blur is not known";
  }
  if (reason.empty())
  {
    return true;
  }
  if (wanted)
  {
    throw std::invalid_argument(images.hyperspectral ? reason : reason + (HasValue("inref") ? ", since inref is given" : ", since refine is true"));
  }
  if (const char* const key = m_Uncertainty.GetWanted())
  {
    throw std::invalid_argument(std::string(key) + ": found nothing to find errors by, expected inhs of the same ground as inms. " + reason);
  }
  if (images.hyperspectral && m_Refinement.GetMode() == RefinementParameters::Mode::Auto)
  {
    Inform("Refinement: none. " + reason);
  }
  return false;
}

void SpectralInversionApplication::CheckRefinable(Images& images, const std::optional<SensorBlurEstimate>& blur)
{
  if (m_Refinement.GetMode() == RefinementParameters::Mode::On || (m_Refinement.GetMode() == RefinementParameters::Mode::Auto && HasValue("inref")) ||
      m_Uncertainty.GetWanted() != nullptr)
  {
    CanCompare(images, blur);
  }
}

void SpectralInversionApplication::CheckInputRefinement(const SpectralResponse& response)
{
  if (const auto known = m_Refinement.Load())
  {
    CheckRefinements(*known, response);
    if (m_Radiometry.IsNone() && !known->radiometry.IsIdentity())
    {
      throw std::invalid_argument("radio: found none, expected affine, since inref has gains and offsets");
    }
    const char* const key = m_Uncertainty.GetWanted();
    if (key != nullptr && !known->uncertainty)
    {
      throw std::invalid_argument(std::string("inref: found a refinement without the errors to expect, expected one with them, since ") + key + " is given");
    }
    if (key != nullptr && !known->refinements.empty() && m_Refinement.GetMode() == RefinementParameters::Mode::Off)
    {
      throw std::invalid_argument(std::string("refine: found false, expected auto or true: the errors of inref, which ") + key +
                                  " asks for, are those of a refined result");
    }
  }
}

RadiometryParameters::Comparison SpectralInversionApplication::CompareImages(const SpectralResponse& response, const Images& images, bool withBlur)
{
  const auto known = m_Refinement.Load();
  if (!known)
  {
    return m_Radiometry.Compare(response, images.multispectral, *images.hyperspectral, withBlur);
  }
  if (!known->radiometry.IsIdentity())
  {
    m_Radiometry.Tell("inref", known->radiometry);
  }
  return {known->radiometry, {}};
}

void SpectralInversionApplication::WriteRefinement(const SceneRefinement& scene)
{
  WriteFile("outref", SpectralRefinementFile::ToText(scene));
}

bool SpectralInversionApplication::Judgement::IsRefined() const
{
  return std::any_of(refinements.begin(), refinements.end(), [](const SpectralRefinementModel& refinement) { return refinement.components() > 0; });
}

SpectralInversionApplication::Judgement SpectralInversionApplication::Judge(const SpectralInversionModel& given, Images& images,
                                                                            const std::optional<SensorBlurEstimate>& blur)
{
  if (const auto known = m_Refinement.Load())
  {
    return JudgeBy(*known, given, images);
  }
  const auto mode = m_Refinement.GetMode();
  Judgement  judgement{given, {}, 1, {0}, {}, {}, {}};
  const auto usable = FindUsable(given.inverse->GetMembers(), images.hyperspectral.has_value());
  if (!given.inverse->GetMembers().empty())
  {
    judgement.methods = given.inverse->GetMembers().size();
    judgement.taken   = usable;
  }
  if (usable.size() < given.inverse->GetMembers().size())
  {
    if (usable.empty())
    {
      throw std::invalid_argument("inhs: found no image, expected one, since the model was trained with a coarse spectral prior");
    }
    Inform("Methods with a coarse spectral prior are left out, since inhs is not given");
    judgement.model = given.WithMembers(usable);
  }
  const SpectralInversionModel model   = judgement.model;
  const auto                   members = model.inverse->GetMembers();
  judgement.mixed                      = model.FindAbundances();
  if ((mode == RefinementParameters::Mode::Off && members.empty() && m_Uncertainty.GetWanted() == nullptr) || !CanCompare(images, blur) || !blur)
  {
    return judgement;
  }
  EnsembleChoice choice;
  RunWithProgress("Comparing results with the hyperspectral image",
                  [&](const CallbackProcess::Report& report)
                  {
                    std::vector<RefinementSample> samples;
                    const std::size_t             count = std::max<std::size_t>(1, members.size());
                    for (std::size_t number = 0; number < count; ++number)
                    {
                      samples.push_back(ReadRefinementSample(members.empty() ? model : model.WithMembers({number}), images, *blur));
                      report(0.5 * static_cast<double>(number + 1) / static_cast<double>(count));
                    }
                    EnsembleChoice::Options options;
                    options.threads       = GetDefaultThreads();
                    options.refine        = mode != RefinementParameters::Mode::Off;
                    options.always        = mode == RefinementParameters::Mode::On;
                    choice                = EnsembleChoice::Of(samples, options, [&report](double fraction) { report(0.5 + 0.5 * fraction); });
                    judgement.uncertainty = FitUncertainty(samples, choice, model);
                  });
  std::vector<std::size_t> taken, takenOfGiven;
  for (std::size_t number = 0; number < choice.candidates.size(); ++number)
  {
    const auto& candidate = choice.candidates[number];
    judgement.rows.push_back({members.empty() ? model.inverse->Describe() : members[number]->Describe(), candidate});
    if (candidate.taken)
    {
      taken.push_back(number);
      takenOfGiven.push_back(judgement.taken[number]);
      if (mode != RefinementParameters::Mode::Off)
      {
        judgement.refinements.push_back(candidate.selection.model);
      }
    }
  }
  if (!members.empty())
  {
    judgement.model = model.WithMembers(taken);
  }
  judgement.taken = takenOfGiven;
  judgement.blur  = blur;
  TellScores(judgement, *blur);
  return judgement;
}

SpectralInversionApplication::Judgement SpectralInversionApplication::JudgeBy(const SceneRefinement& known, const SpectralInversionModel& given, Images& images)
{
  const auto members  = given.inverse->GetMembers();
  const auto expected = std::max<std::size_t>(1, members.size());
  if (known.methods != expected)
  {
    throw std::invalid_argument("inref: found refinements of " + std::to_string(known.methods) + " methods, expected " + std::to_string(expected) +
                                " as the model has");
  }
  CheckRefinements(known, given.response);
  Judgement judgement{members.empty() ? given : given.WithMembers(known.taken), given.FindAbundances(), known.methods, known.taken, {}, {}, {}};
  if (m_Refinement.GetMode() == RefinementParameters::Mode::Off)
  {
    Inform("The refinement of inref is not used: refine is false");
  }
  else if (known.refinements.empty())
  {
    judgement.uncertainty = known.uncertainty;
    Inform("Refinement: none, as inref says");
  }
  else if (CanCompare(images, std::nullopt))
  {
    judgement.refinements = known.refinements;
    for (SpectralRefinementModel& refinement : judgement.refinements)
    {
      // To the bit that by which it was found.
      refinement.response = given.response;
    }
    judgement.uncertainty = known.uncertainty;
    Inform("Refinement: that of inref");
  }
  return judgement;
}

void SpectralInversionApplication::TellScores(const Judgement& judgement, const SensorBlurEstimate& blur)
{
  if (judgement.rows.front().candidate.selection.unrefined.pixels.empty())
  {
    Inform("Refinement: none. Too few hyperspectral pixels are whole within the multispectral image for a score");
    return;
  }
  Inform("Scores at " + std::to_string(judgement.rows.front().candidate.selection.unrefined.pixels.size()) +
         " hyperspectral pixels that were held out (1: noise alone)");
  for (const Judgement::Row& row : judgement.rows)
  {
    const RefinementSelection& selection = row.candidate.selection;
    const unsigned int         refined   = selection.model.components();
    Inform("Score of " + row.name + ": " + DescribeScore(selection.unrefined) +
           (refined > 0 ? ", refined by " + std::to_string(refined) + " components " + DescribeScore(selection.chosen.score) : ", not refined") +
           (judgement.rows.size() == 1 ? ""
            : row.candidate.taken      ? "; taken"
                                       : "; left out"));
  }
  if (judgement.IsRefined())
  {
    Inform("Blur of the hyperspectral sensor: " + DescribeBlur(blur.blur));
  }
}

void SpectralInversionApplication::CheckRefinements(const SceneRefinement& scene, const SpectralResponse& response)
{
  if (!scene.radiometry.IsIdentity() && scene.radiometry.gains.size() != response.GetNumberOfMultispectralBands())
  {
    throw std::invalid_argument("inref: found gains of " + std::to_string(scene.radiometry.gains.size()) + " bands, expected " +
                                std::to_string(response.GetNumberOfMultispectralBands()) + " as the spectral response has");
  }
  for (const SpectralRefinementModel& refinement : scene.refinements)
  {
    const unsigned int bands = refinement.response.GetNumberOfHyperspectralBands();
    const unsigned int few   = refinement.response.GetNumberOfMultispectralBands();
    if (bands != response.GetNumberOfHyperspectralBands() || few != response.GetNumberOfMultispectralBands())
    {
      throw std::invalid_argument("inref: found a refinement of " + std::to_string(few) + " multispectral and " + std::to_string(bands) +
                                  " hyperspectral bands, expected " + std::to_string(response.GetNumberOfMultispectralBands()) + " and " +
                                  std::to_string(response.GetNumberOfHyperspectralBands()));
    }
    if ((refinement.response.GetMatrix() - response.GetMatrix()).cwiseAbs().maxCoeff() > MostRounding)
    {
      throw std::invalid_argument("inref: found a refinement of another spectral response, expected that of the model");
    }
  }
  if (scene.uncertainty && (scene.uncertainty->GetMultispectralBands() != response.GetNumberOfMultispectralBands() ||
                            scene.uncertainty->GetSpectralBands() != response.GetNumberOfHyperspectralBands()))
  {
    throw std::invalid_argument("inref: found errors of " + std::to_string(scene.uncertainty->GetMultispectralBands()) + " multispectral and " +
                                std::to_string(scene.uncertainty->GetSpectralBands()) + " hyperspectral bands, expected " +
                                std::to_string(response.GetNumberOfMultispectralBands()) + " and " + std::to_string(response.GetNumberOfHyperspectralBands()));
  }
}

RefinementSample SpectralInversionApplication::ReadRefinementSample(const SpectralInversionModel& model, Images& images, const SensorBlurEstimate& blur)
{
  const auto             folded = std::make_shared<SpectralInversionModel>(model.WithFoldedRadiometry());
  const SpectralStage    fused  = Mix(*folded, InferLatents(folded, images, SpectralStage::GetPlainFormat()));
  const RefinementSample sample = ReadRefinementSample(model, {fused.image, fused.noData}, images, blur);
  ReleasePipeline(fused.image->GetSource());
  return sample;
}

RefinementSample SpectralInversionApplication::ReadRefinementSample(const SpectralInversionModel& model, const MarkedImage& fused, Images& images,
                                                                    const SensorBlurEstimate& blur)
{
  const InputImage  fine   = Harmonise(images.multispectral, model.radiometry);
  const InputImage& coarse = CoregisterSmoothly(images);
  const auto        map    = FindGridMap(fine.image, fine.key, coarse.image, coarse.key, fine.key);

  RefinementSampleReader<FloatVectorImageType> reader;
  reader.fused         = {fused.image, fused.noData};
  reader.multispectral = {fine.image, fine.noData};
  reader.hyperspectral = {coarse.image, coarse.noData};
  reader.rows          = map.rows;
  reader.columns       = map.columns;
  reader.blur          = blur.blur;
  reader.response      = model.response;
  reader.threads       = GetDefaultThreads();
  return reader.Read();
}

SpectralStage SpectralInversionApplication::Refine(const SpectralInversionModel& folded, const RadiometricHarmonisation& radiometry, const MarkedImage& latents,
                                                   Images& images, const SpectralRefinementModel& refinement)
{
  const InputImage  fine   = Harmonise(images.multispectral, radiometry);
  const InputImage& coarse = CoregisterSmoothly(images);
  const auto        filter = Keep(SpectralRefinementImageFilter<FloatVectorImageType>::New());
  filter->SetModel(std::make_shared<SpectralRefinementModel>(refinement));
  filter->SetMixing(folded.GetDecoding());
  filter->SetSpectralAxis(folded.axis);
  filter->SetInput(latents.image);
  filter->SetFusedNoData(latents.noData);
  filter->SetMultispectral(fine.image);
  filter->SetMultispectralNoData(fine.noData);
  filter->SetHyperspectral(coarse.image);
  filter->SetHyperspectralNoData(coarse.noData);
  filter->UpdateOutputInformation();
  m_Scene.SetBlocks(static_cast<std::uint64_t>(filter->GetRefinement().GetCoreColumns()), static_cast<std::uint64_t>(filter->GetRefinement().GetCoreRows()));
  return SpectralStage(filter.GetPointer());
}

SpectralStage SpectralInversionApplication::Average(const std::vector<SpectralStage>& stages, const std::vector<double>& weights)
{
  if (stages.size() == 1)
  {
    return stages.front();
  }
  const auto mean = Keep(SpectralMeanImageFilter<FloatVectorImageType>::New());
  for (std::size_t number = 0; number < stages.size(); ++number)
  {
    mean->AddInput(stages[number].image, weights[number]);
  }
  return SpectralStage(mean.GetPointer());
}
} // namespace Wrapper
} // namespace otb
