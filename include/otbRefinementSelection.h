// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementSelection_h
#define otbRefinementSelection_h

#include "SpectraMorphExport.h"
#include "otbHeldOutScore.h"
#include "otbRefinementSample.h"
#include "otbRefinementStatistics.h"

#include <cstdint>
#include <vector>

namespace otb
{
/** How far the refined image has to agree with the multispectral one, that is, which s_m is taken. */
enum class MultispectralTrust
{
  Exact,    // up to noise of 40 dB
  Tolerant, // up to what errors within the basis cannot explain (RefinementStatistics::UnexplainedDeviation()): few or uncertain components
  Edges     // not at all; only its edges count: its radiometry or response is not the one that is known
};

/** \class RefinementSelection
 * \brief Whether and how a fused image is refined, chosen by cross-validation over coarse pixels.
 *
 * A third of the coarse pixels, by a hash of their place, is left out of the data and of the statistics, the rest is refined, and the innovations at those
 * left out are compared (HeldOutScore); three times, so that each pixel is left out once. With fewer than 300 pixels this is done for four cuts in thirds, and
 * each pixel's scores averaged.
 *
 * \par Choice
 * At most 12 components are tried with each kind of trust in the multispectral image, and with the best of these 8 components. Not to refine wins unless
 * refining is better by more than chance (HeldOutScore::IsBetterThan()). Exact trust wins over the others unless they are better by 10 %, or it is no better
 * than not to refine: what it adds shows at fine pixels, which the score does not see. With fewer than 300 coarse pixels it is not tried, for directions are
 * uncertain then, and it forces the multispectral residuals into whatever directions there are, at a cost of up to 4 dB. Eight components win unless they are
 * more than 1 % worse.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RefinementSelection
{
  static constexpr std::size_t  MinimumPixels = 12; // with fewer there is no score and no refinement
  static constexpr unsigned int Folds         = 3;

  struct Options
  {
    std::uint64_t seed    = 0;
    unsigned int  threads = 1; // any number gives the same bits
    unsigned int  most    = RefinementStatistics::MaximumComponents;
    unsigned int  fixed   = 0; // this number of components without a test whether it is better than none; 0: chosen
  };

  struct Trial
  {
    unsigned int       components = 0;
    MultispectralTrust trust      = MultispectralTrust::Exact;
    HeldOutScore       score;
  };

  SpectralRefinementModel model; // of all usable pixels; no components: X0 is better left as it is
  Trial                   chosen;
  HeldOutScore            unrefined;
  std::vector<Trial>      trials; // in the order in which they were made

  /** Scores X0 as it is, of all methods at the same pixels. A sample with fewer than MinimumPixels has none: a score without pixels. */
  static HeldOutScore Score(const RefinementSample& sample, const Options& options);

  static RefinementSelection Of(const RefinementSample& sample, const Options& options);

  /** The model for another fused image of a scene, with the components, at most, and the trust that were chosen for one: of an image that has seen what would
   * be left out, which therefore cannot be scored. \param sample of at least MinimumPixels usable pixels */
  static SpectralRefinementModel MakeModel(const RefinementSample& sample, const Trial& chosen);
};
} // namespace otb

#endif
