// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorBlurSample_h
#define otbSensorBlurSample_h

#include "otbCoarseGridAxis.h"

#include <cmath>
#include <vector>

namespace otb
{
/** A rectangle of coarse pixels and the sharp pixels around them, of two images over the same ground. Bands are planes: element (band, row, column) is at
 * (band * rows + row) * columns + column. NaN marks what is not valid. */
struct SensorBlurPatch
{
  long               coarseRow     = 0; // of the first coarse pixel, in the coarse image
  long               coarseColumn  = 0;
  long               coarseRows    = 0;
  long               coarseColumns = 0;
  long               fineRow       = 0; // of the first sharp pixel, in the sharp image
  long               fineColumn    = 0;
  long               fineRows      = 0;
  long               fineColumns   = 0;
  std::vector<float> coarse; // what the response makes of the coarse spectra: bands x coarseRows x coarseColumns
  std::vector<float> fine;   // the sharp image: bands x fineRows x fineColumns
};

/** What a SensorBlurEstimate is found from: some patches of two images whose grids lie as the axes say. */
struct SensorBlurSample
{
  CoarseGridAxis               rows;
  CoarseGridAxis               columns;
  unsigned int                 bands = 0;
  std::vector<SensorBlurPatch> patches;

  /** Sharp pixels from a coarse pixel's centre to the end of the window that a kernel is looked for in. */
  static double HalfWindow(double ratio)
  {
    return ratio / 2. + (ratio <= 8. ? std::floor(1.5 * ratio) + 4. : std::floor(ratio / 2.) + 8.);
  }

  /** Sharp pixels that the images may be displaced by: eight coarse ones, 16 to 32 sharp ones. */
  static long GreatestShift(double ratio)
  {
    return std::lround(std::fmin(std::fmax(8. * ratio, 16.), 32.));
  }

  /** Sharp pixels that a patch has beyond its coarse pixels' centres. */
  static long Margin(double ratio)
  {
    return static_cast<long>(std::ceil(HalfWindow(ratio))) + GreatestShift(ratio) + 1;
  }
};
} // namespace otb

#endif
