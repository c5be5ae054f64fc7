// SPDX-License-Identifier: Apache-2.0
#include "otbImageFileSpectralAxis.h"
#include "otbImageFile.h"
#include "otbImageFileValues.h"
#include "otbProductArrays.h"

#include "otbTextLines.h"

#include "cpl_minixml.h"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace otb
{
namespace
{
/** The flags of the bands that the filename picks. */
std::vector<bool> Pick(const std::vector<bool>& all, const std::vector<std::size_t>& bands)
{
  std::vector<bool> picked;
  for (const std::size_t band : bands)
  {
    picked.push_back(all[band]);
  }
  return picked;
}

/** EMIT's good_wavelengths, of a cube that GDAL shows as it is. */
std::vector<bool> FindBadWavelengths(const ImageFile& file)
{
  if (!IsProductOfArrays(file))
  {
    return {};
  }
  const auto        arrays    = ReadProductArrays(GetArrayPath(file));
  const auto* const cube      = FindCubeOfImage(arrays, file);
  std::size_t       dimension = 3;
  const auto* const axis      = cube ? FindAxisOfCube(arrays, *cube, dimension) : nullptr;
  return axis && dimension == 0 ? axis->bad : std::vector<bool>();
}

/** The items of a dataset and its bands whose keys have that part, as numbers. */
std::vector<double> FindNumbers(const ImageFile& file, const std::string& part)
{
  std::vector<double> values;
  const auto          look = [&](GDALMajorObject& object)
  {
    for (const char* const* item = object.GetMetadata(); item && *item; ++item)
    {
      const std::string text   = *item;
      const auto        equals = text.find('=');
      if (equals == std::string::npos || text.substr(0, equals).find(part) == std::string::npos)
      {
        continue;
      }
      for (const auto field : SplitList(std::string_view(text).substr(equals + 1)))
      {
        const auto value = ParseNumber(field);
        values.insert(values.end(), value ? 1 : 0, value.value_or(0));
      }
    }
  };
  look(*file.dataset);
  for (int i = 1; i <= file.dataset->GetRasterCount(); ++i)
  {
    look(*file.dataset->GetRasterBand(i));
  }
  return values;
}

/** The metadata of the Sentinel-2 product that an image is of: beside it, or in the product's folder that it lies in. */
std::vector<std::string> FindProductMetadata(const std::string& image)
{
  namespace fs = std::filesystem;
  std::error_code          error;
  const fs::path           folder = fs::absolute(image, error).parent_path();
  std::vector<std::string> found;
  const auto               look = [&](const fs::path& place)
  {
    for (const char* name : {"MTD_MSIL2A.xml", "MTD_MSIL1C.xml"})
    {
      found.push_back((place / name).string());
    }
  };
  look(folder);
  for (fs::path place = folder; place.has_relative_path(); place = place.parent_path())
  {
    if (place.extension() == ".SAFE" && place != folder)
    {
      look(place);
    }
  }
  return found;
}

/** The numbers of all elements of that name. */
void FindNumbers(const CPLXMLNode* node, const std::string& name, std::vector<double>& values)
{
  for (; node; node = node->psNext)
  {
    if (node->eType == CXT_Element)
    {
      const auto value = node->pszValue == name ? ParseNumber(CPLGetXMLValue(node, "", "")) : std::nullopt;
      values.insert(values.end(), value ? 1 : 0, value.value_or(0));
      FindNumbers(node->psChild, name, values);
    }
  }
}
} // namespace

std::optional<double> FindAddOffset(const std::string& productMetadata)
{
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> root(CPLParseXMLString(productMetadata.c_str()), CPLDestroyXMLNode);
  CPLPopErrorHandler();
  std::vector<double> values;
  FindNumbers(root.get(), "BOA_ADD_OFFSET", values);
  FindNumbers(root.get(), "RADIO_ADD_OFFSET", values);
  const auto offset = std::find_if(values.begin(), values.end(), [](double value) { return value != 0; });
  return offset == values.end() ? std::nullopt : std::make_optional(*offset);
}

ImageFileBadBands FindBadBandsOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  if (!file.dataset || file.GetNumberOfBands() == 0)
  {
    return {};
  }
  const auto  alpha = FindAlphaBands(file);
  std::string problem;
  auto        ofBands = file.GetItems("bbl");
  const bool  any     = std::any_of(ofBands.begin(), ofBands.end(), [](const std::string& text) { return !text.empty(); });
  for (const std::size_t band : any ? alpha : std::vector<std::size_t>())
  {
    ofBands[band] = ofBands[band].empty() ? "1" : ofBands[band];
  }
  for (const auto& list : {ofBands, file.GetList("bbl", "ENVI"), file.GetList("bbl", nullptr)})
  {
    const auto found = static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [](const std::string& text) { return !text.empty(); }));
    auto       bad   = BadBandsFromList(list);
    for (const std::size_t band : bad.size() + alpha.size() == file.GetNumberOfBands() ? alpha : std::vector<std::size_t>())
    {
      bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(band), false);
    }
    if (bad.size() == file.GetNumberOfBands())
    {
      return {Pick(bad, file.GetPickedBands()), {}};
    }
    if (found > 0 && problem.empty())
    {
      problem = found == file.GetNumberOfBands() ? "found what is no number in its bad bands list (bbl), expected 0 or 1 for each band"
                                                 : "found " + std::to_string(found) + " values in its bad bands list (bbl), expected " +
                                                       std::to_string(file.GetNumberOfBands()) + ", one for each band";
    }
  }
  const auto bad = FindBadWavelengths(file);
  if (bad.size() == file.GetNumberOfBands())
  {
    return {Pick(bad, file.GetPickedBands()), {}};
  }
  return {{}, problem};
}

std::vector<bool> ReadBadBandsOfImage(const std::string& filename)
{
  return FindBadBandsOfImage(filename).bad;
}

std::optional<double> ReadIgnoredValueOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  if (!file.IsOfDriver("ENVI") || file.GetNumberOfBands() == 0)
  {
    return std::nullopt;
  }
  int known = 0;
  file.dataset->GetRasterBand(1)->GetNoDataValue(&known);
  const auto list   = known ? std::vector<std::string>() : file.GetList("data_ignore_value", "ENVI");
  const auto header = known || !list.empty() ? std::string() : FindEnviHeader(file.path);
  const auto values = ToNumbers(list.empty() ? ToTexts(FindEnviField(ReadSmallFile(header), "data ignore value")) : list);
  const bool same   = std::all_of(values.begin(), values.end(), [&values](double value) { return value == values.front(); });
  return values.empty() || !same ? std::nullopt : std::make_optional(values.front());
}

std::optional<double> ReadAddOffsetOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  if (!file.dataset)
  {
    return std::nullopt;
  }
  for (const char* part : {"BOA_ADD_OFFSET", "RADIO_ADD_OFFSET"})
  {
    for (const double value : FindNumbers(file, part))
    {
      if (value != 0)
      {
        return value;
      }
    }
  }
  for (const auto& metadata : FindProductMetadata(file.path))
  {
    if (const auto offset = FindAddOffset(ReadSmallFile(metadata)))
    {
      return offset;
    }
  }
  return std::nullopt;
}
} // namespace otb
