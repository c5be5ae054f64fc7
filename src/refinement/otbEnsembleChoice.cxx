// SPDX-License-Identifier: Apache-2.0
#include "otbEnsembleChoice.h"

#include <algorithm>
#include <stdexcept>

namespace otb
{
namespace
{
RefinementSelection Select(const RefinementSample& sample, const EnsembleChoice::Options& options)
{
  RefinementSelection::Options own;
  own.seed    = options.seed;
  own.threads = options.threads;
  if (!options.refine)
  {
    RefinementSelection unrefined;
    unrefined.unrefined = RefinementSelection::Score(sample, own);
    return unrefined;
  }
  auto selection = RefinementSelection::Of(sample, own);
  if (options.always && selection.model.components() == 0)
  {
    own.fixed = own.most;
    selection = RefinementSelection::Of(sample, own);
  }
  return selection;
}
} // namespace

const EnsembleChoice::Candidate& EnsembleChoice::GetBest() const
{
  return *std::min_element(candidates.begin(), candidates.end(),
                           [](const Candidate& a, const Candidate& b)
                           { return !a.GetScore().pixels.empty() && (b.GetScore().pixels.empty() || a.GetScore().value < b.GetScore().value); });
}

EnsembleChoice EnsembleChoice::Of(const std::vector<RefinementSample>& samples, const Options& options, const Progress& progress)
{
  if (samples.empty())
  {
    throw std::invalid_argument("There is no fused image to choose from, expected at least one");
  }
  EnsembleChoice choice;
  for (const RefinementSample& sample : samples)
  {
    choice.candidates.push_back({Select(sample, options), true});
    if (progress)
    {
      progress(static_cast<double>(choice.candidates.size()) / static_cast<double>(samples.size()));
    }
  }
  const Candidate& best = choice.GetBest();
  if (best.GetScore().pixels.empty())
  {
    return choice;
  }
  const bool   alone  = best.GetScore().pixels.size() < FewPixels;
  const double lowest = best.GetScore().value;
  for (Candidate& candidate : choice.candidates)
  {
    candidate.taken = &candidate == &best || (!alone && candidate.GetScore().value <= (1. + Tolerance) * lowest);
  }
  return choice;
}
} // namespace otb
