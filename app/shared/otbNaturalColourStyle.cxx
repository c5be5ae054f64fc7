// SPDX-License-Identifier: Apache-2.0
#include "otbNaturalColourStyle.h"

#include "otbAtomicFile.h"
#include "otbQuicklook.h"

#include "gdal_priv.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace otb
{
namespace Wrapper
{
namespace
{
constexpr int SampledLines   = 128; // a line holds all bands of its pixels: few are read
constexpr int SampledColumns = 512;

} // namespace

std::pair<double, double> GetStretch(GDALRasterBand* band)
{
  const int           columns = std::min(band->GetXSize(), SampledColumns);
  const int           lines   = std::min(band->GetYSize(), SampledLines);
  std::vector<double> values(static_cast<std::size_t>(columns) * lines);
  if (band->RasterIO(GF_Read, 0, 0, band->GetXSize(), band->GetYSize(), values.data(), columns, lines, GDT_Float64, 0, 0, nullptr) != CE_None)
  {
    values.clear();
  }
  int          hasNoData = 0;
  const double noData    = band->GetNoDataValue(&hasNoData);
  values.erase(std::remove_if(values.begin(), values.end(), [&](double value) { return !std::isfinite(value) || (hasNoData && value == noData); }),
               values.end());
  if (values.empty())
  {
    return {0., 1.};
  }
  const auto percentile = [&values](std::size_t percent)
  {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * percent / 100);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const double low  = percentile(2);
  const double high = percentile(98);
  return {low, high > low ? high : low + 1.};
}

std::optional<std::array<int, 3>> FindNaturalColours(const SpectralAxis& axis)
{
  const ColourBands colours = ColourBands::Choose(axis.wavelengths, static_cast<unsigned int>(axis.size()));
  if (!colours.natural)
  {
    return std::nullopt;
  }
  std::array<int, 3> bands = {};
  std::transform(colours.bands.begin(), colours.bands.end(), bands.begin(), [](unsigned int band) { return static_cast<int>(band) + 1; });
  return bands;
}

std::string WriteNaturalColourStyle(const std::string& imagePath, const std::array<int, 3>& bands, const std::string& parameter)
{
  const GDALDatasetUniquePtr image(GDALDataset::Open(imagePath.c_str(), GDAL_OF_RASTER));
  if (!image || image->GetRasterCount() < *std::max_element(bands.begin(), bands.end()))
  {
    throw std::runtime_error(parameter + ": found that " + imagePath + " cannot be read, expected an image to write a style for");
  }
  const std::string path = std::filesystem::path(imagePath).replace_extension(".qml").string();
  AtomicFile        file(path, parameter);
  file.Stream() << "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22\" styleCategories=\"Symbology\">\n <pipe>\n"
                << "  <rasterrenderer type=\"multibandcolor\" opacity=\"1\" alphaBand=\"-1\" redBand=\"" << bands[0] << "\" greenBand=\"" << bands[1]
                << "\" blueBand=\"" << bands[2] << "\">\n";
  file.Stream().precision(9);
  constexpr const char* Elements[] = {"redContrastEnhancement", "greenContrastEnhancement", "blueContrastEnhancement"};
  for (std::size_t colour = 0; colour < bands.size(); ++colour)
  {
    const auto stretch = GetStretch(image->GetRasterBand(bands[colour]));
    file.Stream() << "   <" << Elements[colour] << "><minValue>" << stretch.first << "</minValue><maxValue>" << stretch.second
                  << "</maxValue><algorithm>StretchToMinimumMaximum</algorithm></" << Elements[colour] << ">\n";
  }
  file.Stream() << "  </rasterrenderer>\n </pipe>\n</qgis>\n";
  file.Commit();
  return path;
}
} // namespace Wrapper
} // namespace otb
