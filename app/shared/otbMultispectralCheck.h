// SPDX-License-Identifier: Apache-2.0
#ifndef otbMultispectralCheck_h
#define otbMultispectralCheck_h

#include "otbInputImage.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSpectralResponse.h"

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** Whether the two images are the right way round, before anything is read of them: asks where the hyperspectral one has fewer bands, warns where it is the
 * finer one. \throw std::invalid_argument */
void CheckWhichIsWhich(SpectralApplication& application, const std::string& multispectralKey, const std::string& hyperspectralKey);

/** The multispectral image with its bands in the order of the response, by their wavelengths or names, if its file says that they come in another; says so.
 * \param axis of the hyperspectral bands, empty when unknown
 * \throw std::invalid_argument when no order of the bands fits the response, or a band is constant where others are not (in an image to `learn` from: at all).
 */
InputImage MatchToResponse(SpectralApplication& application, const InputImage& multispectral, const SpectralResponse& response, const SpectralAxis& axis,
                           bool learn);

/** Warns of bands that fit what the response makes of the hyperspectral image far worse than the others. */
void WarnOfPoorBands(SpectralApplication& application, const RadiometricFit& fit, const SpectralResponse& response);
} // namespace Wrapper
} // namespace otb

#endif
