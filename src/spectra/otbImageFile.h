// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFile_h
#define otbImageFile_h

#include "otbExtendedFilenameToReaderOptions.h"

#include "gdal_priv.h"

#include <memory>
#include <string>
#include <vector>

namespace otb
{
/** An image file by its extended filename, opened by GDAL to look at what it says of itself; `dataset` is null when it cannot be opened. Of a file of several
 * images it is the one that OTB reads (`sdataidx`). */
struct ImageFile
{
  explicit ImageFile(const std::string& filename);

  std::size_t GetNumberOfBands() const
  {
    return static_cast<std::size_t>(dataset->GetRasterCount());
  }

  /** The bands that the extended filename picks, from 0; empty when it picks wrongly. */
  std::vector<std::size_t> GetPickedBands() const;

  /** An item of a dataset or a band; empty when there is none. */
  static std::string GetItem(GDALMajorObject& object, const char* key, const char* domain = nullptr);

  /** An item of each band. */
  std::vector<std::string> GetItems(const char* key, const char* domain = nullptr) const;

  /** A list among the items of the whole image. */
  std::vector<std::string> GetList(const char* key, const char* domain) const;

  bool IsOfDriver(const std::string& name) const;

  const ExtendedFilenameToReaderOptions::Pointer options = ExtendedFilenameToReaderOptions::New();
  std::string                                    path;
  std::unique_ptr<GDALDataset>                   dataset;
  bool                                           isFirstOfSeveral = false; ///< of a file of several images, none of which is asked for

private:
  void OpenSubdataset();
};

/** The file of an ENVI header beside an image (image.hdr or image.dat.hdr); empty when there is none. */
std::string FindEnviHeader(const std::string& image);
} // namespace otb

#endif
