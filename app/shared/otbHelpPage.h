// SPDX-License-Identifier: Apache-2.0
#ifndef otbHelpPage_h
#define otbHelpPage_h

#include <string>

namespace otb
{
namespace Wrapper
{
/** The address of an application's HTML page; empty where that is not installed. */
std::string FindHelpPage(const std::string& application);
} // namespace Wrapper
} // namespace otb

#endif
