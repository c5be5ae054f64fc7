// SPDX-License-Identifier: Apache-2.0
#ifndef otbMatchingBands_h
#define otbMatchingBands_h

#include "SpectraMorphExport.h"
#include "otbSpectralAxis.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** By wavelengths: a flag for each band of an image, whether it is none of those wanted, which may lie in another product of the same sensor with more bands.
 * Wavelengths match to half a nanometre, in the same order. No band is flagged when the image's axis is unknown or lacks one of those wanted.
 * \param bands of the image \param axis of the image, empty when unknown */
SpectraMorph_EXPORT std::vector<bool> FindOtherBands(std::size_t bands, const SpectralAxis& axis, const SpectralAxis& wanted);
} // namespace otb

#endif
