// SPDX-License-Identifier: Apache-2.0
#ifndef otbWavelengthParameter_h
#define otbWavelengthParameter_h

#include "otbSpectralAxis.h"

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** `wl`, a file of the hyperspectral image's wavelengths. */
void AddWavelengthParameter(SpectralApplication& application);

/** The wavelengths of an input image's file: those in the file of `wl` if it is given, else those the image carries in memory, else those of its file; empty if
 * there are none. \throw std::invalid_argument when `wl` cannot be read or does not fit the image. */
SpectralAxis ReadSpectralAxis(SpectralApplication& application, const std::string& imageKey);
} // namespace Wrapper
} // namespace otb

#endif
