// SPDX-License-Identifier: Apache-2.0
#ifndef otbPlaceCheck_h
#define otbPlaceCheck_h

#include "otbCoarseGridMap.h"
#include "otbInputImage.h"
#include "otbSensorBlurEstimate.h"

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** Sees to it that an input image lies where its file says: takes ground control points of an upright grid for its place.
 * \throw std::invalid_argument when the file says it in a way that would be lost: rotation, other ground control points. */
void CheckPlace(SpectralApplication& application, const std::string& key);

/** Warns where it had to be guessed how two images of one projection lie: one takes over the other's projection, or their footprints are taken as equal against
 * what the sizes of their pixels say. */
void WarnOfGuessedPlaces(SpectralApplication& application, const InputImage& fine, const InputImage& coarse);

/** Warns where two images are displaced by more than a pixel of the coarse one. */
void WarnOfDisplacement(SpectralApplication& application, const SensorBlurEstimate& estimate, const CoarseGridMap& map, const InputImage& fine,
                        const InputImage& coarse);
} // namespace Wrapper
} // namespace otb

#endif
