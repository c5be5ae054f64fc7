// SPDX-License-Identifier: Apache-2.0
#include "otbOutputChecks.h"
#include "otbFileNames.h"

#include "otbWrapperOutputImageParameter.h"

#include "itksys/SystemTools.hxx"

#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
namespace
{
namespace fs = std::filesystem;

/** Of the formats that OTB writes those of any number of bands and any type, which are written part by part. Of the others pictures are not (.png, .jpg, .jp2),
 * and some cannot be read again (.lum, .hd, .ntf of many bands). */
bool IsFormat(const fs::path& file)
{
  static const std::set<std::string> extensions = {".tif", ".tiff", ".hdr", ".img", ".pix"};
  return extensions.count(itksys::SystemTools::LowerCase(file.extension().string())) != 0;
}

/** \throw std::invalid_argument when an output file is not one that can be written; an empty extension is left to OTB, which adds one. */
void CheckOutputFile(const std::string& key, const fs::path& file, bool image)
{
  const fs::path  folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error) || !itksys::SystemTools::TestFileAccess(folder.string(), itksys::TEST_FILE_WRITE))
  {
    throw std::invalid_argument(key + ": found the folder " + folder.string() + ", expected a folder that exists and can be written to");
  }
  // Devices and pipes are refused too: the file is written by another name and renamed, which would put a file in their place.
  if (fs::exists(file, error) && (!fs::is_regular_file(file, error) || !itksys::SystemTools::TestFileAccess(file.string(), itksys::TEST_FILE_WRITE)))
  {
    throw std::invalid_argument(key + ": found " + file.string() + ", expected a file that can be written");
  }
  if (image && file.has_extension() && !IsFormat(file))
  {
    throw std::invalid_argument(key + ": found the extension " + file.extension().string() +
                                ", expected .tif, .hdr (ENVI), .img or .pix, formats of any number of bands that are written part by part");
  }
}

/** The parameters of input files, none of them a pipe or a device, reading which might never end. */
std::vector<std::string> GetInputs(Application& application)
{
  std::vector<std::string> inputs;
  for (const auto& key : application.GetParametersKeys(true))
  {
    const auto type = application.GetParameterType(key);
    if ((type == ParameterType_InputImage || type == ParameterType_InputFilename) && application.HasValue(key))
    {
      const std::string file = GetSimpleName(application.GetParameterString(key));
      std::error_code   error;
      if (fs::is_other(file, error))
      {
        throw std::invalid_argument(key + ": found " + file + ", a pipe or a device, expected a file");
      }
      inputs.push_back(key);
    }
  }
  return inputs;
}
} // namespace

void CheckOutputFiles(Application& application)
{
  const auto                      inputs = GetInputs(application);
  std::map<fs::path, std::string> outputs;
  for (const auto& key : application.GetParametersKeys(true))
  {
    const auto type = application.GetParameterType(key);
    if ((type != ParameterType_OutputImage && type != ParameterType_OutputFilename) || !application.IsParameterEnabled(key) || !application.HasValue(key))
    {
      continue;
    }
    const fs::path  file = GetSimpleName(application.GetParameterString(key));
    std::error_code error;
    if (!IsOnDisk(file.string()))
    {
      continue;
    }
    CheckOutputFile(key, file, type == ParameterType_OutputImage);
    for (const auto& input : inputs)
    {
      if (fs::equivalent(file, GetSimpleName(application.GetParameterString(input)), error))
      {
        throw std::invalid_argument(key + ": found the file of " + input + ", expected another, since that is read while this is written");
      }
    }
    const auto entry = outputs.emplace(fs::weakly_canonical(file, error), key);
    if (!entry.second)
    {
      throw std::invalid_argument(key + ": found the file of " + entry.first->second + ", expected a file of its own");
    }
  }
}

void CheckOutputImages(Application& application)
{
  for (const auto& key : application.GetParametersKeys(true))
  {
    auto* const parameter = dynamic_cast<OutputImageParameter*>(application.GetParameterByKey(key));
    if (parameter != nullptr && application.IsParameterEnabled(key) && parameter->GetValue() != nullptr)
    {
      parameter->GetValue()->UpdateOutputInformation();
    }
  }
}
} // namespace Wrapper
} // namespace otb
