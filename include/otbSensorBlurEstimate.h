// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorBlurEstimate_h
#define otbSensorBlurEstimate_h

#include "SpectraMorphExport.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSensorBlur.h"
#include "otbSensorBlurSample.h"

#include <cstddef>

namespace otb
{
/** \class SensorBlurEstimate
 * \brief The blur between a sharp multispectral and a coarse hyperspectral image, found from the two, with gain and offset per band.
 *
 * The response makes of a coarse pixel p the values y_b(p); m_b are the bands of the sharp image. One kernel K on the sharp grid, the same for all bands, holds
 * optics, detector and misregistration: \f[ y_b(p) = o_b + g_b \sum_x K(x - p)\, m_b(x) + e_b(p), \qquad \sum K = 1. \f]
 *
 * - A displacement is searched first, over GreatestShift() sharp pixels: clipped correlation of what both images have beyond their 3 x 3 coarse surroundings.
 * - Lines of least trimmed squares, which clouds over a third of either image do not move, screen the pixels. The fit is one of least
 *   trimmed squares (Rousseeuw & Van Driessen 2006) over half of them, at last over all within 3.5 robust standard deviations in all bands.
 * - K is first a Gaussian with free widths and shift, integrated over the detector; gains and offsets follow by least squares.
 * - A free-form K is then the Gaussian plus a difference with a small Laplacian: least squares with a ridge whose weight minimises the error at held-out coarse
 *   pixels, in three folds. It is taken when it leaves clearly less there (2 %) than the Gaussian.
 *
 * Where the fit explains less than half of the variance the images do not show the same places; quantiles from 5 to 95 % are matched for the radiometry then,
 * and `found` is false. The result does not depend on the number of threads.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SensorBlurEstimate
{
  bool       found    = false; // whether `blur` is that of the images, rather than that of the detector alone
  bool       freeForm = false;
  SensorBlur blur;

  /** The Gaussian that fits best, whichever form was chosen: standard deviations of the optics and displacement [sharp pixels]. */
  double sigmaRow    = 0.;
  double sigmaColumn = 0.;
  double shiftRow    = 0.;
  double shiftColumn = 0.;

  double explained = 0.; // median over the bands of the share of the variance of y that is not e, at the pixels used
  /** Whitened variance that is left, relative to that of y, in three folds of the pixels used. The free form is found without the fold that it is judged at.
   * The Gaussian's few numbers are found from all pixels, as are gains and the pixels used for both, so that a draw goes to the Gaussian. */
  double heldOutGaussian = 1.;
  double heldOutFreeForm = 1.;

  /** Gains and offsets as RadiometricFit gives them; `pixels` are the coarse pixels with a value in both images, `window` the rows of sharp pixels of the blur.
   */
  RadiometricFit radiometry;

  /** \throw std::invalid_argument when a patch's arrays do not have the sizes that it says. */
  static SensorBlurEstimate Of(const SensorBlurSample& sample, unsigned int threads = 1);
};
} // namespace otb

#endif
