// SPDX-License-Identifier: Apache-2.0
#ifndef otbFileNames_h
#define otbFileNames_h

#include "itksys/SystemTools.hxx"

#include <filesystem>
#include <string>

namespace otb
{
namespace Wrapper
{
/** The name without the options of an extended filename. */
inline std::string GetSimpleName(const std::string& filename)
{
  return filename.substr(0, filename.find("?&"));
}

inline bool IsOnDisk(const std::string& file)
{
  return !file.empty() && file.rfind("/vsi", 0) != 0;
}

/** The file that holds the pixels: those of ENVI's x.hdr are in x. */
inline std::filesystem::path GetPixelFile(const std::filesystem::path& file)
{
  return itksys::SystemTools::LowerCase(file.extension().string()) == ".hdr" ? std::filesystem::path(file).replace_extension() : file;
}
} // namespace Wrapper
} // namespace otb

#endif
