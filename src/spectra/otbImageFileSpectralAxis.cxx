// SPDX-License-Identifier: Apache-2.0
#include "otbImageFileSpectralAxis.h"
#include "otbAxisSearch.h"
#include "otbImageFile.h"
#include "otbImageFileValues.h"
#include "otbProductArrays.h"

#include <algorithm>

namespace otb
{
namespace
{
using Texts = std::vector<std::string>;

/** No imaging spectrometer has so few bands, and many multispectral sensors have. */
constexpr std::size_t FewBands = 16;

std::string FirstOf(const Texts& texts)
{
  const auto found = std::find_if(texts.begin(), texts.end(), [](const std::string& text) { return !text.empty(); });
  return found == texts.end() ? std::string() : *found;
}

void SearchBands(const ImageFile& file, const char* domain, AxisSearch& search)
{
  auto        units      = file.GetItems("wavelength_units", domain);
  std::string unit       = FirstOf(units);
  unit                   = unit.empty() ? FirstOf(file.GetItems("wavelength_unit", domain)) : unit;
  auto       wavelengths = file.GetItems("wavelength", domain);
  const auto widths      = file.GetItems("fwhm", domain);
  if (FirstOf(wavelengths).empty())
  {
    return;
  }
  // Alpha has no wavelength, which is no reason to doubt the others.
  for (const std::size_t band : search.GetAlpha())
  {
    wavelengths[band] = wavelengths[band].empty() ? "0" : wavelengths[band];
    units[band]       = units[band].empty() ? unit : units[band];
  }
  const auto differs = [&units](const std::string& other) { return other != units.front(); };
  if (std::none_of(units.begin(), units.end(), differs))
  {
    search.Try("metadata of its bands", {wavelengths, widths, unit});
    return;
  }
  // Bands may each have a unit of their own.
  SpectralAxis mixed;
  for (std::size_t band = 0; band < wavelengths.size(); ++band)
  {
    const auto one = MakeAxis({{wavelengths[band]}, {widths[band]}, units[band]});
    if (!one)
    {
      return;
    }
    mixed.wavelengths.push_back(one->wavelengths.front());
    mixed.widths.insert(mixed.widths.end(), one->widths.begin(), one->widths.end());
  }
  mixed.widths.resize(mixed.widths.size() == mixed.size() ? mixed.size() : 0);
  if (!search.GetAxis())
  {
    search.Set(mixed);
  }
}

AxisTexts ListsOf(const ImageFile& file, const char* domain)
{
  return {file.GetList("wavelength", domain), file.GetList("fwhm", domain), ImageFile::GetItem(*file.dataset, "wavelength_units", domain)};
}

/** GDAL's ENVI driver takes what the header has for the first bands, whether or not it has one number a band. Whether the header has wavelengths at all. */
bool SearchEnviImage(const ImageFile& file, AxisSearch& search)
{
  auto texts = ListsOf(file, "ENVI");
  if (!file.IsOfDriver("ENVI") || texts.wavelengths.empty())
  {
    return false;
  }
  const std::string header = FindEnviHeader(file.path);
  if (texts.wavelengths.size() == 2 * file.GetNumberOfBands() && !header.empty())
  {
    texts = TextsFromEnviHeader(ReadSmallFile(header), file.GetNumberOfBands());
  }
  search.Try(header.empty() ? "its header" : header.substr(header.find_last_of('/') + 1), texts);
  return true;
}

/** A netCDF of xarray and the like has the wavelengths as the coordinate of the bands' dimension; other products beside the cube. */
void SearchArrays(const ImageFile& file, AxisSearch& search)
{
  if (!IsProductOfArrays(file))
  {
    return;
  }
  const auto        arrays    = ReadProductArrays(GetArrayPath(file));
  const auto* const cube      = FindCubeOfImage(arrays, file);
  std::size_t       dimension = 3;
  const auto* const axis      = cube ? FindAxisOfCube(arrays, *cube, dimension) : nullptr;
  if (axis && dimension == 0)
  {
    search.Try(axis->place, axis->texts);
  }
  for (const char* name : {"wavelength", "wavelengths", "wl"})
  {
    const std::string key = std::string("NETCDF_DIM_") + name;
    search.Try(key, {file.GetItems(key.c_str()), {}, ImageFile::GetItem(*file.dataset, (std::string(name) + "#units").c_str())});
  }
}

void SearchNames(const ImageFile& file, AxisSearch& search)
{
  Texts names;
  for (int i = 1; i <= file.dataset->GetRasterCount(); ++i)
  {
    names.emplace_back(file.dataset->GetRasterBand(i)->GetDescription());
  }
  search.Try("names of its bands", TextsFromNames(names));
}

void Search(const ImageFile& file, AxisSearch& search)
{
  // GDAL derives all else that it shows of an ENVI image, names included, from the same list.
  if (SearchEnviImage(file, search))
  {
    return;
  }
  SearchBands(file, nullptr, search);
  search.Try("metadata of its bands", {file.GetItems("CENTRAL_WAVELENGTH_UM", "IMAGERY"), file.GetItems("FWHM_UM", "IMAGERY"), "um"});
  // GDAL's ENVI driver gives the bands their wavelengths but not always their widths.
  const auto lists = ListsOf(file, "ENVI");
  const auto envi  = !search.GetAxis() || search.GetAxis()->widths.empty() ? MakeAxis(lists) : std::nullopt;
  if (envi && envi->size() == file.GetNumberOfBands())
  {
    search.Set(*envi);
  }
  search.Try("its metadata", lists);
  search.Try("its metadata", ListsOf(file, nullptr));
  SearchBands(file, "FORCE", search);
  if (!search.GetAxis())
  {
    SearchArrays(file, search);
  }
  if (!search.GetAxis())
  {
    SearchSideFiles(file.path, search);
  }
  if (!search.GetAxis())
  {
    SearchNames(file, search);
  }
}

/** What else may be why there are none. */
std::string FindHints(const ImageFile& file)
{
  std::string hints;
  for (int i = 1; i <= file.dataset->GetRasterCount(); ++i)
  {
    if (file.dataset->GetRasterBand(i)->GetColorInterpretation() == GCI_AlphaBand)
    {
      hints += "band " + std::to_string(i) + " is an alpha channel";
      break;
    }
  }
  if (file.GetNumberOfBands() < FewBands)
  {
    const auto bands = std::to_string(file.GetNumberOfBands());
    hints += (hints.empty() ? "it has only " : "; it has only ") + bands + (bands == "1" ? " band" : " bands") + ": is it the hyperspectral image?";
  }
  return hints;
}
} // namespace

ImageFileAxis FindSpectralAxisOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  if (!file.dataset || file.GetNumberOfBands() == 0)
  {
    return {};
  }
  AxisSearch search(file.GetNumberOfBands(), FindAlphaBands(file));
  Search(file, search);
  if (!search.GetAxis())
  {
    return {std::nullopt, search.GetReasons(), FindHints(file)};
  }
  const auto bands = file.GetPickedBands();
  const auto axis  = search.GetAxis()->Pick(bands);
  const auto gaps  = axis.FindMissing();
  if (std::find(gaps.begin(), gaps.end(), false) == gaps.end())
  {
    return {std::nullopt, bands.empty() ? "" : "the bands that are picked have no wavelength", {}};
  }
  return {axis, {}, {}};
}

std::optional<SpectralAxis> ReadSpectralAxisOfImage(const std::string& filename)
{
  return FindSpectralAxisOfImage(filename).axis;
}

std::string FindWrongLayoutOfImage(const std::string& filename)
{
  return FindWrongLayout(ImageFile(filename));
}
} // namespace otb
