// SPDX-License-Identifier: Apache-2.0
#include "otbImageFileValues.h"
#include "otbImageFile.h"
#include "otbImageFileSpectralAxis.h"

#include "otbTextLines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>

namespace otb
{
namespace
{
constexpr int SampledLines = 64;

GDALRasterBand* BandOf(const ImageFile& file, std::size_t band)
{
  return file.dataset->GetRasterBand(static_cast<int>(band) + 1);
}

bool IsCalledAlpha(const ImageFile& file, std::size_t band)
{
  return file.GetNumberOfBands() > 1 && BandOf(file, band)->GetColorInterpretation() == GCI_AlphaBand;
}

/** The number that most of those of a band that are not zero are; 0 when all are zero, NaN when none has the majority. */
float FindOpaque(GDALRasterBand* band)
{
  const int                    columns = band->GetXSize();
  const int                    lines   = std::min(SampledLines, band->GetYSize());
  std::vector<float>           line(static_cast<std::size_t>(columns));
  std::map<float, std::size_t> numbers;
  std::size_t                  count = 0;
  for (int i = 0; i < lines; ++i)
  {
    const int y = static_cast<int>((2 * static_cast<std::int64_t>(i) + 1) * band->GetYSize() / (2 * lines));
    if (band->RasterIO(GF_Read, 0, y, columns, 1, line.data(), columns, 1, GDT_Float32, 0, 0, nullptr) != CE_None)
    {
      return 0;
    }
    for (const float value : line)
    {
      // A measurement in floating point may have as many values as pixels.
      if (value != 0 && !std::isnan(value) && (numbers.size() < 65536 || numbers.count(value) != 0))
      {
        ++numbers[value];
      }
      count += value != 0;
    }
  }
  const auto most = std::max_element(numbers.begin(), numbers.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == numbers.end() ? 0 : 2 * most->second > count ? most->first : std::numeric_limits<float>::quiet_NaN();
}

bool IsOpaqueOf(GDALDataType type, float value)
{
  return (type == GDT_Byte && value == 255) || (type == GDT_UInt16 && value == 65535);
}
} // namespace

bool IsAlphaBand(const ImageFile& file, std::size_t band)
{
  if (IsCalledAlpha(file, band))
  {
    return !std::isnan(FindOpaque(BandOf(file, band)));
  }
  // Of a GeoTIFF of many bands with alpha, which is the last one, GDAL calls the second one so.
  bool other = false;
  for (std::size_t i = 0; band + 1 == file.GetNumberOfBands() && i < band && !other; ++i)
  {
    other = IsCalledAlpha(file, i) && !IsAlphaBand(file, i);
  }
  return other && IsOpaqueOf(BandOf(file, band)->GetRasterDataType(), FindOpaque(BandOf(file, band)));
}

std::vector<std::size_t> FindAlphaBands(const ImageFile& file)
{
  std::vector<std::size_t> bands;
  for (std::size_t band = 0; band < file.GetNumberOfBands(); ++band)
  {
    if (IsAlphaBand(file, band))
    {
      bands.push_back(band);
    }
  }
  return bands;
}

namespace
{
/** One over the number that reflectances were multiplied with. */
double GetReflectanceScale(const ImageFile& file)
{
  for (const char* domain : {"ENVI", static_cast<const char*>(nullptr)})
  {
    for (const char* key : {"reflectance_scale_factor", "reflectance scale factor"})
    {
      const auto factor = ParseNumber(ImageFile::GetItem(*file.dataset, key, domain));
      if (factor && *factor > 0)
      {
        return 1 / *factor;
      }
    }
  }
  return 1;
}

/** Masks that no value of the bands tells: they are read. */
std::vector<GDALRasterBand*> FindMasks(const ImageFile& file)
{
  std::vector<GDALRasterBand*> masks;
  bool                         whole = false;
  for (const std::size_t band : FindAlphaBands(file))
  {
    masks.push_back(BandOf(file, band));
  }
  for (const std::size_t band : file.GetPickedBands())
  {
    const int  flags = BandOf(file, band)->GetMaskFlags();
    const bool all   = (flags & GMF_PER_DATASET) != 0;
    if ((flags & (GMF_ALL_VALID | GMF_ALPHA)) != 0 || ((flags & GMF_NODATA) != 0 && !all) || (all && whole))
    {
      continue;
    }
    whole = whole || all;
    masks.push_back(BandOf(file, band)->GetMaskBand());
  }
  return masks;
}
} // namespace

bool ImageFileValues::IsPhysical() const
{
  return std::all_of(bands.begin(), bands.end(), [](const Band& band) { return band.IsPhysical(); });
}

ImageFileValues ReadValuesOfImage(const std::string& filename)
{
  ImageFileValues values;
  const ImageFile file(filename);
  if (!file.dataset || file.GetNumberOfBands() == 0)
  {
    return values;
  }
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const auto   ignored     = ReadIgnoredValueOfImage(filename);
  const double reflectance = GetReflectanceScale(file);
  bool         physical    = true;
  for (const std::size_t index : file.GetPickedBands())
  {
    ImageFileValues::Band band;
    GDALRasterBand* const raster = BandOf(file, index);
    int                   known  = 0;
    const double          noData = raster->GetNoDataValue(&known);
    band.noData                  = known ? noData : ignored.value_or(band.noData);
    const double scale           = raster->GetScale(&known);
    band.scale                   = known && scale != 0 && std::isfinite(scale) ? scale : 1;
    const double offset          = raster->GetOffset(&known);
    band.offset                  = known && std::isfinite(offset) ? offset : 0;
    const bool alpha             = IsAlphaBand(file, index);
    if (!alpha)
    {
      values.spectral.push_back(values.bands.size());
    }
    if (!alpha && IsCalledAlpha(file, index))
    {
      values.doubtful.push_back(values.bands.size());
    }
    physical = physical && band.IsPhysical();
    values.bands.push_back(band);
  }
  if (physical)
  {
    for (auto& band : values.bands)
    {
      band.scale = reflectance;
    }
  }
  values.masked = !FindMasks(file).empty();
  CPLPopErrorHandler();
  return values;
}

struct ImageFileMask::Implementation
{
  explicit Implementation(const std::string& filename) : file(filename), masks(file.dataset ? FindMasks(file) : std::vector<GDALRasterBand*>())
  {
  }

  ImageFile                    file;
  std::vector<GDALRasterBand*> masks;
  std::vector<float>           line;
};

ImageFileMask::ImageFileMask(const std::string& filename) : m_Implementation(std::make_unique<Implementation>(filename))
{
}

ImageFileMask::~ImageFileMask() = default;

void ImageFileMask::Read(std::size_t imageColumns, std::size_t imageRows, std::size_t column, std::size_t row, std::size_t columns, std::size_t rows,
                         unsigned char* mask)
{
  std::fill_n(mask, columns * rows, static_cast<unsigned char>(1));
  for (GDALRasterBand* const band : m_Implementation->masks)
  {
    const auto wholeColumns = static_cast<std::size_t>(band->GetXSize());
    const auto wholeRows    = static_cast<std::size_t>(band->GetYSize());
    auto&      line         = m_Implementation->line;
    line.resize(wholeColumns);
    // Part of a line where the mask has the image's size.
    const bool        same  = wholeColumns == imageColumns;
    const std::size_t first = same ? column : 0;
    const std::size_t width = same ? columns : wholeColumns;
    for (std::size_t y = 0; y < rows; ++y)
    {
      const std::size_t source = (2 * (row + y) + 1) * wholeRows / (2 * imageRows);
      // Not as bytes: of alpha in floating point, parts of one would become 0.
      if (band->RasterIO(GF_Read, static_cast<int>(first), static_cast<int>(source), static_cast<int>(width), 1, line.data(), static_cast<int>(width), 1,
                         GDT_Float32, 0, 0, nullptr) != CE_None)
      {
        throw std::runtime_error("found that the mask of " + m_Implementation->file.path + " cannot be read, expected a whole one");
      }
      for (std::size_t x = 0; x < columns; ++x)
      {
        const std::size_t place = same ? x : (2 * (column + x) + 1) * wholeColumns / (2 * imageColumns);
        mask[y * columns + x]   = mask[y * columns + x] != 0 && line[place] != 0;
      }
    }
  }
}
} // namespace otb
