// SPDX-License-Identifier: Apache-2.0
#ifndef otbBandList_h
#define otbBandList_h

#include "SpectraMorphExport.h"
#include "otbSpectralAxis.h"

#include <cstddef>
#include <string>
#include <vector>

/** \file
 * Sets of an image's bands: a flag for each band.
 */
namespace otb
{
/** From text such as "1-5, 104-112, 1350-1450nm, 2.4-2.5um": numbers of bands from 1, or wavelengths, whose unit follows the number, one by one or as ranges.
 * Separators are white space, commas and semicolons. A range of wavelengths holds the bands whose centres lie in it, ends included; a single wavelength the
 * band whose centre is nearest. `axis` may be empty when no wavelength occurs. \throw std::invalid_argument naming `source`, what was found and what was
 * expected: not such a list, a number beyond `bands`, wavelengths of an image without them, or a range that holds no band. */
SpectraMorph_EXPORT std::vector<bool> ParseBandList(const std::string& text, std::size_t bands, const SpectralAxis& axis, const std::string& source);

/** Numbers of the bands in the set, from 1, consecutive ones as a range: "1-5, 104". */
SpectraMorph_EXPORT std::string ToText(const std::vector<bool>& set);

/** The places of the bands that are not in the set, from 0. */
SpectraMorph_EXPORT std::vector<std::size_t> OtherBands(const std::vector<bool>& set);
} // namespace otb

#endif
