// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"

#include "otbBandList.h"
#include "otbImageFileSpectralAxis.h"
#include "otbImageSpectralAxis.h"
#include "otbResponseCurve.h"
#include "otbSpectralResponseReader.h"
#include "otbSpectralSensors.h"
#include "otbTextFile.h"

#include "otbImageFileReader.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** The file of a parameter, and how messages call it. */
struct TextFile
{
  TextFile(const std::string& key, const std::string& path) : source(key + " (" + path + ")"), text(OpenTextFile(path, source))
  {
  }

  std::string   source;
  std::ifstream text;
};

/** The parameter keeps the name of the last file when an image in memory takes its place. */
bool IsFromFile(FloatVectorImageType* image)
{
  return dynamic_cast<const ImageFileReader<FloatVectorImageType>*>(image->GetSource().GetPointer()) != nullptr;
}
} // namespace

void SpectralApplication::AddSpectralResponseParameters()
{
  this->AddParameter(ParameterType_Choice, "srf", "Spectral response of the multispectral bands");
  this->SetParameterDescription(
      "srf", "How the bands of the multispectral image come about from those of the hyperspectral image. All but a matrix and the stretched axis of a sensor "
             "need the wavelengths of the hyperspectral image: from its file, or by wl. Default file.");

  this->AddChoice("srf.file", "Response curves from a file");
  this->AddParameter(ParameterType_InputFilename, "srf.file.in", "Response curves");
  this->SetParameterDescription(
      "srf.file.in", "CSV with a header line: wavelength in the first column (nm, or um if all are under 100), then one column for each band of the "
                     "multispectral image, in its order; responses >= 0 in any scale. Or white-space separated columns without a header: wavelength, solar "
                     "irradiance (ignored), bands.");
  this->MandatoryOff("srf.file.in");

  this->AddChoice("srf.matrix", "Matrix from a file");
  this->AddParameter(ParameterType_InputFilename, "srf.matrix.in", "Response matrix");
  this->SetParameterDescription(
      "srf.matrix.in",
      "CSV without a header: a line for each band of the multispectral image, a column for each band of the hyperspectral image; values >= 0 in any scale, "
      "lines are normalised to sum one.");
  this->MandatoryOff("srf.matrix.in");

  this->AddChoice("srf.sensor", "Built-in sensor");
  this->AddParameter(ParameterType_Choice, "srf.sensor.name", "Sensor");
  this->SetParameterDescription("srf.sensor.name",
                                "A sensor whose bands are known by their points of half maximum, from the operators' measured curves. Default ikonospan.");
  for (const auto& sensor : GetSpectralSensors())
  {
    this->AddChoice("srf.sensor.name." + sensor.key, sensor.title);
  }
  this->MandatoryOff("srf.sensor.name");
  this->AddParameter(ParameterType_Choice, "srf.sensor.axis", "Wavelength axis");
  this->MandatoryOff("srf.sensor.axis");
  this->SetParameterDescription("srf.sensor.axis", "The wavelengths at which the sensor's bands are evaluated. Default true.");
  this->AddChoice("srf.sensor.axis.true", "The wavelengths of the hyperspectral image");
  this->AddChoice("srf.sensor.axis.stretched", "As in the published evaluations: bands spread evenly over the sensor's range, whatever their wavelengths");

  this->AddChoice("srf.bands", "Centres and widths");
  this->AddParameter(ParameterType_String, "srf.bands.list", "Bands");
  this->SetParameterDescription("srf.bands.list",
                                "Gaussian bands as centre:fwhm in nm, separated by commas: 490:65,560:35,665:30 for a blue, a green and a red band.");
  this->MandatoryOff("srf.bands.list");

  this->AddWavelengthParameter();
}

void SpectralApplication::AddWavelengthParameter()
{
  this->AddParameter(ParameterType_InputFilename, "wl", "Wavelengths of the hyperspectral image");
  this->SetParameterDescription(
      "wl", "Text or CSV file with the centre wavelength of each band in the order of the bands (nm, or um if all are under 100), a line for each band, with "
            "the full width at half maximum in a second column if known. Needed only when the file of the hyperspectral image has no wavelengths, which it "
            "overrides.");
  this->MandatoryOff("wl");
}

std::optional<SpectralAxis> SpectralApplication::ReadSpectralAxis(const std::string& imageKey)
{
  const auto prepared = m_Prepared.find(imageKey);
  if (prepared != m_Prepared.end() && prepared->second.axis)
  {
    return prepared->second.axis;
  }
  const unsigned int bands  = this->GetNumberOfBands(imageKey);
  const bool         isFile = IsFromFile(this->GetParameterFloatVectorImage(imageKey));
  const std::string  layout = isFile ? FindWrongLayoutOfImage(this->GetParameterString(imageKey)) : std::string();
  if (!layout.empty())
  {
    throw std::invalid_argument(imageKey + ": " + layout);
  }
  if (this->HasValue("wl"))
  {
    const std::string path   = this->GetParameterString("wl");
    const std::string source = "wl (" + path + ")";
    const auto        axis   = ReadSpectralAxisFile(path, source, bands);
    if (axis.size() != bands)
    {
      // Of a cube that was turned on its side.
      const auto  size = this->GetParameterFloatVectorImage(imageKey)->GetLargestPossibleRegion().GetSize();
      const char* side = axis.size() == size[1] ? "lines" : axis.size() == size[0] ? "columns" : nullptr;
      throw std::invalid_argument(source + ": found " + std::to_string(axis.size()) + " wavelengths, expected " + std::to_string(bands) +
                                  ", one for each band of " + imageKey +
                                  (side ? std::string(" (it has as many ") + side + ": do its bands lie along them?)" : ""));
    }
    return axis;
  }
  // OTB takes what GDAL makes of a file, which is wrong where the file contradicts itself: the file is asked first.
  const auto found = isFile ? FindSpectralAxisOfImage(this->GetParameterString(imageKey)) : ImageFileAxis();
  auto       axis  = found.axis;
  if (!axis && found.reason.empty())
  {
    axis = GetSpectralAxis(this->GetParameterFloatVectorImage(imageKey)->GetImageMetadata());
  }
  return axis && axis->size() == bands ? axis : std::nullopt;
}

SpectralAxis SpectralApplication::RequireSpectralAxis(const std::string& imageKey)
{
  auto axis = this->ReadSpectralAxis(imageKey);
  if (!axis)
  {
    const bool        isFile = IsFromFile(this->GetParameterFloatVectorImage(imageKey));
    const auto        found  = isFile ? FindSpectralAxisOfImage(this->GetParameterString(imageKey)) : ImageFileAxis();
    const std::string reason = found.reason + (found.reason.empty() || found.hint.empty() ? "" : "; ") + found.hint;
    throw std::invalid_argument("wl: found no wavelengths in the image of " + imageKey + ", expected a file of wavelengths by the parameter wl" +
                                (reason.empty() ? "" : " (" + reason + ")"));
  }
  const auto ends = std::minmax_element(axis->wavelengths.begin(), axis->wavelengths.end());
  otbAppLogINFO(<< "Wavelengths: " << axis->size() << " from " << *ends.first << " to " << *ends.second << " nm, of "
                << (this->HasValue("wl") ? "wl" : imageKey));
  return std::move(*axis);
}

std::string SpectralApplication::GetRequired(const std::string& key, const std::string& expected)
{
  const std::string value = this->HasValue(key) ? this->GetParameterString(key) : std::string();
  if (value.empty())
  {
    throw std::invalid_argument(key + ": found no value, expected " + expected + ", since srf is " + this->GetParameterString("srf"));
  }
  return value;
}

SpectralResponse SpectralApplication::ReadSpectralResponse(const std::string& imageKey)
{
  SpectralResponse response = this->MakeSpectralResponse(imageKey);
  std::string      names;
  for (const auto& name : response.GetBandNames())
  {
    names += (names.empty() ? "" : ", ") + name;
  }
  otbAppLogINFO(<< "Spectral response: " << response.GetNumberOfMultispectralBands() << " bands of " << response.GetNumberOfHyperspectralBands()
                << (names.empty() ? "" : " (" + names + ")"));
  return response;
}

SpectralResponse SpectralApplication::MakeSpectralResponse(const std::string& imageKey)
{
  const std::string kind = this->GetParameterString("srf");
  if (kind == "matrix")
  {
    TextFile   file("srf.matrix.in", this->GetRequired("srf.matrix.in", "a CSV file"));
    auto       response = ReadSpectralResponseMatrix(file.text, file.source);
    const auto bands    = this->GetNumberOfBands(imageKey);
    const auto prepared = m_Prepared.find(imageKey);
    // A column for each band of the file is what users have; those of bad bands go.
    if (prepared != m_Prepared.end() && response.GetNumberOfHyperspectralBands() == prepared->second.bad.size() && prepared->second.bad.size() != bands)
    {
      return response.Pick(OtherBands(prepared->second.bad), file.source);
    }
    if (response.GetNumberOfHyperspectralBands() != bands)
    {
      throw std::invalid_argument(file.source + ": found " + std::to_string(response.GetNumberOfHyperspectralBands()) + " columns, expected " +
                                  std::to_string(bands) + ", one for each band of " + imageKey);
    }
    return response;
  }
  if (kind == "sensor")
  {
    const auto& sensor = FindSpectralSensor(this->GetParameterString("srf.sensor.name"));
    if (this->GetParameterString("srf.sensor.axis") == "stretched")
    {
      return StretchedResponse(sensor, this->GetNumberOfBands(imageKey));
    }
    return ProjectResponses(GetSensorResponses(sensor), this->RequireSpectralAxis(imageKey), "srf.sensor.name " + sensor.key);
  }
  if (kind == "bands")
  {
    const auto curves = ParseResponseBands(this->GetRequired("srf.bands.list", "centre:fwhm pairs in nm such as 490:65,560:35,665:30"), "srf.bands.list");
    return ProjectResponses(curves, this->RequireSpectralAxis(imageKey), "srf.bands.list");
  }
  TextFile   file("srf.file.in", this->GetRequired("srf.file.in", "a CSV file"));
  const auto curves = ReadResponseCurves(file.text, file.source);
  return ProjectResponses(curves, this->RequireSpectralAxis(imageKey), file.source);
}
} // namespace Wrapper
} // namespace otb
