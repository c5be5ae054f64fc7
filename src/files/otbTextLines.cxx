// SPDX-License-Identifier: Apache-2.0
#include "otbTextLines.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace otb
{
namespace
{
constexpr std::string_view WhiteSpace = " \t\r\f\v";

/** Long enough for a row of tens of thousands of numbers. */
constexpr std::size_t MaximumLineLength = std::size_t(4) << 20;

std::vector<std::string_view> SplitAtAnyOf(std::string_view text, std::string_view separators)
{
  std::vector<std::string_view> fields;
  for (auto begin = text.find_first_not_of(separators); begin != std::string_view::npos;)
  {
    const auto end = text.find_first_of(separators, begin);
    fields.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(separators, end);
  }
  return fields;
}
} // namespace

TextLines::TextLines(std::istream& text, std::string source) : m_Text(text), m_Source(std::move(source))
{
}

void TextLines::FindEncoding()
{
  auto* const buffer = m_Text.rdbuf();
  const int   first  = buffer->sgetc();
  if (first != 0xFF && first != 0xFE)
  {
    FindEncodingWithoutMark();
    return;
  }
  buffer->sbumpc();
  if (buffer->sgetc() != (first == 0xFF ? 0xFE : 0xFF))
  {
    Fail("a byte that begins no text", "text");
  }
  buffer->sbumpc();
  m_Encoding = first == 0xFF ? Encoding::Utf16LittleEndian : Encoding::Utf16BigEndian;
}

void TextLines::FindEncodingWithoutMark()
{
  constexpr auto end    = std::istream::traits_type::eof();
  auto* const    buffer = m_Text.rdbuf();
  const int      first  = buffer->sbumpc();
  const int      second = buffer->sgetc();
  if (first == end || buffer->sungetc() == end)
  {
    return;
  }
  // No text begins with a zero byte, nor has one after its first character.
  if (first != 0 && second == 0)
  {
    m_Encoding = Encoding::Utf16LittleEndian;
  }
  else if (first == 0 && second != 0 && second != end)
  {
    m_Encoding = Encoding::Utf16BigEndian;
  }
}

std::optional<unsigned int> TextLines::NextUnit()
{
  constexpr auto end    = std::istream::traits_type::eof();
  const auto     first  = m_Text.rdbuf()->sbumpc();
  const auto     second = first == end ? end : m_Text.rdbuf()->sbumpc();
  if (second == end)
  {
    return std::nullopt;
  }
  const auto unit = m_Encoding == Encoding::Utf16LittleEndian ? second << 8 | first : first << 8 | second;
  return static_cast<unsigned int>(unit);
}

int TextLines::NextByte()
{
  if (m_Encoding == Encoding::Bytes)
  {
    return m_Text.rdbuf()->sbumpc();
  }
  if (m_Pending.empty())
  {
    const auto unit = NextUnit();
    if (!unit)
    {
      return std::istream::traits_type::eof();
    }
    // Characters beyond the first plane are two units, of which each becomes three bytes: no number or name that is looked for has any.
    if (*unit < 0x80)
    {
      return static_cast<int>(*unit);
    }
    m_Pending.push_back(static_cast<char>(0x80 | (*unit & 0x3F)));
    if (*unit < 0x800)
    {
      m_Pending.push_back(static_cast<char>(0xC0 | *unit >> 6));
    }
    else
    {
      m_Pending.push_back(static_cast<char>(0x80 | (*unit >> 6 & 0x3F)));
      m_Pending.push_back(static_cast<char>(0xE0 | *unit >> 12));
    }
  }
  const auto byte = static_cast<unsigned char>(m_Pending.back());
  m_Pending.pop_back();
  return byte;
}

bool TextLines::Next(std::string& line)
{
  const bool found = NextWithMargins(line);
  line             = std::string(Trim(line));
  return found;
}

bool TextLines::NextWithMargins(std::string& line)
{
  constexpr auto end = std::istream::traits_type::eof();
  while (m_Text.good())
  {
    line.clear();
    if (++m_Line == 1)
    {
      FindEncoding();
    }
    auto character = NextByte();
    if (m_Returned && character == '\n')
    {
      character = NextByte();
    }
    for (; character != end && character != '\n' && character != '\r'; character = NextByte())
    {
      if (character == '\0' || line.size() >= MaximumLineLength)
      {
        Fail(character == '\0' ? "a zero byte" : "a line of more than " + std::to_string(MaximumLineLength) + " characters", "text");
      }
      line.push_back(static_cast<char>(character));
    }
    m_Returned = character == '\r';
    if (character == end)
    {
      m_Text.setstate(std::ios::eofbit);
    }
    if (m_Line == 1 && line.compare(0, 3, "\xEF\xBB\xBF") == 0)
    {
      line.erase(0, 3);
    }
    const auto text = Trim(line);
    if (!text.empty() && text.front() != '#')
    {
      return true;
    }
  }
  return false;
}

void TextLines::Fail(const std::string& found, const std::string& expected) const
{
  FailAt(m_Line, found, expected);
}

void TextLines::FailAt(std::size_t line, const std::string& found, const std::string& expected) const
{
  throw std::invalid_argument(m_Source + ", line " + std::to_string(line) + ": found " + found + ", expected " + expected);
}

void TextLines::FailWhole(const std::string& found, const std::string& expected) const
{
  throw std::invalid_argument(m_Source + ": found " + found + ", expected " + expected);
}

double TextLines::Number(std::string_view field, std::size_t column) const
{
  const auto value = ParseNumber(field);
  if (!value || !std::isfinite(*value))
  {
    Fail(Quote(field) + " in column " + std::to_string(column), "a finite number");
  }
  return *value;
}

std::string_view Trim(std::string_view text)
{
  const auto begin = text.find_first_not_of(WhiteSpace);
  if (begin == std::string_view::npos)
  {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(WhiteSpace) - begin + 1);
}

std::optional<double> ParseNumber(std::string_view field)
{
  if (field.size() > 1 && field.front() == '+' && field[1] != '-')
  {
    field.remove_prefix(1);
  }
  double     value  = 0;
  const auto result = std::from_chars(field.data(), field.data() + field.size(), value);
  if (result.ec != std::errc() || result.ptr != field.data() + field.size())
  {
    return std::nullopt;
  }
  return value;
}

char FindSeparator(std::string_view line)
{
  for (const char separator : {';', ',', '\t'})
  {
    if (line.find(separator) != std::string_view::npos)
    {
      return separator;
    }
  }
  return '\0';
}

std::vector<std::string_view> SplitFields(std::string_view line, char separator)
{
  if (separator == '\0')
  {
    return SplitAtAnyOf(line, WhiteSpace);
  }
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();)
  {
    const auto end   = std::min(line.find(separator, begin), line.size());
    auto       field = Trim(line.substr(begin, end - begin));
    if (field.size() > 1 && field.front() == '"' && field.back() == '"')
    {
      field = Trim(field.substr(1, field.size() - 2));
    }
    fields.push_back(field);
    begin = end + 1;
  }
  if (fields.size() > 1 && fields.back().empty())
  {
    fields.pop_back();
  }
  return fields;
}

std::vector<std::string_view> SplitList(std::string_view text)
{
  return SplitAtAnyOf(text, " \t\r\f\v\n,;{}");
}

std::string Quote(std::string_view text)
{
  constexpr std::size_t longest = 40;
  std::string           shown(text.substr(0, longest));
  for (char& character : shown)
  {
    if (static_cast<unsigned char>(character) < ' ')
    {
      character = '?';
    }
  }
  return "\"" + shown + (text.size() > longest ? "...\"" : "\"");
}
} // namespace otb
