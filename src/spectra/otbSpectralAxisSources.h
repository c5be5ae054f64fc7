// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralAxisSources_h
#define otbSpectralAxisSources_h

#include "otbSpectralAxis.h"

#include <optional>
#include <string>
#include <vector>

/** \file
 * Exported for tests alone. */
namespace otb
{
/** An axis if the texts (one a band; widths may be missing) make one: wrong metadata is as good as none, the caller then asks for the wavelengths. */
std::optional<SpectralAxis> MakeAxis(const std::vector<std::string>& wavelengths, const std::vector<std::string>& widths, const std::string& unit);

/** From band names that end in a wavelength: with a unit ("418.24 nm", "band 8 (0.46 Micrometers)"), or in the manner of prismaread ("wl_402.4489"). */
SpectraMorph_EXPORT std::optional<SpectralAxis> AxisFromNames(const std::vector<std::string>& names);

/** From the METADATA.XML of an EnMAP product: `bandCharacterisation`, in nm. */
SpectraMorph_EXPORT std::optional<SpectralAxis> AxisFromEnMapMetadata(const std::string& xml);

/** From an ENVI header: `wavelength`, `wavelength units`, `fwhm`. */
SpectraMorph_EXPORT std::optional<SpectralAxis> AxisFromEnviHeader(const std::string& header);

/** From a table whose header names the columns `wl` and `fwhm`, such as prismaread writes beside its images. */
SpectraMorph_EXPORT std::optional<SpectralAxis> AxisFromTable(const std::string& table);

/** From a file beside the image, whose number of bands it must have: by EnMAP's, prismaread's or ENVI's naming. */
std::optional<SpectralAxis> AxisFromSidecar(const std::string& image, std::size_t bands);

/** From a bad bands list (bbl): as many numbers as bands, 0 where a band is bad. Empty when it is none. */
std::vector<bool> BadBandsFromList(const std::vector<std::string>& list);
} // namespace otb

#endif
