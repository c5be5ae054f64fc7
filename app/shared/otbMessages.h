// SPDX-License-Identifier: Apache-2.0
#ifndef otbMessages_h
#define otbMessages_h

#include "otbWrapperApplication.h"

#include <string>

namespace otb
{
namespace Wrapper
{
/** As short as it can be read: 0.5, 3.4e+38. */
std::string ToText(double value);

/** The description of an ITK exception in one line, without the class and the address that ITK puts before it. */
std::string GetMessage(const std::string& description);

/** What GDAL says, behind the colon after the name of the file; empty where there is none. */
std::string GetReason(const std::string& message);

/** The text of an error in the user's words: GetMessage(), with the input parameter that it is about where OTB names a file or nothing at all. */
std::string ExplainError(Application& application, const std::string& description);
} // namespace Wrapper
} // namespace otb

#endif
