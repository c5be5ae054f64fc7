// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementPlaces_h
#define otbRefinementPlaces_h

#include "SpectraMorphExport.h"
#include "otbCoarseGridAxis.h"
#include "otbSensorOperator.h"
#include "otbSpectralRefinement.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** \class RefinementPlaces
 * \brief Where a RefinementSample is read: all that the two images share when that is at most MaximumPixels fine pixels, otherwise rectangles of a fixed
 * lattice in an order that a hash of the seed decides, some twenty of which hold that many. \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RefinementPlaces
{
  static constexpr std::size_t MaximumPixels       = 600000; // fine, for which X0 is made; up to twice that at ratios above 8
  static constexpr std::size_t MaximumCoarsePixels = 40000;  // each of which is two spectra in memory

  static std::size_t GetMaximumPixels(const CoarseGridAxis& rows, const CoarseGridAxis& columns);

  /** \return rectangles of fine pixels that hold coarse ones, in order of preference; none when no coarse pixel is inside */
  static std::vector<SpectralRefinement::Region> Of(const SensorOperator& sensor, const CoarseGridAxis& rows, const CoarseGridAxis& columns,
                                                    std::uint64_t seed);
};
} // namespace otb

#endif
