// SPDX-License-Identifier: Apache-2.0
#include "otbRampStyle.h"
#include "otbNaturalColourStyle.h"

#include "otbAtomicFile.h"
#include "otbColourRamp.h"

#include "gdal_priv.h"

#include <filesystem>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
std::string WriteRampStyle(const std::string& imagePath, const std::string& parameter)
{
  const GDALDatasetUniquePtr image(GDALDataset::Open(imagePath.c_str(), GDAL_OF_RASTER));
  if (!image || image->GetRasterCount() < 1)
  {
    throw std::runtime_error(parameter + ": found that " + imagePath + " cannot be read, expected an image to write a style for");
  }
  const auto        stretch = GetStretch(image->GetRasterBand(1));
  const std::string path    = std::filesystem::path(imagePath).replace_extension(".qml").string();
  AtomicFile        file(path, parameter);
  file.Stream().precision(9);
  file.Stream() << "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22\" styleCategories=\"Symbology\">\n <pipe>\n"
                << "  <rasterrenderer type=\"singlebandpseudocolor\" opacity=\"1\" alphaBand=\"-1\" band=\"1\" classificationMin=\"" << stretch.first
                << "\" classificationMax=\"" << stretch.second << "\">\n   <rastershader>\n    <colorrampshader colorRampType=\"INTERPOLATED\" "
                << "classificationMode=\"1\" clip=\"0\" minimumValue=\"" << stretch.first << "\" maximumValue=\"" << stretch.second << "\">\n";
  for (std::size_t stop = 0; stop < ColourRamp::Stops.size(); ++stop)
  {
    const double share = static_cast<double>(stop) / static_cast<double>(ColourRamp::Stops.size() - 1);
    const double value = stretch.first + share * (stretch.second - stretch.first);
    file.Stream() << "     <item value=\"" << value << "\" label=\"" << value << "\" color=\"" << ColourRamp::GetName(stop) << "\" alpha=\"255\"/>\n";
  }
  file.Stream() << "    </colorrampshader>\n   </rastershader>\n  </rasterrenderer>\n </pipe>\n</qgis>\n";
  file.Commit();
  return path;
}
} // namespace Wrapper
} // namespace otb
