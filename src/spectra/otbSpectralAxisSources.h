// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralAxisSources_h
#define otbSpectralAxisSources_h

#include "otbSpectralAxis.h"

#include <optional>
#include <string>
#include <vector>

/** \file
 * What the makers of images write about wavelengths, as texts, and the axis that the texts make. Exported for tests alone. */
namespace otb
{
/** The texts of a place that may hold an axis, one a band; widths may be missing or incomplete. */
struct AxisTexts
{
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  std::string              unit;
};

/** An axis if the texts make one: wrong metadata is as good as none, the caller then asks for the wavelengths. A text that is 0 or NaN is the wavelength of a
 * band that has none, unless no band has one. `problem`, if it is asked for, says what is wrong with texts that are there: "found ..., expected ...". */
SpectraMorph_EXPORT std::optional<SpectralAxis> MakeAxis(const AxisTexts& texts, std::string* problem = nullptr);

/** From band names that end in a wavelength: with a unit ("418.24 nm", "band 8 (0.46 Micrometers)"), or in the manner of prismaread ("wl_402.4489"). */
SpectraMorph_EXPORT AxisTexts TextsFromNames(const std::vector<std::string>& names);

/** From the metadata of an EnMAP or DESIS product: `bandCharacterisation`, in nm. */
SpectraMorph_EXPORT AxisTexts TextsFromProductMetadata(const std::string& xml);

/** From an ENVI header: `wavelength`, `wavelength units`, `fwhm`. Lists of `bands` numbers with decimal commas are understood where white space stands between
 * the numbers as well. */
SpectraMorph_EXPORT AxisTexts TextsFromEnviHeader(const std::string& header, std::size_t bands);

/** From a table whose header names the columns `wl` and `fwhm`, such as prismaread writes beside its images. */
SpectraMorph_EXPORT AxisTexts TextsFromTable(const std::string& table);

/** The value of a field of an ENVI header without its braces, which may span lines; empty when there is none. */
SpectraMorph_EXPORT std::string FindEnviField(const std::string& header, const std::string& key);

/** Numbers from text; empty when one is missing or not a number. */
std::vector<double> ToNumbers(const std::vector<std::string>& texts);

/** From a bad bands list (bbl): as many numbers as bands, 0 where a band is bad. Empty when it is none. */
std::vector<bool> BadBandsFromList(const std::vector<std::string>& list);

/** The fields of a free list of values. */
std::vector<std::string> ToTexts(const std::string& list);

/** The text of a file that is not too long to be what is looked for; empty when there is none. */
std::string ReadSmallFile(const std::string& path);

/** What the metadata of a Sentinel-2 product (MTD_MSIL2A.xml, MTD_MSIL1C.xml) say must be added to its numbers: the first BOA_ADD_OFFSET or RADIO_ADD_OFFSET
 * that is not 0; nothing when there is none. */
SpectraMorph_EXPORT std::optional<double> FindAddOffset(const std::string& productMetadata);

std::string ToLower(std::string text);
} // namespace otb

#endif
