// SPDX-License-Identifier: Apache-2.0

// The first byte says what the rest is: a file of wavelengths, the ENVI header of an image, what products keep beside images or in names, a list of bands,
// a file given as wl, or a product's metadata with an offset.

#include "otbBandList.h"
#include "otbImageFileSpectralAxis.h"
#include "otbSpectralAxis.h"
#include "otbSpectralAxisSources.h"

#include "fuzzFile.h"

#include "cpl_vsi.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace
{
void RequireValid(const otb::SpectralAxis& axis)
{
  bool valid = axis.size() > 0 && (axis.widths.empty() || axis.widths.size() == axis.size());
  bool any   = false;
  for (std::size_t band = 0; valid && band < axis.size(); ++band)
  {
    // 0 where a band has no wavelength.
    const double wavelength = axis.wavelengths[band];
    const double width      = axis.widths.empty() ? wavelength : axis.widths[band];
    valid                   = std::isfinite(wavelength) && wavelength >= 0 && std::isfinite(width) && (width > 0) == (wavelength > 0);
    any                     = any || wavelength > 0;
  }
  valid = valid && any;
  if (!valid)
  {
    std::abort();
  }
}

void WriteToMemory(const char* name, const void* data, std::size_t size)
{
  VSILFILE* const file = VSIFOpenL(name, "wb");
  VSIFWriteL(data, 1, size, file);
  VSIFCloseL(file);
}
} // namespace

namespace
{
void ReadText(const std::string& text)
{
  std::istringstream stream(text);
  RequireValid(otb::SpectralAxis::Read(stream, "fuzz"));
}

void ReadEnviImage(const std::string& header)
{
  static const char pixels[4096] = {};
  WriteToMemory("/vsimem/fuzz.img", pixels, sizeof pixels);
  WriteToMemory("/vsimem/fuzz.hdr", header.data(), header.size());
  if (const auto axis = otb::ReadSpectralAxisOfImage("/vsimem/fuzz.img"))
  {
    RequireValid(*axis);
  }
  otb::ReadBadBandsOfImage("/vsimem/fuzz.img");
  otb::ReadIgnoredValueOfImage("/vsimem/fuzz.img");
}

/** By a name, as wl is given. Not by libraries of their own: fuzzProductArrays.cxx has what is made of them. */
void ReadFile(const std::string& text)
{
  static const File file("axis");
  if (text.rfind("\x89HDF", 0) != 0 && text.rfind("CDF", 0) != 0)
  {
    std::ofstream(file.path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    RequireValid(otb::ReadSpectralAxisFile(file.path.string(), "fuzz", 3));
  }
}

void ReadBandList(const std::string& text)
{
  static const otb::SpectralAxis axis{{400, 500, 600, 700, 650, 750, 850}, {}};
  const auto                     set = otb::ParseBandList(text, axis.size(), axis, "fuzz");
  // What it says of a set is a list of that set.
  if (otb::ParseBandList(otb::ToText(set), axis.size(), axis, "fuzz") != set)
  {
    std::abort();
  }
}

void Check(const otb::AxisTexts& texts)
{
  if (const auto axis = otb::MakeAxis(texts))
  {
    RequireValid(*axis);
  }
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0)
  {
    return 0;
  }
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try
  {
    switch (data[0] % 9)
    {
    case 0:
      Check(otb::TextsFromNames({text, text}));
      break;
    case 1:
      ReadEnviImage(text);
      break;
    case 2:
      Check(otb::TextsFromProductMetadata(text));
      break;
    case 3:
      Check(otb::TextsFromEnviHeader(text, 3));
      break;
    case 4:
      Check(otb::TextsFromTable(text));
      break;
    case 5:
      ReadBandList(text);
      break;
    case 7:
      ReadFile(text);
      break;
    case 8:
      otb::FindAddOffset(text);
      break;
    default:
      ReadText(text);
    }
  }
  catch (const std::invalid_argument&)
  {
    // Refused, as it should be.
  }
  return 0;
}
