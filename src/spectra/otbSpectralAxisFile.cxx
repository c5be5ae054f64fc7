// SPDX-License-Identifier: Apache-2.0
#include "otbImageFileSpectralAxis.h"
#include "otbProductArrays.h"
#include "otbSpectralAxisSources.h"
#include "otbTextFile.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace
{
/** The first bytes of HDF5, which netCDF-4 is as well, and of netCDF-3. */
bool IsFileOfArrays(const std::string& beginning)
{
  return beginning.rfind("\x89HDF", 0) == 0 || beginning.rfind("CDF", 0) == 0;
}

/** What texts that must be an axis make. */
SpectralAxis Require(const AxisTexts& texts, const std::string& source, const std::string& expected)
{
  std::string problem;
  const auto  axis = MakeAxis(texts, &problem);
  if (!axis)
  {
    throw std::invalid_argument(source + ": " + (problem.empty() ? "found no wavelengths, expected " + expected : problem));
  }
  return *axis;
}

SpectralAxis ReadArrays(const std::string& path, const std::string& source, std::size_t bands)
{
  const auto arrays = ReadProductArrays(path);
  if (arrays.axes.empty())
  {
    return Require({}, source, "an array called wavelength or wavelengths, or PRISMA's list of them");
  }
  const auto fits = std::find_if(arrays.axes.begin(), arrays.axes.end(), [bands](const ProductAxis& axis) { return axis.texts.wavelengths.size() == bands; });
  if (fits != arrays.axes.end())
  {
    return Require(fits->texts, source, "");
  }
  // PRISMA's two detectors, VNIR first, in one image.
  AxisTexts all = arrays.axes.front().texts;
  for (std::size_t i = 1; i < arrays.axes.size() && !arrays.axes[i].cube.empty(); ++i)
  {
    const auto& texts = arrays.axes[i].texts;
    all.wavelengths.insert(all.wavelengths.end(), texts.wavelengths.begin(), texts.wavelengths.end());
    all.widths.insert(all.widths.end(), texts.widths.begin(), texts.widths.end());
  }
  return Require(all.wavelengths.size() == bands ? all : arrays.axes.front().texts, source, "");
}
} // namespace

SpectralAxis ReadSpectralAxisFile(const std::string& path, const std::string& source, std::size_t bands)
{
  auto        file = OpenTextFile(path, source, std::uintmax_t(1) << 40);
  std::string beginning(64, ' ');
  file.read(&beginning[0], static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  file.clear();
  file.seekg(0);
  if (IsFileOfArrays(beginning))
  {
    return ReadArrays(path, source, bands);
  }
  const auto first = beginning.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && beginning[first] == '<')
  {
    return Require(TextsFromProductMetadata(ReadSmallFile(path)), source, "bandCharacterisation, as the metadata of EnMAP and DESIS have it");
  }
  if (beginning.rfind("ENVI", 0) == 0)
  {
    return Require(TextsFromEnviHeader(ReadSmallFile(path), bands), source, "wavelength = {...} in an ENVI header");
  }
  return SpectralAxis::Read(file, source);
}
} // namespace otb
