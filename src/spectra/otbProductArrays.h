// SPDX-License-Identifier: Apache-2.0
#ifndef otbProductArrays_h
#define otbProductArrays_h

#include "otbImageFile.h"
#include "otbSpectralAxisSources.h"

#include <cstddef>
#include <string>
#include <vector>

/** \file
 * Products that keep arrays in netCDF or HDF5: which dimension of a cube is that of the bands, and the arrays and lists beside it that describe them. GDAL
 * takes the last two dimensions of a cube for the columns and lines of an image, whatever they are. */
namespace otb
{
/** Lists of one number a band, by where they are. */
struct ProductAxis
{
  std::string       place;     ///< "sensor_band_parameters/wavelengths"
  std::string       dimension; ///< the full name of its dimension; empty for an attribute
  std::string       cube;      ///< part of the name of the cube that it is for, "VNIR" or "SWIR"; empty when it does not say
  AxisTexts         texts;
  std::vector<bool> bad; ///< by good_wavelengths; empty when it does not say
};

/** A cube of three dimensions. */
struct ProductCube
{
  std::string              name; ///< with its groups, "/HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/VNIR_Cube"
  std::vector<std::string> dimensions;
  std::vector<std::size_t> sizes;
};

/** What a file of arrays holds. */
struct ProductArrays
{
  std::vector<ProductAxis> axes;
  std::vector<ProductCube> cubes;
};

/** What a group and the groups in it hold. Exported for tests alone. */
SpectraMorph_EXPORT ProductArrays ReadProductArrays(const GDALGroup& root);

/** Opens a file of arrays; nothing in it when GDAL does not know it as one. */
ProductArrays ReadProductArrays(const std::string& path);

/** Whether the image is of a file of arrays. */
bool IsProductOfArrays(const ImageFile& file);

/** The axis of a cube, exported for tests alone; null when the file has none for it. `dimension` becomes the place of the bands among its dimensions, from 0,
 * and 3 when it is not known.
 */
SpectraMorph_EXPORT const ProductAxis* FindAxisOfCube(const ProductArrays& arrays, const ProductCube& cube, std::size_t& dimension);

/** The cube that GDAL shows as this image; null when it is none. \param bandsLast whether bands are the last of the cube's dimensions rather than the first */
const ProductCube* FindCubeOfImage(const ProductArrays& arrays, const ImageFile& file, bool bandsLast = false);

/** The path of the file that holds the image's arrays. */
std::string GetArrayPath(const ImageFile& file);

/** Why an image of a product of arrays is not a cube whose bands are the image's, with the command that makes one of it: "found ..., expected ..."; empty when
 * it is one, or when it cannot be known. */
std::string FindWrongLayout(const ImageFile& file);
} // namespace otb

#endif
