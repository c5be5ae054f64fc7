// SPDX-License-Identifier: Apache-2.0
#ifndef otbTextLines_h
#define otbTextLines_h

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace otb
{
/** \class TextLines
 * \brief Reads tables of numbers line by line, keeping the place so that an error names it.
 *
 * Empty lines and lines that start with # are skipped, a byte order mark and carriage returns are dropped. Lines are bounded, so that a binary file given by
 * mistake neither fills the memory nor is taken for text.
 */
class TextLines
{
public:
  TextLines(std::istream& text, std::string source);

  /** The next line that holds something; false at the end. */
  bool Next(std::string& line);

  /** \throw std::invalid_argument "<source>, line <n>: found <found>, expected <expected>" for the current line. */
  [[noreturn]] void Fail(const std::string& found, const std::string& expected) const;

  /** \throw std::invalid_argument about the source as a whole. */
  [[noreturn]] void FailWhole(const std::string& found, const std::string& expected) const;

  /** The field as a finite number. \throw std::invalid_argument naming line and column. */
  double Number(std::string_view field, std::size_t column) const;

private:
  std::istream& m_Text;
  std::string   m_Source;
  std::size_t   m_Line = 0;
};

/** A number and nothing else, whatever the locale. NaN and infinity are numbers here: who forbids them says so. */
std::optional<double> ParseNumber(std::string_view field);

/** How the columns of a table are separated. Text whose columns are separated by white space alone has '\0'. */
char FindSeparator(std::string_view line);

/** The fields of a line, without the white space and quotes around them. Empty fields count, save with white space as the separator or after the last
 * separator. */
std::vector<std::string_view> SplitFields(std::string_view line, char separator);

/** The fields of a free list of values: any mixture of white space, commas, semicolons and braces separates. */
std::vector<std::string_view> SplitList(std::string_view text);

/** Text for messages: shortened when long, unprintable characters replaced. */
std::string Quote(std::string_view text);
} // namespace otb

#endif
