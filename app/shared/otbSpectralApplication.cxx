// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"

#include "otbAdditiveSpectralNoiseImageFilter.h"
#include "otbPhysicalMemory.h"
#include "otbSettingVisitor.h"
#include "otbSpectralNoise.h"
#include "otbStreamingBandPowerImageFilter.h"

#include "otbExtendedFilenameToReaderOptions.h"
#include "otbExtendedFilenameToWriterOptions.h"
#include "otbWrapperAddProcessToWatchEvent.h"
#include "otbWrapperOutputImageParameter.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <regex>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Noise of 10^15 times the signal, or of so small a part of it, is no longer a number of single precision. */
constexpr int MaximumDecibels = 300;

/** GDAL's cache in MiB. Of little use to images that are read once in order, but it must hold the blocks of all bands of a tile or two. */
std::int64_t GetCacheSize(int ram)
{
  return std::max(64, ram / 4);
}

/** The value of an extended filename's option nodata, which to OTB is no more than metadata; of its bands' values, the first band's. */
std::optional<float> GetNoDataOfFilename(const std::string& name)
{
  const auto options = ExtendedFilenameToWriterOptions::New();
  options->SetExtendedFileName(name);
  const auto values = options->GetNoDataList();
  return options->NoDataValueIsSet() && !values.empty() ? std::optional<float>(static_cast<float>(values.front().second)) : std::nullopt;
}

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

/** What GDAL says, behind the colon after the name of the file. */
std::string GetReason(const std::string& message)
{
  const auto colon = message.find("' : ");
  return colon == std::string::npos ? "" : message.substr(colon + 4);
}
} // namespace

SpectralApplication::SpectralApplication() : m_ErrorLogger(OneLineLogger::New())
{
  // Errors that come while OTB writes the outputs do not pass here: OTB's launchers log them, in the words they were thrown with.
  m_ErrorLogger->SetPriorityLevel(this->GetLogger()->GetPriorityLevel());
  m_ErrorLogger->SetErrorText([this](const std::string& text) { return this->Explain(text); });
  this->SetLogger(m_ErrorLogger);

  const auto watcher = itk::MemberCommand<Self>::New();
  watcher->SetCallbackFunction(this, &Self::OnProcess);
  this->AddObserver(AddProcessToWatchEvent(), watcher);
}

SpectralApplication::~SpectralApplication()
{
  try
  {
    if (m_Images.empty())
    {
      this->CommitOutputs();
    }
  }
  catch (const std::exception&)
  {
    // A destructor has no way to tell.
  }
  // The launcher may keep the logger longer.
  m_ErrorLogger->SetErrorText(nullptr);
}

std::string SpectralApplication::GetMessage(const std::string& text)
{
  static const std::regex frame("^\\s*(Caught std::exception during application execution: )?(itk::ERROR: )?(\\w+\\(0x[0-9a-f]+\\): )?");
  static const std::regex space("\\s+");
  const std::string       line = std::regex_replace(std::regex_replace(text, frame, "", std::regex_constants::format_first_only), space, " ");
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string SpectralApplication::Explain(const std::string& text)
{
  std::string message = ExplainBands(*this, GetMessage(text));
  for (const char* const memory : {"std::bad_alloc", "Failed to allocate memory"})
  {
    if (message.find(memory) != std::string::npos)
    {
      return "ram: found too little memory for images of this size with these parameters, expected more of it";
    }
  }
  for (const auto& key : this->GetParametersKeys(true))
  {
    if (this->GetParameterType(key) == ParameterType_InputImage && this->HasValue(key))
    {
      const std::string file = GetSimpleName(this->GetParameterString(key));
      if (message.find("Error while reading image (GDAL format) '" + file + "'") == 0)
      {
        return key + ": found that " + file + " cannot be read (" + GetReason(message) + "), expected a whole image";
      }
      if (message.find("Cannot open image " + file + ". ") == 0)
      {
        return key + ": " + message;
      }
    }
  }
  const bool writing = m_WriteErrors && text.find("GDALImageIO(") != std::string::npos;
  return writing ? this->ExplainWriting(GetReason(message).empty() ? message : GetReason(message)) : message;
}

std::string SpectralApplication::ExplainWriting(const std::string& reason)
{
  std::string text = m_WriteErrors->GetFirst();
  text             = text.empty() ? reason : text;
  // The reason alone where the system gives it: GDAL puts names of functions and addresses before.
  for (const int number : {ENOSPC, EDQUOT, EFBIG, EIO})
  {
    text = text.find(std::strerror(number)) == std::string::npos ? text : std::strerror(number);
  }
  if (m_Images.count(m_ImageKey) > 0)
  {
    const std::string path = m_Images[m_ImageKey]->GetTemporaryPath() + ": ";
    text                   = text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  }
  return m_ImageKey + ": found that " + GetSimpleName(this->GetParameterString(m_ImageKey)) + " cannot be written" + (text.empty() ? "" : " (" + text + ")") +
         ", expected room for it on the disk";
}

std::string SpectralApplication::ToText(double value)
{
  return ToBriefText(value);
}

void SpectralApplication::CheckMemory(const std::string& found, double bytes)
{
  CheckFitsMemory(found, bytes);
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
  m_Process = nullptr;
  Guard(
      [this]
      {
        // Of an earlier run: whole text that waits for images which nobody asked for.
        m_Images.empty() ? this->CommitOutputs() : this->DiscardOutputs();
        this->CheckOutputFiles();
        this->Forget();
        m_CacheLimit.reset();
        m_CacheLimit = std::make_unique<GDALCacheLimit>(GetCacheSize(this->GetIntegerFrom("ram", 1)) << 20);
        this->Run();
        this->CheckOutputImages();
        const auto keys = this->GetImagesToWrite();
        m_ImagesToWrite = {keys.begin(), keys.end()};
        if (m_ImagesToWrite.empty())
        {
          this->CommitOutputs();
        }
      });
}

void SpectralApplication::Forget()
{
  m_Filters.clear();
  m_Prepared.clear();
}

void SpectralApplication::Guard(const std::function<void()>& action)
{
  std::string text;
  try
  {
    action();
    return;
  }
  catch (const ApplicationException&)
  {
    // Logged where it was thrown.
    this->DiscardOutputs();
    throw;
  }
  catch (const itk::ProcessAborted&)
  {
    this->DiscardOutputs();
    throw;
  }
  catch (const itk::ExceptionObject& error)
  {
    // Not what(), which begins with a place in the source.
    text = error.GetDescription();
  }
  catch (const std::exception& error)
  {
    text = error.what();
  }
  text = this->Explain(text);
  this->DiscardOutputs();
  otbAppLogFATAL(<< text);
}

void SpectralApplication::AddNoDataParameter()
{
  this->AddParameter(ParameterType_Float, "nodata", "Value of invalid pixels");
  this->SetParameterDescription(
      "nodata", "The value of output pixels that have none, because the input is NaN, infinite or no data there; any that the output's pixel type can hold. By "
                "default 0 for unsigned integer output, -9999 for any other. The option nodata of an extended filename does the same for one image.");
  this->MandatoryOff("nodata");
}

void SpectralApplication::AddNoiseParameters()
{
  this->AddParameter(ParameterType_Float, "snr", "Signal-to-noise ratio");
  this->SetParameterDescription(
      "snr", "Adds white Gaussian noise to each band, so that 10 log10(mean square of the band / variance of the noise) is that many decibels, from -300 to "
             "300, 20 to 40 as a rule. No noise by default. The image is computed twice.");
  this->MandatoryOff("snr");
  this->AddRANDParameter("rand", "Seed of the noise", 0);
  this->SetParameterDescription("rand", "Any whole number; the same seed gives the same noise, however the image is cut into tiles. Default 0.");
}

FloatVectorImageType* SpectralApplication::AddNoise(FloatVectorImageType* image, float noData)
{
  if (!this->HasValue("snr"))
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
  this->Pass(power.GetPointer(), "Measuring the bands for the noise");

  const auto noise = AdditiveSpectralNoiseImageFilter<FloatVectorImageType>::New();
  noise->SetInput(image);
  noise->SetNoData(noData);
  noise->SetSeed(static_cast<std::uint64_t>(this->GetParameterInt("rand")));
  const auto deviations = SpectralNoise::StandardDeviations(power->GetFilter()->GetMeanSquares(), snr);
  const auto ends       = std::minmax_element(deviations.begin(), deviations.end());
  otbAppLogINFO(<< "Noise: standard deviation " << *ends.first << " to " << *ends.second << " over the bands, for " << snr << " dB");
  noise->SetStandardDeviations(deviations);
  m_Filters.push_back(noise.GetPointer());
  return noise->GetOutput();
}

unsigned int SpectralApplication::GetNumberOfBands(const std::string& imageKey)
{
  auto* const image = this->GetImage(imageKey);
  image->UpdateOutputInformation();
  return image->GetNumberOfComponentsPerPixel();
}

float SpectralApplication::InputNoData(const std::string& imageKey)
{
  auto* const image = this->GetImage(imageKey);
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

void SpectralApplication::KeepFractions(const std::string& outKey)
{
  if (IsIntegerOutput(outKey))
  {
    this->SetParameterOutputImagePixelType(outKey, ImagePixelType_float);
    otbAppLogINFO(<< outKey << " is written as float: rounded to integers, fractions would be lost");
  }
}

float SpectralApplication::OutputNoData(const std::string& outKey)
{
  const auto           type   = this->GetParameterOutputImagePixelType(outKey);
  const auto           limits = GetLimits(type);
  std::optional<float> given  = GetNoDataOfFilename(this->GetParameterString(outKey));
  if (this->HasValue("nodata"))
  {
    const float value = this->GetParameterFloat("nodata");
    if (given && *given != value)
    {
      throw std::invalid_argument("nodata: found " + ToText(value) + ", and " + ToText(*given) + " in the file name of " + outKey + ", expected one value");
    }
    given = value;
  }
  const float value    = given.value_or(limits.first == 0 ? 0.f : -9999.f);
  const bool  integral = IsIntegerOutput(outKey);
  if (!(value >= limits.first && value <= limits.second) || (integral && value != std::floor(value)))
  {
    throw std::invalid_argument("nodata: found " + ToText(value) + ", expected a value that the pixel type of " + outKey + " can hold");
  }
  return value;
}
} // namespace Wrapper
} // namespace otb
