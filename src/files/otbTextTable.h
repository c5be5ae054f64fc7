// SPDX-License-Identifier: Apache-2.0
#ifndef otbTextTable_h
#define otbTextTable_h

#include "otbTextLines.h"

#include <deque>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace otb
{
/** \class TextTable
 * \brief A table as spreadsheets, R and operators write it, in cells, keeping the lines so that errors name them.
 *
 * What separates columns is found from all lines: semicolons, tabs, commas or white space. Numbers may have decimal commas where semicolons or tabs separate,
 * or where the only column is named by a line without a comma. Quotes around cells are dropped, and so are rows without any content.
 */
class TextTable
{
public:
  struct Row
  {
    std::size_t                   line;  ///< its number in the text, from 1
    std::string_view              text;  ///< the whole of it
    std::vector<std::string_view> cells; ///< without empty ones at the end
    std::size_t                   width; ///< with those
  };

  /** \throw std::invalid_argument when it is no text, or longer than such a table is. */
  TextTable(std::istream& text, std::string source);

  const std::vector<Row>& GetRows() const
  {
    return m_Rows;
  }

  /** The first row whose first cell that is not empty is a number; the number of rows when there is none. */
  std::size_t FindFirstNumbers() const;

  /** A cell as a number, by the table's decimal sign. */
  std::optional<double> Parse(std::string_view cell) const;

  /** A cell by its column from 0; empty beyond the row's last. */
  static std::string_view GetCell(const Row& row, std::size_t column)
  {
    return column < row.cells.size() ? row.cells[column] : std::string_view();
  }

  /** A cell as a finite number. \throw std::invalid_argument naming line and column. */
  double Number(const Row& row, std::size_t column) const;

  /** \throw std::invalid_argument */
  [[noreturn]] void Fail(const Row& row, const std::string& found, const std::string& expected) const;
  [[noreturn]] void FailWhole(const std::string& found, const std::string& expected) const;

  /** Whether columns are separated by white space, with which empty cells cannot be told. */
  bool IsSeparatedByWhiteSpace() const
  {
    return m_Separator == '\0';
  }

private:
  void FindSeparators();

  TextLines               m_Lines;
  std::deque<std::string> m_Text; // cells point into it
  std::vector<Row>        m_Rows;
  char                    m_Separator     = '\0';
  bool                    m_DecimalCommas = false;
};

/** What a column holds, by its name. */
enum class ColumnKind
{
  Wavelength,
  Width,
  BandNumber,
  Other
};

ColumnKind ClassifyColumn(std::string_view name);

/** The unit of length in a column's name such as "wavelength [nm]", "wl_um" or "nm"; empty when there is none. */
std::string FindUnit(std::string_view name);
} // namespace otb

#endif
