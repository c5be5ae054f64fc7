// SPDX-License-Identifier: Apache-2.0
#include "otbQuicklook.h"

#include "cpl_conv.h"
#include "cpl_string.h"
#include "cpl_vsi.h"
#include "gdal_priv.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace
{
struct FreeMemory
{
  void operator()(void* memory) const
  {
    CPLFree(memory);
  }
};

GDALDriver& GetDriver(const char* name)
{
  GDALAllRegister();
  GDALDriver* const driver = GetGDALDriverManager()->GetDriverByName(name);
  if (driver == nullptr)
  {
    throw std::runtime_error(std::string("GDAL has no driver ") + name + ", which the pictures of a report need");
  }
  return *driver;
}

/** \param pixels line by line, `channels` bytes each: grey or colours, and opacity if their number is even */
std::string EncodePng(std::vector<std::uint8_t>& pixels, std::size_t columns, std::size_t rows, std::size_t channels)
{
  const int                  width = static_cast<int>(columns), height = static_cast<int>(rows), count = static_cast<int>(channels);
  const GDALDatasetUniquePtr memory(GetDriver("MEM").Create("", width, height, count, GDT_Byte, nullptr));
  if (!memory || memory->RasterIO(GF_Write, 0, 0, width, height, pixels.data(), width, height, GDT_Byte, count, nullptr, count,
                                  static_cast<GSpacing>(width) * count, 1, nullptr) != CE_None)
  {
    throw std::runtime_error("GDAL cannot hold a picture of the report in memory");
  }
  std::ostringstream name;
  name << "/vsimem/quicklook_" << static_cast<const void*>(pixels.data()) << ".png";
  const std::string path = name.str();
  if (!GDALDatasetUniquePtr(GetDriver("PNG").CreateCopy(path.c_str(), memory.get(), FALSE, nullptr, nullptr, nullptr)))
  {
    throw std::runtime_error("GDAL cannot make a PNG picture for the report");
  }
  vsi_l_offset                             size = 0;
  const std::unique_ptr<GByte, FreeMemory> png(VSIGetMemFileBuffer(path.c_str(), &size, TRUE));
  const std::unique_ptr<char, FreeMemory>  text(CPLBase64Encode(static_cast<int>(size), png.get()));
  VSIUnlink((path + ".aux.xml").c_str());
  return text.get();
}
} // namespace

bool Quicklook::IsValid(std::size_t pixel) const
{
  const float* const first = values.data() + pixel * bands;
  return std::all_of(first, first + bands, [](float value) { return std::isfinite(value); });
}

std::vector<Quicklook::Stretch> Quicklook::PercentileStretch(double low, double high) const
{
  std::vector<Stretch> stretches(bands);
  std::vector<float>   sorted;
  for (std::size_t band = 0; band < bands; ++band)
  {
    sorted.clear();
    for (std::size_t pixel = 0; pixel < columns * rows; ++pixel)
    {
      if (IsValid(pixel))
      {
        sorted.push_back(values[pixel * bands + band]);
      }
    }
    if (sorted.empty())
    {
      continue;
    }
    const auto percentile = [&sorted](double percent)
    {
      const auto nth = sorted.begin() + std::lround(percent / 100. * static_cast<double>(sorted.size() - 1));
      std::nth_element(sorted.begin(), nth, sorted.end());
      return *nth;
    };
    Stretch& stretch = stretches[band];
    stretch          = {percentile(low), percentile(high)};
    if (!(stretch.high > stretch.low))
    {
      // A constant band is a mid grey.
      const float half = std::max(std::abs(stretch.low) * 1e-3f, 1e-6f);
      stretch          = {stretch.low - half, stretch.low + half};
    }
  }
  return stretches;
}

std::string Quicklook::ToPngAddress(const std::vector<Stretch>& stretches) const
{
  const std::size_t pixels = columns * rows;
  if (pixels == 0 || (bands != 1 && bands != 3) || values.size() != pixels * bands || stretches.size() != bands)
  {
    throw std::invalid_argument("a picture needs pixels of one or three bands and a stretch for each, found " + std::to_string(pixels) + " pixels, " +
                                std::to_string(bands) + " bands and " + std::to_string(stretches.size()) + " stretches");
  }
  std::size_t invalid = 0;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
  {
    invalid += IsValid(pixel) ? 0 : 1;
  }
  const std::size_t         channels = bands + (invalid == 0 ? 0 : 1);
  std::vector<std::uint8_t> bytes(pixels * channels, 0);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
  {
    if (!IsValid(pixel))
    {
      continue;
    }
    std::uint8_t* const first = bytes.data() + pixel * channels;
    std::fill(first, first + channels, 255);
    for (std::size_t band = 0; band < bands; ++band)
    {
      const float part = (values[pixel * bands + band] - stretches[band].low) / (stretches[band].high - stretches[band].low);
      first[band]      = static_cast<std::uint8_t>(std::lround(255.f * std::min(std::max(part, 0.f), 1.f)));
    }
  }
  return "data:image/png;base64," + EncodePng(bytes, columns, rows, channels);
}

ColourBands ColourBands::Choose(const std::vector<double>& wavelengths, unsigned int bands)
{
  constexpr double Colours[] = {650., 550., 450.};
  constexpr double Farthest  = 50.;
  if (bands < 3)
  {
    return {{0}, false};
  }
  ColourBands choice;
  choice.natural = wavelengths.size() == bands;
  for (const double colour : Colours)
  {
    if (choice.natural)
    {
      const auto nearest =
          std::min_element(wavelengths.begin(), wavelengths.end(), [colour](double a, double b) { return std::abs(a - colour) < std::abs(b - colour); });
      choice.natural = std::abs(*nearest - colour) <= Farthest;
      choice.bands.push_back(static_cast<unsigned int>(nearest - wavelengths.begin()));
    }
  }
  auto distinct = choice.bands;
  std::sort(distinct.begin(), distinct.end());
  choice.natural = choice.natural && std::adjacent_find(distinct.begin(), distinct.end()) == distinct.end();
  if (!choice.natural)
  {
    // As in natural colours, the longest wavelengths are red.
    choice.bands = {bands * 5 / 6, bands / 2, bands / 6};
  }
  return choice;
}
} // namespace otb
