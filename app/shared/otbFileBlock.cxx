// SPDX-License-Identifier: Apache-2.0
#include "otbFileBlock.h"

#include "otbExtendedFilenameToWriterOptions.h"

#include "cpl_string.h"

#include <cstdlib>

namespace otb
{
namespace Wrapper
{
FileBlock GetFileBlock(const std::string& extendedName, unsigned int columns)
{
  if (extendedName.empty())
  {
    return {};
  }
  const auto name = ExtendedFilenameToWriterOptions::New();
  name->SetExtendedFileName(extendedName);
  CPLStringList options;
  for (const std::string& option : name->GetgdalCreationOptions())
  {
    options.AddString(option.c_str());
  }
  if (!options.FetchBool("TILED", false))
  {
    return {columns, 1};
  }
  // GDAL's default is 256. What is no number GDAL refuses.
  const auto size = [&options](const char* option) { return static_cast<unsigned int>(std::atoi(options.FetchNameValueDef(option, "256"))); };
  return {size("BLOCKXSIZE"), size("BLOCKYSIZE")};
}
} // namespace Wrapper
} // namespace otb
