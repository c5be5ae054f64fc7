// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralResponseReader_h
#define otbSpectralResponseReader_h

#include "SpectraMorphExport.h"
#include "otbResponseCurve.h"
#include "otbSpectralResponse.h"

#include <istream>
#include <string>
#include <vector>

/** \file
 * Spectral responses from text. All of these throw std::invalid_argument with `source` (the parameter or file), the line number, what was found there and what
 * was expected. Commas, semicolons, tabs or white space separate columns; numbers have a decimal point whatever the locale, curves a decimal comma as well
 * where semicolons or tabs separate; lines that start with # are comments. Values below zero by no more than a hundredth of the band's greatest are noise of a
 * measurement and become zero.
 */
namespace otb
{
/** From c lines of C numbers without a header: the response of each multispectral band to each hyperspectral one, >= 0. Bands are named "band 1", "band 2", ...
 */
SpectraMorph_EXPORT SpectralResponse ReadSpectralResponseMatrix(std::istream& text, const std::string& source);

/** From a table of curves, one sample a line, wavelengths strictly increasing or decreasing [nm, or um if all are under 100 or the header says so]:
 * - with a header line: wavelength (perhaps after the line's number), then one column per band, named by the header; titles may stand above it, a line of units
 *   below;
 * - without a header (the layout of OTB's SatelliteRSR): wavelength, solar irradiance (ignored), then one column per band.
 * Responses are relative, >= 0, in any scale; an empty cell is zero beyond a band's samples, and no sample between them. */
SpectraMorph_EXPORT std::vector<ResponseCurve> ReadResponseCurves(std::istream& text, const std::string& source);

/** From centre:fwhm pairs [nm] separated by white space, commas or semicolons, "490:65 560:35 665:30": Gaussians with sigma = fwhm / (2 sqrt(2 ln 2)). */
SpectraMorph_EXPORT std::vector<ResponseCurve> ParseResponseBands(const std::string& text, const std::string& source);
} // namespace otb

#endif
