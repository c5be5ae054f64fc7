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
 * Empty lines and lines that start with # are skipped; lines end with a line feed, a carriage return, or both. UTF-16 is told by its byte order mark, or by a
 * zero byte within its first character, and read as UTF-8. Lines are bounded, so that a binary file given by mistake neither fills the memory nor is taken for
 * text.
 */
class TextLines
{
public:
  TextLines(std::istream& text, std::string source);

  /** The next line that holds something, without the white space around it; false at the end. */
  bool Next(std::string& line);

  /** The same with the white space around it, which may be empty cells between tabs. */
  bool NextWithMargins(std::string& line);

  /** The number of the current line, from 1. */
  std::size_t GetLine() const
  {
    return m_Line;
  }

  /** \throw std::invalid_argument "<source>, line <n>: found <found>, expected <expected>" for the current line. */
  [[noreturn]] void Fail(const std::string& found, const std::string& expected) const;

  /** \throw std::invalid_argument for another line. */
  [[noreturn]] void FailAt(std::size_t line, const std::string& found, const std::string& expected) const;

  /** \throw std::invalid_argument about the source as a whole. */
  [[noreturn]] void FailWhole(const std::string& found, const std::string& expected) const;

  /** The field as a finite number. \throw std::invalid_argument naming line and column. */
  double Number(std::string_view field, std::size_t column) const;

private:
  /** The next byte of the text as UTF-8; the end of the file as traits_type::eof(). */
  int NextByte();

  /** Two bytes of UTF-16; nothing at the end. */
  std::optional<unsigned int> NextUnit();

  void FindEncoding();
  void FindEncodingWithoutMark();

  enum class Encoding
  {
    Bytes,
    Utf16LittleEndian,
    Utf16BigEndian
  };

  std::istream& m_Text;
  std::string   m_Source;
  std::size_t   m_Line     = 0;
  bool          m_Returned = false; // the last line ended with a carriage return, to which a line feed may belong
  Encoding      m_Encoding = Encoding::Bytes;
  std::string   m_Pending; // bytes of the last character that are still to come, in reverse
};

/** A number and nothing else, whatever the locale. NaN and infinity are numbers here: who forbids them says so. */
std::optional<double> ParseNumber(std::string_view field);

/** The text without the white space around it. */
std::string_view Trim(std::string_view text);

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
