// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxisSources.h"
#include "otbTextLines.h"

#include "cpl_error.h"
#include "cpl_minixml.h"

#include <algorithm>
#include <cctype>
#include <cmath>
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
constexpr std::uintmax_t MaximumFileSize = std::uintmax_t(16) << 20;

/** A wavelength from its text: 0 for a band that has none; nothing when the text is no number. */
std::optional<double> ToWavelength(const std::string& text)
{
  const auto fields = SplitList(text);
  const auto value  = fields.size() == 1 ? ParseNumber(fields.front()) : std::nullopt;
  return value && std::isnan(*value) ? 0. : value;
}

/** The items of a list of ENVI. With decimal commas, what white space separates, if that makes one number a band. */
std::vector<std::string> SplitEnviList(const std::string& list, std::size_t bands)
{
  const auto               items = ToTexts(list);
  std::istringstream       text(list);
  std::string              word;
  std::vector<std::string> decimals;
  if (items.size() != 2 * bands || list.find('.') != std::string::npos)
  {
    return items;
  }
  while (text >> word)
  {
    word.erase(std::remove_if(word.begin(), word.end(), [](char c) { return c == '{' || c == '}' || c == ';'; }), word.end());
    word.erase(word.find_last_not_of(',') + 1);
    const auto comma = word.find(',');
    if (comma != std::string::npos)
    {
      word[comma] = '.';
    }
    if (!word.empty())
    {
      decimals.push_back(word);
    }
  }
  return decimals.size() == bands ? decimals : items;
}
} // namespace

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

std::string ReadSmallFile(const std::string& path)
{
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) > MaximumFileSize)
  {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string FindEnviField(const std::string& header, const std::string& key)
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

std::optional<SpectralAxis> MakeAxis(const AxisTexts& texts, std::string* problem)
{
  const auto fail = [problem](const std::string& text)
  {
    if (problem)
    {
      *problem = text;
    }
    return std::nullopt;
  };
  // That there is not a single one is the usual case, and no problem of its own.
  if (std::all_of(texts.wavelengths.begin(), texts.wavelengths.end(), [](const std::string& text) { return text.empty(); }))
  {
    return fail("");
  }
  std::vector<double> centers;
  for (const auto& text : texts.wavelengths)
  {
    const auto value = ToWavelength(text);
    if (!value)
    {
      return fail("found " + (text.empty() ? "nothing" : Quote(text)) + " as the wavelength of band " + std::to_string(centers.size() + 1) +
                  ", expected a number");
    }
    centers.push_back(*value);
  }
  if (centers.size() > SpectralAxis::MaximumBands)
  {
    return fail("found " + std::to_string(centers.size()) + " wavelengths, expected at most " + std::to_string(SpectralAxis::MaximumBands));
  }
  if (std::all_of(centers.begin(), centers.end(), [](double wavelength) { return wavelength == 0; }))
  {
    return fail("found no wavelength but 0, expected that of at least one band");
  }
  auto fwhm = ToNumbers(texts.widths);
  for (std::size_t band = 0; fwhm.size() == centers.size() && band < fwhm.size(); ++band)
  {
    if (!(fwhm[band] > 0) && centers[band] != 0)
    {
      fwhm.clear();
    }
  }
  if (fwhm.size() != centers.size())
  {
    fwhm.clear();
  }
  try
  {
    return SpectralAxis::FromValues(centers, fwhm, texts.unit);
  }
  catch (const std::invalid_argument& error)
  {
    return fail(error.what());
  }
}

AxisTexts TextsFromNames(const std::vector<std::string>& names)
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
      return {};
    }
    unit = words.front();
    wavelengths.push_back(text.substr(begin + 1, end - begin));
  }
  // Any word could follow a number; these are the units that occur.
  const bool known = unit == "nm" || unit == "um" || unit.rfind("nanomet", 0) == 0 || unit.rfind("micromet", 0) == 0;
  return known ? AxisTexts{wavelengths, {}, unit} : AxisTexts();
}

AxisTexts TextsFromProductMetadata(const std::string& xml)
{
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> root(CPLParseXMLString(xml.c_str()), CPLDestroyXMLNode);
  CPLPopErrorHandler();
  const CPLXMLNode* const bands = root ? CPLSearchXMLNode(root.get(), "=bandCharacterisation") : nullptr;
  AxisTexts               texts;
  texts.unit = "nm";
  for (const CPLXMLNode* band = bands ? bands->psChild : nullptr; band; band = band->psNext)
  {
    if (band->eType == CXT_Element && CPLGetXMLNode(band, "wavelengthCenterOfBand"))
    {
      // EnMAP's name, else that of DESIS.
      texts.wavelengths.emplace_back(CPLGetXMLValue(band, "wavelengthCenterOfBand", "0"));
      texts.widths.emplace_back(CPLGetXMLValue(band, "FWHMOfBand", CPLGetXMLValue(band, "wavelengthWidthOfBand", "")));
    }
  }
  return texts;
}

AxisTexts TextsFromEnviHeader(const std::string& header, std::size_t bands)
{
  const auto words = ToTexts(FindEnviField(header, "wavelength units"));
  return {SplitEnviList(FindEnviField(header, "wavelength"), bands), SplitEnviList(FindEnviField(header, "fwhm"), bands),
          words.size() == 1 ? words.front() : ""};
}

AxisTexts TextsFromTable(const std::string& table)
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
      return {};
    }
    wavelengths.push_back(fields[static_cast<std::size_t>(wavelength)]);
    if (static_cast<std::size_t>(width) < fields.size())
    {
      widths.push_back(fields[static_cast<std::size_t>(width)]);
    }
  }
  return {wavelengths, widths, ""};
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
