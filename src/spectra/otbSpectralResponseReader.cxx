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
/** More multispectral bands than any sensor has: what lies beyond is not such a file. */
constexpr std::size_t MaximumMultispectralBands = 1024;

const double FwhmOfSigma = 2 * std::sqrt(2 * std::log(2.));

/** Measured responses dip below zero by noise; what is further below is a mistake. Of the row's greatest response. */
constexpr double LeastNegative = -0.01;

/** The separator of a matrix by its first line. Commas between the digits of cells that tabs separate are decimal ones. */
char FindMatrixSeparator(const std::string& line)
{
  const char separator = FindSeparator(line);
  const bool spaced    = line.find(", ") != std::string::npos || line.find(",\t") != std::string::npos;
  return separator == ',' && !spaced && line.find('\t') != std::string::npos ? '\t' : separator;
}

/** The fields of a row, without those that spreadsheets leave empty at its end. */
std::vector<std::string_view> SplitRow(const std::string& line, char separator)
{
  auto fields = SplitFields(line, separator);
  while (!fields.empty() && fields.back().empty())
  {
    fields.pop_back();
  }
  return fields;
}

/** A row of responses, those that are negative by noise as zero. */
std::vector<double> ReadRow(const TextLines& lines, const std::vector<std::string_view>& fields, bool decimalCommas)
{
  std::vector<double> row;
  for (std::size_t column = 0; column < fields.size(); ++column)
  {
    std::string field(fields[column]);
    const auto  comma = decimalCommas ? field.find(',') : std::string::npos;
    if (comma != std::string::npos)
    {
      field[comma] = '.';
    }
    row.push_back(lines.Number(field, column + 1));
  }
  const double most = *std::max_element(row.begin(), row.end());
  for (std::size_t column = 0; column < row.size(); ++column)
  {
    if (row[column] < 0 && !(row[column] >= LeastNegative * most))
    {
      lines.Fail(Quote(fields[column]) + " in column " + std::to_string(column + 1), "a response that is not negative");
    }
    row[column] = std::max(0., row[column]);
  }
  return row;
}

std::string Columns(std::size_t count)
{
  return std::to_string(count) + (count == 1 ? " column" : " columns");
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
    separator         = names.empty() ? FindMatrixSeparator(line) : separator;
    const auto fields = SplitRow(line, separator);
    if (fields.empty())
    {
      continue;
    }
    columns = names.empty() ? fields.size() : columns;
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
    for (const double value : ReadRow(lines, fields, separator == ';' || separator == '\t'))
    {
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
