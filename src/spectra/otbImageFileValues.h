// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFileValues_h
#define otbImageFileValues_h

#include "otbSpectralAxis.h"

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

/** \file
 * What an image file says of its numbers: which stand for none, and what the others mean. Files by extended filenames, whose `bands` are picked. */
namespace otb
{
struct ImageFile;

/** Whether a band is alpha: it is called so, and holds little besides zero and one other value. GDAL calls the fourth band of any GeoTIFF of bytes alpha. */
bool IsAlphaBand(const ImageFile& file, std::size_t band);

/** In ascending order. */
std::vector<std::size_t> FindAlphaBands(const ImageFile& file);

/** What the numbers of a file's bands mean. */
struct SpectraMorph_EXPORT ImageFileValues
{
  struct Band
  {
    double noData = std::numeric_limits<double>::quiet_NaN(); ///< as it stands in the file; NaN for none
    double scale  = 1;                                        ///< a physical value is offset + scale times what the file has
    double offset = 0;

    bool IsPhysical() const
    {
      return scale == 1 && offset == 0;
    }
  };

  std::vector<Band>        bands;          ///< that the filename picks, alpha among them
  std::vector<std::size_t> spectral;       ///< those of `bands` that are no alpha
  std::vector<std::size_t> doubtful;       ///< those that are called alpha but hold a measurement
  bool                     masked = false; ///< whether there is an ImageFileMask

  bool IsPhysical() const;
};

/** What an image file says of its numbers; without bands when it cannot be opened. Scales and offsets are those of GDAL's bands (SCALE and OFFSET, ENVI's `data
 * gain values`), else one over ENVI's `reflectance scale factor`. A band is alpha when it is called so and holds little besides zero and one other value: GDAL
 * calls the fourth band of any GeoTIFF of bytes alpha. */
SpectraMorph_EXPORT ImageFileValues ReadValuesOfImage(const std::string& filename);

/** \class ImageFileMask
 * \brief Which pixels of an image file are valid by its alpha bands and GDAL's masks: beside the file (.msk), within it, of the whole image or of one of the
 * bands that the filename picks. */
class SpectraMorph_EXPORT ImageFileMask
{
public:
  explicit ImageFileMask(const std::string& filename);
  ~ImageFileMask();
  ImageFileMask(const ImageFileMask&)            = delete;
  ImageFileMask& operator=(const ImageFileMask&) = delete;

  /** A part of the mask: 0 for invalid pixels, 1 for others. An image of another size (an overview) has the nearest ones of the whole.
   * \throw std::runtime_error when it cannot be read. */
  void Read(std::size_t imageColumns, std::size_t imageRows, std::size_t column, std::size_t row, std::size_t columns, std::size_t rows, unsigned char* mask);

private:
  struct Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};
} // namespace otb

#endif
