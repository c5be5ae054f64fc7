// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementSampleReader_h
#define otbRefinementSampleReader_h

#include "otbRefinementPlaces.h"
#include "otbRefinementSample.h"
#include "otbRequestRegion.h"
#include "otbSensorLines.h"
#include "otbValidSpectrum.h"
#include "itkIntTypes.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace otb
{
/** \class RefinementSampleReader
 * \brief Reads what the statistics and the score of a refinement need of a scene: requests a bounded set of rectangles from three pipelines, of the fused image
 * X0 strip by strip.
 *
 * The images: X0 (H x W x C), the HR-MSI M on the same grid (H x W x c) with the radiometry of the LR-HSI, and the LR-HSI Y (h x w x C). The result is the same
 * for any number of threads, tiling and memory. Samples of several fused images of one scene, read with the same seed, are of the same places.
 *
 * A rectangle of which less than a tenth of the coarse pixels is usable, as far as M and Y tell, is passed over and X0 not made.
 *
 * Coarse pixels where the two images are farther apart than noise puts them (CoarseAgreement) are not usable.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class RefinementSampleReader
{
public:
  using Region = SpectralRefinement::Region;

  struct Input
  {
    TImage* image  = nullptr;
    float   noData = std::numeric_limits<float>::quiet_NaN(); // besides NaN and infinity
  };

  Input            fused, multispectral, hyperspectral;
  CoarseGridAxis   rows, columns; // of Between(multispectral, hyperspectral)
  SensorBlur       blur;
  SpectralResponse response;
  std::uint64_t    seed    = 0;
  unsigned int     threads = 1;

  /** Whether a coarse pixel (row, column) says nothing for another reason (a mask, saturation); may be empty. */
  std::function<bool(long, long)> isExcluded;

  /** \throw std::invalid_argument when numbers of bands do not fit the response. */
  RefinementSample Read() const;

private:
  static constexpr std::size_t StripBytes = std::size_t{32} << 20;

  /** Values of a rectangle, pixels x bands, and whether each pixel has data. */
  static void ReadPixels(const Input& input, const Region& region, SpectraMatrix& values, std::vector<unsigned char>& valid);

  void ReadFused(const SensorOperator& sensor, RefinementBlock& block) const;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbRefinementSampleReader.hxx"
#endif

#endif
