// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageSpectralAxis_h
#define otbImageSpectralAxis_h

#include "otbSpectralAxis.h"
#include "otbImageMetadata.h"

#include <optional>

namespace otb
{
/** Writes the axis into an image's metadata so that whatever writes the image carries it: `wavelength`, `wavelength_units`, `fwhm` per band as GDAL and QGIS
 * show them, and the ENVI domain's lists, which GDAL's ENVI driver puts into the header. Replaces what an earlier axis left. \throw std::invalid_argument when
 * axis and metadata differ in their number of bands. */
SpectraMorph_EXPORT void SetSpectralAxis(ImageMetadata& metadata, const SpectralAxis& axis);

/** The axis in an image's metadata, as SetSpectralAxis() left it (in memory, or through a file that OTB wrote); nothing when a band has no valid wavelength. */
SpectraMorph_EXPORT std::optional<SpectralAxis> GetSpectralAxis(const ImageMetadata& metadata);

/** Removes every trace of an axis: for an image whose bands are not (or no longer) those of the hyperspectral sensor. */
SpectraMorph_EXPORT void RemoveSpectralAxis(ImageMetadata& metadata);
} // namespace otb

#endif
