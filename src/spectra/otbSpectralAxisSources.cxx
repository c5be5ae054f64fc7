// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxisSources.h"
#include "otbTextLines.h"

#include "cpl_error.h"
#include "cpl_minixml.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace
{
/** Far more than any of these files has. */
constexpr std::uintmax_t MaximumSidecarSize = std::uintmax_t(16) << 20;

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

std::string ToLower(std::string text)
{
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/** The text of a file that is not too long to be what is looked for; empty when there is none. */
std::string Slurp(const std::filesystem::path& path)
{
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) > MaximumSidecarSize)
  {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/** The value of a field of an ENVI header without its braces, which may span lines; empty when there is none. */
std::string EnviField(const std::string& header, const std::string& key)
{
  std::istringstream lines(header);
  for (std::string line; std::getline(lines, line);)
  {
    const auto  equals = line.find('=');
    const auto  words  = SplitList(std::string_view(line).substr(0, equals));
    std::string name;
    for (const auto word : words)
    {
      name += (name.empty() ? "" : " ") + ToLower(std::string(word));
    }
    if (equals == std::string::npos || name != key)
    {
      continue;
    }
    std::string value = line.substr(equals + 1);
    while (value.find('{') != std::string::npos && value.find('}') == std::string::npos && std::getline(lines, line))
    {
      value += "\n" + line;
    }
    return value.substr(0, value.find('}'));
  }
  return {};
}

std::vector<std::string> ToTexts(const std::string& list)
{
  const auto fields = SplitList(list);
  return {fields.begin(), fields.end()};
}
} // namespace

std::optional<SpectralAxis> MakeAxis(const std::vector<std::string>& wavelengths, const std::vector<std::string>& widths, const std::string& unit)
{
  const auto centers = ToNumbers(wavelengths);
  auto       fwhm    = ToNumbers(widths);
  if (centers.empty() || centers.size() > SpectralAxis::MaximumBands)
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

std::optional<SpectralAxis> AxisFromNames(const std::vector<std::string>& names)
{
  std::vector<std::string> wavelengths;
  std::string              unit;
  for (const auto& name : names)
  {
    std::string text = ToLower(name);
    if (text.rfind("wl_", 0) == 0)
    {
      wavelengths.push_back(text.substr(3));
      unit = unit.empty() ? "nm" : unit;
      continue;
    }
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == ')' || c == ']'; }), text.end());
    const auto end   = text.find_last_of("0123456789");
    const auto begin = end == std::string::npos ? end : text.find_last_not_of(".0123456789", end);
    const auto words = SplitList(end == std::string::npos ? std::string_view() : std::string_view(text).substr(end + 1));
    if (words.size() != 1 || (!unit.empty() && words.front() != unit))
    {
      return std::nullopt;
    }
    unit = words.front();
    wavelengths.push_back(text.substr(begin + 1, end - begin));
  }
  // Any word could follow a number; these are the units that occur.
  const bool known = unit == "nm" || unit == "um" || unit.rfind("nanomet", 0) == 0 || unit.rfind("micromet", 0) == 0;
  return known ? MakeAxis(wavelengths, {}, unit) : std::nullopt;
}

std::optional<SpectralAxis> AxisFromEnMapMetadata(const std::string& xml)
{
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> root(CPLParseXMLString(xml.c_str()), CPLDestroyXMLNode);
  CPLPopErrorHandler();
  const CPLXMLNode* const  bands = root ? CPLSearchXMLNode(root.get(), "=bandCharacterisation") : nullptr;
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  for (const CPLXMLNode* band = bands ? bands->psChild : nullptr; band; band = band->psNext)
  {
    if (band->eType == CXT_Element)
    {
      wavelengths.push_back(CPLGetXMLValue(band, "wavelengthCenterOfBand", ""));
      widths.push_back(CPLGetXMLValue(band, "FWHMOfBand", ""));
    }
  }
  return MakeAxis(wavelengths, widths, "nm");
}

std::optional<SpectralAxis> AxisFromEnviHeader(const std::string& header)
{
  const std::string unit  = EnviField(header, "wavelength units");
  const auto        words = ToTexts(unit);
  return MakeAxis(ToTexts(EnviField(header, "wavelength")), ToTexts(EnviField(header, "fwhm")), words.size() == 1 ? words.front() : "");
}

std::optional<SpectralAxis> AxisFromTable(const std::string& table)
{
  std::istringstream       lines(table);
  std::string              line;
  std::vector<std::string> wavelengths;
  std::vector<std::string> widths;
  std::getline(lines, line);
  const auto clean = [](std::string text)
  {
    text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
    return ToTexts(text);
  };
  const auto header     = clean(line);
  const auto wavelength = std::find(header.begin(), header.end(), "wl") - header.begin();
  const auto width      = std::find(header.begin(), header.end(), "fwhm") - header.begin();
  while (std::getline(lines, line))
  {
    const auto fields = clean(line);
    if (fields.size() != header.size() || fields.size() <= static_cast<std::size_t>(wavelength))
    {
      return std::nullopt;
    }
    wavelengths.push_back(fields[static_cast<std::size_t>(wavelength)]);
    if (static_cast<std::size_t>(width) < fields.size())
    {
      widths.push_back(fields[static_cast<std::size_t>(width)]);
    }
  }
  return MakeAxis(wavelengths, widths, "");
}

std::optional<SpectralAxis> AxisFromSidecar(const std::string& image, std::size_t bands)
{
  namespace fs             = std::filesystem;
  const fs::path    path   = image;
  const std::string stem   = path.stem().string();
  const auto        part   = stem.find("SPECTRAL_IMAGE");
  const auto        beside = [&path](const std::string& extension) { return fs::path(path).replace_extension(extension); };
  if (part != std::string::npos)
  {
    const fs::path metadata = path.parent_path() / (stem.substr(0, part) + "METADATA.XML");
    auto           axis     = AxisFromEnMapMetadata(Slurp(metadata));
    // One file lists both detectors of a product whose image has one of them.
    if (axis && axis->size() > bands)
    {
      const bool swir = stem.find("SWIR", part) != std::string::npos;
      const bool vnir = stem.find("VNIR", part) != std::string::npos;
      if (swir || vnir)
      {
        std::vector<std::size_t> picked(bands);
        std::generate(picked.begin(), picked.end(), [next = swir ? axis->size() - bands : 0]() mutable { return next++; });
        axis = axis->Pick(picked);
      }
    }
    if (axis && axis->size() == bands)
    {
      return axis;
    }
  }
  for (const auto& axis : {AxisFromTable(Slurp(beside(".wvl"))), AxisFromEnviHeader(Slurp(beside(".hdr")))})
  {
    if (axis && axis->size() == bands)
    {
      return axis;
    }
  }
  return std::nullopt;
}

std::vector<bool> BadBandsFromList(const std::vector<std::string>& list)
{
  std::vector<bool> bad;
  for (const double value : ToNumbers(list))
  {
    bad.push_back(value == 0);
  }
  return bad;
}
} // namespace otb
