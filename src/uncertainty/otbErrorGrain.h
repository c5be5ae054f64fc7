// SPDX-License-Identifier: Apache-2.0
#ifndef otbErrorGrain_h
#define otbErrorGrain_h

#include "SpectraMorphExport.h"
#include "otbRefinementSample.h"

#include <optional>

namespace otb
{
/** \class ErrorGrain
 * \brief How much larger errors are at sharp pixels than as a coarse sensor sees them, which averages what is of finer grain than its blur.
 *
 * Errors of sharp pixels are taken to be correlated by \f$\exp(-d / L)\f$ over the distance d. Seen through the blur, a Gaussian of its widths, they are
 * smaller by a gain g(L), and those of neighbouring coarse pixels are correlated by c(L): what the correlation of innovations is tells L, and so g.
 */
struct SpectraMorph_EXPORT ErrorGrain
{
  struct Correlation
  {
    double square        = 0.; // mean square of the errors, > 0, in the image's unit squared
    double value         = 0.;
    double standardError = 0.; // as of pixels that do not depend on each other
  };

  /** The correlation of errors between a coarse pixel and its neighbours, mean over bands, noise not counted.
   * \param noise its variance, mean over bands, in the image's unit squared
   * \return nothing where there are no neighbours, or nothing beyond noise */
  static std::optional<Correlation> FindCorrelation(const RefinementSample& sample, double noise);

  /** g, at least 1. L is one sharp pixel at least, which no image resolves more finely.
   * \param rows, columns widths of the blur along each axis (standard deviations), in sharp pixels; those of less than a pixel's own, 0.29, are taken for that
   * \param step from a coarse pixel to the next along rows and columns, in sharp pixels, > 0 */
  static double FindGain(double correlation, double rows, double columns, double rowStep, double columnStep);
};
} // namespace otb

#endif
