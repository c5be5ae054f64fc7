// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralSensors.h"

#include <algorithm>
#include <cctype>
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

/** The share of a flat band's width over which it rises, and falls. Of 0.02, 0.1, 0.2, 0.3 and 0.4 the one nearest to the measured curves of most of these
 * sensors: 4 to 6 % of their area lies elsewhere, where it is 18 % for a Gaussian of the same width. */
constexpr double Flank = 0.2;

using Shape = SpectralSensor::Shape;
using Bands = std::vector<SpectralSensor::Band>;

/** A sensor made of some bands of another. */
SpectralSensor Pick(const SpectralSensor& sensor, std::string key, std::string title, const std::vector<std::string>& names)
{
  const auto pick = [&names](const auto& bands)
  {
    auto picked = bands;
    picked.clear();
    for (const auto& name : names)
    {
      const auto found = std::find_if(bands.begin(), bands.end(), [&name](const auto& band) { return band.name == name; });
      picked.insert(picked.end(), found, found == bands.end() ? found : found + 1);
    }
    return picked;
  };
  return {std::move(key), std::move(title), sensor.shape, pick(sensor.bands), pick(sensor.published)};
}

// Points of half maximum of the measured curves that the operators publish, the mean over detectors where those differ, in nm to one decimal. The tables
// (centre, low, high) of the published protocol beside those of Ikonos and WorldView are nominal and serve its stretched axis alone.

// Curves of Maxar.
void AddIkonos(std::vector<SpectralSensor>& sensors)
{
  // With responses between the bands, these are nearer to Gaussians.
  sensors.push_back({"ikonospan", "Ikonos panchromatic", Shape::Gaussian, {{"Pan", 526.4, 937.3}}, {{"Pan", 729, 409, 1048}}});
  const SpectralSensor ikonos{"ikonosbgrn",
                              "Ikonos blue, green, red, near infrared",
                              Shape::Gaussian,
                              {{"Blue", 444.6, 515.9}, {"Green", 506.5, 595.1}, {"Red", 631.9, 697.7}, {"NIR", 757.4, 852.7}},
                              {{"Blue", 480, 421, 539}, {"Green", 552, 480, 624}, {"Red", 666, 602, 729}, {"NIR", 803, 713, 893}}};
  sensors.push_back(Pick(ikonos, "ikonosrgb", "Ikonos blue, green, red (in this order)", {"Blue", "Green", "Red"}));
  sensors.push_back(ikonos);
}

// Curves of Maxar's technical notes, "Radiometric use of WorldView-2 imagery" and "... WorldView-3 imagery".
void AddWorldView(std::vector<SpectralSensor>& sensors)
{
  sensors.push_back({"worldview2",
                     "WorldView-2, 8 bands",
                     Shape::Flat,
                     {{"Coastal", 401.4, 453.2},
                      {"Blue", 447.5, 508.3},
                      {"Green", 511.4, 581.1},
                      {"Yellow", 588.5, 627.0},
                      {"Red", 629.3, 688.5},
                      {"Red edge", 703.9, 743.6},
                      {"NIR1", 772.5, 890.2},
                      {"NIR2", 861.8, 954.2}},
                     {{"Coastal", 427, 396, 458},
                      {"Blue", 478, 442, 515},
                      {"Green", 546, 506, 586},
                      {"Yellow", 608, 584, 632},
                      {"Red", 659, 624, 694},
                      {"Red edge", 724, 699, 749},
                      {"NIR1", 833, 765, 901},
                      {"NIR2", 949, 856, 1043}}});
  sensors.push_back({"worldview2pan", "WorldView-2 panchromatic", Shape::Flat, {{"Pan", 463.8, 800.6}}, {}});
  sensors.push_back({"worldview3",
                     "WorldView-3, 8 VNIR and 8 SWIR bands",
                     Shape::Flat,
                     {{"Coastal", 402.6, 449.9},
                      {"Blue", 451.1, 510.3},
                      {"Green", 510.6, 579.5},
                      {"Yellow", 584.4, 623.7},
                      {"Red", 630.1, 689.8},
                      {"Red edge", 703.9, 742.5},
                      {"NIR1", 771.0, 891.0},
                      {"NIR2", 862.1, 948.0},
                      {"SWIR1", 1193.5, 1225.3},
                      {"SWIR2", 1551.7, 1591.9},
                      {"SWIR3", 1641.8, 1680.3},
                      {"SWIR4", 1709.3, 1750.6},
                      {"SWIR5", 2144.7, 2184.1},
                      {"SWIR6", 2182.7, 2224.4},
                      {"SWIR7", 2235.6, 2284.2},
                      {"SWIR8", 2295.8, 2365.2}},
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
                      {"SWIR8", 2329, 2285, 2373}}});
  sensors.push_back({"worldview3pan", "WorldView-3 panchromatic", Shape::Flat, {{"Pan", 458.5, 800.3}}, {}});
}

// Curves of ESA's Sentinel-2 Spectral Response Functions, COPE-GSEG-EOPG-TN-15-0007, issue 4.0 (2024).
void AddSentinel2(std::vector<SpectralSensor>& sensors)
{
  const auto add = [&sensors](const std::string& satellite, Bands bands)
  {
    const std::string    key = std::string("sentinel2") + static_cast<char>(std::tolower(satellite.back()));
    const SpectralSensor sensor{
        key, "Sentinel-" + satellite + " MSI, 10 bands of 10 and 20 m: B02 B03 B04 B05 B06 B07 B08 B8A B11 B12", Shape::Flat, std::move(bands), {}};
    sensors.push_back(sensor);
    sensors.push_back(Pick(sensor, key + "10m", "Sentinel-" + satellite + " MSI, 4 bands of 10 m: B02 B03 B04 B08", {"B02", "B03", "B04", "B08"}));
  };
  add("2A", {{"B02", 459.8, 524.0},
             {"B03", 542.8, 577.6},
             {"B04", 649.3, 679.9},
             {"B05", 697.3, 711.3},
             {"B06", 733.6, 747.3},
             {"B07", 773.5, 792.5},
             {"B08", 782.5, 887.3},
             {"B8A", 854.5, 875.0},
             {"B11", 1568.7, 1658.3},
             {"B12", 2112.9, 2286.5}});
  add("2B", {{"B02", 459.2, 524.1},
             {"B03", 541.7, 576.8},
             {"B04", 649.6, 680.0},
             {"B05", 696.9, 711.0},
             {"B06", 732.3, 745.9},
             {"B07", 770.1, 789.9},
             {"B08", 782.4, 887.2},
             {"B8A", 853.7, 874.4},
             {"B11", 1564.1, 1657.6},
             {"B12", 2092.7, 2276.1}});
  add("2C", {{"B02", 456.1, 521.4},
             {"B03", 542.9, 578.3},
             {"B04", 651.3, 681.7},
             {"B05", 699.4, 714.7},
             {"B06", 733.4, 748.7},
             {"B07", 774.6, 794.9},
             {"B08", 785.7, 881.5},
             {"B8A", 855.7, 875.7},
             {"B11", 1566.3, 1656.6},
             {"B12", 2100.5, 2283.7}});
}

// Curves of NASA and USGS: Landsat 8 "Ball BA RSR v1.1" (Barsi et al. 2014, Remote Sensing 6, 10232), Landsat 9 "L9 OLI2 Ball RSR v1.0", ALI of the EO-1 user
// guide.
void AddLandsatAndEO1(std::vector<SpectralSensor>& sensors)
{
  sensors.push_back({"landsat8oli",
                     "Landsat 8 OLI, 7 bands of 30 m: B1 to B7",
                     Shape::Flat,
                     {{"B1", 434.9, 450.9},
                      {"B2", 452.0, 512.1},
                      {"B3", 532.8, 590.1},
                      {"B4", 635.9, 673.4},
                      {"B5", 850.5, 878.7},
                      {"B6", 1566.5, 1651.2},
                      {"B7", 2107.3, 2294.1}},
                     {}});
  sensors.push_back({"landsat8pan", "Landsat 8 OLI panchromatic: B8", Shape::Flat, {{"B8", 503.2, 675.6}}, {}});
  sensors.push_back({"landsat9oli",
                     "Landsat 9 OLI-2, 7 bands of 30 m: B1 to B7",
                     Shape::Flat,
                     {{"B1", 435.0, 450.5},
                      {"B2", 451.9, 511.8},
                      {"B3", 532.8, 589.1},
                      {"B4", 636.0, 672.7},
                      {"B5", 850.3, 879.0},
                      {"B6", 1565.1, 1651.2},
                      {"B7", 2105.4, 2294.8}},
                     {}});
  sensors.push_back({"landsat9pan", "Landsat 9 OLI-2 panchromatic: B8", Shape::Flat, {{"B8", 502.9, 675.4}}, {}});
  sensors.push_back({"eo1ali",
                     "EO-1 ALI, 9 bands of 30 m: MS-1' MS-1 MS-2 MS-3 MS-4 MS-4' MS-5' MS-5 MS-7",
                     Shape::Flat,
                     {{"MS-1'", 431.5, 451.2},
                      {"MS-1", 451.4, 513.3},
                      {"MS-2", 528.8, 603.2},
                      {"MS-3", 630.6, 689.1},
                      {"MS-4", 774.9, 805.6},
                      {"MS-4'", 843.2, 888.6},
                      {"MS-5'", 1199.6, 1289.6},
                      {"MS-5", 1545.0, 1730.1},
                      {"MS-7", 2085.6, 2362.9}},
                     {}});
  sensors.push_back({"eo1alipan", "EO-1 ALI panchromatic", Shape::Flat, {{"Pan", 500.7, 676.3}}, {}});
}

// Curves of Airbus.
void AddPleiadesAndSpot(std::vector<SpectralSensor>& sensors)
{
  const auto add = [&sensors](const std::string& key, const std::string& name, Bands bands, const SpectralSensor::Band& pan)
  {
    sensors.push_back({key, name + " blue, green, red, near infrared", Shape::Flat, std::move(bands), {}});
    sensors.push_back({key + "pan", name + " panchromatic", Shape::Flat, {pan}, {}});
  };
  add("pleiades1a", "Pleiades 1A", {{"Blue", 447.0, 532.5}, {"Green", 513.3, 594.2}, {"Red", 606.8, 686.4}, {"NIR", 769.7, 900.0}}, {"Pan", 485.0, 813.9});
  add("pleiades1b", "Pleiades 1B", {{"Blue", 455.6, 532.1}, {"Green", 509.8, 593.4}, {"Red", 623.2, 702.0}, {"NIR", 781.9, 912.2}}, {"Pan", 487.7, 814.4});
  add("spot6", "SPOT 6", {{"Blue", 453.2, 519.2}, {"Green", 527.4, 587.7}, {"Red", 624.5, 694.2}, {"NIR", 756.8, 877.9}}, {"Pan", 454.8, 743.5});
  add("spot7", "SPOT 7", {{"Blue", 453.9, 524.1}, {"Green", 533.4, 597.6}, {"Red", 633.4, 702.7}, {"NIR", 762.6, 869.4}}, {"Pan", 451.2, 743.2});
}

// Curves of Planet, of the SuperDove imager (PSB.SD); those of Dove-R (PS2.SD) are four of them.
void AddPlanetScope(std::vector<SpectralSensor>& sensors)
{
  const SpectralSensor superDove{"superdove",
                                 "PlanetScope SuperDove, 8 bands",
                                 Shape::Flat,
                                 {{"Coastal blue", 433.2, 454.1},
                                  {"Blue", 464.2, 517.3},
                                  {"Green I", 514.0, 551.6},
                                  {"Green", 546.5, 585.6},
                                  {"Yellow", 599.8, 623.5},
                                  {"Red", 649.7, 682.7},
                                  {"Red edge", 698.2, 715.9},
                                  {"NIR", 845.5, 887.8}},
                                 {}};
  sensors.push_back(superDove);
  sensors.push_back(Pick(superDove, "dover", "PlanetScope Dove-R, or 4 bands of SuperDove: blue, green, red, near infrared", {"Blue", "Green", "Red", "NIR"}));
}

std::vector<SpectralSensor> MakeSensors()
{
  std::vector<SpectralSensor> sensors;
  AddIkonos(sensors);
  AddWorldView(sensors);
  AddSentinel2(sensors);
  AddLandsatAndEO1(sensors);
  AddPleiadesAndSpot(sensors);
  AddPlanetScope(sensors);
  // Round figures: the sensitivities of consumer cameras peak near 600, 530 and 460 nm (Jiang et al. 2013, 28 cameras), and are some 80 nm wide behind a filter
  // that keeps infrared out.
  sensors.push_back({"rgbcamera",
                     "A common colour camera: red, green, blue (in this order)",
                     Shape::Gaussian,
                     {{"Red", 560, 640}, {"Green", 490, 570}, {"Blue", 420, 500}},
                     {}});
  return sensors;
}

/** The bands of the protocol, or what they are where it has none: Gaussians by centre and standard deviation, and edges. */
struct GaussianBand
{
  double center, sigma, low, high;
};

std::vector<GaussianBand> GaussianBands(const SpectralSensor& sensor)
{
  std::vector<GaussianBand> bands;
  for (const auto& band : sensor.published)
  {
    bands.push_back({band.center, (band.high - band.low) / PublishedSigmas, band.low, band.high});
  }
  for (std::size_t number = bands.size(); number < sensor.bands.size(); ++number)
  {
    const auto& band = sensor.bands[number];
    bands.push_back({(band.low + band.high) / 2, (band.high - band.low) / FwhmSigmas, band.low, band.high});
  }
  return bands;
}

ResponseCurve MakeCurve(const SpectralSensor::Band& band, Shape shape)
{
  const double width = band.high - band.low;
  if (shape == Shape::Gaussian)
  {
    return ResponseCurve::Gaussian(band.name, (band.low + band.high) / 2, width / FwhmSigmas);
  }
  const double half = Flank * width / 2;
  return ResponseCurve::Sampled(band.name, {band.low - half, band.low + half, band.high - half, band.high + half}, {0, 1, 1, 0});
}
} // namespace

const std::vector<SpectralSensor>& GetSpectralSensors()
{
  static const std::vector<SpectralSensor> sensors = MakeSensors();
  return sensors;
}

const SpectralSensor& FindSpectralSensor(std::string_view key)
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
  throw std::invalid_argument("sensor: found \"" + std::string(key) + "\", expected one of " + keys);
}

std::vector<ResponseCurve> GetSensorResponses(const SpectralSensor& sensor)
{
  std::vector<ResponseCurve> curves;
  for (const auto& band : sensor.bands)
  {
    curves.push_back(MakeCurve(band, sensor.shape));
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
  const auto   gaussians = GaussianBands(sensor);
  const double lowest    = std::min_element(gaussians.begin(), gaussians.end(), [](const auto& a, const auto& b) { return a.low < b.low; })->low;
  const double highest   = std::max_element(gaussians.begin(), gaussians.end(), [](const auto& a, const auto& b) { return a.high < b.high; })->high;
  const double step      = bands > 1 ? (highest - lowest) / static_cast<double>(bands - 1) : 0.;

  SpectraMatrix            matrix(static_cast<Eigen::Index>(sensor.bands.size()), static_cast<Eigen::Index>(bands));
  std::vector<std::string> names;
  for (std::size_t row = 0; row < gaussians.size(); ++row)
  {
    const auto response = ResponseCurve::Gaussian(sensor.bands[row].name, gaussians[row].center, gaussians[row].sigma);
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
    {
      matrix(static_cast<Eigen::Index>(row), column) = static_cast<float>(response(lowest + static_cast<double>(column) * step));
    }
    names.push_back(response.GetName());
  }
  return SpectralResponse(std::move(matrix), std::move(names), "sensor " + sensor.key);
}
} // namespace otb
