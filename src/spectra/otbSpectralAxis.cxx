// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxis.h"
#include "otbTextLines.h"

#include <algorithm>
#include <cmath>
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

void CheckAndScale(std::vector<double>& values, double factor, const std::string& what)
{
  for (std::size_t band = 0; band < values.size(); ++band)
  {
    // The unit may be what makes it overflow, or vanish.
    const double scaled = values[band] * factor;
    if (!std::isfinite(scaled) || !(scaled > 0))
    {
      std::ostringstream message;
      message << what << ": found " << values[band] << " for band " << band + 1 << ", expected a positive length";
      throw std::invalid_argument(message.str());
    }
    values[band] = scaled;
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
  const double factor = NanometresPer(unit).value_or(GuessNanometres(wavelengths));
  CheckAndScale(wavelengths, factor, "wavelengths");
  CheckAndScale(widths, factor, "widths (FWHM)");
  return {std::move(wavelengths), std::move(widths)};
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

SpectralAxis SpectralAxis::Read(std::istream& text, const std::string& source)
{
  TextLines           lines(text, source);
  std::string         line;
  std::vector<double> values;
  std::size_t         numberOfLines = 0;
  bool                pairs         = true;
  for (bool first = true; lines.Next(line); first = false)
  {
    const auto fields = SplitList(line);
    if (first && std::none_of(fields.begin(), fields.end(), [](std::string_view field) { return ParseNumber(field).has_value(); }))
    {
      continue;
    }
    for (std::size_t column = 0; column < fields.size(); ++column)
    {
      values.push_back(lines.Number(fields[column], column + 1));
      if (!(values.back() > 0))
      {
        lines.Fail(Quote(fields[column]) + " in column " + std::to_string(column + 1), "a positive wavelength");
      }
    }
    ++numberOfLines;
    pairs = pairs && fields.size() == 2;
    if (values.size() > 2 * MaximumBands)
    {
      lines.Fail("more than " + std::to_string(MaximumBands) + " bands", "the wavelengths of a hyperspectral image");
    }
  }
  if (values.empty())
  {
    lines.FailWhole("no number", "the wavelengths of a hyperspectral image");
  }
  std::vector<double> wavelengths = values;
  std::vector<double> widths;
  if (pairs && numberOfLines > 1)
  {
    wavelengths.clear();
    for (std::size_t i = 0; i < values.size(); i += 2)
    {
      wavelengths.push_back(values[i]);
      widths.push_back(values[i + 1]);
    }
  }
  return FromValues(std::move(wavelengths), std::move(widths), "");
}
} // namespace otb
