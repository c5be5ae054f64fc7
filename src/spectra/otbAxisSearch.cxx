// SPDX-License-Identifier: Apache-2.0
#include "otbAxisSearch.h"
#include "otbImageFile.h"

#include <algorithm>
#include <filesystem>

namespace otb
{
namespace
{
namespace fs = std::filesystem;

/** More files than a folder of products has: what is there is not looked through further. */
constexpr std::size_t MaximumFiles = 10000;

bool EndsWith(const std::string& text, const std::string& end)
{
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/** The XML files of the image's folder that are named as the product's metadata: the image's name up to "SPECTRAL_IMAGE", or without its extension, then
 * "METADATA", in any case. */
std::vector<fs::path> FindMetadata(const fs::path& image)
{
  const std::string      stem   = ToLower(image.stem().string());
  const auto             part   = stem.find("spectral_image");
  const std::string      prefix = stem.substr(0, part);
  const fs::path         folder = image.parent_path();
  std::error_code        error;
  fs::directory_iterator entry(folder.empty() ? "." : folder, error);
  std::vector<fs::path>  found;
  for (std::size_t count = 0; !error && entry != fs::directory_iterator() && count < MaximumFiles; entry.increment(error), ++count)
  {
    const std::string name   = ToLower(entry->path().filename().string());
    const bool        begins = name.compare(0, prefix.size(), prefix) == 0;
    const std::string rest   = begins ? name.substr(prefix.size()) : std::string();
    const auto        word   = rest.find("metadata");
    if (EndsWith(name, ".xml") && !EndsWith(name, ".aux.xml") && word != std::string::npos && word <= 1)
    {
      found.push_back(entry->path());
    }
  }
  // The product's own name is shorter than those of copies; the order in a folder is no order.
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return a.native().size() != b.native().size() ? a.native().size() < b.native().size() : a < b; });
  return found;
}

/** One file lists both detectors of a product whose image has one of them: the texts of the image's. */
void PickDetector(const fs::path& image, std::size_t bands, AxisTexts& texts)
{
  const std::string name = ToLower(image.stem().string());
  const bool        swir = name.find("swir") != std::string::npos;
  if (texts.wavelengths.size() <= bands || (!swir && name.find("vnir") == std::string::npos))
  {
    return;
  }
  for (auto* list : {&texts.wavelengths, &texts.widths})
  {
    const auto count = static_cast<std::ptrdiff_t>(bands);
    *list            = swir ? std::vector<std::string>(list->end() - count, list->end()) : std::vector<std::string>(list->begin(), list->begin() + count);
  }
}
} // namespace

bool AxisSearch::Try(const std::string& place, const AxisTexts& texts)
{
  if (m_Axis)
  {
    return true;
  }
  std::string problem;
  auto        axis = MakeAxis(texts, &problem);
  if (axis && !m_Alpha.empty() && axis->size() + m_Alpha.size() == m_Bands)
  {
    for (const std::size_t band : m_Alpha)
    {
      axis->wavelengths.insert(axis->wavelengths.begin() + static_cast<std::ptrdiff_t>(band), 0.);
      if (!axis->widths.empty())
      {
        axis->widths.insert(axis->widths.begin() + static_cast<std::ptrdiff_t>(band), 0.);
      }
    }
  }
  if (axis && axis->size() != m_Bands)
  {
    problem = "found " + std::to_string(axis->size()) + " wavelengths, expected " + std::to_string(m_Bands) + ", one for each band";
    if (axis->size() == 2 * m_Bands)
    {
      problem += " (decimal commas make two numbers of one)";
    }
    axis.reset();
  }
  if (!problem.empty())
  {
    Add(place + ": " + problem);
  }
  m_Axis = std::move(axis);
  return m_Axis.has_value();
}

std::string AxisSearch::GetReasons() const
{
  std::string text;
  for (const auto& reason : m_Reasons)
  {
    text += (text.empty() ? "" : "; ") + reason;
  }
  return text;
}

void SearchSideFiles(const std::string& image, AxisSearch& search)
{
  const fs::path path     = image;
  const auto     metadata = FindMetadata(path);
  const bool     product  = ToLower(path.stem().string()).find("spectral_image") != std::string::npos;
  bool           listed   = false;
  for (const auto& file : metadata)
  {
    auto texts = TextsFromProductMetadata(ReadSmallFile(file.string()));
    listed     = listed || !texts.wavelengths.empty();
    PickDetector(path, search.GetNumberOfBands(), texts);
    if (search.Try(file.filename().string(), texts))
    {
      return;
    }
  }
  if (product && !listed)
  {
    const std::string stem = path.stem().string();
    const auto        part = ToLower(stem).find("spectral_image");
    search.Add("looked beside it for " + stem.substr(0, part) + "METADATA.XML" + (metadata.empty() ? "" : ", which lists no bands"));
  }
  const fs::path table = fs::path(path).replace_extension(".wvl");
  if (!search.Try(table.filename().string(), TextsFromTable(ReadSmallFile(table.string()))))
  {
    const fs::path header = FindEnviHeader(image);
    if (!header.empty())
    {
      search.Try(header.filename().string(), TextsFromEnviHeader(ReadSmallFile(header.string()), search.GetNumberOfBands()));
    }
  }
}
} // namespace otb
