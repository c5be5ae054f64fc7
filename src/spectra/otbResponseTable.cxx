// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralResponseReader.h"
#include "otbTextTable.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace otb
{
namespace
{
using Row = TextTable::Row;

/** More multispectral bands than any sensor has, and more samples than any curve: what lies beyond is not such a file. */
constexpr std::size_t MaximumMultispectralBands = 1024;
constexpr std::size_t MaximumSamples            = 200000;

/** Measured curves dip below zero by noise; what is further below is a mistake. Of the band's greatest response. */
constexpr double LeastNegative = -0.01;

std::string Columns(std::size_t count)
{
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

/** What the lines above the numbers say. */
struct Layout
{
  std::size_t              wavelength = 0; // its column, from 0
  std::size_t              firstBand  = 1; // its column
  std::vector<std::string> names;
  std::string              unit; // of the wavelengths, if it is stated
  std::size_t              firstRow = 0;
};

/** Whether a line below the names has nothing but units: "nm,-,%". */
bool HasUnitsAlone(const Row& row)
{
  return std::all_of(row.cells.begin(), row.cells.end(),
                     [](std::string_view cell)
                     {
                       const bool letters = std::any_of(cell.begin(), cell.end(), [](unsigned char c) { return std::isalpha(c); });
                       return !letters ||
                              (cell.size() <= 16 && (!FindUnit(cell).empty() || cell.find("nit") != std::string_view::npos || cell.find("rel") == 0));
                     });
}

void CheckBands(const TextTable& table, const Row& row, std::size_t columns, std::size_t leading, bool header)
{
  if (columns <= leading)
  {
    table.Fail(row, Columns(columns),
               header ? "a header with the wavelength and one column for each band"
                      : "a header line, or without one at least three columns (wavelength, solar irradiance, bands)");
  }
  if (columns > leading + MaximumMultispectralBands)
  {
    table.Fail(row, Columns(columns), "at most " + std::to_string(MaximumMultispectralBands) + " bands");
  }
}

Layout ReadWithoutHeader(const TextTable& table)
{
  const Row& row = table.GetRows().front();
  if (std::any_of(row.cells.begin(), row.cells.end(), [&table](std::string_view cell) { return !table.Parse(cell); }))
  {
    table.Fail(row, Quote(row.cells.front()) + " as the name of the first column", "a header line (wavelength, names of the bands) or numbers alone");
  }
  CheckBands(table, row, row.cells.size(), 2, false);
  Layout layout;
  layout.firstBand = 2;
  layout.names.resize(row.cells.size() - 2);
  return layout;
}

/** The line of names is the last above the numbers that is not one of units alone; what stands above it are titles. */
Layout ReadHeader(const TextTable& table)
{
  const auto&       rows  = table.GetRows();
  const std::size_t first = table.FindFirstNumbers();
  if (first == 0)
  {
    return ReadWithoutHeader(table);
  }
  if (first == rows.size())
  {
    if (rows.size() > 1)
    {
      table.Number(rows[1], 0);
    }
    table.FailWhole("0 lines of samples", "at least two");
  }
  std::size_t header = first - 1;
  while (header > 0 && rows[header].cells.size() > 1 && HasUnitsAlone(rows[header]) && rows[header - 1].cells.size() > 1)
  {
    --header;
  }
  const Row& row = rows[header];
  CheckBands(table, row, row.cells.size(), 1, true);
  Layout layout;
  layout.firstRow = first;
  // A number of the line, or none's name, may stand before the wavelength.
  while (layout.wavelength + 2 < row.cells.size() && ClassifyColumn(row.cells[layout.wavelength]) == ColumnKind::BandNumber &&
         ClassifyColumn(row.cells[layout.wavelength + 1]) == ColumnKind::Wavelength)
  {
    ++layout.wavelength;
  }
  layout.firstBand = layout.wavelength + 1;
  layout.unit      = FindUnit(row.cells[layout.wavelength]);
  for (std::size_t units = header + 1; units < first && layout.unit.empty(); ++units)
  {
    layout.unit = FindUnit(TextTable::GetCell(rows[units], layout.wavelength));
  }
  layout.names.assign(row.cells.begin() + static_cast<std::ptrdiff_t>(layout.firstBand), row.cells.end());
  return layout;
}

/** The rows in the order of increasing wavelengths, which may decrease from line to line. */
std::vector<const Row*> SortRows(const TextTable& table, const Layout& layout)
{
  const auto&             rows = table.GetRows();
  std::vector<const Row*> sorted;
  const std::size_t       columns = layout.firstBand + layout.names.size();
  for (std::size_t i = layout.firstRow; i < rows.size(); ++i)
  {
    if (rows[i].width < columns || rows[i].cells.size() > columns)
    {
      table.Fail(rows[i], Columns(rows[i].width < columns ? rows[i].width : rows[i].cells.size()), Columns(columns) + " as in the first line");
    }
    if (sorted.size() >= MaximumSamples)
    {
      table.Fail(rows[i], "one more sample", "at most " + std::to_string(MaximumSamples));
    }
    sorted.push_back(&rows[i]);
  }
  const auto wavelength = [&](const Row* row) { return table.Number(*row, layout.wavelength); };
  const bool decreases  = sorted.size() > 1 && wavelength(sorted.back()) < wavelength(sorted.front());
  double     last       = 0;
  for (const Row* row : sorted)
  {
    const double value = wavelength(row);
    if (!(value > 0) || (last > 0 && !(decreases ? value < last : value > last)))
    {
      table.Fail(*row, "the wavelength " + Quote(row->cells[layout.wavelength]),
                 std::string("positive wavelengths that ") + (decreases ? "decrease" : "increase") + " from line to line");
    }
    last = value;
  }
  if (decreases)
  {
    std::reverse(sorted.begin(), sorted.end());
  }
  return sorted;
}

/** A band's samples. Empty cells are zero before its first sample and after its last, and no samples between them. */
ResponseCurve ReadCurve(const TextTable& table, const std::vector<const Row*>& rows, const std::vector<double>& wavelengths, std::size_t column,
                        const std::string& name)
{
  const auto          empty = [column](const Row* row) { return TextTable::GetCell(*row, column).empty(); };
  const auto          first = std::find_if_not(rows.begin(), rows.end(), empty) - rows.begin();
  const auto          last  = rows.rend() - std::find_if_not(rows.rbegin(), rows.rend(), empty);
  std::vector<double> at;
  std::vector<double> values;
  double              most  = 0;
  const Row*          worst = nullptr;
  double              least = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
  {
    const auto place = static_cast<std::ptrdiff_t>(i);
    if (empty(rows[i]) && place >= first && place < last)
    {
      continue;
    }
    const double value = empty(rows[i]) ? 0. : table.Number(*rows[i], column);
    if (value < least)
    {
      least = value;
      worst = rows[i];
    }
    most = std::max(most, value);
    at.push_back(wavelengths[i]);
    values.push_back(std::max(0., value));
  }
  if (worst && least < LeastNegative * most)
  {
    table.Fail(*worst, Quote(TextTable::GetCell(*worst, column)) + " in column " + std::to_string(column + 1), "a response that is not negative");
  }
  if (most == 0)
  {
    table.FailWhole("only zeros in the column of band " + name, "the response of a band");
  }
  return ResponseCurve::Sampled(name, std::move(at), std::move(values));
}
} // namespace

std::vector<ResponseCurve> ReadResponseCurves(std::istream& text, const std::string& source)
{
  const TextTable table(text, source);
  if (table.GetRows().empty())
  {
    table.FailWhole("0 lines of samples", "at least two");
  }
  const Layout layout = ReadHeader(table);
  const auto   rows   = SortRows(table, layout);
  if (rows.size() < 2)
  {
    // What is wrong in the only line is the better message.
    for (std::size_t column = 0; !rows.empty() && column < rows.front()->cells.size(); ++column)
    {
      table.Number(*rows.front(), column);
    }
    table.FailWhole(std::to_string(rows.size()) + " lines of samples", "at least two");
  }
  std::vector<double> wavelengths;
  for (const Row* row : rows)
  {
    wavelengths.push_back(table.Number(*row, layout.wavelength));
  }
  try
  {
    wavelengths = SpectralAxis::FromValues(wavelengths, {}, layout.unit).wavelengths;
  }
  catch (const std::invalid_argument& error)
  {
    throw std::invalid_argument(source + ", " + error.what());
  }
  std::vector<ResponseCurve> curves;
  for (std::size_t band = 0; band < layout.names.size(); ++band)
  {
    const auto name = layout.names[band].empty() ? "band " + std::to_string(band + 1) : layout.names[band];
    curves.push_back(ReadCurve(table, rows, wavelengths, layout.firstBand + band, name));
  }
  return curves;
}
} // namespace otb
