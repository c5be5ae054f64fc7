// SPDX-License-Identifier: Apache-2.0

// The built-in sensors against what their operators publish in words of their own: nominal band limits and centres, apart from the response curves that the
// table in the source was made of.

#include "../testModels.h"
#include "otbSpectralAxis.h"
#include "otbSpectralResponseReader.h"
#include "otbSpectralSensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace
{
/** Where the response of a band lies: its mean wavelength. */
double Centroid(const otb::ResponseCurve& curve)
{
  const auto moments = curve.Moments(1, 4000);
  return 1 + moments.second / moments.first;
}

std::vector<double> Centroids(const std::string& key)
{
  std::vector<double> centers;
  for (const auto& curve : otb::GetSensorResponses(otb::FindSpectralSensor(key)))
  {
    centers.push_back(Centroid(curve));
  }
  return centers;
}

using Limits = std::vector<std::pair<double, double>>;

struct Published
{
  const char* sensor;
  double      tolerance; // nm
  Limits      limits;
};

/** The share of a response that falls on other bands than it should, as responses act on an imaging spectrometer: the mean over the bands and the most. */
std::pair<double, double> Misplaced(std::istream& measured, const std::string& key)
{
  otb::SpectralAxis axis;
  for (double center = 400; center < 2450; center += center < 1000 ? 6.5 : 10)
  {
    axis.wavelengths.push_back(center);
  }
  const auto found     = otb::ProjectResponses(otb::ReadResponseCurves(measured, "measured"), axis, "measured");
  const auto built     = otb::ProjectResponses(otb::GetSensorResponses(otb::FindSpectralSensor(key)), axis, "built-in");
  const auto misplaced = ((found.GetMatrix() - built.GetMatrix()).cwiseAbs().rowwise().sum() / 2).eval();
  return {misplaced.mean(), misplaced.maxCoeff()};
}

/** The protocol's response, written down again: Gaussians at places spread evenly over the sensor's range. */
Eigen::MatrixXd Protocol(const otb::SpectralSensor& sensor, int bands)
{
  double low = sensor.published.front().low, high = sensor.published.front().high;
  for (const auto& band : sensor.published)
  {
    low  = std::min(low, band.low);
    high = std::max(high, band.high);
  }
  Eigen::MatrixXd response(sensor.published.size(), bands);
  for (Eigen::Index row = 0; row < response.rows(); ++row)
  {
    const auto&  band  = sensor.published[static_cast<std::size_t>(row)];
    const double sigma = (band.high - band.low) / 4.2;
    for (int column = 0; column < bands; ++column)
    {
      const double place    = low + (high - low) * column / (bands - 1) - band.center;
      response(row, column) = std::exp(-place * place / (2 * sigma * sigma));
    }
    response.row(row) /= response.row(row).sum();
  }
  return response;
}
} // namespace

TEST(SpectralSensors, CentresArePublishedOnes)
{
  // ESA, Sentinel-2 user guide, "Spatial and spectral resolutions": central wavelengths of both satellites.
  // Barsi et al. 2014, table 1, for Landsat 8. Maxar, absolute radiometric calibration notes, "center wavelength" of WorldView-2 and -3.
  const std::map<std::string, std::vector<double>> published = {
      {"sentinel2a", {492.4, 559.8, 664.6, 704.1, 740.5, 782.8, 832.8, 864.7, 1613.7, 2202.4}},
      {"sentinel2b", {492.1, 559.0, 664.9, 703.8, 739.1, 779.7, 832.9, 864.0, 1610.4, 2185.7}},
      {"sentinel2a10m", {492.4, 559.8, 664.6, 832.8}},
      {"landsat8oli", {442.96, 482.04, 561.41, 654.59, 864.67, 1608.86, 2200.73}},
      {"worldview2", {427.3, 477.9, 546.2, 607.8, 658.8, 723.7, 831.3, 908.0}},
      {"worldview3", {427.4, 481.9, 547.1, 604.3, 660.1, 722.7, 824.0, 913.6, 1209.1, 1571.6, 1661.1, 1729.5, 2163.7, 2202.2, 2259.3, 2329.2}}};
  for (const auto& [key, centers] : published)
  {
    const auto found = Centroids(key);
    ASSERT_EQ(found.size(), centers.size()) << key;
    for (std::size_t band = 0; band < centers.size(); ++band)
    {
      // The mean of a real curve is not quite the middle between its points of half maximum.
      EXPECT_NEAR(found[band], centers[band],
                  band == 7 && key == "worldview3"   ? 9.
                  : band == 6 && key == "worldview3" ? 7.5
                                                     : 3.)
          << key << " band " << band + 1;
    }
  }
  // The mission's requirements, which the third satellite meets too.
  const std::vector<double> nominal = {490, 560, 665, 705, 740, 783, 842, 865, 1610, 2190};
  for (const char* key : {"sentinel2a", "sentinel2b", "sentinel2c"})
  {
    const auto found = Centroids(key);
    for (std::size_t band = 0; band < nominal.size(); ++band)
    {
      EXPECT_NEAR(found[band], nominal[band], 10) << key << " band " << band + 1;
    }
  }
}

TEST(SpectralSensors, LimitsArePublishedOnes)
{
  const Limits                 landsat = {{435, 451}, {452, 512}, {533, 590}, {636, 673}, {851, 879}, {1566, 1651}, {2107, 2294}};
  const Limits                 spot    = {{450, 520}, {530, 590}, {625, 695}, {760, 890}};
  const std::vector<Published> table   = {
        // USGS, "What are the band designations for the Landsat satellites?"
      {"landsat8oli", 1.5, landsat},
      {"landsat9oli", 2.5, landsat},
      {"landsat8pan", 1, {{503, 676}}},
      {"landsat9pan", 1, {{503, 676}}},
      // USGS, EO-1 user guide: ALI.
      {"eo1ali", 20, {{433, 453}, {450, 515}, {525, 605}, {630, 690}, {775, 805}, {845, 890}, {1200, 1300}, {1550, 1750}, {2080, 2350}}},
      {"eo1alipan", 25, {{480, 690}}},
      // GeoEye, Ikonos product guide.
      {"ikonosbgrn", 1, {{444.7, 516.0}, {506.4, 595.0}, {631.9, 697.7}, {757.3, 852.7}}},
      {"ikonosrgb", 1, {{444.7, 516.0}, {506.4, 595.0}, {631.9, 697.7}}},
      {"ikonospan", 9, {{525.8, 928.5}}},
      // Maxar, data sheets of WorldView-2 and -3; the last VNIR band fades with the detector before its nominal end.
      {"worldview2pan", 15, {{450, 800}}},
      {"worldview3pan", 15, {{450, 800}}},
      // Airbus, user guides of Pleiades and SPOT 6/7.
      {"pleiades1a", 40, {{430, 550}, {500, 620}, {590, 710}, {740, 940}}},
      {"pleiades1b", 43, {{430, 550}, {500, 620}, {590, 710}, {740, 940}}},
      {"pleiades1apan", 18, {{470, 830}}},
      {"pleiades1bpan", 18, {{470, 830}}},
      {"spot6", 13, spot},
      {"spot7", 21, spot},
      {"spot6pan", 6, {{450, 745}}},
      {"spot7pan", 6, {{450, 745}}},
      // Planet, "PlanetScope 8-band asset" and "Dove-R" (PS2.SD).
      {"superdove", 4, {{431, 452}, {465, 515}, {513, 549}, {547, 583}, {600, 620}, {650, 680}, {697, 713}, {845, 885}}},
      {"dover", 1, {{464, 517}, {547, 585}, {650, 682}, {846, 888}}},
  };
  for (const auto& published : table)
  {
    const auto& bands = otb::FindSpectralSensor(published.sensor).bands;
    ASSERT_EQ(bands.size(), published.limits.size()) << published.sensor;
    for (std::size_t band = 0; band < bands.size(); ++band)
    {
      EXPECT_NEAR(bands[band].low, published.limits[band].first, published.tolerance) << published.sensor << " " << bands[band].name;
      EXPECT_NEAR(bands[band].high, published.limits[band].second, published.tolerance) << published.sensor << " " << bands[band].name;
    }
  }
}

TEST(SpectralSensors, CurvesKeepTheirHalfMaximumAndArea)
{
  for (const auto& sensor : otb::GetSpectralSensors())
  {
    const auto curves = otb::GetSensorResponses(sensor);
    for (std::size_t band = 0; band < curves.size(); ++band)
    {
      const auto& limits = sensor.bands[band];
      EXPECT_NEAR(curves[band](limits.low), 0.5, 1e-9) << sensor.key << " " << limits.name;
      EXPECT_NEAR(curves[band](limits.high), 0.5, 1e-9) << sensor.key << " " << limits.name;
      EXPECT_NEAR(curves[band]((limits.low + limits.high) / 2), 1., 1e-9) << sensor.key << " " << limits.name;
    }
  }
}

TEST(SpectralSensors, ResponsesAreNearThoseOfRealFilters)
{
  // A filter lets light through between its points of half maximum, not quite evenly, and its flanks are round.
  const auto&        sensor = otb::FindSpectralSensor("sentinel2a");
  std::ostringstream table;
  table << "wavelength";
  for (const auto& band : sensor.bands)
  {
    table << ',' << band.name;
  }
  for (int wavelength = 380; wavelength <= 2500; ++wavelength)
  {
    table << '\n' << wavelength;
    for (const auto& band : sensor.bands)
    {
      const double width = band.high - band.low, flank = width / 25;
      const double rise = 1 / (1 + std::exp(-(wavelength - band.low) / flank)), fall = 1 / (1 + std::exp((wavelength - band.high) / flank));
      table << ',' << rise * fall * (0.96 + 0.04 * std::cos(25 * (wavelength - band.low) / width));
    }
  }
  std::istringstream measured(table.str());
  const auto         misplaced = Misplaced(measured, "sentinel2a");
  EXPECT_LT(misplaced.first, 0.05);
  EXPECT_LT(misplaced.second, 0.13);
  // The test tells sensors apart: a response one flank beside its place is not near.
  std::istringstream other(table.str());
  EXPECT_GT(Misplaced(other, "sentinel2b").first, 1.2 * misplaced.first);
}

TEST(SpectralSensors, ResponsesAreNearMeasuredCurves)
{
  std::ifstream measured(std::string(SPECTRAMORPH_SOURCE_DIR) + "/../shared/data/srf/sentinel2a_msi.csv");
  if (!measured)
  {
    GTEST_SKIP() << "there are no measured curves beside the repository";
  }
  const auto misplaced = Misplaced(measured, "sentinel2a");
  EXPECT_LT(misplaced.first, 0.05);
  EXPECT_LT(misplaced.second, 0.13);
}

TEST(SpectralSensors, TablesAreConsistent)
{
  for (const auto& sensor : otb::GetSpectralSensors())
  {
    EXPECT_EQ(&otb::FindSpectralSensor(sensor.key), &sensor);
    for (const auto& band : sensor.bands)
    {
      EXPECT_LT(band.low, band.high) << sensor.key << band.name;
    }
    EXPECT_TRUE(sensor.published.empty() || sensor.published.size() == sensor.bands.size()) << sensor.key;
    for (std::size_t band = 0; band < sensor.published.size(); ++band)
    {
      const auto& published = sensor.published[band];
      EXPECT_EQ(published.name, sensor.bands[band].name) << sensor.key;
      EXPECT_LT(published.low, published.center) << sensor.key << published.name;
      EXPECT_GT(published.high, published.center) << sensor.key << published.name;
    }
  }
  EXPECT_EQ(otb::FindSpectralSensor("ikonosbgrn").bands.size(), 4u);
  EXPECT_EQ(otb::FindSpectralSensor("worldview3").bands.size(), 16u);
  EXPECT_EQ(otb::FindSpectralSensor("sentinel2a10m").bands.back().name, "B08");
  EXPECT_NE(otb::test::MessageOf<std::invalid_argument>([] { otb::FindSpectralSensor("spot"); }).find("found \"spot\", expected one of ikonospan"),
            std::string::npos);
}

TEST(SpectralSensors, StretchedAxisSamplesTheGaussiansEvenly)
{
  // Three bands at 409, 728.5 and 1048 nm; sigma = 639 / 4.2.
  const auto   response = otb::StretchedResponse(otb::FindSpectralSensor("ikonospan"), 3);
  const double sigma    = 639 / 4.2;
  const auto   gauss    = [sigma](double x) { return std::exp(-0.5 * (x - 729) * (x - 729) / sigma / sigma); };
  const double sum      = gauss(409) + gauss(728.5) + gauss(1048);
  EXPECT_NEAR(response.GetMatrix()(0, 0), gauss(409) / sum, 1e-7);
  EXPECT_NEAR(response.GetMatrix()(0, 1), gauss(728.5) / sum, 1e-7);
  EXPECT_NEAR(response.GetMatrix()(0, 2), gauss(1048) / sum, 1e-7);
  EXPECT_THROW(otb::StretchedResponse(otb::FindSpectralSensor("ikonospan"), 0), std::invalid_argument);
}

TEST(SpectralSensors, StretchedAxisIsTheProtocolsWrittenDownAgain)
{
  for (const char* key : {"ikonospan", "ikonosbgrn", "worldview2"})
  {
    for (const int bands : {93, 102, 198, 224})
    {
      const auto& sensor   = otb::FindSpectralSensor(key);
      const auto  ours     = otb::StretchedResponse(sensor, static_cast<std::size_t>(bands));
      const auto  expected = Protocol(sensor, bands);
      ASSERT_EQ(ours.GetNumberOfMultispectralBands(), static_cast<std::size_t>(expected.rows())) << key;
      EXPECT_LT((ours.GetMatrix().cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-6) << key << ", " << bands << " bands";
    }
  }
}

TEST(SpectralSensors, StretchedAxisReproducesThePublishedCases)
{
  const std::string cases = std::string(SPECTRAMORPH_SOURCE_DIR) + "/../shared/cases/";
  int               found = 0;
  for (const auto& [name, sensor] : {std::pair<const char*, const char*>{"jasper_ridge_x4_b1", "ikonospan"},
                                     {"jasper_ridge_x4_b4", "ikonosbgrn"},
                                     {"jasper_ridge_x8_b4", "ikonosbgrn"},
                                     {"enmap_potsdam_x4_b4", "ikonosbgrn"},
                                     {"aviris_beach_x8_b4", "ikonosbgrn"},
                                     {"pavia_center_x4_b8", "worldview2"}})
  {
    std::ifstream text(cases + name + "/srf.csv");
    if (!text)
    {
      continue;
    }
    ++found;
    const auto published = otb::ReadSpectralResponseMatrix(text, name);
    const auto ours      = otb::StretchedResponse(otb::FindSpectralSensor(sensor), published.GetNumberOfHyperspectralBands());
    ASSERT_EQ(ours.GetNumberOfMultispectralBands(), published.GetNumberOfMultispectralBands()) << name;
    EXPECT_LT((ours.GetMatrix() - published.GetMatrix()).cwiseAbs().maxCoeff(), 1e-6) << name;
  }
  if (found == 0)
  {
    GTEST_SKIP() << "the published cases are not at " << cases;
  }
}
