// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbNoisyBands.h"
#include "otbRefinementPlaces.h"
#include "otbRegistration.h"
#include "otbSpectralPlaceSampler.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace otb
{
namespace Wrapper
{
namespace
{
/** As many as training on a coarse image of 64 x 64 pixels, whatever the size of the scene: the time of a second training does not grow with it. */
constexpr std::size_t RefinedPixels = 4096;
} // namespace

void SpectralInversionApplication::CheckSecondRound()
{
  if (m_Refinement.IsSecondRoundWanted() && HasValue("inref"))
  {
    throw std::invalid_argument("retrain: found true, expected false, since inref is given, which knows of one round");
  }
}

SpectralSample SpectralInversionApplication::ReadRefinedSample(const Judgement& judgement, Images& images, std::uint64_t seed)
{
  const InputImage&    fine   = images.multispectral;
  const InputImage&    coarse = CoregisterSmoothly(images);
  const auto           map    = FindGridMap(fine.image, fine.key, coarse.image, coarse.key, fine.key);
  const auto           size   = fine.image->GetLargestPossibleRegion().GetSize();
  const SensorOperator sensor(judgement.blur->blur, map.rows, map.columns, static_cast<long>(size[1]), static_cast<long>(size[0]));

  Result              none;
  const SpectralStage refined = InferRefined(judgement, images, {{}, SpectralStage::GetPlainFormat(), {}, {}}, none);

  SpectralPlaceSampler<FloatVectorImageType> sampler;
  sampler.image         = refined.image;
  sampler.noData        = refined.noData;
  sampler.places        = RefinementPlaces::Of(sensor, map.rows, map.columns, seed);
  sampler.enough        = RefinementPlaces::GetMaximumPixels(map.rows, map.columns);
  sampler.maximumPixels = RefinedPixels;
  sampler.seed          = seed;
  SpectralSample sample = sampler.Read();
  ReleasePipeline(refined.image->GetSource());
  return sample;
}

SpectralInversionApplication::Judgement SpectralInversionApplication::TrainAgain(const Judgement& first, Images& images, const SpectralInversionMethod& method)
{
  const std::string reason = !first.IsRefined()  ? "The result is not refined"
                             : method.HasPrior() ? "A method with a coarse spectral prior gains nothing by it"
                                                 : "";
  if (!reason.empty())
  {
    Inform("Second round: none. " + reason);
    return first;
  }
  const auto     settings = GetSettings(method);
  SpectralSample sample;
  TimeStep("Second round: reading the refined image", [&] { sample = ReadRefinedSample(first, images, settings.training.seed); });
  ApplyPredictions(images.hyperspectral->predictions, sample.spectra);
  SpectralInversionModel model = *Learn(sample, first.model.response, *images.hyperspectral, settings, &first.model);
  model.radiometry             = first.model.radiometry;

  // Of several methods those that were taken. Their results have seen the pixels that a score would hold out: how they are refined is what was chosen before.
  std::vector<std::size_t>             taken;
  std::vector<SpectralRefinementModel> refinements;
  TimeStep("Second round: comparing results with the hyperspectral image",
           [&]
           {
             for (std::size_t number = 0; number < first.rows.size(); ++number)
             {
               const EnsembleChoice::Candidate& candidate = first.rows[number].candidate;
               if (candidate.taken)
               {
                 taken.push_back(number);
                 const auto own = model.inverse->GetMembers().empty() ? model : model.WithMembers({number});
                 refinements.push_back(RefinementSelection::MakeModel(ReadRefinementSample(own, images, *first.blur), candidate.selection.chosen));
               }
             }
           });
  if (!model.inverse->GetMembers().empty())
  {
    model = model.WithMembers(taken);
  }
  Judgement both = first;
  both.retrained = sample.size();
  both.model     = first.model.WithMembersOf(model);
  both.methods   = both.refinements.size() + refinements.size();
  both.taken.resize(both.methods);
  std::iota(both.taken.begin(), both.taken.end(), std::size_t{0});
  both.refinements.insert(both.refinements.end(), refinements.begin(), refinements.end());
  Inform("Second round: trained on " + std::to_string(sample.size()) + " pixels of the refined result; the mean of both rounds is taken");
  return both;
}
} // namespace Wrapper
} // namespace otb
