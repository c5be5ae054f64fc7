// SPDX-License-Identifier: Apache-2.0
#ifndef otbBlurComparison_h
#define otbBlurComparison_h

#include "otbCoarseGridMap.h"
#include "otbInputImage.h"
#include "otbSensorBlurEstimate.h"
#include "otbSpectralResponse.h"

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class BlurComparison
 * \brief What a bounded part of the ground that a multispectral and a hyperspectral image share tells of the blur between them. */
struct BlurComparison
{
  SensorBlurEstimate estimate;
  CoarseGridMap      map;                 // how the images lie
  bool               reprojected = false; // the hyperspectral image was not in the projection of the other

  /** Reads the images. \throw itk::ExceptionObject when they do not overlap, before anything is read; std::invalid_argument when coordinates cannot be
   * transformed from one to the other. */
  static BlurComparison Of(SpectralApplication& application, const SpectralResponse& response, const InputImage& multispectral,
                           const InputImage& hyperspectral);
};
} // namespace Wrapper
} // namespace otb

#endif
