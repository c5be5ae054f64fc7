// SPDX-License-Identifier: Apache-2.0
#ifndef otbRegistration_h
#define otbRegistration_h

#include "otbCoarseGridMap.h"
#include "otbInputImage.h"
#include "otbReprojection.h"

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** An image in the projection of another, by a filter that the application keeps; the image itself when that is its projection.
 * \param key of the image, by which messages call it
 * \throw std::invalid_argument when coordinates cannot be transformed from one to the other. */
FloatVectorImageType::Pointer Reproject(SpectralApplication& application, FloatVectorImageType* image, const std::string& key, FloatVectorImageType* reference,
                                        const std::string& referenceKey, Resampling resampling);

/** A coarse image in the projection of a fine one, interpolated: its values vary smoothly, as those of a sensor do, and what is no data stays so. The image
 * itself when that is its projection. \throw std::invalid_argument as Reproject() does. */
InputImage ReprojectSmoothly(SpectralApplication& application, const InputImage& coarse, const InputImage& fine);

/** How two images lie. \throw std::invalid_argument that begins with `blamed`, one of the two keys, when by their georeferencing they do not overlap. */
CoarseGridMap FindGridMap(FloatVectorImageType* fine, const std::string& fineKey, FloatVectorImageType* coarse, const std::string& coarseKey,
                          const std::string& blamed);
} // namespace Wrapper
} // namespace otb

#endif
