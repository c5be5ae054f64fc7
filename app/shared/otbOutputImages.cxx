// SPDX-License-Identifier: Apache-2.0
#include "otbOutputImages.h"
#include "otbFileBlock.h"
#include "otbSpectralApplication.h"

#include "otbExtendedFilenameToWriterOptions.h"

#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace otb
{
namespace Wrapper
{
namespace
{
/** The value of an extended filename's option nodata, which to OTB is no more than metadata; of its bands' values, the first band's. */
std::optional<float> GetNoDataOfFilename(const std::string& name)
{
  const auto options = ExtendedFilenameToWriterOptions::New();
  options->SetExtendedFileName(name);
  const auto values = options->GetNoDataList();
  return options->NoDataValueIsSet() && !values.empty() ? std::optional<float>(static_cast<float>(values.front().second)) : std::nullopt;
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

bool IsInteger(ImagePixelType type)
{
  return type < ImagePixelType_float;
}

// Rounding to whole numbers takes a root mean square of 0.29, more than a tenth of values under this.
constexpr double LeastMagnitude = 2.5;

std::string GetNameOf(ImagePixelType type)
{
  switch (type)
  {
  case ImagePixelType_uint8:
    return "uint8";
  case ImagePixelType_int16:
    return "int16";
  case ImagePixelType_uint16:
    return "uint16";
  case ImagePixelType_int32:
    return "int32";
  default:
    return "uint32";
  }
}

ImagePixelType GetTypeOfFractions(ImagePixelType asked)
{
  return IsInteger(asked) ? ImagePixelType_float : asked;
}
} // namespace

OutputImages::OutputImages(SpectralApplication& application) : m_Application(application)
{
}

void OutputImages::AddNoDataParameter()
{
  m_Application.AddParameter(ParameterType_Float, "nodata", "Value of invalid pixels");
  m_Application.SetParameterDescription(
      "nodata", "The value of output pixels that have none, because the input is NaN, infinite or no data there; any that the output's pixel type can hold. By "
                "default 0 for unsigned integer output, -9999 for any other. The option nodata of an extended filename does the same for one image.");
  m_Application.MandatoryOff("nodata");
}

float OutputImages::ReadNoData(const std::string& key)
{
  return this->ReadNoData(key, m_Application.GetParameterOutputImagePixelType(key));
}

float OutputImages::ReadNoData(const std::string& key, ImagePixelType type)
{
  const auto           limits = GetLimits(type);
  std::optional<float> given  = GetNoDataOfFilename(m_Application.GetParameterString(key));
  if (m_Application.HasValue("nodata"))
  {
    const float value = m_Application.GetParameterFloat("nodata");
    if (given && *given != value)
    {
      throw std::invalid_argument("nodata: found " + ToText(value) + ", and " + ToText(*given) + " in the file name of " + key + ", expected one value");
    }
    given = value;
  }
  const float value = given.value_or(limits.first == 0 ? 0.f : -9999.f);
  if (!(value >= limits.first && value <= limits.second) || (IsInteger(type) && value != std::floor(value)))
  {
    throw std::invalid_argument("nodata: found " + ToText(value) + ", expected a value that the pixel type of " + key + " can hold");
  }
  return value;
}

void OutputImages::CheckValues(const std::string& key, const std::optional<ValueSpread>& values, const std::string& source)
{
  const auto type = m_Application.GetParameterOutputImagePixelType(key);
  if (!values || !IsInteger(type) || !m_Application.HasValue(key))
  {
    return;
  }
  const std::string found = key + ": found the pixel type " + GetNameOf(type) + " for values as those of " + source;
  if (values->magnitude < LeastMagnitude)
  {
    throw std::invalid_argument(found + ", of a magnitude of " + ToText(values->magnitude) +
                                ", which rounding to integers would destroy; expected float, or an image in a greater unit, such as reflectance times 10000");
  }
  const double most = GetLimits(type).second;
  if (values->high > most)
  {
    throw std::invalid_argument(found + ", up to about " + ToText(values->high) + ", and it holds " + ToText(most) +
                                " at most; expected a type that holds them, such as " + (values->high < 60000 ? "uint16" : "float"));
  }
}

OutputFormat OutputImages::ReadFormat(const std::string& key, unsigned int columns)
{
  const auto block = GetFileBlock(m_Application.GetParameterString(key), columns);
  return {this->ReadNoData(key), IsInteger(m_Application.GetParameterOutputImagePixelType(key)), block.columns, block.lines};
}

OutputFormat OutputImages::ReadFormatOfFractions(const std::string& key)
{
  OutputFormat format;
  format.noData = this->ReadNoData(key, GetTypeOfFractions(m_Application.GetParameterOutputImagePixelType(key)));
  return format;
}

void OutputImages::SetFractions(const std::string& key, FloatVectorImageType* image)
{
  const auto asked = m_Application.GetParameterOutputImagePixelType(key);
  if (IsInteger(asked))
  {
    m_Application.SetParameterOutputImagePixelType(key, GetTypeOfFractions(asked));
    m_Application.Inform(key + " is written as float: rounded to integers, fractions would be lost");
  }
  m_Application.SetParameterOutputImage(key, image);
}
} // namespace Wrapper
} // namespace otb
