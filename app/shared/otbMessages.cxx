// SPDX-License-Identifier: Apache-2.0
#include "otbMessages.h"
#include "otbFileNames.h"

#include "otbExtendedFilenameToReaderOptions.h"

#include <filesystem>
#include <regex>
#include <sstream>

namespace otb
{
namespace Wrapper
{
namespace
{
/** OTB does not say of which file name's option bands it speaks. */
std::string ExplainBands(Application& application, const std::string& message)
{
  if (message != "Invalid band number.")
  {
    return message;
  }
  std::string keys, ranges;
  for (const auto& key : application.GetParametersKeys(true))
  {
    if (application.GetParameterType(key) == ParameterType_InputImage && application.HasValue(key))
    {
      const auto options = ExtendedFilenameToReaderOptions::New();
      options->SetExtendedFileName(application.GetParameterString(key));
      if (options->BandRangeIsSet())
      {
        keys += (keys.empty() ? "" : " or ") + key;
        ranges += (ranges.empty() ? "" : " or ") + options->GetBandRange();
      }
    }
  }
  return keys + ": found bands=" + ranges + " in the file name, expected numbers of bands that the image has";
}
/** The file of an image beside its header, by any extension: ", such as a.bil" if there is one. */
std::string FindImageBeside(const std::string& header)
{
  namespace fs         = std::filesystem;
  const fs::path  path = header;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : fs::path("."), error))
  {
    const fs::path other = entry.path();
    const auto     kind  = itksys::SystemTools::LowerCase(other.extension().string());
    if (other.stem() == path.stem() && kind != ".hdr" && kind != ".xml" && kind != ".txt" && kind != ".csv" && entry.is_regular_file(error))
    {
      return ", which is " + (path.parent_path() / other.filename()).string();
    }
  }
  return ", a file of that name without .hdr or with another extension";
}
} // namespace

std::string ToText(double value)
{
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string GetMessage(const std::string& description)
{
  static const std::regex frame("^\\s*(Caught std::exception during application execution: )?(itk::ERROR: |ITK ERROR: )?(\\w+\\(0x[0-9a-f]+\\): )?");
  static const std::regex space("\\s+");
  const std::string       line = std::regex_replace(std::regex_replace(description, frame, "", std::regex_constants::format_first_only), space, " ");
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string GetReason(const std::string& message)
{
  const auto colon = message.find("' : ");
  return colon == std::string::npos ? "" : message.substr(colon + 4);
}

std::string ExplainError(Application& application, const std::string& description)
{
  std::string message = ExplainBands(application, GetMessage(description));
  for (const char* const memory : {"std::bad_alloc", "Failed to allocate memory"})
  {
    if (message.find(memory) != std::string::npos)
    {
      return "ram: found too little memory for images of this size with these parameters, expected more of it";
    }
  }
  for (const auto& key : application.GetParametersKeys(true))
  {
    if (application.GetParameterType(key) == ParameterType_InputImage && application.HasValue(key))
    {
      const std::string file = GetSimpleName(application.GetParameterString(key));
      if (message.find("Error while reading image (GDAL format) '" + file + "'") == 0)
      {
        return key + ": found that " + file + " cannot be read (" + GetReason(message) + "), expected a whole image";
      }
      if (message.find("Cannot open image " + file + ". ") == 0)
      {
        return key + ": " + message;
      }
      // OTB speaks of the file that should lie beside a header.
      if (GetPixelFile(file) != file && message.find("Cannot open image " + GetPixelFile(file).string() + ". ") == 0)
      {
        return key + ": found " + file + ", a header, expected its image" + FindImageBeside(file);
      }
    }
  }
  return message;
}
} // namespace Wrapper
} // namespace otb
