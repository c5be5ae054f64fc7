// SPDX-License-Identifier: Apache-2.0
#ifndef otbHtmlText_h
#define otbHtmlText_h

#include "SpectraMorphExport.h"

#include <string>

namespace otb
{
/** Text from anywhere, as it may stand in an HTML element or between the double quotes of an attribute: markup is escaped, control characters are removed, and
 * what is not UTF-8 is taken for Latin-1. */
SpectraMorph_EXPORT std::string ToHtmlText(const std::string& text);

/** With that many significant digits, and no more than are needed; "not a number" and infinity become a dash. */
SpectraMorph_EXPORT std::string ToHtmlNumber(double value, int digits = 6);
} // namespace otb

#endif
