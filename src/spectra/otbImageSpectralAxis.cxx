// SPDX-License-Identifier: Apache-2.0
#include "otbImageSpectralAxis.h"
#include "otbSpectralAxisSources.h"

#include <algorithm>
#include <cstdio>
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
constexpr const char* BadBandsKey       = "bbl";
constexpr const char* EnviBadBandsKey   = "ENVI/bbl";

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

/** From the limits that OTB's readers of products give the bands. */
std::optional<SpectralAxis> AxisFromLimits(const ImageMetadata& metadata)
{
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  for (const auto& band : metadata.Bands)
  {
    if (!band.Has(MDNum::SpectralMin) || !band.Has(MDNum::SpectralMax))
    {
      return std::nullopt;
    }
    const double least    = band[MDNum::SpectralMin];
    const double greatest = band[MDNum::SpectralMax];
    wavelengths.push_back(ToText((least + greatest) / 2));
    widths.push_back(ToText(greatest - least));
  }
  return MakeAxis({wavelengths, widths, ""});
}
} // namespace

void RemoveSpectralAxis(ImageMetadata& metadata)
{
  for (const char* key : {WavelengthKey, UnitKey, WidthKey, BadBandsKey, EnviWavelengthKey, EnviUnitKey, EnviWidthKey, EnviBadBandsKey})
  {
    metadata.ExtraKeys.erase(key);
  }
  for (auto& band : metadata.Bands)
  {
    for (const char* key : {WavelengthKey, UnitKey, "wavelength_unit", WidthKey, BadBandsKey})
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
  const auto axis    = MakeAxis({wavelengths, widths, unit});
  const auto missing = axis ? axis->FindMissing() : std::vector<bool>();
  const bool all     = std::find(missing.begin(), missing.end(), true) == missing.end();
  return axis && all ? axis : AxisFromLimits(metadata);
}

void SetBadBands(ImageMetadata& metadata, const std::vector<bool>& bad)
{
  if (metadata.Bands.size() != bad.size())
  {
    throw std::invalid_argument("bad bands: found " + std::to_string(bad.size()) + " flags, expected " + std::to_string(metadata.Bands.size()) +
                                ", one for each band of the image");
  }
  std::vector<double> good;
  for (std::size_t band = 0; band < bad.size(); ++band)
  {
    good.push_back(bad[band] ? 0. : 1.);
    metadata.Bands[band].Add(BadBandsKey, ToText(good.back()));
  }
  metadata.Add(EnviBadBandsKey, ToList(good));
}

std::vector<bool> GetBadBands(const ImageMetadata& metadata)
{
  std::vector<std::string> list;
  for (const auto& band : metadata.Bands)
  {
    list.push_back(Find(band, BadBandsKey));
  }
  return BadBandsFromList(list);
}
} // namespace otb
