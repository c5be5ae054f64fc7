// SPDX-License-Identifier: Apache-2.0
#ifndef otbParameterFile_h
#define otbParameterFile_h

#include "otbTextFile.h"

#include <fstream>
#include <string>

namespace otb
{
namespace Wrapper
{
/** The text file that a parameter names, and how messages call it. */
struct ParameterFile
{
  ParameterFile(const std::string& key, const std::string& path) : source(key + " (" + path + ")"), text(OpenTextFile(path, source))
  {
  }

  std::string   source;
  std::ifstream text;
};
} // namespace Wrapper
} // namespace otb

#endif
