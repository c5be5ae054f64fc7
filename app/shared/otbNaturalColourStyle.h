// SPDX-License-Identifier: Apache-2.0
#ifndef otbNaturalColourStyle_h
#define otbNaturalColourStyle_h

#include "otbSpectralAxis.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

class GDALRasterBand;

namespace otb
{
namespace Wrapper
{
/** The bands, from 1, of ColourBands; nothing when they are not natural. */
std::optional<std::array<int, 3>> FindNaturalColours(const SpectralAxis& axis);

/** The 2nd and 98th percentile of a sample of the band's valid pixels, not the same. */
std::pair<double, double> GetStretch(GDALRasterBand* band);

/** Writes a QGIS style that shows these bands of the image as red, green and blue, each stretched from the 2nd to the 98th percentile of its valid pixels.
 * QGIS applies it when it opens the image: it does not look at the colour interpretation of bands. \return the path, that of the image with the extension .qml.
 * \throw std::runtime_error when it cannot be written, naming `parameter`. */
std::string WriteNaturalColourStyle(const std::string& imagePath, const std::array<int, 3>& bands, const std::string& parameter);
} // namespace Wrapper
} // namespace otb

#endif
