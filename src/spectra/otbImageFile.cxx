// SPDX-License-Identifier: Apache-2.0
#include "otbImageFile.h"
#include "otbSpectralAxisSources.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace otb
{
ImageFile::ImageFile(const std::string& filename)
{
  options->SetExtendedFileName(filename);
  path = options->GetSimpleFileName();
  // By the name of an ENVI header OTB means the image beside it, without an extension.
  const std::string extension = path.substr(path.size() - std::min<std::size_t>(path.size(), 4));
  if (extension == ".hdr" || extension == ".HDR")
  {
    path.resize(path.size() - extension.size());
  }
  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  dataset.reset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  OpenSubdataset();
  CPLPopErrorHandler();
}

void ImageFile::OpenSubdataset()
{
  // As OTB's reader does: of a file without bands of its own it takes the first.
  const bool         given = options->SubDatasetIndexIsSet();
  const unsigned int index = given ? options->GetSubDatasetIndex() : 0;
  if (!dataset || (dataset->GetRasterCount() > 0 && index == 0))
  {
    return;
  }
  // The list as a whole, since not every driver gives its items one by one.
  char** const list   = dataset->GetMetadata("SUBDATASETS");
  const auto   nameOf = [list](unsigned int number)
  {
    const char* const found = CSLFetchNameValue(list, ("SUBDATASET_" + std::to_string(number) + "_NAME").c_str());
    return found ? std::string(found) : std::string();
  };
  const std::string name = nameOf(index + 1);
  if (!name.empty())
  {
    isFirstOfSeveral = !given && !nameOf(2).empty();
    dataset.reset(GDALDataset::Open(name.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  }
}

std::vector<std::size_t> ImageFile::GetPickedBands() const
{
  if (!options->BandRangeIsSet())
  {
    std::vector<std::size_t> all(GetNumberOfBands());
    std::iota(all.begin(), all.end(), std::size_t(0));
    return all;
  }
  std::vector<unsigned int> bands;
  options->ResolveBandRange(options->GetBandRange(), static_cast<unsigned int>(GetNumberOfBands()), bands);
  return {bands.begin(), bands.end()};
}

std::string ImageFile::GetItem(GDALMajorObject& object, const char* key, const char* domain)
{
  const char* value = object.GetMetadataItem(key, domain);
  return value ? value : "";
}

std::vector<std::string> ImageFile::GetItems(const char* key, const char* domain) const
{
  std::vector<std::string> items;
  for (int i = 1; i <= dataset->GetRasterCount(); ++i)
  {
    items.push_back(GetItem(*dataset->GetRasterBand(i), key, domain));
  }
  return items;
}

std::vector<std::string> ImageFile::GetList(const char* key, const char* domain) const
{
  return ToTexts(GetItem(*dataset, key, domain));
}

bool ImageFile::IsOfDriver(const std::string& name) const
{
  return dataset && dataset->GetDriver() && name == dataset->GetDriver()->GetDescription();
}

std::string FindEnviHeader(const std::string& image)
{
  namespace fs            = std::filesystem;
  const fs::path replaced = fs::path(image).replace_extension("");
  for (const std::string& name : {replaced.string() + ".hdr", image + ".hdr", replaced.string() + ".HDR", image + ".HDR"})
  {
    std::error_code error;
    if (fs::is_regular_file(name, error))
    {
      return name;
    }
  }
  return {};
}
} // namespace otb
