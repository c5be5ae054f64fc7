// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralResponseReader.h"
#include "otbTextLines.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace otb
{
namespace
{
/** More multispectral bands than any sensor has, and more samples than any curve: what lies beyond is not such a file. */
constexpr std::size_t MaximumMultispectralBands = 1024;
constexpr std::size_t MaximumSamples            = 200000;

const double FwhmOfSigma = 2 * std::sqrt(2 * std::log(2.));

double NonNegative(const TextLines& lines, std::string_view field, std::size_t column)
{
  const double value = lines.Number(field, column);
  if (value < 0)
  {
    lines.Fail(Quote(field) + " in column " + std::to_string(column), "a response that is not negative");
  }
  return value;
}

std::string Columns(std::size_t count)
{
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

/** A table of curves column by column: the wavelengths, then the bands. */
struct CurveTable
{
  std::vector<std::string>         names;
  std::vector<double>              wavelengths;
  std::vector<std::vector<double>> responses;
};

/** Takes the first line. Returns the columns before the first band's: one with a header, two without. */
std::size_t ReadHeader(const TextLines& lines, const std::vector<std::string_view>& fields, CurveTable& table)
{
  const bool        header  = std::any_of(fields.begin(), fields.end(), [](std::string_view field) { return !ParseNumber(field); });
  const std::size_t leading = header ? 1 : 2;
  if (fields.size() <= leading)
  {
    lines.Fail(Columns(fields.size()), header ? "a header with the wavelength and one column for each band"
                                              : "a header line, or without one at least three columns (wavelength, solar irradiance, bands)");
  }
  if (fields.size() > leading + MaximumMultispectralBands)
  {
    lines.Fail(Columns(fields.size()), "at most " + std::to_string(MaximumMultispectralBands) + " bands");
  }
  if (header && ParseNumber(fields.front()))
  {
    lines.Fail(Quote(fields.front()) + " as the name of the first column", "a header line (wavelength, names of the bands) or numbers alone");
  }
  for (std::size_t column = leading; column < fields.size(); ++column)
  {
    const std::size_t band = table.names.size() + 1;
    table.names.push_back(header && !fields[column].empty() ? std::string(fields[column]) : "band " + std::to_string(band));
  }
  table.responses.resize(table.names.size());
  return leading;
}

void ReadSample(const TextLines& lines, const std::vector<std::string_view>& fields, std::size_t leading, CurveTable& table)
{
  if (fields.size() != leading + table.names.size())
  {
    lines.Fail(Columns(fields.size()), Columns(leading + table.names.size()) + " as in the first line");
  }
  if (table.wavelengths.size() >= MaximumSamples)
  {
    lines.Fail("one more sample", "at most " + std::to_string(MaximumSamples));
  }
  const double wavelength = lines.Number(fields.front(), 1);
  if (!(wavelength > (table.wavelengths.empty() ? 0. : table.wavelengths.back())))
  {
    lines.Fail("the wavelength " + Quote(fields.front()), "positive wavelengths that increase from line to line");
  }
  table.wavelengths.push_back(wavelength);
  for (std::size_t band = 0; band < table.names.size(); ++band)
  {
    table.responses[band].push_back(NonNegative(lines, fields[leading + band], leading + band + 1));
  }
}
} // namespace

SpectralResponse ReadSpectralResponseMatrix(std::istream& text, const std::string& source)
{
  TextLines                lines(text, source);
  std::string              line;
  std::vector<float>       values;
  std::vector<std::string> names;
  std::size_t              columns   = 0;
  char                     separator = '\0';
  while (lines.Next(line))
  {
    separator         = names.empty() ? FindSeparator(line) : separator;
    const auto fields = SplitFields(line, separator);
    columns           = names.empty() ? fields.size() : columns;
    if (fields.size() != columns)
    {
      lines.Fail(Columns(fields.size()), Columns(columns) + " as in the first row");
    }
    if (columns > SpectralAxis::MaximumBands)
    {
      lines.Fail(Columns(columns), "at most " + std::to_string(SpectralAxis::MaximumBands) + " hyperspectral bands");
    }
    if (names.size() >= MaximumMultispectralBands)
    {
      lines.Fail("one more row", "at most " + std::to_string(MaximumMultispectralBands) + " multispectral bands");
    }
    double sum = 0;
    for (std::size_t column = 0; column < columns; ++column)
    {
      const double value = NonNegative(lines, fields[column], column + 1);
      sum += value;
      values.push_back(static_cast<float>(value));
    }
    if (!(sum > 0))
    {
      lines.Fail("a row that sums to zero", "the response of a band");
    }
    names.push_back("band " + std::to_string(names.size() + 1));
  }
  if (names.empty())
  {
    lines.FailWhole("no row", "one row of numbers for each multispectral band");
  }
  const auto rows = static_cast<Eigen::Index>(names.size());
  return SpectralResponse(Eigen::Map<const SpectraMatrix>(values.data(), rows, static_cast<Eigen::Index>(columns)), std::move(names), source);
}

std::vector<ResponseCurve> ReadResponseCurves(std::istream& text, const std::string& source)
{
  TextLines   lines(text, source);
  std::string line;
  CurveTable  table;
  std::size_t leading   = 0;
  char        separator = '\0';
  while (lines.Next(line))
  {
    const bool first  = leading == 0;
    separator         = first ? FindSeparator(line) : separator;
    const auto fields = SplitFields(line, separator);
    leading           = first ? ReadHeader(lines, fields, table) : leading;
    if (!first || leading == 2)
    {
      ReadSample(lines, fields, leading, table);
    }
  }
  if (table.wavelengths.size() < 2)
  {
    lines.FailWhole(std::to_string(table.wavelengths.size()) + " lines of samples", "at least two");
  }
  const double factor = GuessNanometres(table.wavelengths);
  for (double& wavelength : table.wavelengths)
  {
    wavelength *= factor;
  }
  std::vector<ResponseCurve> curves;
  for (std::size_t band = 0; band < table.names.size(); ++band)
  {
    const auto& values = table.responses[band];
    if (std::all_of(values.begin(), values.end(), [](double value) { return value == 0; }))
    {
      lines.FailWhole("only zeros in the column of band " + table.names[band], "the response of a band");
    }
    curves.push_back(ResponseCurve::Sampled(table.names[band], table.wavelengths, values));
  }
  return curves;
}

std::vector<ResponseCurve> ParseResponseBands(const std::string& text, const std::string& source)
{
  std::vector<ResponseCurve> curves;
  for (const auto pair : SplitList(text))
  {
    const auto colon  = std::min(pair.find(':'), pair.size());
    const auto center = ParseNumber(pair.substr(0, colon));
    const auto fwhm   = colon < pair.size() ? ParseNumber(pair.substr(colon + 1)) : std::nullopt;
    if (!center || !fwhm || !std::isfinite(*center) || !std::isfinite(*fwhm) || !(*center > 0) || !(*fwhm > 0))
    {
      throw std::invalid_argument(source + ": found " + Quote(pair) + ", expected centre:fwhm, two positive numbers in nm such as 490:65");
    }
    if (curves.size() >= MaximumMultispectralBands)
    {
      throw std::invalid_argument(source + ": found more than " + std::to_string(MaximumMultispectralBands) + " bands, expected fewer");
    }
    curves.push_back(ResponseCurve::Gaussian("band " + std::to_string(curves.size() + 1), *center, *fwhm / FwhmOfSigma));
  }
  if (curves.empty())
  {
    throw std::invalid_argument(source + ": found no band, expected centre:fwhm pairs in nm such as 490:65 560:35 665:30");
  }
  return curves;
}
} // namespace otb
