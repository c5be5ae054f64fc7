// SPDX-License-Identifier: Apache-2.0
#ifndef otbWavelengthParameter_h
#define otbWavelengthParameter_h

#include "otbSpectralAxis.h"

#include "otbWrapperTypes.h"

#include <cstddef>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** `wl`, a file of the hyperspectral image's wavelengths. */
void AddWavelengthParameter(SpectralApplication& application);

/** Whether an input image is read from the file that its parameter names, which keeps the name of the last one when an image in memory takes its place. */
bool IsFromFile(FloatVectorImageType* image);

/** The wavelengths of an input image's file: those in the file of `wl` if it is given, else those of its file, else those the image carries in memory; empty if
 * there are none. \param spectral which bands of the file are the image's; all of them when empty. \throw std::invalid_argument when `wl` cannot be read or
 * does not fit the image, or when the file's bands are not those of the image. */
SpectralAxis ReadSpectralAxis(SpectralApplication& application, const std::string& imageKey, const std::vector<std::size_t>& spectral = {});
} // namespace Wrapper
} // namespace otb

#endif
