// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace
{
/** The size of a unit in nanometres; nothing when the name says nothing. */
std::optional<double> NanometresPer(std::string unit)
{
  std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto startsWith = [&unit](const char* prefix) { return unit.rfind(prefix, 0) == 0; };
  if (unit == "nm" || startsWith("nanomet"))
  {
    return 1.;
  }
  // The micro sign and the Greek mu, in UTF-8.
  if (unit == "um" || startsWith("micro") || startsWith("\xC2\xB5m") || startsWith("\xCE\xBCm"))
  {
    return 1e3;
  }
  if (unit == "mm" || startsWith("millimet"))
  {
    return 1e6;
  }
  if (unit == "cm" || startsWith("centimet"))
  {
    return 1e7;
  }
  if (unit == "m" || startsWith("meter") || startsWith("metre"))
  {
    return 1e9;
  }
  if (startsWith("angstrom"))
  {
    return 0.1;
  }
  if (startsWith("wavenumber") || unit == "ghz" || unit == "mhz" || unit == "thz" || unit == "index")
  {
    throw std::invalid_argument("wavelengths: found the unit \"" + unit + "\", expected a unit of length such as nm or um");
  }
  return std::nullopt;
}

/** Scales the values of the bands that have some; 0 stays what it is where a band has none. */
void CheckAndScale(std::vector<double>& values, double factor, const std::vector<bool>& missing, const std::string& what)
{
  for (std::size_t band = 0; band < values.size(); ++band)
  {
    // The unit may be what makes it overflow, or vanish.
    const double scaled = missing[band] ? 0. : values[band] * factor;
    if (!std::isfinite(scaled) || (!missing[band] && !(scaled > 0)))
    {
      std::ostringstream message;
      message << what << ": found " << values[band] << " for band " << band + 1 << ", expected a positive length";
      throw std::invalid_argument(message.str());
    }
    values[band] = scaled;
  }
}

/** No imaging spectrometer has all bands there: the values are in another unit. */
constexpr double ShortestSpectrum = 30;  // [nm]
constexpr double LongestSpectrum  = 1e5; // [nm]

/** \throw std::invalid_argument when a unit that is stated contradicts the values, which some files have in um and call nm. */
void CheckUnit(const std::vector<double>& wavelengths, const std::vector<bool>& missing, double factor, const std::string& unit)
{
  double least = std::numeric_limits<double>::infinity();
  double most  = 0;
  for (std::size_t band = 0; band < wavelengths.size(); ++band)
  {
    least = missing[band] ? least : std::min(least, wavelengths[band]);
    most  = std::max(most, wavelengths[band]);
  }
  if (most * factor < ShortestSpectrum || least * factor > LongestSpectrum)
  {
    std::ostringstream message;
    message << "wavelengths: found values from " << least << " to " << most << " in the unit \"" << unit << "\", expected "
            << (GuessNanometres(wavelengths) == 1 ? "nm" : "um") << " for such values";
    throw std::invalid_argument(message.str());
  }
}
} // namespace

double GuessNanometres(const std::vector<double>& wavelengths)
{
  return std::all_of(wavelengths.begin(), wavelengths.end(), [](double wavelength) { return wavelength < 100; }) ? 1000. : 1.;
}

SpectralAxis SpectralAxis::FromValues(std::vector<double> wavelengths, std::vector<double> widths, const std::string& unit)
{
  if (!widths.empty() && widths.size() != wavelengths.size())
  {
    throw std::invalid_argument("wavelengths: found " + std::to_string(wavelengths.size()) + " wavelengths and " + std::to_string(widths.size()) +
                                " widths, expected as many of both");
  }
  std::vector<bool> missing(wavelengths.size());
  std::transform(wavelengths.begin(), wavelengths.end(), missing.begin(), [](double wavelength) { return wavelength == 0; });
  if (std::find(missing.begin(), missing.end(), false) == missing.end())
  {
    missing.assign(wavelengths.size(), false);
  }
  const auto   stated = NanometresPer(unit);
  const double factor = stated.value_or(GuessNanometres(wavelengths));
  auto         scaled = wavelengths;
  CheckAndScale(scaled, factor, missing, "wavelengths");
  CheckAndScale(widths, factor, missing, "widths (FWHM)");
  if (stated)
  {
    CheckUnit(wavelengths, missing, factor, unit);
  }
  wavelengths = std::move(scaled);
  return {std::move(wavelengths), std::move(widths)};
}

std::vector<bool> SpectralAxis::FindMissing() const
{
  std::vector<bool> missing(size());
  std::transform(wavelengths.begin(), wavelengths.end(), missing.begin(), [](double wavelength) { return wavelength == 0; });
  return missing;
}

SpectralAxis SpectralAxis::Pick(const std::vector<std::size_t>& bands) const
{
  SpectralAxis picked;
  for (const std::size_t band : bands)
  {
    picked.wavelengths.push_back(wavelengths.at(band));
    if (!widths.empty())
    {
      picked.widths.push_back(widths.at(band));
    }
  }
  return picked;
}
} // namespace otb
