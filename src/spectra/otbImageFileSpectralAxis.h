// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFileSpectralAxis_h
#define otbImageFileSpectralAxis_h

#include "otbSpectralAxis.h"

#include <optional>
#include <string>
#include <vector>

/** \file
 * What image files say of their bands, with the reason where they do not. Files by extended filenames, whose `bands` are picked. */
namespace otb
{
/** The axis of an image file, or why it has none. */
struct ImageFileAxis
{
  std::optional<SpectralAxis> axis;
  std::string                 reason; ///< in which places something was found, and what is wrong with it; empty when there was nothing
  std::string                 hint;   ///< what else may be why there is none: an alpha channel, few bands
};

/** ReadSpectralAxisOfImage() with the reason. */
SpectraMorph_EXPORT ImageFileAxis FindSpectralAxisOfImage(const std::string& filename);

/** Why the bands of a file of arrays (netCDF, HDF5: EMIT, PRISMA) are not those of the image that GDAL makes of it, with the command that makes a right one:
 * "found ..., expected ...". Empty when they are, and for any other file. Wavelengths given apart do not help such an image. */
SpectraMorph_EXPORT std::string FindWrongLayoutOfImage(const std::string& filename);

/** The wavelengths in a file that is given apart from the image, for that number of bands: a text as SpectralAxis::Read() takes it, an ENVI header, the XML
 * metadata of an EnMAP or DESIS product, or the product itself as netCDF or HDF5 (EMIT, PRISMA: of the cube that has as many bands).
 * \throw std::invalid_argument naming `source`, what was found and what was expected; another number of wavelengths than bands is the caller's to refuse. */
SpectraMorph_EXPORT SpectralAxis ReadSpectralAxisFile(const std::string& path, const std::string& source, std::size_t bands);

/** The bad bands that an image file declares, a flag for each; or what is wrong with its list: "found 59 values in its bad bands list (bbl), expected 60, ...".
 */
struct ImageFileBadBands
{
  std::vector<bool> bad;
  std::string       problem;
};

/** ReadBadBandsOfImage() with the problem. */
SpectraMorph_EXPORT ImageFileBadBands FindBadBandsOfImage(const std::string& filename);

/** The value of invalid pixels in an ENVI header where GDAL does not find it: `data ignore value = {-9999}`. Nothing for any other file, and when GDAL finds
 * one.
 */
SpectraMorph_EXPORT std::optional<double> ReadIgnoredValueOfImage(const std::string& filename);

/** What Sentinel-2's products since baseline 04.00 say must be added to their numbers before they are reflectance times the quantification value: -1000. By the
 * metadata of the image or its bands (BOA_ADD_OFFSET, RADIO_ADD_OFFSET), in any form that GDAL's and others' conversions leave, or by MTD_MSIL2A.xml beside it
 * or in the .SAFE folder that it lies in; nothing when none says it, or all say 0. */
SpectraMorph_EXPORT std::optional<double> ReadAddOffsetOfImage(const std::string& filename);
} // namespace otb

#endif
