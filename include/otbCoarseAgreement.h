// SPDX-License-Identifier: Apache-2.0
#ifndef otbCoarseAgreement_h
#define otbCoarseAgreement_h

#include "SpectraMorphExport.h"
#include "otbSensorOperator.h"
#include "otbSpectraMatrix.h"
#include "otbSpectralRefinement.h"

#include <vector>

namespace otb
{
/** \class CoarseAgreement
 * \brief Where the two images of a scene agree: what the response makes of a coarse pixel, R Y, and what the coarse sensor makes of the multispectral image,
 * D M, are the same numbers but for noise.
 *
 * Where they are far apart one image shows what the other does not: clouds, their shadows, fields that were harvested between the two dates. A fused image
 * must not be corrected by such a pixel.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT CoarseAgreement
{
  /** R Y - D M at the coarse pixels SensorLines::GetCoarse(sensor, fine), pixels x c; NaN where D meets what is no number.
   * \param multispectral M, fine pixels x c
   * \param seen R Y, coarse pixels x c */
  static SpectraMatrix Differences(const SensorOperator& sensor, const SpectralRefinement::Region& fine, const float* multispectral, const SpectraMatrix& seen,
                                   unsigned int threads = 1);

  /** The largest differences that noise, and a blur that is known but roughly, make, per band: six robust standard deviations of the differences, and at least
   * a tenth of the range from 5 to 95 % of what is seen. Empty when there is no pixel.
   * \param differences, seen pixels x c, those that are usable */
  static std::vector<float> FindTolerance(const SpectraMatrix& differences, const SpectraMatrix& seen);

  /** `usable` becomes 0 where a band differs by more; an empty tolerance leaves all as they are. */
  static void Exclude(const SpectraMatrix& differences, const std::vector<float>& tolerance, std::vector<unsigned char>& usable);
};
} // namespace otb

#endif
