// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralSensors.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace otb
{
namespace
{
/** The protocol's ratio of band width to standard deviation. */
constexpr double PublishedSigmas = 4.2;

/** The full width at half maximum of a Gaussian in standard deviations. */
const double FwhmSigmas = 2 * std::sqrt(2 * std::log(2.));

/** A band given by centre and full width at half maximum. */
SpectralSensor::Band Fwhm(const char* name, double center, double fwhm)
{
  return {name, center, center - fwhm / 2, center + fwhm / 2};
}

/** A sensor made of some bands of another. */
SpectralSensor Pick(const SpectralSensor& sensor, std::string key, std::string title, const std::vector<std::string>& names)
{
  SpectralSensor picked{std::move(key), std::move(title), sensor.edgeSigmas, {}};
  for (const auto& name : names)
  {
    picked.bands.push_back(*std::find_if(sensor.bands.begin(), sensor.bands.end(), [&name](const auto& band) { return band.name == name; }));
  }
  return picked;
}

std::vector<SpectralSensor> MakeSensors()
{
  // Ikonos and WorldView: the band tables (centre, low, high) of the published protocol, which takes them from the operators' data sheets.
  const SpectralSensor ikonosPan{"ikonospan", "Ikonos panchromatic", PublishedSigmas, {{"Pan", 729, 409, 1048}}};
  const SpectralSensor ikonos{"ikonosbgrn",
                              "Ikonos blue, green, red, near infrared",
                              PublishedSigmas,
                              {{"Blue", 480, 421, 539}, {"Green", 552, 480, 624}, {"Red", 666, 602, 729}, {"NIR", 803, 713, 893}}};
  const SpectralSensor worldView2{"worldview2",
                                  "WorldView-2, 8 bands",
                                  PublishedSigmas,
                                  {{"Coastal", 427, 396, 458},
                                   {"Blue", 478, 442, 515},
                                   {"Green", 546, 506, 586},
                                   {"Yellow", 608, 584, 632},
                                   {"Red", 659, 624, 694},
                                   {"Red edge", 724, 699, 749},
                                   {"NIR1", 833, 765, 901},
                                   {"NIR2", 949, 856, 1043}}};
  const SpectralSensor worldView3{"worldview3",
                                  "WorldView-3, 8 VNIR and 8 SWIR bands",
                                  PublishedSigmas,
                                  {{"Coastal", 426, 397, 454},
                                   {"Blue", 481, 445, 517},
                                   {"Green", 547, 507, 586},
                                   {"Yellow", 605, 580, 629},
                                   {"Red", 661, 626, 696},
                                   {"Red edge", 724, 698, 749},
                                   {"NIR1", 832, 765, 899},
                                   {"NIR2", 948, 857, 1039},
                                   {"SWIR1", 1210, 1184, 1235},
                                   {"SWIR2", 1572, 1546, 1598},
                                   {"SWIR3", 1661, 1636, 1686},
                                   {"SWIR4", 1730, 1702, 1759},
                                   {"SWIR5", 2164, 2137, 2191},
                                   {"SWIR6", 2203, 2174, 2232},
                                   {"SWIR7", 2260, 2228, 2292},
                                   {"SWIR8", 2329, 2285, 2373}}};
  // Sentinel-2: ESA's table of central wavelengths and bandwidths of the MSI, the bands of 10 and 20 m.
  const SpectralSensor sentinel2a{"sentinel2a",
                                  "Sentinel-2A MSI, 10 bands of 10 and 20 m: B02 B03 B04 B05 B06 B07 B08 B8A B11 B12",
                                  FwhmSigmas,
                                  {Fwhm("B02", 492.4, 66), Fwhm("B03", 559.8, 36), Fwhm("B04", 664.6, 31), Fwhm("B05", 704.1, 15), Fwhm("B06", 740.5, 15),
                                   Fwhm("B07", 782.8, 20), Fwhm("B08", 832.8, 106), Fwhm("B8A", 864.7, 21), Fwhm("B11", 1613.7, 91), Fwhm("B12", 2202.4, 175)}};
  const SpectralSensor sentinel2b{"sentinel2b",
                                  "Sentinel-2B MSI, 10 bands of 10 and 20 m: B02 B03 B04 B05 B06 B07 B08 B8A B11 B12",
                                  FwhmSigmas,
                                  {Fwhm("B02", 492.1, 66), Fwhm("B03", 559.0, 36), Fwhm("B04", 664.9, 31), Fwhm("B05", 703.8, 16), Fwhm("B06", 739.1, 15),
                                   Fwhm("B07", 779.7, 20), Fwhm("B08", 832.9, 106), Fwhm("B8A", 864.0, 22), Fwhm("B11", 1610.4, 94), Fwhm("B12", 2185.7, 185)}};
  // Landsat 8: Barsi et al. 2014, "The Spectral Response of the Landsat-8 Operational Land Imager", measured centres and widths.
  const SpectralSensor landsat8{"landsat8oli",
                                "Landsat 8 OLI, 7 bands of 30 m: B1 to B7",
                                FwhmSigmas,
                                {Fwhm("B1", 442.96, 15.98), Fwhm("B2", 482.04, 60.04), Fwhm("B3", 561.41, 57.33), Fwhm("B4", 654.59, 37.47),
                                 Fwhm("B5", 864.67, 28.25), Fwhm("B6", 1608.86, 84.72), Fwhm("B7", 2200.73, 186.66)}};
  // Landsat 9: OLI-2 repeats the design of OLI; nominal centres, and the widths of the band limits that USGS publishes (to 10 nm).
  const SpectralSensor landsat9{
      "landsat9oli",
      "Landsat 9 OLI-2, 7 bands of 30 m: B1 to B7",
      FwhmSigmas,
      {Fwhm("B1", 443, 20), Fwhm("B2", 482, 60), Fwhm("B3", 562, 60), Fwhm("B4", 655, 30), Fwhm("B5", 865, 30), Fwhm("B6", 1610, 80), Fwhm("B7", 2200, 180)}};
  return {ikonosPan,
          Pick(ikonos, "ikonosrgb", "Ikonos blue, green, red (in this order)", {"Blue", "Green", "Red"}),
          ikonos,
          worldView2,
          worldView3,
          sentinel2a,
          Pick(sentinel2a, "sentinel2a10m", "Sentinel-2A MSI, 4 bands of 10 m: B02 B03 B04 B08", {"B02", "B03", "B04", "B08"}),
          sentinel2b,
          Pick(sentinel2b, "sentinel2b10m", "Sentinel-2B MSI, 4 bands of 10 m: B02 B03 B04 B08", {"B02", "B03", "B04", "B08"}),
          landsat8,
          landsat9};
}

double Sigma(const SpectralSensor& sensor, const SpectralSensor::Band& band)
{
  return (band.high - band.low) / sensor.edgeSigmas;
}
} // namespace

const std::vector<SpectralSensor>& GetSpectralSensors()
{
  static const std::vector<SpectralSensor> sensors = MakeSensors();
  return sensors;
}

const SpectralSensor& FindSpectralSensor(const std::string& key)
{
  std::string keys;
  for (const auto& sensor : GetSpectralSensors())
  {
    if (sensor.key == key)
    {
      return sensor;
    }
    keys += (keys.empty() ? "" : ", ") + sensor.key;
  }
  throw std::invalid_argument("sensor: found \"" + key + "\", expected one of " + keys);
}

std::vector<ResponseCurve> GetSensorResponses(const SpectralSensor& sensor)
{
  std::vector<ResponseCurve> curves;
  for (const auto& band : sensor.bands)
  {
    curves.push_back(ResponseCurve::Gaussian(band.name, band.center, Sigma(sensor, band)));
  }
  return curves;
}

SpectralResponse StretchedResponse(const SpectralSensor& sensor, std::size_t bands)
{
  if (bands == 0 || bands > SpectralAxis::MaximumBands)
  {
    throw std::invalid_argument("sensor " + sensor.key + ": found " + std::to_string(bands) + " hyperspectral bands, expected 1 to " +
                                std::to_string(SpectralAxis::MaximumBands));
  }
  const auto   lower   = [](const auto& a, const auto& b) { return a.low < b.low; };
  const auto   higher  = [](const auto& a, const auto& b) { return a.high < b.high; };
  const double lowest  = std::min_element(sensor.bands.begin(), sensor.bands.end(), lower)->low;
  const double highest = std::max_element(sensor.bands.begin(), sensor.bands.end(), higher)->high;
  const double step    = bands > 1 ? (highest - lowest) / static_cast<double>(bands - 1) : 0.;

  SpectraMatrix            matrix(static_cast<Eigen::Index>(sensor.bands.size()), static_cast<Eigen::Index>(bands));
  std::vector<std::string> names;
  const auto               responses = GetSensorResponses(sensor);
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
  {
    const auto& response = responses[static_cast<std::size_t>(row)];
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
    {
      matrix(row, column) = static_cast<float>(response(lowest + static_cast<double>(column) * step));
    }
    names.push_back(response.GetName());
  }
  return SpectralResponse(std::move(matrix), std::move(names), "sensor " + sensor.key);
}
} // namespace otb
