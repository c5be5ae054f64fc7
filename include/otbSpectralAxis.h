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

  /** Centre of each band [nm], > 0; 0 for a band that has none, such as the empty bands of PRISMA, but not for all. */
  std::vector<double> wavelengths;

  /** Full width at half maximum of each band [nm], > 0 where the band has a wavelength; empty when unknown, else as long as `wavelengths`. */
  std::vector<double> widths;

  std::size_t size() const
  {
    return wavelengths.size();
  }

  /** A flag for each band: whether it has no wavelength. */
  std::vector<bool> FindMissing() const;

  /** The axis of some of the bands, given by their places from 0, all under size(). */
  SpectralAxis Pick(const std::vector<std::size_t>& bands) const;

  /** Reads wavelengths from text:
   * - a table whose line of names calls one column wavelength, wl, centre or the like, and perhaps another fwhm or width; other columns do not count; the unit
   *   may be in the names, in a line below them or in a column;
   * - without names: numbers separated by white space, commas, semicolons or line ends; of several lines of two numbers each the second is the FWHM; a first
   *   column that counts the lines is the band's number.
   *
   * Lines that start with # are skipped. Decimal commas are understood where semicolons or tabs separate. A wavelength of 0 or an empty cell is that of a band
   * without one. Values of no stated unit are micrometres when all are under 100, else nanometres.
   * \throw std::invalid_argument naming `source` and the line, with what was found and what was expected. */
  static SpectralAxis Read(std::istream& text, const std::string& source);

  /** Converts a whole axis given in another unit ("nm", "um", "Nanometers", "Micrometers", "Angstroms", ...); an unknown or empty unit is guessed as in Read().
   * Zero is the wavelength of a band that has none, where others have one.
   * \throw std::invalid_argument when another wavelength or width is not finite and positive, the two vectors' lengths differ, the unit is no unit of length
   * (wavenumbers, frequencies), or contradicts the values (nm, and all of them between 0.4 and 2.5). */
  static SpectralAxis FromValues(std::vector<double> wavelengths, std::vector<double> widths, const std::string& unit);
};

/** The factor that turns wavelengths of unstated unit into nanometres: 1000 when all are under 100 (micrometres), else 1. */
SpectraMorph_EXPORT double GuessNanometres(const std::vector<double>& wavelengths);

/** The axis that an image file carries, from the first of these that is complete and valid:
 * - the list in an ENVI image's header; GDAL band metadata `wavelength`, `wavelength_units`, `fwhm` (EnMAP-Box, Wyvern, this module); `CENTRAL_WAVELENGTH_UM`
 * and `FWHM_UM` of the IMAGERY domain; `wavelength`, `wavelength_units`, `fwhm` as lists of the ENVI or default domain; `wavelength` of the FORCE domain;
 * - in a netCDF or HDF5 file, the arrays wavelength(s) and fwhm of the bands' dimension;
 * - a file beside it: the XML metadata of an EnMAP or DESIS product, named as the image up to SPECTRAL_IMAGE and then METADATA; the table .wvl that prismaread
 *   writes for PRISMA; an ENVI header .hdr beside an image of another format;
 * - names of the bands that end in a wavelength: "418.24 nm", "band 8 (0.46 Micrometers)", "wl_402.4489" (prismaread).
 *
 * Nothing when the file cannot be opened or has none; widths are left out when they are incomplete or not positive. A band whose wavelength is 0 has none. Of
 * an extended filename the options are stripped, but its `bands` are picked. */
SpectraMorph_EXPORT std::optional<SpectralAxis> ReadSpectralAxisOfImage(const std::string& filename);

/** The bad bands that an image file declares, a flag for each: `bbl`, 0 for a bad band, of each band or as a list of the ENVI or default domain; EMIT's
 * good_wavelengths. Empty when it does not say, or not for each band. Of an extended filename the `bands` are picked. */
SpectraMorph_EXPORT std::vector<bool> ReadBadBandsOfImage(const std::string& filename);
} // namespace otb

#endif
