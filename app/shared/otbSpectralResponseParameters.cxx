// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralResponseParameters.h"
#include "otbParameterFile.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbBandList.h"
#include "otbImageFileSpectralAxis.h"
#include "otbResponseCurve.h"
#include "otbSpectralResponseReader.h"
#include "otbSpectralSensors.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
SpectralResponseParameters::SpectralResponseParameters(SpectralApplication& application) : m_Application(application)
{
}

void SpectralResponseParameters::Add()
{
  m_Application.AddParameter(ParameterType_Choice, "srf", "Spectral response of the multispectral bands");
  m_Application.SetParameterDescription(
      "srf", "How the bands of the multispectral image come about from those of the hyperspectral image. All but a matrix and the stretched axis of a sensor "
             "need the wavelengths of the hyperspectral image: from its file, or by wl. Default file.");

  m_Application.AddChoice("srf.file", "Response curves from a file");
  m_Application.AddParameter(ParameterType_InputFilename, "srf.file.in", "Response curves");
  m_Application.SetParameterDescription(
      "srf.file.in", "CSV with a header line: wavelength in the first column (nm, or um if all are under 100), then one column for each band of the "
                     "multispectral image, in its order; responses >= 0 in any scale. Tables as spreadsheets write them are read too: decimal commas between "
                     "semicolons or tabs, UTF-16, descending wavelengths, a title above, units below. Or white-space separated columns without a header: "
                     "wavelength, solar irradiance (ignored), bands.");
  m_Application.MandatoryOff("srf.file.in");

  m_Application.AddChoice("srf.matrix", "Matrix from a file");
  m_Application.AddParameter(ParameterType_InputFilename, "srf.matrix.in", "Response matrix");
  m_Application.SetParameterDescription(
      "srf.matrix.in",
      "CSV without a header: a line for each band of the multispectral image, a column for each band of the hyperspectral image; values >= 0 in any scale, "
      "lines are normalised to sum one.");
  m_Application.MandatoryOff("srf.matrix.in");

  m_Application.AddChoice("srf.sensor", "Built-in sensor");
  m_Application.AddParameter(ParameterType_Choice, "srf.sensor.name", "Sensor");
  m_Application.SetParameterDescription(
      "srf.sensor.name", "A sensor whose bands are known by their points of half maximum, from the operators' measured curves. Default ikonospan.");
  for (const auto& sensor : GetSpectralSensors())
  {
    m_Application.AddChoice("srf.sensor.name." + sensor.key, sensor.title);
  }
  m_Application.MandatoryOff("srf.sensor.name");
  m_Application.AddParameter(ParameterType_Choice, "srf.sensor.axis", "Wavelength axis");
  m_Application.MandatoryOff("srf.sensor.axis");
  m_Application.SetParameterDescription("srf.sensor.axis", "The wavelengths at which the sensor's bands are evaluated. Default true.");
  m_Application.AddChoice("srf.sensor.axis.true", "The wavelengths of the hyperspectral image");
  m_Application.AddChoice("srf.sensor.axis.stretched",
                          "As in the published evaluations: bands spread evenly over the sensor's range, whatever their wavelengths");

  m_Application.AddChoice("srf.bands", "Centres and widths");
  m_Application.AddParameter(ParameterType_String, "srf.bands.list", "Bands");
  m_Application.SetParameterDescription("srf.bands.list",
                                        "Gaussian bands as centre:fwhm in nm, separated by commas: 490:65,560:35,665:30 for a blue, a green and a red band.");
  m_Application.MandatoryOff("srf.bands.list");

  AddWavelengthParameter(m_Application);
}

const SpectralAxis& SpectralResponseParameters::RequireAxis(const InputImage& image)
{
  if (image.axis.size() == 0)
  {
    // What was prepared of a file's image is no longer that file's.
    const bool        isFile = IsFromFile(m_Application.GetParameterFloatVectorImage(image.key));
    const auto        found  = isFile ? FindSpectralAxisOfImage(m_Application.GetParameterString(image.key)) : ImageFileAxis();
    const std::string reason = found.reason + (found.reason.empty() || found.hint.empty() ? "" : "; ") + found.hint;
    throw std::invalid_argument("wl: found no wavelengths in the image of " + image.key + ", expected a file of wavelengths by the parameter wl" +
                                (reason.empty() ? "" : " (" + reason + ")"));
  }
  const auto         ends = std::minmax_element(image.axis.wavelengths.begin(), image.axis.wavelengths.end());
  std::ostringstream text;
  text << "Wavelengths: " << image.axis.size() << " from " << *ends.first << " to " << *ends.second << " nm, of "
       << (m_Application.HasValue("wl") ? "wl" : image.key);
  m_Application.Inform(text.str());
  return image.axis;
}

std::string SpectralResponseParameters::GetRequired(const std::string& key, const std::string& expected)
{
  const std::string value = m_Application.HasValue(key) ? m_Application.GetParameterString(key) : std::string();
  if (value.empty())
  {
    throw std::invalid_argument(key + ": found no value, expected " + expected + ", since srf is " + m_Application.GetParameterString("srf"));
  }
  return value;
}

SpectralResponse SpectralResponseParameters::Read(const InputImage& image)
{
  SpectralResponse response = this->Make(image);
  std::string      names;
  for (const auto& name : response.GetBandNames())
  {
    names += (names.empty() ? "" : ", ") + name;
  }
  m_Application.Inform("Spectral response: " + std::to_string(response.GetNumberOfMultispectralBands()) + " bands of " +
                       std::to_string(response.GetNumberOfHyperspectralBands()) + (names.empty() ? "" : " (" + names + ")"));
  return response;
}

SpectralResponse SpectralResponseParameters::ReadMatrix(const InputImage& image)
{
  ParameterFile file("srf.matrix.in", this->GetRequired("srf.matrix.in", "a CSV file"));
  auto          response = ReadSpectralResponseMatrix(file.text, file.source);
  const auto    bands    = image.GetNumberOfBands();
  // A column for each band of the file is what users have; those of bad bands go.
  if (response.GetNumberOfHyperspectralBands() == image.bad.size() && image.bad.size() != bands)
  {
    return response.Pick(OtherBands(image.bad), file.source);
  }
  if (response.GetNumberOfHyperspectralBands() != bands)
  {
    throw std::invalid_argument(file.source + ": found " + std::to_string(response.GetNumberOfHyperspectralBands()) + " columns, expected " +
                                std::to_string(bands) + ", one for each band of " + image.key);
  }
  return response;
}

SpectralResponse SpectralResponseParameters::Make(const InputImage& image)
{
  const std::string kind = m_Application.GetParameterString("srf");
  if (kind == "matrix")
  {
    return this->ReadMatrix(image);
  }
  if (kind == "sensor")
  {
    const auto& sensor = FindSpectralSensor(m_Application.GetParameterString("srf.sensor.name"));
    if (m_Application.GetParameterString("srf.sensor.axis") == "stretched")
    {
      return StretchedResponse(sensor, image.GetNumberOfBands());
    }
    return ProjectResponses(GetSensorResponses(sensor), this->RequireAxis(image), "srf.sensor.name " + sensor.key);
  }
  if (kind == "bands")
  {
    const auto curves = ParseResponseBands(this->GetRequired("srf.bands.list", "centre:fwhm pairs in nm such as 490:65,560:35,665:30"), "srf.bands.list");
    return ProjectResponses(curves, this->RequireAxis(image), "srf.bands.list");
  }
  ParameterFile file("srf.file.in", this->GetRequired("srf.file.in", "a CSV file"));
  const auto    curves = ReadResponseCurves(file.text, file.source);
  return ProjectResponses(curves, this->RequireAxis(image), file.source);
}
} // namespace Wrapper
} // namespace otb
