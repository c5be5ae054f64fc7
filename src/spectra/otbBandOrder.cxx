// SPDX-License-Identifier: Apache-2.0
#include "otbBandOrder.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

namespace otb
{
namespace
{
using Texts = std::vector<std::string>;

constexpr double LeastGain      = 20.; // nm
constexpr double LeastTolerance = 30.;
constexpr double NameTolerance  = 120.; // a colour is no wavelength
constexpr double FarTolerance   = 100.;

/** Where the response's bands lie, and half of how wide they are [nm]. */
struct Bands
{
  std::vector<double> centres, halfWidths;

  Bands(const SpectralResponse& response, const SpectralAxis& axis)
  {
    const auto& matrix = response.GetMatrix();
    if (axis.size() != static_cast<std::size_t>(matrix.cols()))
    {
      return;
    }
    const Eigen::Map<const Eigen::VectorXd> wavelengths(axis.wavelengths.data(), matrix.cols());
    for (Eigen::Index band = 0; band < matrix.rows(); ++band)
    {
      const Eigen::VectorXd weights  = matrix.row(band).transpose().cast<double>();
      const double          centre   = weights.dot(wavelengths);
      const double          variance = weights.dot((wavelengths.array() - centre).square().matrix());
      centres.push_back(centre);
      // Of a flat band of that variance.
      halfWidths.push_back(std::sqrt(3. * variance));
    }
  }
};

std::string Join(const std::vector<double>& values)
{
  std::ostringstream text;
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    text << (i == 0 ? "" : ", ") << std::round(values[i]);
  }
  return text.str() + " nm";
}

std::string Join(const Texts& texts)
{
  std::string joined;
  for (const auto& text : texts)
  {
    joined += (joined.empty() ? "" : ", ") + text;
  }
  return joined;
}

std::vector<std::size_t> SortedPlaces(const std::vector<double>& values)
{
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t(0));
  std::stable_sort(places.begin(), places.end(), [&values](std::size_t one, std::size_t other) { return values[one] < values[other]; });
  return places;
}

bool HaveTwins(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end(), [](double one, double other) { return other - one < 1.; }) != values.end();
}

/** On a line the order that brings points nearest to others, in sum, is the one that sorts both. */
void Match(const std::vector<double>& wavelengths, const Bands& bands, double tolerance, BandOrder& order)
{
  if (HaveTwins(wavelengths) || HaveTwins(bands.centres))
  {
    return;
  }
  const auto               mine = SortedPlaces(wavelengths), theirs = SortedPlaces(bands.centres);
  std::vector<std::size_t> places(mine.size());
  double                   gain = 0.;
  bool                     fits = true;
  for (std::size_t rank = 0; rank < mine.size(); ++rank)
  {
    const std::size_t band     = theirs[rank];
    const double      distance = std::abs(wavelengths[mine[rank]] - bands.centres[band]);
    places[band]               = mine[rank];
    gain += std::abs(wavelengths[band] - bands.centres[band]) - distance;
    fits         = fits && distance <= std::max(tolerance, 1.5 * bands.halfWidths[band]);
    order.isNear = order.isNear && distance <= std::max(FarTolerance, 2. * bands.halfWidths[band]);
  }
  if (gain > LeastGain)
  {
    order.kind   = fits ? BandOrder::Kind::Differs : BandOrder::Kind::Contradicts;
    order.places = places;
  }
}

/** Letters and digits in lower case, without zeros in front of a number: Band_02, B2 and b02 are one name. */
std::string Simplify(const std::string& name)
{
  std::string simple;
  for (const char c : name)
  {
    const auto letter   = static_cast<unsigned char>(c);
    const bool isLetter = std::isalnum(letter) != 0;
    const bool leading  = c == '0' && (simple.empty() || std::isdigit(static_cast<unsigned char>(simple.back())) == 0);
    if (isLetter && !leading)
    {
      simple += static_cast<char>(std::tolower(letter));
    }
  }
  return simple.rfind("band", 0) == 0 && simple.size() > 4 ? "b" + simple.substr(4) : simple;
}

/** Numbers in a row are no names. */
bool AreNumbered(const Texts& names)
{
  for (std::size_t i = 0; i < names.size(); ++i)
  {
    const std::string number = std::to_string(i + 1);
    if (names[i] != number && names[i] != "b" + number)
    {
      return false;
    }
  }
  return true;
}

/** The places of the response's names among the image's, where those are the same in another order. */
std::optional<std::vector<std::size_t>> MatchNames(const Texts& image, const Texts& response)
{
  std::vector<std::size_t> places;
  for (const auto& name : response)
  {
    const auto found = std::find(image.begin(), image.end(), name);
    if (std::count(image.begin(), image.end(), name) != 1 || std::count(response.begin(), response.end(), name) != 1)
    {
      return std::nullopt;
    }
    places.push_back(static_cast<std::size_t>(found - image.begin()));
  }
  return places;
}

/** About where a band of that name lies; 0 when the name does not say. */
double FindColour(const std::string& name)
{
  // The first that is in the name: infrared ends in red.
  static const std::pair<const char*, double> colours[] = {
      {"coastal", 440.}, {"aerosol", 440.}, {"rededge1", 705.}, {"rededge2", 740.}, {"rededge3", 783.},     {"rededge4", 865.},
      {"rededge", 720.}, {"swir1", 1610.},  {"swir2", 2200.},   {"swir", 0.},       {"mwir", 0.},           {"tir", 0.},
      {"thermal", 0.},   {"nir2", 920.},    {"nir1", 835.},     {"nir", 840.},      {"nearinfrared", 840.}, {"infrared", 0.},
      {"pan", 0.},       {"blue", 485.},    {"green", 555.},    {"yellow", 605.},   {"red", 660.}};
  const auto found = std::find_if(std::begin(colours), std::end(colours), [&name](const auto& colour) { return name.find(colour.first) != std::string::npos; });
  return found == std::end(colours) ? 0. : found->second;
}

/** Sentinel-2's names, which are told from other sensors' by their zero or their 8A. */
std::vector<double> FindSentinelBands(const Texts& names)
{
  static const std::pair<const char*, double> bands[] = {{"b1", 443.}, {"b2", 492.},  {"b3", 560.}, {"b4", 665.},   {"b5", 704.},   {"b6", 741.},  {"b7", 783.},
                                                         {"b8", 833.}, {"b8a", 865.}, {"b9", 945.}, {"b10", 1374.}, {"b11", 1614.}, {"b12", 2202.}};
  const bool          theirs = std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.find("B0") == 0 || name == "B8A"; });
  std::vector<double> wavelengths;
  for (const auto& name : names)
  {
    const auto found = std::find_if(std::begin(bands), std::end(bands), [simple = Simplify(name)](const auto& band) { return simple == band.first; });
    wavelengths.push_back(theirs && found != std::end(bands) ? found->second : 0.);
  }
  return wavelengths;
}

bool AreKnown(const std::vector<double>& wavelengths)
{
  return std::all_of(wavelengths.begin(), wavelengths.end(), [](double wavelength) { return wavelength > 0.; });
}

bool IsInOrder(const std::vector<std::size_t>& places)
{
  return std::is_sorted(places.begin(), places.end());
}
} // namespace

BandOrder BandOrder::Of(const SpectralAxis& axis, const Texts& names, const SpectralResponse& response, const SpectralAxis& hyperspectral)
{
  const std::size_t count = response.GetNumberOfMultispectralBands();
  const Bands       bands(response, hyperspectral);
  BandOrder         order;
  if (axis.size() == count && AreKnown(axis.wavelengths) && bands.centres.size() == count)
  {
    order.found    = "wavelengths " + Join(axis.wavelengths);
    order.expected = Join(bands.centres);
    Match(axis.wavelengths, bands, LeastTolerance, order);
    return order;
  }
  if (names.size() != count)
  {
    return order;
  }
  Texts mine, theirs;
  std::transform(names.begin(), names.end(), std::back_inserter(mine), Simplify);
  std::transform(response.GetBandNames().begin(), response.GetBandNames().end(), std::back_inserter(theirs), Simplify);
  order.found    = "bands " + Join(names);
  order.expected = Join(response.GetBandNames());
  if (const auto places = theirs.size() == count && !AreNumbered(theirs) ? MatchNames(mine, theirs) : std::nullopt)
  {
    order.kind   = IsInOrder(*places) ? Kind::Agrees : Kind::Differs;
    order.places = *places;
    return order;
  }
  std::vector<double> wavelengths;
  std::transform(mine.begin(), mine.end(), std::back_inserter(wavelengths), FindColour);
  wavelengths = AreKnown(wavelengths) ? wavelengths : FindSentinelBands(names);
  if (AreKnown(wavelengths) && bands.centres.size() == count)
  {
    order.expected += (order.expected.empty() ? "" : ", at ") + Join(bands.centres);
    Match(wavelengths, bands, NameTolerance, order);
    order.isNear = true;
  }
  return order;
}
} // namespace otb
