// SPDX-License-Identifier: Apache-2.0
#include "otbImageSpectralAxis.h"
#include "otbTextLines.h"

#include "otbExtendedFilenameToReaderOptions.h"

#include "gdal_priv.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace otb
{
namespace
{
/** The metadata of GDAL and OTB have the same keys, since OTB copies those of a band to and from a file. A key with a slash goes to the GDAL domain before it.
 */
constexpr const char* WavelengthKey     = "wavelength";
constexpr const char* UnitKey           = "wavelength_units";
constexpr const char* WidthKey          = "fwhm";
constexpr const char* EnviWavelengthKey = "ENVI/wavelength";
constexpr const char* EnviUnitKey       = "ENVI/wavelength_units";
constexpr const char* EnviWidthKey      = "ENVI/fwhm";

std::string ToText(double value)
{
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  // The decimal point whatever the locale of the program that runs the module.
  std::replace(text, text + sizeof text, ',', '.');
  return text;
}

std::string ToList(const std::vector<double>& values)
{
  std::string list = "{";
  for (const double value : values)
  {
    list += (list.size() > 1 ? ", " : "") + ToText(value);
  }
  return list + "}";
}

std::string Find(const ImageMetadataBase& metadata, const std::string& key)
{
  const auto found = metadata.ExtraKeys.find(key);
  return found == metadata.ExtraKeys.end() ? std::string() : found->second;
}

/** Numbers from text, one a band; empty when one is missing or not a number. */
std::vector<double> ToNumbers(const std::vector<std::string>& texts)
{
  std::vector<double> values;
  for (const auto& text : texts)
  {
    const auto fields = SplitList(text);
    const auto value  = fields.size() == 1 ? ParseNumber(fields.front()) : std::nullopt;
    if (!value)
    {
      return {};
    }
    values.push_back(*value);
  }
  return values;
}

/** An axis if the texts make one: wrong metadata is as good as none, the caller then asks for the wavelengths. */
std::optional<SpectralAxis> MakeAxis(const std::vector<std::string>& wavelengths, const std::vector<std::string>& widths, const std::string& unit)
{
  const auto centers = ToNumbers(wavelengths);
  auto       fwhm    = ToNumbers(widths);
  if (centers.empty())
  {
    return std::nullopt;
  }
  if (fwhm.size() != centers.size() || std::any_of(fwhm.begin(), fwhm.end(), [](double width) { return !(width > 0); }))
  {
    fwhm.clear();
  }
  try
  {
    return SpectralAxis::FromValues(centers, fwhm, unit);
  }
  catch (const std::invalid_argument&)
  {
    return std::nullopt;
  }
}

std::string GetItem(GDALMajorObject& object, const char* key, const char* domain = nullptr)
{
  const char* value = object.GetMetadataItem(key, domain);
  return value ? value : "";
}

std::optional<SpectralAxis> ReadBandMetadata(GDALDataset& dataset, const char* domain, const char* wavelengthKey, const char* widthKey, std::string unit)
{
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  for (int i = 1; i <= dataset.GetRasterCount(); ++i)
  {
    GDALRasterBand& band = *dataset.GetRasterBand(i);
    wavelengths.push_back(GetItem(band, wavelengthKey, domain));
    widths.push_back(GetItem(band, widthKey, domain));
    for (const char* unitKey : {UnitKey, "wavelength_unit"})
    {
      unit = unit.empty() ? GetItem(band, unitKey, domain) : unit;
    }
  }
  return MakeAxis(wavelengths, widths, unit);
}

std::vector<std::string> GetEnviList(GDALDataset& dataset, const char* key)
{
  const std::string text   = GetItem(dataset, key, "ENVI");
  const auto        fields = SplitList(text);
  return {fields.begin(), fields.end()};
}

std::optional<SpectralAxis> ReadAxis(GDALDataset& dataset)
{
  const auto bands = static_cast<std::size_t>(dataset.GetRasterCount());
  auto       axis  = ReadBandMetadata(dataset, nullptr, WavelengthKey, WidthKey, "");
  if (!axis)
  {
    axis = ReadBandMetadata(dataset, "IMAGERY", "CENTRAL_WAVELENGTH_UM", "FWHM_UM", "um");
  }
  // GDAL's ENVI driver gives the bands their wavelengths but not always their widths.
  if (!axis || axis->widths.empty())
  {
    const auto envi = MakeAxis(GetEnviList(dataset, "wavelength"), GetEnviList(dataset, "fwhm"), GetItem(dataset, "wavelength_units", "ENVI"));
    axis            = envi && envi->size() == bands ? envi : axis;
  }
  return axis;
}
} // namespace

std::optional<SpectralAxis> ReadSpectralAxisOfImage(const std::string& filename)
{
  const auto options = ExtendedFilenameToReaderOptions::New();
  options->SetExtendedFileName(filename);

  std::string path(options->GetSimpleFileName());
  // By the name of an ENVI header OTB means the image beside it, without an extension.
  const std::string extension = path.substr(path.size() - std::min<std::size_t>(path.size(), 4));
  if (extension == ".hdr" || extension == ".HDR")
  {
    path.resize(path.size() - extension.size());
  }

  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  CPLPopErrorHandler();
  auto axis = dataset ? ReadAxis(*dataset) : std::nullopt;

  if (axis && options->BandRangeIsSet())
  {
    std::vector<unsigned int> bands;
    if (!options->ResolveBandRange(options->GetBandRange(), static_cast<unsigned int>(axis->size()), bands))
    {
      return std::nullopt;
    }
    SpectralAxis chosen;
    for (const unsigned int band : bands)
    {
      chosen.wavelengths.push_back(axis->wavelengths.at(band));
      if (!axis->widths.empty())
      {
        chosen.widths.push_back(axis->widths.at(band));
      }
    }
    return chosen;
  }
  return axis;
}

void RemoveSpectralAxis(ImageMetadata& metadata)
{
  for (const char* key : {WavelengthKey, UnitKey, WidthKey, EnviWavelengthKey, EnviUnitKey, EnviWidthKey})
  {
    metadata.ExtraKeys.erase(key);
  }
  for (auto& band : metadata.Bands)
  {
    for (const char* key : {WavelengthKey, UnitKey, "wavelength_unit", WidthKey})
    {
      band.ExtraKeys.erase(key);
    }
  }
  // GDAL's ENVI driver lists the names and wavelengths of the bands once more, as Band_1, Band_2, ... of the image.
  for (auto key = metadata.ExtraKeys.begin(); key != metadata.ExtraKeys.end();)
  {
    const auto& name  = key->first;
    const bool  stale = name.size() > 5 && name.compare(0, 5, "Band_") == 0 && name.find_first_not_of("0123456789", 5) == std::string::npos;
    key               = stale ? metadata.ExtraKeys.erase(key) : std::next(key);
  }
}

void SetSpectralAxis(ImageMetadata& metadata, const SpectralAxis& axis)
{
  if (metadata.Bands.size() != axis.size())
  {
    throw std::invalid_argument("wavelengths: found " + std::to_string(axis.size()) + " wavelengths, expected " + std::to_string(metadata.Bands.size()) +
                                ", one for each band of the image");
  }
  RemoveSpectralAxis(metadata);
  for (std::size_t i = 0; i < axis.size(); ++i)
  {
    auto& band = metadata.Bands[i];
    band.Add(WavelengthKey, ToText(axis.wavelengths[i]));
    band.Add(UnitKey, "nm");
    if (!axis.widths.empty())
    {
      band.Add(WidthKey, ToText(axis.widths[i]));
    }
  }
  metadata.Add(EnviWavelengthKey, ToList(axis.wavelengths));
  metadata.Add(EnviUnitKey, "Nanometers");
  if (!axis.widths.empty())
  {
    metadata.Add(EnviWidthKey, ToList(axis.widths));
  }
}

std::optional<SpectralAxis> GetSpectralAxis(const ImageMetadata& metadata)
{
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  std::string              unit;
  for (const auto& band : metadata.Bands)
  {
    wavelengths.push_back(Find(band, WavelengthKey));
    widths.push_back(Find(band, WidthKey));
    for (const char* unitKey : {UnitKey, "wavelength_unit"})
    {
      unit = unit.empty() ? Find(band, unitKey) : unit;
    }
  }
  return MakeAxis(wavelengths, widths, unit);
}
} // namespace otb
