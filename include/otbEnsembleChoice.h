// SPDX-License-Identifier: Apache-2.0
#ifndef otbEnsembleChoice_h
#define otbEnsembleChoice_h

#include "SpectraMorphExport.h"
#include "otbHeldOutScore.h"
#include "otbRefinementSample.h"
#include "otbRefinementSelection.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace otb
{
/** \class EnsembleChoice
 * \brief Which of several fused images of a scene to take, and how each is refined, chosen without a truth.
 *
 * Each is scored at coarse pixels that were held out (HeldOutScore), as it is and refined, and refined where that pays. Of these results great differences of
 * the score rank methods as the truth does, small ones do not: those that are worse than the best by more than Tolerance are left out, and the mean of the
 * others is taken, which errs less than each. Refined before they are averaged, rather than after, they err in more different ways. Where coarse pixels are
 * few (FewPixels) some results are not trustworthy whatever the score says, and the best one alone is taken.
 *
 * The score must not be asked of results that have seen the pixels held out, but for the coarse spectral prior, which makes little of them.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT EnsembleChoice
{
  static constexpr double      Tolerance = 0.5;
  static constexpr std::size_t FewPixels = 64;

  struct Options
  {
    std::uint64_t seed    = 0;
    unsigned int  threads = 1;     // any number gives the same bits
    bool          refine  = true;  // whether results will be refined; scored as they are otherwise
    bool          always  = false; // and that whatever the score says
  };

  struct Candidate
  {
    RefinementSelection selection; // no components: not refined
    bool                taken = true;

    /** Of what would be taken: refined or not. Without pixels when there are too few for a score. */
    const HeldOutScore& GetScore() const
    {
      return selection.model.components() > 0 ? selection.chosen.score : selection.unrefined;
    }
  };

  /** Told of progress in [0, 1]. */
  using Progress = std::function<void(double fraction)>;

  std::vector<Candidate> candidates;

  /** The candidate with the best score; the first where there is none. */
  const Candidate& GetBest() const;

  /** \param samples of the fused images, read at the same places. \throw std::invalid_argument when there is none. */
  static EnsembleChoice Of(const std::vector<RefinementSample>& samples, const Options& options, const Progress& progress = {});
};
} // namespace otb

#endif
