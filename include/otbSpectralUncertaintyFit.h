// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralUncertaintyFit_h
#define otbSpectralUncertaintyFit_h

#include "SpectraMorphExport.h"
#include "otbRefinementSample.h"
#include "otbSpectralUncertainty.h"

#include <cstddef>
#include <optional>

namespace otb
{
/** \class SpectralUncertaintyFit
 * \brief Finds a scene's SpectralUncertaintyModel from what a refinement's sample of it shows, without a truth.
 *
 * \par Where errors are great
 * The terms of the model rank pixels; their exponents were found on scenes whose truth is known and are the same for all.
 *
 * \par How great they are
 * As the coarse sensor sees the errors of the fused image X0, their mean square is e^2, that of the innovations Y - D X0 beyond the noise of Y
 * (RefinementStatistics). They are larger by a gain a at sharp pixels. Two things tell of it: how innovations of neighbouring coarse pixels are correlated,
 * given the blur (errors of finer grain than it are not), and how much larger in M than in R Y is what the other bands do not foretell of each. a is the mean
 * of both and of a typical gain, as factors, each by how well it is known. Of errors too fine for the coarse sensor, M alone tells: r^2 is the mean square of
 * M - R X0, w^2 that of what is white in what its bands do not foretell of each other, both beyond 40 dB of noise. Refinement takes away what the sensors see
 * of errors, as far as the held-out score says that it does:
 * \f[ S^2 = (g a e)^2 + (\kappa r)^2 + (\nu w)^2 - (1 - \rho)(e^2 + r^2) \f]
 * with rho the share of the score beyond noise that is left. g, kappa and nu were found on scenes whose truth is known. s is such that sigma has the
 * root mean square S over the sample.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralUncertaintyFit
{
  static constexpr std::size_t MostExamples = 128;

  /** What the scale is made of. */
  struct Scale
  {
    double innovation = 0.; // e, in the image's unit
    double gain       = 1.; // a
    double residual   = 0.; // r, in the image's unit
    double white      = 0.; // w, in the image's unit
    double remaining  = 1.; // rho
    double error      = 0.; // S, in the image's unit
  };

  Scale                    scale;
  SpectralUncertaintyModel model;

  /** \param sample of the mean of the fused images that are taken, before refinement
   * \param remaining what refinement leaves of the score beyond noise, from 0 to 1; 1 where nothing is refined
   * \return nothing when the sample has fewer usable pixels than a score needs (RefinementSelection::MinimumPixels) */
  static std::optional<SpectralUncertaintyFit> Of(const RefinementSample& sample, double remaining);
};
} // namespace otb

#endif
