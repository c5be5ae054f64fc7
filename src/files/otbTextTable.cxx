// SPDX-License-Identifier: Apache-2.0
#include "otbTextTable.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <initializer_list>

namespace otb
{
namespace
{
/** Far more than any table of wavelengths or curves has. */
constexpr std::size_t MaximumSize = std::size_t(64) << 20;

bool IsDigit(char character)
{
  return character >= '0' && character <= '9';
}

/** Whether all commas of the text stand between two digits. */
bool HasDecimalCommasAlone(std::string_view text)
{
  for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',', comma + 1))
  {
    if (comma == 0 || comma + 1 == text.size() || !IsDigit(text[comma - 1]) || !IsDigit(text[comma + 1]))
    {
      return false;
    }
  }
  return true;
}

std::size_t CountOf(std::string_view text, char character)
{
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), character));
}

std::string_view Unquote(std::string_view cell)
{
  return cell.size() > 1 && cell.front() == '"' && cell.back() == '"' ? Trim(cell.substr(1, cell.size() - 2)) : cell;
}

/** As SplitFields(), but a separator within quotes is none, and the last cell counts even when it is empty. */
std::vector<std::string_view> SplitCells(std::string_view text, char separator)
{
  std::vector<std::string_view> cells;
  if (separator == '\0')
  {
    cells = SplitFields(text, separator);
    std::transform(cells.begin(), cells.end(), cells.begin(), Unquote);
    return cells;
  }
  bool        quoted = false;
  std::size_t begin  = 0;
  for (std::size_t i = 0; i <= text.size(); ++i)
  {
    quoted = i < text.size() && text[i] == '"' ? !quoted : quoted;
    if (i == text.size() || (text[i] == separator && !quoted))
    {
      cells.push_back(Unquote(Trim(text.substr(begin, i - begin))));
      begin = i + 1;
    }
  }
  return cells;
}

/** The words of a column's name in lower case: letters (any byte of UTF-8 among them) between other characters. */
std::vector<std::string> SplitWords(std::string_view name)
{
  std::vector<std::string> words(1);
  for (const char character : name)
  {
    const auto byte = static_cast<unsigned char>(character);
    if (std::isalpha(byte) || byte >= 0x80)
    {
      words.back().push_back(byte < 0x80 ? static_cast<char>(std::tolower(byte)) : character);
    }
    else if (!words.back().empty())
    {
      words.emplace_back();
    }
  }
  if (words.back().empty())
  {
    words.pop_back();
  }
  return words;
}

bool HasAnyOf(const std::vector<std::string>& words, std::initializer_list<const char*> wanted)
{
  return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}
} // namespace

TextTable::TextTable(std::istream& text, std::string source) : m_Lines(text, std::move(source))
{
  std::size_t size = 0;
  for (std::string line; m_Lines.NextWithMargins(line);)
  {
    size += line.size();
    if (size > MaximumSize)
    {
      m_Lines.Fail("more than " + std::to_string(MaximumSize) + " characters", "a table");
    }
    m_Text.push_back(line);
    m_Rows.push_back({m_Lines.GetLine(), m_Text.back(), {}, 0});
  }
  FindSeparators();
  for (auto& row : m_Rows)
  {
    row.cells = SplitCells(row.text, m_Separator);
    row.width = row.cells.size();
    while (!row.cells.empty() && row.cells.back().empty())
    {
      row.cells.pop_back();
    }
  }
  m_Rows.erase(std::remove_if(m_Rows.begin(), m_Rows.end(), [](const Row& row) { return row.cells.empty(); }), m_Rows.end());
}

void TextTable::FindSeparators()
{
  // A title may hold anything: lines of numbers decide, and where there are none, all lines.
  std::vector<std::string_view> numbers;
  std::vector<std::string_view> words;
  for (const Row& row : m_Rows)
  {
    const auto text  = Trim(row.text);
    const auto first = text.find_first_not_of("\"+-.,; \t");
    (first != std::string_view::npos && IsDigit(text[first]) ? numbers : words).push_back(text);
  }
  const auto& lines = numbers.empty() ? words : numbers;
  const auto  most  = [&lines](char separator)
  {
    const auto having =
        std::count_if(lines.begin(), lines.end(), [separator](std::string_view line) { return line.find(separator) != std::string_view::npos; });
    return having > 0 && 2 * static_cast<std::size_t>(having) >= lines.size();
  };
  const bool decimal   = std::all_of(lines.begin(), lines.end(), HasDecimalCommasAlone);
  const bool hasComma  = std::any_of(lines.begin(), lines.end(), [](std::string_view line) { return line.find(',') != std::string_view::npos; });
  const bool hasPoint  = std::any_of(lines.begin(), lines.end(), [](std::string_view line) { return line.find('.') != std::string_view::npos; });
  const bool oneColumn = !words.empty() && CountOf(words.back(), ',') == 0 && ClassifyColumn(words.back()) == ColumnKind::Wavelength &&
                         std::all_of(lines.begin(), lines.end(), [](std::string_view line) { return CountOf(line, ',') <= 1 && line.find(' ') == line.npos; });
  if (most(';') || (most('\t') && (!hasComma || decimal)))
  {
    m_Separator     = most(';') ? ';' : '\t';
    m_DecimalCommas = hasComma;
  }
  else if (hasComma && decimal && !hasPoint && oneColumn)
  {
    m_DecimalCommas = true;
  }
  else if (most(','))
  {
    m_Separator = ',';
  }
}

std::size_t TextTable::FindFirstNumbers() const
{
  const auto begins = [this](const Row& row)
  {
    const auto cell = std::find_if(row.cells.begin(), row.cells.end(), [](std::string_view text) { return !text.empty(); });
    return cell != row.cells.end() && Parse(*cell).has_value();
  };
  return static_cast<std::size_t>(std::find_if(m_Rows.begin(), m_Rows.end(), begins) - m_Rows.begin());
}

std::optional<double> TextTable::Parse(std::string_view cell) const
{
  const auto comma = m_DecimalCommas ? cell.find(',') : std::string_view::npos;
  if (comma == std::string_view::npos)
  {
    return ParseNumber(cell);
  }
  std::string text(cell);
  text[comma] = '.';
  return ParseNumber(text);
}

double TextTable::Number(const Row& row, std::size_t column) const
{
  const auto cell  = GetCell(row, column);
  const auto value = Parse(cell);
  if (!value || !std::isfinite(*value))
  {
    Fail(row, Quote(cell) + " in column " + std::to_string(column + 1), "a finite number");
  }
  return *value;
}

void TextTable::Fail(const Row& row, const std::string& found, const std::string& expected) const
{
  m_Lines.FailAt(row.line, found, expected);
}

void TextTable::FailWhole(const std::string& found, const std::string& expected) const
{
  m_Lines.FailWhole(found, expected);
}

ColumnKind ClassifyColumn(std::string_view name)
{
  const auto words = SplitWords(name);
  if (HasAnyOf(words, {"min", "max", "minimum", "maximum", "from", "to", "lower", "upper", "start", "end"}))
  {
    return ColumnKind::Other;
  }
  if (HasAnyOf(words, {"fwhm", "width", "bandwidth", "bandwidths", "widths", "bw", "fwhmofband", "wavelengthwidthofband"}))
  {
    return ColumnKind::Width;
  }
  if (HasAnyOf(words, {"wavelength", "wavelengths", "wl", "wvl", "cwl", "wave", "wavelen", "lambda", "\xCE\xBB", "center", "centre", "centers", "centres",
                       "wavelengthcenterofband", "wellenl\xC3\xA4nge", "wellenlaenge"}) ||
      (words.size() == 1 && !FindUnit(name).empty()))
  {
    return ColumnKind::Wavelength;
  }
  const bool number =
      words.empty() || HasAnyOf(words, {"band", "bands", "channel", "number", "nr", "no", "num", "id", "idx", "index", "bandnumber", "bandid", "b"});
  return number ? ColumnKind::BandNumber : ColumnKind::Other;
}

std::string FindUnit(std::string_view name)
{
  for (const auto& word : SplitWords(name))
  {
    const auto startsWith = [&word](const char* prefix) { return word.rfind(prefix, 0) == 0; };
    if (word == "nm" || startsWith("nanomet"))
    {
      return "nm";
    }
    // The micro sign and the Greek mu, in UTF-8; the micro sign in Latin-1.
    if (word == "um" || startsWith("micromet") || startsWith("micron") || word == "\xC2\xB5m" || word == "\xCE\xBCm" || word == "\xB5m")
    {
      return "um";
    }
    if (startsWith("angstrom"))
    {
      return "angstrom";
    }
  }
  return {};
}
} // namespace otb
