// SPDX-License-Identifier: Apache-2.0

// The errors that are expected of a result: found with its refinement, and put out.

#include "otbSpectralInversionApplication.h"

#include "otbBandExpansionImageFilter.h"
#include "otbSpectralUncertaintyFit.h"
#include "otbSpectralUncertaintyImageFilter.h"

#include <algorithm>

namespace otb
{
namespace Wrapper
{
namespace
{
using UncertaintyFilter = SpectralUncertaintyImageFilter<FloatVectorImageType>;

/** What refinement leaves of a score beyond noise. */
double FindRemaining(const EnsembleChoice::Candidate& candidate)
{
  const RefinementSelection& selection = candidate.selection;
  const double               before = selection.unrefined.value - 1., after = selection.chosen.score.value - 1.;
  return selection.model.components() == 0 || before <= 0. ? 1. : std::clamp(after / before, 0., 1.);
}

std::string ToPercent(double share)
{
  return ToBriefText(100. * share, 2) + " %";
}
} // namespace

std::string DescribeTraining(const SpectralUncertaintyModel& model)
{
  return ToPercent(model.outside) + " of the pixels are outside of what training saw, " + ToPercent(model.farAway) + " so far that their spectra are guesses";
}

std::optional<SpectralUncertaintyModel> SpectralInversionApplication::FitUncertainty(const std::vector<RefinementSample>& samples, const EnsembleChoice& choice,
                                                                                     const SpectralInversionModel& given)
{
  const auto                           weights = given.inverse->GetMembers().empty() ? std::vector<double>{1.} : given.inverse->GetWeights();
  std::vector<const RefinementSample*> taken;
  std::vector<double>                  parts;
  double                               remaining = 0., sum = 0.;
  for (std::size_t number = 0; number < samples.size(); ++number)
  {
    if (choice.candidates[number].taken)
    {
      taken.push_back(&samples[number]);
      parts.push_back(weights[number]);
      remaining += weights[number] * FindRemaining(choice.candidates[number]);
      sum += weights[number];
    }
  }
  const auto fit = SpectralUncertaintyFit::Of(RefinementSample::MeanOf(taken, parts), remaining / sum);
  return fit ? std::make_optional(fit->model) : std::nullopt;
}

void SpectralInversionApplication::OfferUncertainty(const Judgement& judgement, Images& images, const Formats& formats, Result& result)
{
  if (!judgement.uncertainty)
  {
    for (const char* key : {UncertaintyParameters::Errors, UncertaintyParameters::Distances})
    {
      SkipOutput(key, "too few hyperspectral pixels are whole within the multispectral image to find errors from");
    }
    return;
  }
  const SpectralUncertaintyModel& model = *judgement.uncertainty;
  const InputImage                fine  = Harmonise(images.multispectral, judgement.model.radiometry);
  const auto                      make  = [&](UncertaintyFilter::Content content, const OutputFormat& format)
  {
    const auto filter = Keep(UncertaintyFilter::New());
    filter->SetModel(model);
    filter->SetContent(content);
    filter->SetSpectralAxis(judgement.model.axis);
    filter->SetInput(fine.image);
    filter->SetInputNoData(fine.noData);
    filter->SetOutputFormat(format);
    if (judgement.model.HasPrior())
    {
      const InputImage& prior = Coregister(images);
      filter->SetPrior(prior.image);
      filter->SetPriorNoData(prior.noData);
    }
    filter->UpdateOutputInformation();
    return filter->GetOutput();
  };
  result.uncertainty = MarkedImage{make(UncertaintyFilter::Content::Error, SpectralStage::GetPlainFormat()), SpectralStage::GetPlainFormat().noData};
  Inform("Expected errors: " + DescribeTraining(model) + " (distances over " + ToBriefText(model.reach, 2) + " and " +
         ToBriefText(SpectralUncertaintyModel::FarAway, 2) + ')');
  // Whether they are asked for or not: an application that this one feeds in memory asks by no name of a file.
  const auto offer = [&](const char* key, UncertaintyFilter::Content content)
  {
    const OutputFormat format = m_Outputs.ReadFormatOfFractions(key);
    auto               image  = make(content, format);
    if (content == UncertaintyFilter::Content::Bands && !formats.bad.empty())
    {
      const auto expansion = Keep(BandExpansionImageFilter<FloatVectorImageType>::New());
      expansion->SetInput(image);
      expansion->SetInputNoData(format.noData);
      expansion->SetOutputNoData(format.noData);
      expansion->SetBadBands(formats.bad);
      expansion->SetSpectralAxis(formats.axis);
      image = expansion->GetOutput();
    }
    m_Outputs.SetFractions(key, image);
  };
  offer(UncertaintyParameters::Errors, m_Uncertainty.IsOfBands() ? UncertaintyFilter::Content::Bands : UncertaintyFilter::Content::Error);
  offer(UncertaintyParameters::Distances, UncertaintyFilter::Content::Distance);
}
} // namespace Wrapper
} // namespace otb
