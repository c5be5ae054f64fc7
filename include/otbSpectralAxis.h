// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralAxis_h
#define otbSpectralAxis_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** \class SpectralAxis
 * \brief The bands of a hyperspectral sensor: centre wavelength and, where known, full width at half maximum of each.
 *
 * Everything is in nanometres. Wavelengths need not be sorted: the VNIR and SWIR detectors of one instrument may overlap.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralAxis
{
  /** The most bands that are read from anywhere. */
  static constexpr std::size_t MaximumBands = 65535;

  /** Centre of each band [nm], all > 0. */
  std::vector<double> wavelengths;

  /** Full width at half maximum of each band [nm], all > 0; empty when unknown, else as long as `wavelengths`. */
  std::vector<double> widths;

  std::size_t size() const
  {
    return wavelengths.size();
  }

  /** The axis of some of the bands, given by their places from 0, all under size(). */
  SpectralAxis Pick(const std::vector<std::size_t>& bands) const;

  /** Reads wavelengths from text: numbers separated by white space, commas, semicolons or line ends; a CSV's header line and lines that start with # are
   * skipped; when there are several lines of two numbers each, the second is the FWHM. Values all under 100 are taken for micrometres.
   * \throw std::invalid_argument naming `source` and the line, with what was found and what was expected. */
  static SpectralAxis Read(std::istream& text, const std::string& source);

  /** Converts a whole axis given in another unit ("nm", "um", "Nanometers", "Micrometers", "Angstroms", ...); an unknown or empty unit is guessed as in Read().
   * \throw std::invalid_argument when a wavelength or width is not finite and positive, the two vectors' lengths differ, or the unit is no unit of length
   * (wavenumbers, frequencies). */
  static SpectralAxis FromValues(std::vector<double> wavelengths, std::vector<double> widths, const std::string& unit);
};

/** The factor that turns wavelengths of unstated unit into nanometres: 1000 when all are under 100 (micrometres), else 1. */
SpectraMorph_EXPORT double GuessNanometres(const std::vector<double>& wavelengths);

/** The axis that an image file carries, from the first of these that is complete and valid:
 * - GDAL band metadata `wavelength`, `wavelength_units`, `fwhm` (EnMAP-Box, Wyvern, this module, ENVI files by GDAL); `CENTRAL_WAVELENGTH_UM` and `FWHM_UM` of
 * the IMAGERY domain; `wavelength`, `wavelength_units`, `fwhm` as lists of the ENVI or default domain; `wavelength` of the FORCE domain;
 * - a file beside it: METADATA.XML of an EnMAP product, whose image is named ...SPECTRAL_IMAGE...; the table .wvl that prismaread writes for PRISMA; an ENVI
 *   header .hdr beside an image of another format;
 * - names of the bands that end in a wavelength: "418.24 nm", "band 8 (0.46 Micrometers)", "wl_402.4489" (prismaread).
 *
 * Nothing when the file cannot be opened or has none; widths are left out when they are incomplete or not positive. Of an extended filename the options are
 * stripped, but its `bands` are picked. */
SpectraMorph_EXPORT std::optional<SpectralAxis> ReadSpectralAxisOfImage(const std::string& filename);

/** The bad bands that an image file declares, a flag for each: `bbl`, 0 for a bad band, of each band or as a list of the ENVI or default domain. Empty when it
 * does not say. Of an extended filename the `bands` are picked. */
SpectraMorph_EXPORT std::vector<bool> ReadBadBandsOfImage(const std::string& filename);
} // namespace otb

#endif
