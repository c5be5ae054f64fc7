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

/** The axis in an image's metadata, as SetSpectralAxis() left it (in memory, or through a file that OTB wrote), or by the spectral limits that OTB's readers of
 * products give the bands; nothing when a band has no valid wavelength. */
SpectraMorph_EXPORT std::optional<SpectralAxis> GetSpectralAxis(const ImageMetadata& metadata);

/** Removes every trace of an axis and of bad bands: for an image whose bands are not (or no longer) those of the hyperspectral sensor. */
SpectraMorph_EXPORT void RemoveSpectralAxis(ImageMetadata& metadata);

/** Writes which bands are bad into an image's metadata, in ENVI's manner: `bbl`, 0 for a bad band and 1 for a good one, per band and as a list of the ENVI
 * domain. Call it after SetSpectralAxis(). \throw std::invalid_argument when there is not one flag for each band. */
SpectraMorph_EXPORT void SetBadBands(ImageMetadata& metadata, const std::vector<bool>& bad);

/** Which bands are bad by an image's metadata; empty when it does not say. */
SpectraMorph_EXPORT std::vector<bool> GetBadBands(const ImageMetadata& metadata);
} // namespace otb

#endif
