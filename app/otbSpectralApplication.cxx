// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"
#include "otbWrittenImage.h"

#include "otbAdditiveSpectralNoiseImageFilter.h"
#include "otbSpectralNoise.h"
#include "otbStreamingBandPowerImageFilter.h"

#include "otbImageIOFactory.h"
#include "otbWrapperOutputImageParameter.h"

#include "itksys/SystemTools.hxx"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <new>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Noise of 10^15 times the signal, or of so small a part of it, is no longer a number of single precision. */
constexpr int MaximumDecibels = 300;

/** The name without the options of an extended filename. */
std::string GetSimpleName(const std::string& name)
{
  return name.substr(0, name.find("?&"));
}

/** The values that the pixels of an output image can have. */
std::pair<double, double> GetLimits(ImagePixelType type)
{
  switch (type)
  {
  case ImagePixelType_uint8:
    return {0, 255};
  case ImagePixelType_int16:
    return {-32768, 32767};
  case ImagePixelType_uint16:
    return {0, 65535};
  case ImagePixelType_int32:
    return {-2147483648., 2147483647.};
  case ImagePixelType_uint32:
    return {0, 4294967295.};
  default:
    return {-std::numeric_limits<float>::max(), std::numeric_limits<float>::max()};
  }
}

/** \throw std::invalid_argument when an output file is not one that can be written; an empty extension is left to OTB, which adds one. */
void CheckOutputFile(const std::string& key, const std::filesystem::path& file, bool image)
{
  namespace fs           = std::filesystem;
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
}
} // namespace

std::string SpectralApplication::GetMessage(const itk::ExceptionObject& error)
{
  const std::string description = error.GetDescription();
  const std::string generic     = "itk::ERROR: ";
  const auto        pointer     = description.find("(0x");
  const auto        end         = description.find("): ");
  const bool        prefixed    = description.find("ERROR: ") < pointer && pointer < end && end != std::string::npos;
  return prefixed ? description.substr(end + 3) : description.rfind(generic, 0) == 0 ? description.substr(generic.size()) : description;
}

std::string SpectralApplication::ToText(double value)
{
  std::ostringstream text;
  text << value;
  return text.str();
}

int SpectralApplication::GetIntegerFrom(const std::string& key, int least)
{
  const int value = this->GetParameterInt(key);
  if (value < least)
  {
    throw std::invalid_argument(key + ": found " + std::to_string(value) + ", expected a whole number from " + std::to_string(least));
  }
  return value;
}

void SpectralApplication::DoExecute()
{
  try
  {
    this->CheckOutputFiles();
    this->GetIntegerFrom("ram", 1);
    this->Run();
    this->CheckOutputImages();
  }
  catch (const ApplicationException&)
  {
    // Logged where it was thrown.
    throw;
  }
  catch (const itk::ExceptionObject& error)
  {
    otbAppLogFATAL(<< GetMessage(error));
  }
  catch (const std::bad_alloc&)
  {
    otbAppLogFATAL(<< "ram: found too little memory for images of this size with these parameters, expected more of it");
  }
  catch (const std::exception& error)
  {
    otbAppLogFATAL(<< error.what());
  }
}

void SpectralApplication::CheckOutputFiles()
{
  namespace fs                  = std::filesystem;
  const auto               keys = this->GetParametersKeys(true);
  std::vector<std::string> inputs;
  for (const auto& key : keys)
  {
    const auto type = this->GetParameterType(key);
    if ((type == ParameterType_InputImage || type == ParameterType_InputFilename) && this->HasValue(key))
    {
      inputs.push_back(key);
    }
  }
  std::map<fs::path, std::string> outputs;
  for (const auto& key : keys)
  {
    const auto type = this->GetParameterType(key);
    if ((type != ParameterType_OutputImage && type != ParameterType_OutputFilename) || !this->IsParameterEnabled(key) || !this->HasValue(key))
    {
      continue;
    }
    const fs::path  file = GetSimpleName(this->GetParameterString(key));
    std::error_code error;
    if (file.empty() || file.string().rfind("/vsi", 0) == 0)
    {
      continue;
    }
    CheckOutputFile(key, file, type == ParameterType_OutputImage);
    for (const auto& input : inputs)
    {
      if (fs::equivalent(file, GetSimpleName(this->GetParameterString(input)), error))
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

void SpectralApplication::AfterExecuteAndWriteOutputs()
{
  for (const auto& key : this->GetParametersKeys(true))
  {
    if (this->GetParameterType(key) != ParameterType_OutputImage || !this->IsParameterEnabled(key) || !this->HasValue(key))
    {
      continue;
    }
    namespace fs            = std::filesystem;
    const std::string given = this->GetParameterString(key);
    const fs::path    named = GetSimpleName(given);
    // The pixels of ENVI's x.hdr are in x.
    const fs::path file = named.extension() == ".hdr" ? fs::path(named).replace_extension() : named;
    if (!IsWholeImage(file.string(), given.find("SPARSE_OK") != std::string::npos))
    {
      std::error_code error;
      for (const fs::path& part : {file, named, fs::path(file.string() + ".aux.xml")})
      {
        fs::remove(part, error);
      }
      otbAppLogFATAL(<< key << ": found that " << file << " was not written whole and removed it, expected room for it on the disk");
    }
  }
}

void SpectralApplication::CheckOutputImages()
{
  for (const auto& key : this->GetParametersKeys(true))
  {
    auto* const parameter = dynamic_cast<OutputImageParameter*>(this->GetParameterByKey(key));
    if (parameter && this->IsParameterEnabled(key) && parameter->GetValue())
    {
      parameter->GetValue()->UpdateOutputInformation();
    }
  }
}

void SpectralApplication::AddNoDataParameter()
{
  this->AddParameter(ParameterType_Float, "nodata", "Value of invalid pixels");
  this->SetParameterDescription(
      "nodata", "The value of output pixels that have none, because the input is NaN, infinite or no data there. By default 0 for unsigned integer output, "
                "-9999 for any other.");
  this->MandatoryOff("nodata");
}

void SpectralApplication::AddNoiseParameters()
{
  this->AddParameter(ParameterType_Float, "snr", "Signal-to-noise ratio");
  this->SetParameterDescription(
      "snr", "Adds white Gaussian noise to each band, so that 10 log10(mean square of the band / variance of the noise) is that many decibels, 20 to 40 as a "
             "rule. No noise by default. The image is computed twice.");
  this->MandatoryOff("snr");
  this->AddRANDParameter("rand", "Seed of the noise", 0);
  this->SetParameterDescription("rand", "The same seed gives the same noise, however the image is cut into tiles. 0 by default.");
}

FloatVectorImageType* SpectralApplication::AddNoise(FloatVectorImageType* image, float noData)
{
  if (!this->HasUserValue("snr"))
  {
    return image;
  }
  // OTB turns NaN and infinity into the greatest numbers.
  const float snr = this->GetParameterFloat("snr");
  if (!(std::abs(snr) <= MaximumDecibels))
  {
    throw std::invalid_argument("snr: found " + ToText(snr) + ", expected a number of dB from " + std::to_string(-MaximumDecibels) + " to " +
                                std::to_string(MaximumDecibels));
  }
  const auto power = StreamingBandPowerImageFilter<FloatVectorImageType>::New();
  power->GetFilter()->SetNoData(noData);
  power->SetInput(image);
  if (this->HasValue("ram"))
  {
    power->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(this->GetParameterInt("ram")));
  }
  this->AddProcess(power->GetStreamer(), "Power of the bands");
  power->Update();

  const auto noise = AdditiveSpectralNoiseImageFilter<FloatVectorImageType>::New();
  noise->SetInput(image);
  noise->SetNoData(noData);
  noise->SetSeed(static_cast<std::uint64_t>(this->GetParameterInt("rand")));
  noise->SetStandardDeviations(SpectralNoise::StandardDeviations(power->GetFilter()->GetMeanSquares(), snr));
  m_Power = power;
  m_Noise = noise;
  return noise->GetOutput();
}

unsigned int SpectralApplication::GetNumberOfBands(const std::string& imageKey)
{
  auto* const image = this->GetParameterFloatVectorImage(imageKey);
  image->UpdateOutputInformation();
  return image->GetNumberOfComponentsPerPixel();
}

float SpectralApplication::InputNoData(const std::string& imageKey)
{
  auto* const image = this->GetParameterFloatVectorImage(imageKey);
  image->UpdateOutputInformation();
  const auto& bands = image->GetImageMetadata().Bands;
  const bool  same  = !bands.empty() && std::all_of(bands.begin(), bands.end(),
                                                    [&bands](const ImageMetadataBase& band)
                                                    { return band.Has(MDNum::NoData) && band[MDNum::NoData] == bands.front()[MDNum::NoData]; });
  return same ? static_cast<float>(bands.front()[MDNum::NoData]) : std::numeric_limits<float>::quiet_NaN();
}

bool SpectralApplication::IsIntegerOutput(const std::string& outKey)
{
  return this->GetParameterOutputImagePixelType(outKey) < ImagePixelType_float;
}

float SpectralApplication::OutputNoData(const std::string& outKey)
{
  const auto type   = this->GetParameterOutputImagePixelType(outKey);
  const auto limits = GetLimits(type);
  if (!this->HasUserValue("nodata"))
  {
    return limits.first == 0 ? 0.f : -9999.f;
  }
  const float value    = this->GetParameterFloat("nodata");
  const bool  integral = IsIntegerOutput(outKey);
  if (!(value >= limits.first && value <= limits.second) || (integral && value != std::floor(value)))
  {
    throw std::invalid_argument("nodata: found " + ToText(value) + ", expected a value that the pixel type of " + outKey + " can hold");
  }
  return value;
}
} // namespace Wrapper
} // namespace otb
