// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxis.h"
#include "otbSpectralAxisSources.h"
#include "otbTextLines.h"

#include "otbExtendedFilenameToReaderOptions.h"

#include "gdal_priv.h"

#include <algorithm>
#include <memory>
#include <numeric>

namespace otb
{
namespace
{
using Texts = std::vector<std::string>;

/** An image file by its extended filename. */
struct ImageFile
{
  explicit ImageFile(const std::string& filename)
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
    CPLPopErrorHandler();
  }

  std::size_t GetNumberOfBands() const
  {
    return static_cast<std::size_t>(dataset->GetRasterCount());
  }

  /** The bands that the extended filename picks, from 0; empty when it picks wrongly. */
  std::vector<std::size_t> GetPickedBands() const
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

  const ExtendedFilenameToReaderOptions::Pointer options = ExtendedFilenameToReaderOptions::New();
  std::string                                    path;
  GDALDatasetUniquePtr                           dataset;
};

std::string GetItem(GDALMajorObject& object, const char* key, const char* domain = nullptr)
{
  const char* value = object.GetMetadataItem(key, domain);
  return value ? value : "";
}

/** An item of each band. */
Texts GetItems(GDALDataset& dataset, const char* key, const char* domain = nullptr)
{
  Texts items;
  for (int i = 1; i <= dataset.GetRasterCount(); ++i)
  {
    items.push_back(GetItem(*dataset.GetRasterBand(i), key, domain));
  }
  return items;
}

/** A list among the items of the whole image. */
Texts GetList(GDALDataset& dataset, const char* key, const char* domain)
{
  const std::string text   = GetItem(dataset, key, domain);
  const auto        fields = SplitList(text);
  return {fields.begin(), fields.end()};
}

std::string FirstOf(const Texts& texts)
{
  const auto found = std::find_if(texts.begin(), texts.end(), [](const std::string& text) { return !text.empty(); });
  return found == texts.end() ? std::string() : *found;
}

std::optional<SpectralAxis> FromBands(GDALDataset& dataset, const char* domain)
{
  const auto  units      = GetItems(dataset, "wavelength_units", domain);
  std::string unit       = FirstOf(units);
  unit                   = unit.empty() ? FirstOf(GetItems(dataset, "wavelength_unit", domain)) : unit;
  const auto wavelengths = GetItems(dataset, "wavelength", domain);
  const auto widths      = GetItems(dataset, "fwhm", domain);
  // Bands may each have a unit of their own.
  if (std::all_of(units.begin(), units.end(), [&units](const std::string& other) { return other == units.front(); }))
  {
    return MakeAxis(wavelengths, widths, unit);
  }
  SpectralAxis mixed;
  for (std::size_t band = 0; band < wavelengths.size(); ++band)
  {
    const auto one = MakeAxis({wavelengths[band]}, {widths[band]}, units[band]);
    if (!one)
    {
      return std::nullopt;
    }
    mixed.wavelengths.push_back(one->wavelengths.front());
    mixed.widths.insert(mixed.widths.end(), one->widths.begin(), one->widths.end());
  }
  mixed.widths.resize(mixed.widths.size() == mixed.size() ? mixed.size() : 0);
  return mixed;
}

std::optional<SpectralAxis> FromLists(GDALDataset& dataset, const char* domain)
{
  const auto axis = MakeAxis(GetList(dataset, "wavelength", domain), GetList(dataset, "fwhm", domain), GetItem(dataset, "wavelength_units", domain));
  return axis && axis->size() == static_cast<std::size_t>(dataset.GetRasterCount()) ? axis : std::nullopt;
}

std::optional<SpectralAxis> FromDescriptions(GDALDataset& dataset)
{
  Texts names;
  for (int i = 1; i <= dataset.GetRasterCount(); ++i)
  {
    names.emplace_back(dataset.GetRasterBand(i)->GetDescription());
  }
  return AxisFromNames(names);
}

std::optional<SpectralAxis> FindAxis(const ImageFile& file)
{
  GDALDataset& dataset = *file.dataset;
  auto         axis    = FromBands(dataset, nullptr);
  if (!axis)
  {
    axis = MakeAxis(GetItems(dataset, "CENTRAL_WAVELENGTH_UM", "IMAGERY"), GetItems(dataset, "FWHM_UM", "IMAGERY"), "um");
  }
  // GDAL's ENVI driver gives the bands their wavelengths but not always their widths.
  if (!axis || axis->widths.empty())
  {
    const auto envi = FromLists(dataset, "ENVI");
    axis            = envi ? envi : axis;
  }
  axis = axis ? axis : FromLists(dataset, nullptr);
  axis = axis ? axis : FromBands(dataset, "FORCE");
  axis = axis ? axis : AxisFromSidecar(file.path, file.GetNumberOfBands());
  return axis ? axis : FromDescriptions(dataset);
}
} // namespace

std::optional<SpectralAxis> ReadSpectralAxisOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  const auto      axis  = file.dataset ? FindAxis(file) : std::nullopt;
  const auto      bands = axis ? file.GetPickedBands() : std::vector<std::size_t>();
  return bands.empty() ? std::nullopt : std::make_optional(axis->Pick(bands));
}

std::vector<bool> ReadBadBandsOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  if (!file.dataset)
  {
    return {};
  }
  for (const Texts& list : {GetItems(*file.dataset, "bbl"), GetList(*file.dataset, "bbl", "ENVI"), GetList(*file.dataset, "bbl", nullptr)})
  {
    const auto bad = BadBandsFromList(list);
    if (bad.size() == file.GetNumberOfBands())
    {
      std::vector<bool> picked;
      for (const std::size_t band : file.GetPickedBands())
      {
        picked.push_back(bad[band]);
      }
      return picked;
    }
  }
  return {};
}
} // namespace otb
