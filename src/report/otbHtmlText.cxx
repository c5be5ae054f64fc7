// SPDX-License-Identifier: Apache-2.0
#include "otbHtmlText.h"

#include "cpl_conv.h"
#include "cpl_string.h"

#include <cmath>
#include <iomanip>
#include <locale>
#include <memory>
#include <sstream>

namespace otb
{
namespace
{
struct FreeMemory
{
  void operator()(char* memory) const
  {
    CPLFree(memory);
  }
};
using Text = std::unique_ptr<char, FreeMemory>;
} // namespace

std::string ToHtmlText(const std::string& text)
{
  std::string unicode = text;
  if (!CPLIsUTF8(text.data(), static_cast<int>(text.size())))
  {
    unicode = Text(CPLRecode(text.c_str(), CPL_ENC_ISO8859_1, CPL_ENC_UTF8)).get();
  }
  return Text(CPLEscapeString(unicode.data(), static_cast<int>(unicode.size()), CPLES_XML)).get();
}

std::string ToHtmlNumber(double value, int digits)
{
  if (!std::isfinite(value))
  {
    return "–";
  }
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(digits) << value + 0.; // no -0
  return text.str();
}
} // namespace otb
