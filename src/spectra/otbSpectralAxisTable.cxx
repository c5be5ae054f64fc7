// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralAxis.h"
#include "otbTextTable.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace otb
{
namespace
{
using Row = TextTable::Row;

const char* const ExpectedWavelengths = "the wavelengths of a hyperspectral image";

/** Where a table says that its columns are; columns from 0. */
struct Columns
{
  std::size_t                wavelength;
  std::optional<std::size_t> width;
  std::string                unit;
  std::size_t                firstRow;
  std::optional<std::size_t> number; // of the band
};

/** The names of the columns that white space separates: a unit in brackets belongs to the name before it. */
std::vector<std::string> JoinUnits(const std::vector<std::string_view>& words)
{
  std::vector<std::string> names;
  for (const auto word : words)
  {
    if (!names.empty() && (word.front() == '(' || word.front() == '['))
    {
      names.back() += " " + std::string(word);
    }
    else
    {
      names.emplace_back(word);
    }
  }
  return names;
}

std::vector<std::string> GetNames(const TextTable& table, const Row& row, std::size_t columns)
{
  if (!table.IsSeparatedByWhiteSpace())
  {
    return {row.cells.begin(), row.cells.end()};
  }
  auto names = JoinUnits(row.cells);
  if (columns == 1)
  {
    names = {std::string(row.text)};
  }
  return names;
}

/** The place of the only column of a kind; that of a centre when there are several; nothing when there is none. */
std::optional<std::size_t> FindColumn(const std::vector<std::string>& names, ColumnKind kind)
{
  std::vector<std::size_t> places;
  for (std::size_t column = 0; column < names.size(); ++column)
  {
    if (ClassifyColumn(names[column]) == kind)
    {
      places.push_back(column);
    }
  }
  if (places.empty())
  {
    return std::nullopt;
  }
  const auto centre = std::find_if(places.begin(), places.end(), [&names](std::size_t column) { return names[column].find("ent") != std::string::npos; });
  return centre != places.end() ? *centre : places.front();
}

/** The unit of a wavelength by its column's name, by a line of units below, or by a column of units. */
std::string FindUnitOf(const TextTable& table, const std::vector<std::string>& names, std::size_t wavelength, std::size_t header, std::size_t first)
{
  const auto& rows = table.GetRows();
  std::string unit = FindUnit(names[wavelength]);
  for (std::size_t row = header + 1; row < first && unit.empty(); ++row)
  {
    unit = FindUnit(TextTable::GetCell(rows[row], wavelength));
  }
  for (std::size_t column = 0; column < names.size() && unit.empty() && first < rows.size(); ++column)
  {
    unit = column == wavelength ? unit : FindUnit(TextTable::GetCell(rows[first], column));
  }
  return unit;
}

/** Whether a line has nothing but units, which stand below the names: "nm,-,-". */
bool HasUnitsAlone(const std::vector<std::string>& names)
{
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) {
                       return name.size() <= 4 &&
                              (!FindUnit(name).empty() || std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c); }));
                     });
}

/** By the line before the numbers that names a column of wavelengths; nothing when there is none. */
std::optional<Columns> FindColumns(const TextTable& table)
{
  const auto&            rows  = table.GetRows();
  const std::size_t      first = table.FindFirstNumbers();
  std::optional<Columns> found;
  for (std::size_t header = first < rows.size() ? first : 0; header-- > 0;)
  {
    const std::size_t columns = rows[first].cells.size();
    auto              names   = GetNames(table, rows[header], columns);
    // R does not name the column of the rows' numbers.
    if (names.size() + 1 == columns && columns > 1)
    {
      names.insert(names.begin(), "");
    }
    const auto wavelength = FindColumn(names, ColumnKind::Wavelength);
    if (!wavelength || (table.IsSeparatedByWhiteSpace() ? names.size() != columns : names.size() < columns))
    {
      continue;
    }
    found = Columns{*wavelength, FindColumn(names, ColumnKind::Width), FindUnitOf(table, names, *wavelength, header, first), first,
                    FindColumn(names, ColumnKind::BandNumber)};
    if (!HasUnitsAlone(names))
    {
      break;
    }
  }
  return found;
}

/** A wavelength; 0 when the cell is empty or says 0, as it does for a band that has none. */
double Wavelength(const TextTable& table, const Row& row, std::size_t column)
{
  const bool   empty = TextTable::GetCell(row, column).empty() && !row.cells.empty();
  const double value = empty ? 0. : table.Number(row, column);
  if (value < 0)
  {
    table.Fail(row, Quote(TextTable::GetCell(row, column)) + " in column " + std::to_string(column + 1), "a positive wavelength");
  }
  return value;
}

void CheckNumber(const TextTable& table, const Row& row, std::size_t values)
{
  if (values > SpectralAxis::MaximumBands)
  {
    table.Fail(row, "more than " + std::to_string(SpectralAxis::MaximumBands) + " bands", ExpectedWavelengths);
  }
}

/** A width that cannot be one: as wide as the spectrum. */
void CheckWidth(const TextTable& table, const Row& row, double wavelength, double width)
{
  if (wavelength > 0 && width >= wavelength)
  {
    table.Fail(row, "a width that is not less than the wavelength", "the wavelength, then the full width at half maximum, or a line that names the columns");
  }
}

/** The rows of numbers in the order of their bands: by the column of the bands' numbers where it has each once, from 0 or 1, else as they stand. */
std::vector<Row> SortRows(const TextTable& table, const Columns& columns)
{
  std::vector<Row> rows(table.GetRows().begin() + static_cast<std::ptrdiff_t>(columns.firstRow), table.GetRows().end());
  std::vector<Row> sorted(rows.size());
  double           first = 1;
  for (const Row& row : rows)
  {
    const auto number = columns.number ? table.Parse(TextTable::GetCell(row, *columns.number)) : std::nullopt;
    if (!number)
    {
      return rows;
    }
    first = *number == 0 ? 0 : first;
  }
  for (const Row& row : rows)
  {
    const double place = *table.Parse(TextTable::GetCell(row, *columns.number)) - first;
    if (!(place >= 0 && place < static_cast<double>(rows.size())) || place != std::floor(place) || !sorted[static_cast<std::size_t>(place)].cells.empty())
    {
      return rows;
    }
    sorted[static_cast<std::size_t>(place)] = row;
  }
  return sorted;
}

SpectralAxis ReadColumns(const TextTable& table, const Columns& columns)
{
  const auto          rows = SortRows(table, columns);
  std::vector<double> wavelengths;
  std::vector<double> widths;
  bool                known = columns.width.has_value();
  for (const Row& row : rows)
  {
    wavelengths.push_back(Wavelength(table, row, columns.wavelength));
    CheckNumber(table, row, wavelengths.size());
    const auto cell  = known ? TextTable::GetCell(row, *columns.width) : std::string_view();
    const auto width = cell.empty() ? 0. : table.Number(row, *columns.width);
    known            = known && (width > 0 || wavelengths.back() == 0);
    widths.push_back(width);
    CheckWidth(table, row, wavelengths.back(), width);
  }
  return SpectralAxis::FromValues(std::move(wavelengths), known ? std::move(widths) : std::vector<double>(), columns.unit);
}

/** Whether the first column counts the rows and the second has what may be wavelengths in nm or um. */
bool HasBandNumbers(const TextTable& table, std::size_t first)
{
  const auto& rows = table.GetRows();
  double      last = 0;
  for (std::size_t i = first; i < rows.size(); ++i)
  {
    const auto number     = rows[i].cells.size() < 2 ? std::nullopt : table.Parse(rows[i].cells[0]);
    const auto wavelength = number ? table.Parse(rows[i].cells[1]) : std::nullopt;
    const bool begins     = i == first && (number == 0. || number == 1.);
    if (!wavelength || !(begins || (i > first && *number == last + 1)) || (*wavelength != 0 && !(*wavelength > 0.15 && *wavelength < 1e5)))
    {
      return false;
    }
    last = *number;
  }
  return rows.size() > first + 2;
}

/** Two whole numbers with a comma between may be one with a decimal comma: then the second ones are no widths. */
void CheckDecimalCommas(const TextTable& table, std::size_t first)
{
  const auto& rows   = table.GetRows();
  double      least  = 1e9;
  double      most   = 0;
  bool        padded = false;
  bool        single = false;
  for (std::size_t i = first; i < rows.size(); ++i)
  {
    const auto& cells = rows[i].cells;
    // White space after a comma makes it a separator.
    const bool whole = Trim(rows[i].text).find_first_not_of("0123456789,\"") == std::string_view::npos;
    const bool comma = rows[i].text.find(',') != std::string_view::npos;
    if (!whole || cells.size() > 2)
    {
      return;
    }
    single = single || !comma;
    if (cells.size() == 2 && comma)
    {
      const double second = table.Parse(cells[1]).value_or(0);
      padded              = padded || (cells[1].size() > 1 && cells[1].front() == '0');
      least               = std::min(least, second);
      most                = std::max(most, second);
    }
  }
  if (most > 0 && (padded || single || most > 3 * least))
  {
    table.Fail(rows[first], Quote(rows[first].text), "decimal points, or semicolons between columns: a comma may be either here");
  }
}

/** Without a line of names: a list of wavelengths in any form, pairs of wavelength and width, or either after the number of the band. */
SpectralAxis ReadUnnamed(const TextTable& table)
{
  const auto& rows  = table.GetRows();
  std::size_t first = 0;
  const auto  none  = [&table](std::string_view field) { return !table.Parse(field).has_value(); };
  const auto  words = rows.empty() ? std::vector<std::string_view>() : SplitList(rows.front().text);
  first             = !words.empty() && std::all_of(words.begin(), words.end(), none) ? 1 : 0;
  if (HasBandNumbers(table, first))
  {
    const bool widths = rows[first].cells.size() > 2;
    return ReadColumns(table, {1, widths ? std::make_optional<std::size_t>(2) : std::nullopt, "", first, {}});
  }
  const bool pairs = rows.size() > first + 1 &&
                     std::all_of(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
                                 [&table](const Row& row) { return row.cells.size() == 2 && table.Parse(row.cells[0]) && table.Parse(row.cells[1]); });
  CheckDecimalCommas(table, first);
  if (pairs)
  {
    return ReadColumns(table, {0, 1, "", first, {}});
  }
  std::vector<double> wavelengths;
  for (std::size_t i = first; i < rows.size(); ++i)
  {
    // Cells where they are numbers with decimal commas, else whatever separates.
    const bool cells = std::all_of(rows[i].cells.begin(), rows[i].cells.end(), [&table](std::string_view cell) { return table.Parse(cell).has_value(); });
    Row        row   = rows[i];
    row.cells        = cells ? row.cells : SplitList(row.text);
    for (std::size_t column = 0; column < row.cells.size(); ++column)
    {
      wavelengths.push_back(Wavelength(table, row, column));
      CheckNumber(table, row, wavelengths.size());
    }
  }
  if (wavelengths.empty())
  {
    table.FailWhole("no number", ExpectedWavelengths);
  }
  return SpectralAxis::FromValues(std::move(wavelengths), {}, "");
}
} // namespace

SpectralAxis SpectralAxis::Read(std::istream& text, const std::string& source)
{
  const TextTable table(text, source);
  const auto      columns = FindColumns(table);
  try
  {
    return columns ? ReadColumns(table, *columns) : ReadUnnamed(table);
  }
  catch (const std::invalid_argument& error)
  {
    // What concerns the values as a whole does not know where they are from.
    const std::string message = error.what();
    throw std::invalid_argument(message.rfind(source, 0) == 0 ? message : source + ", " + message);
  }
}
} // namespace otb
