// SPDX-License-Identifier: Apache-2.0
#include "otbImageFileChecks.h"
#include "otbImageFile.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace otb
{
namespace
{
// Over the whole image: what rounding in a header may make of none.
constexpr double NegligiblePixels = 0.05;

/** By how many pixels the far corner moves when the terms of rotation are left out. */
double GetMove(const std::array<double, 6>& transform, double columns, double rows)
{
  const double x = std::hypot(transform[1], transform[4]), y = std::hypot(transform[2], transform[5]);
  return x > 0. && y > 0. ? std::max(std::abs(transform[2]) * rows, std::abs(transform[4]) * columns) / std::min(x, y) : 0.;
}
} // namespace

std::vector<std::string> ReadBandNamesOfImage(const std::string& filename)
{
  const ImageFile          file(filename);
  std::vector<std::string> names;
  for (const std::size_t band : file.dataset ? file.GetPickedBands() : std::vector<std::size_t>())
  {
    names.emplace_back(file.dataset->GetRasterBand(static_cast<int>(band) + 1)->GetDescription());
  }
  const bool any = std::any_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty(); });
  return any ? names : std::vector<std::string>();
}

ImageFilePlace FindPlaceOfImage(const std::string& filename)
{
  const ImageFile file(filename);
  ImageFilePlace  place;
  if (!file.dataset || file.options->GetSkipCarto())
  {
    return place;
  }
  GDALDataset&      dataset = *file.dataset;
  const std::string advice  = "make such an image by gdalwarp, or give its place up by the name \"" + file.path + "?&skipcarto=true\"";
  const auto        turned  = [&dataset](const std::array<double, 6>& transform)
  { return GetMove(transform, dataset.GetRasterXSize(), dataset.GetRasterYSize()) > NegligiblePixels; };
  std::array<double, 6>       transform;
  const std::array<double, 6> none = {0., 1., 0., 0., 0., 1.}; // which some drivers give instead of an error
  if (dataset.GetGeoTransform(transform.data()) == CE_None && transform != none)
  {
    place.lost = turned(transform) ? "found a geotransform with rotation, expected rows and columns along the axes of the projection: " + advice : "";
  }
  else if (dataset.GetGCPCount() > 0)
  {
    // Not an approximate one, which would move the image.
    if (GDALGCPsToGeoTransform(dataset.GetGCPCount(), dataset.GetGCPs(), transform.data(), FALSE) && !turned(transform))
    {
      transform[2]     = 0.;
      transform[4]     = 0.;
      place.transform  = transform;
      place.projection = dataset.GetGCPProjection();
      place.columns    = dataset.GetRasterXSize();
      place.rows       = dataset.GetRasterYSize();
    }
    else
    {
      place.lost = "found ground control points without a geotransform, expected a geotransform, or points of an upright grid: " + advice;
    }
  }
  return place;
}
} // namespace otb
