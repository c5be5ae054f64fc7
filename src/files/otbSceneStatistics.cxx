// SPDX-License-Identifier: Apache-2.0
#include "otbSceneStatistics.h"
#include "otbStrictJson.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
using namespace strictjson;

const char* const Format  = "SpectraMorph scene statistics";
const char* const Kind    = "file of scene statistics";
constexpr int     Version = 1;
constexpr Limits  Largest = {std::uintmax_t{1} << 24, std::size_t{1} << 20, 8};

bool Flag(const Json& parent, const char* key)
{
  const Json& value = parent.at(key);
  if (!value.is_boolean())
  {
    throw std::invalid_argument(std::string("\"") + key + "\" is " + value.dump().substr(0, 40) + ", expected true or false");
  }
  return value.get<bool>();
}

std::vector<bool> Flags(const Json& parent, const char* key)
{
  const Json& list = parent.at(key);
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& value) { return value.is_boolean(); }))
  {
    throw std::invalid_argument(std::string("\"") + key + "\" is not a list of true and false");
  }
  return list.get<std::vector<bool>>();
}

std::optional<double> OptionalNumber(const Json& parent, const char* key)
{
  return parent.contains(key) ? std::make_optional(Number(parent, key)) : std::nullopt;
}

SceneStatistics::Image ImageFrom(const Json& json)
{
  SceneStatistics::Image image;
  image.columns     = Count<std::uint64_t>(json, "columns");
  image.rows        = Count<std::uint64_t>(json, "rows");
  const Json& fills = json.at("fills");
  if (!fills.is_array())
  {
    throw std::invalid_argument("\"fills\" is not a list");
  }
  for (const Json& fill : fills)
  {
    image.fills.push_back({static_cast<float>(Number(fill, "value")), Count<std::uint64_t>(fill, "pixels"), Flag(fill, "single")});
  }
  image.empty     = Flags(json, "empty");
  image.great     = Flag(json, "great");
  image.magnitude = OptionalNumber(json, "magnitude");
  image.high      = OptionalNumber(json, "high");
  if (json.contains("bad"))
  {
    image.bad        = Flags(json, "bad");
    image.badReasons = json.at("bad_reasons").get<std::string>();
  }
  return image;
}

Json ToJson(const SceneStatistics::Image& image)
{
  Json fills = Json::array();
  for (const SceneStatistics::Fill& fill : image.fills)
  {
    fills.push_back({{"value", fill.value}, {"pixels", fill.pixels}, {"single", fill.single}});
  }
  Json json = {{"columns", image.columns}, {"rows", image.rows}, {"fills", fills}, {"empty", image.empty}, {"great", image.great}};
  if (image.magnitude)
  {
    json["magnitude"] = *image.magnitude;
    json["high"]      = *image.high;
  }
  if (image.bad)
  {
    json["bad"]         = *image.bad;
    json["bad_reasons"] = image.badReasons;
  }
  return json;
}

SceneStatistics FromJson(const Json& json)
{
  CheckFormat(json, Kind, Format, Version);
  SceneStatistics statistics;
  const Json&     output  = json.at("output");
  statistics.columns      = Count<std::uint64_t>(output, "columns");
  statistics.rows         = Count<std::uint64_t>(output, "rows");
  statistics.blockColumns = Count<std::uint64_t>(output, "block_columns");
  statistics.blockRows    = Count<std::uint64_t>(output, "block_rows");
  const Json& images      = json.at("images");
  if (!images.is_object())
  {
    throw std::invalid_argument("\"images\" is not an object");
  }
  for (const auto& entry : images.items())
  {
    statistics.images[entry.key()] = ImageFrom(entry.value());
  }
  statistics.meanSquares = Numbers<double>(json, "mean_squares", "\"mean_squares\"");
  statistics.Validate();
  return statistics;
}
} // namespace

void SceneStatistics::Validate() const
{
  const auto check = [](bool condition, const std::string& message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  check(columns > 0 && rows > 0 && blockColumns > 0 && blockRows > 0, "the output or its blocks have no pixels");
  for (const auto& [key, image] : images)
  {
    check(image.columns > 0 && image.rows > 0 && !image.empty.empty(), "the image " + key + " has no pixels or no bands");
    check(std::all_of(image.fills.begin(), image.fills.end(), [](const Fill& fill) { return std::isfinite(fill.value); }),
          "a fill value of the image " + key + " is not finite");
    check(image.magnitude.has_value() == image.high.has_value() && (!image.magnitude || (*image.magnitude >= 0. && std::isfinite(*image.magnitude))) &&
              (!image.high || std::isfinite(*image.high)),
          "\"magnitude\" and \"high\" of the image " + key + " are not two finite numbers");
  }
  check(std::all_of(meanSquares.begin(), meanSquares.end(), [](double value) { return std::isfinite(value) && value >= 0.; }),
        "a mean square is negative or not finite");
}

std::string SceneStatistics::ToText() const
{
  this->Validate();
  Json all = Json::object();
  for (const auto& [key, image] : images)
  {
    all[key] = ToJson(image);
  }
  const Json json = {{"format", Format},
                     {"version", Version},
                     {"output", {{"columns", columns}, {"rows", rows}, {"block_columns", blockColumns}, {"block_rows", blockRows}}},
                     {"images", all},
                     {"mean_squares", meanSquares}};
  // Reasons may name bands, which come from files of any encoding; JSON is UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

SceneStatistics SceneStatistics::Load(const std::string& path, const std::string& parameter)
{
  return strictjson::Load(path, parameter, Kind, Largest, FromJson);
}
} // namespace otb
