// SPDX-License-Identifier: Apache-2.0
#ifndef otbBlurPicture_h
#define otbBlurPicture_h

#include "otbQuicklook.h"
#include "otbSensorBlur.h"

namespace otb
{
/** The knots of a blur as a picture in red, green and blue from 0 to 1, a pixel a knot: white for no weight, through blue to near black for the greatest weight
 * by its absolute value, through red for a negative one of the same size. */
SpectraMorph_EXPORT Quicklook DrawBlur(const SensorBlur& blur);
} // namespace otb

#endif
