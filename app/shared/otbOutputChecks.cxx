// SPDX-License-Identifier: Apache-2.0
#include "otbOutputChecks.h"
#include "otbFileNames.h"
#include "otbPhysicalMemory.h"

#include "otbImageIOFactory.h"
#include "otbWrapperOutputImageParameter.h"

#include "gdal_priv.h"
#include "itksys/SystemTools.hxx"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <sstream>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
namespace
{
namespace fs = std::filesystem;

/** Whether GDAL has drivers for such files and none that writes images part by part, of any number of bands: pictures (.png, .jpg, .jp2, .gif). */
bool IsPictureFormat(const fs::path& file)
{
  const std::string extension = itksys::SystemTools::LowerCase(file.extension().string());
  bool              known     = false;
  GDALAllRegister();
  for (int i = 0; i < GetGDALDriverManager()->GetDriverCount(); ++i)
  {
    GDALDriver* const driver     = GetGDALDriverManager()->GetDriver(i);
    const char* const extensions = driver->GetMetadataItem(GDAL_DMD_EXTENSIONS);
    if (driver->GetMetadataItem(GDAL_DCAP_RASTER) == nullptr || extensions == nullptr)
    {
      continue;
    }
    std::istringstream words(extensions);
    for (std::string word; words >> word;)
    {
      if ("." + word != extension)
      {
        continue;
      }
      const char* const types = driver->GetMetadataItem(GDAL_DMD_CREATIONDATATYPES);
      if (driver->GetMetadataItem(GDAL_DCAP_CREATE) != nullptr && types != nullptr && std::string(types).find("UInt16") != std::string::npos)
      {
        return false;
      }
      known = known || types != nullptr;
    }
  }
  return known;
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
  if (image && file.has_extension() && ImageIOFactory::CreateImageIO(file.c_str(), ImageIOFactory::WriteMode).IsNull())
  {
    throw std::invalid_argument(key + ": found the extension " + file.extension().string() +
                                ", expected that of an image format that OTB writes, such as .tif");
  }
  if (image && IsPictureFormat(file))
  {
    throw std::invalid_argument(key + ": found the extension " + file.extension().string() +
                                ", of pictures, expected that of an image format of any number of bands and tiles, such as .tif");
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
    if (parameter == nullptr || !application.IsParameterEnabled(key) || parameter->GetValue() == nullptr)
    {
      continue;
    }
    auto* const image = parameter->GetValue();
    image->UpdateOutputInformation();
    const std::string file = GetSimpleName(application.GetParameterString(key));
    const auto        io   = file.empty() ? nullptr : ImageIOFactory::CreateImageIO(file.c_str(), ImageIOFactory::WriteMode);
    if (io.IsNotNull() && !io->CanStreamWrite())
    {
      CheckFitsMemory(key + ": found a format that is written in one piece",
                      sizeof(float) * static_cast<double>(image->GetLargestPossibleRegion().GetNumberOfPixels()) * image->GetNumberOfComponentsPerPixel());
    }
  }
}
} // namespace Wrapper
} // namespace otb
