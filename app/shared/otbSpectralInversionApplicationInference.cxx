// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbAbundanceEstimationImageFilter.h"
#include "otbBandExpansionImageFilter.h"
#include "otbLinearMixingImageFilter.h"
#include "otbSpectralRegressionImageFilter.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace otb
{
namespace Wrapper
{
void SpectralInversionApplication::AddKeepBadBandsParameter()
{
  AddParameter(ParameterType_Bool, "keepbad", "Keep bad bands in the output");
  SetParameterDescription("keepbad",
                          "The output has all bands of the hyperspectral image; the bad ones hold no data in every pixel and are marked in the output's "
                          "bad bands list (bbl); otherwise it has the good bands alone. Default false.");
}

SpectralInversionApplication::Formats SpectralInversionApplication::ReadFormats(const InputImage& multispectral)
{
  const auto columns = static_cast<unsigned int>(multispectral.image->GetLargestPossibleRegion().GetSize(0));
  return {m_Outputs.ReadFormat("out", columns), m_Outputs.ReadFormatOfFractions("outab"), {}, {}};
}

SpectralInversionApplication::Formats SpectralInversionApplication::ReadFormats(const InputImage& multispectral, const InputImage& hyperspectral)
{
  Formats     formats = ReadFormats(multispectral);
  const auto& bad     = hyperspectral.bad;
  m_Outputs.CheckValues("out", hyperspectral.spread, hyperspectral.key);
  if (GetParameterInt("keepbad") != 0 && std::find(bad.begin(), bad.end(), true) != bad.end())
  {
    formats.bad  = bad;
    formats.axis = hyperspectral.wholeAxis;
  }
  return formats;
}

SpectralInversionApplication::Result SpectralInversionApplication::Invert(const Judgement& judgement, Images& images, const Formats& formats)
{
  const SpectralInversionModel& model = judgement.model;
  Result                        result;
  CheckBands(images.multispectral, model.GetMultispectralBands(), "the spectral response of the model has rows");
  if (!judgement.IsRefined())
  {
    Finish(Infer(std::make_shared<SpectralInversionModel>(model.WithFoldedRadiometry()), images, formats, result), formats, result);
    OfferAbundances(judgement, images, formats, result);
    OfferUncertainty(judgement, images, formats, result);
    return result;
  }
  Finish(InferRefined(judgement, images, formats, result), formats, result);
  OfferAbundances(judgement, images, formats, result);
  OfferUncertainty(judgement, images, formats, result);
  return result;
}

SpectralStage SpectralInversionApplication::InferRefined(const Judgement& judgement, Images& images, const Formats& formats, Result& result)
{
  const SpectralInversionModel& model = judgement.model;
  const auto                    count = model.inverse->GetMembers().size();
  if (count == 0)
  {
    return InferRefined(model, judgement.refinements.front(), images, formats, result);
  }
  std::vector<SpectralStage> stages;
  for (std::size_t member = 0; member < count; ++member)
  {
    // Abundances of one of several are not those of the result.
    Result own;
    stages.push_back(InferRefined(model.WithMembers({member}), judgement.refinements[member], images, {{}, SpectralStage::GetPlainFormat(), {}, {}}, own));
  }
  return Average(stages, model.inverse->GetWeights());
}

SpectralStage SpectralInversionApplication::InferRefined(const SpectralInversionModel& model, const SpectralRefinementModel& refinement, Images& images,
                                                         const Formats& formats, Result& result)
{
  const auto        folded  = std::make_shared<SpectralInversionModel>(model.WithFoldedRadiometry());
  const MarkedImage latents = InferLatents(folded, images, model.HasAbundances() ? formats.abundances : SpectralStage::GetPlainFormat());
  result.abundances         = model.HasAbundances() ? std::make_optional(latents) : std::nullopt;
  return refinement.components() > 0 ? Refine(*folded, model.radiometry, latents, images, refinement) : Mix(*folded, latents);
}

SpectralStage SpectralInversionApplication::Infer(const ModelPointer& model, Images& images, const Formats& formats, Result& result)
{
  if (model->HasAbundances() || model->HasPrior())
  {
    const MarkedImage latents = InferLatents(model, images, model->HasAbundances() ? formats.abundances : SpectralStage::GetPlainFormat());
    result.abundances         = model->HasAbundances() ? std::make_optional(latents) : std::nullopt;
    return Mix(*model, latents);
  }
  const auto regression = Keep(SpectralRegressionImageFilter<FloatVectorImageType>::New());
  regression->SetModel(model);
  regression->SetInput(images.multispectral.image);
  regression->SetInputNoData(images.multispectral.noData);
  return SpectralStage(regression.GetPointer());
}

SpectralStage SpectralInversionApplication::Mix(const SpectralInversionModel& model, const MarkedImage& latents)
{
  const auto mixing = Keep(LinearMixingImageFilter<FloatVectorImageType>::New());
  mixing->SetMixing(model.GetDecoding());
  mixing->SetSpectralAxis(model.axis);
  mixing->SetInput(latents.image);
  mixing->SetInputNoData(latents.noData);
  return SpectralStage(mixing.GetPointer());
}

void SpectralInversionApplication::OfferAbundances(const Judgement& judgement, Images& images, const Formats& formats, Result& result)
{
  if (!judgement.mixed)
  {
    SkipOutput("outab", "the method " + judgement.model.inverse->GetMethod() + " has no abundances");
    return;
  }
  if (!result.abundances)
  {
    // Those of one method of several: made for this output alone.
    result.abundances = InferLatents(std::make_shared<SpectralInversionModel>(judgement.mixed->WithFoldedRadiometry()), images, formats.abundances);
  }
  m_Outputs.SetFractions("outab", result.abundances->image);
}

MarkedImage SpectralInversionApplication::InferLatents(const ModelPointer& model, Images& images, const OutputFormat& format)
{
  const auto abundances = Keep(AbundanceEstimationImageFilter<FloatVectorImageType>::New());
  abundances->SetModel(model);
  abundances->SetInput(images.multispectral.image);
  abundances->SetInputNoData(images.multispectral.noData);
  abundances->SetOutputFormat(format);
  if (model->HasPrior())
  {
    if (!images.hyperspectral)
    {
      throw std::invalid_argument("inhs: found no image, expected one, since the model was trained with a coarse spectral prior");
    }
    CheckBands(*images.hyperspectral, model->GetHyperspectralBands(), "the model was trained on");
    const InputImage& prior = Coregister(images);
    abundances->SetPrior(prior.image);
    abundances->SetPriorNoData(prior.noData);
  }
  if (model->HasPrior())
  {
    abundances->UpdateOutputInformation();
    const auto&        map = abundances->GetGridMap();
    std::ostringstream text;
    text << "Grids: a hyperspectral pixel is " << 1. / std::abs(map.columns.step) << " x " << 1. / std::abs(map.rows.step) << " multispectral ones, by "
         << (map.physical ? "physical coordinates" : "equal footprints, since the images are not both georeferenced");
    Inform(text.str());
  }
  return {abundances->GetOutput(), format.noData};
}

void SpectralInversionApplication::Finish(const SpectralStage& last, const Formats& formats, Result& result)
{
  last.output->SetOutputFormat(formats.spectra);
  result.spectra = {last.image, formats.spectra.noData};
  if (formats.bad.empty())
  {
    SetParameterOutputImage("out", last.image.GetPointer());
    return;
  }
  const auto expansion = Keep(BandExpansionImageFilter<FloatVectorImageType>::New());
  expansion->SetInput(last.image);
  expansion->SetInputNoData(formats.spectra.noData);
  expansion->SetOutputNoData(formats.spectra.noData);
  expansion->SetBadBands(formats.bad);
  expansion->SetSpectralAxis(formats.axis);
  SetParameterOutputImage("out", expansion->GetOutput());
}
} // namespace Wrapper
} // namespace otb
