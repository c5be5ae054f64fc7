// SPDX-License-Identifier: Apache-2.0

// What was found of a scene's images comes back from its file with the same bits; anything that is not a whole and consistent one is refused with the reason.

#include "../testModels.h"
#include "otbSceneStatistics.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

#include <unistd.h>

namespace
{
using Json = nlohmann::json;
using otb::SceneStatistics;
using otb::test::MessageOf;

SceneStatistics MakeStatistics()
{
  SceneStatistics        statistics;
  SceneStatistics::Image image;
  image.columns             = 70000;
  image.rows                = 90000;
  image.fills               = {{-9999.f, 5000000000, true}, {1.f / 3.f, 2, false}};
  image.empty               = {false, true, false};
  image.great               = true;
  image.magnitude           = 1. / 7.;
  image.high                = 0.1;
  statistics.images["inms"] = image;
  image.bad                 = std::vector<bool>{true, false, false};
  image.badReasons          = "1 constant or no data";
  image.magnitude.reset();
  image.high.reset();
  statistics.images["in"] = image;
  statistics.columns      = 17500;
  statistics.rows         = 22500;
  statistics.blockColumns = 256;
  statistics.blockRows    = 258;
  statistics.meanSquares  = {0.1, 1e-300, 0.};
  return statistics;
}

class SceneStatisticsFile : public testing::Test
{
protected:
  SceneStatisticsFile() : m_Path(std::filesystem::temp_directory_path() / ("spectramorph-scene-" + std::to_string(::getpid()) + ".json"))
  {
  }
  ~SceneStatisticsFile() override
  {
    std::filesystem::remove(m_Path);
  }

  SceneStatistics Load(const std::string& text) const
  {
    std::ofstream(m_Path, std::ios::binary) << text;
    return SceneStatistics::Load(m_Path.string(), "inscene");
  }

  std::filesystem::path m_Path;
};

TEST_F(SceneStatisticsFile, ComesBackWithTheSameBits)
{
  const SceneStatistics expected = MakeStatistics(), found = Load(expected.ToText());
  EXPECT_EQ(found.columns, expected.columns);
  EXPECT_EQ(found.rows, expected.rows);
  EXPECT_EQ(found.blockColumns, expected.blockColumns);
  EXPECT_EQ(found.blockRows, expected.blockRows);
  EXPECT_EQ(found.meanSquares, expected.meanSquares);
  ASSERT_EQ(found.images.size(), 2u);
  for (const char* const key : {"inms", "in"})
  {
    const SceneStatistics::Image &has = found.images.at(key), &said = expected.images.at(key);
    EXPECT_EQ(has.columns, said.columns);
    EXPECT_EQ(has.rows, said.rows);
    ASSERT_EQ(has.fills.size(), said.fills.size());
    for (std::size_t i = 0; i < has.fills.size(); ++i)
    {
      EXPECT_EQ(has.fills[i].value, said.fills[i].value);
      EXPECT_EQ(has.fills[i].pixels, said.fills[i].pixels);
      EXPECT_EQ(has.fills[i].single, said.fills[i].single);
    }
    EXPECT_EQ(has.empty, said.empty);
    EXPECT_EQ(has.great, said.great);
    EXPECT_EQ(has.magnitude, said.magnitude);
    EXPECT_EQ(has.high, said.high);
    EXPECT_EQ(has.bad, said.bad);
    EXPECT_EQ(has.badReasons, said.badReasons);
  }
}

TEST_F(SceneStatisticsFile, IsRefusedWithTheReason)
{
  struct Case
  {
    const char*                reason;
    std::function<void(Json&)> spoil;
  };
  const Case cases[] = {
      {"\"format\" is not", [](Json& json) { json["format"] = "SpectraMorph spectral refinement"; }},
      {"its version is 2, expected 1", [](Json& json) { json["version"] = 2; }},
      {"key 'output' not found", [](Json& json) { json.erase("output"); }},
      {"\"rows\" is -3, expected a whole number", [](Json& json) { json["output"]["rows"] = -3; }},
      {"the output or its blocks have no pixels", [](Json& json) { json["output"]["block_rows"] = 0; }},
      {"\"images\" is not an object", [](Json& json) { json["images"] = 1; }},
      {"the image inms has no pixels or no bands", [](Json& json) { json["images"]["inms"]["empty"] = Json::array(); }},
      {"\"columns\" is 0.5, expected a whole number", [](Json& json) { json["images"]["inms"]["columns"] = 0.5; }},
      {"\"fills\" is not a list", [](Json& json) { json["images"]["inms"]["fills"] = 1; }},
      {"\"value\" is null, expected a number", [](Json& json) { json["images"]["inms"]["fills"][0]["value"] = nullptr; }},
      {"a fill value of the image inms is not finite", [](Json& json) { json["images"]["inms"]["fills"][0]["value"] = 1e300; }},
      {"\"single\" is 1, expected true or false", [](Json& json) { json["images"]["inms"]["fills"][0]["single"] = 1; }},
      {"\"empty\" is not a list of true and false", [](Json& json) { json["images"]["inms"]["empty"][1] = 1; }},
      {"are not two finite numbers", [](Json& json) { json["images"]["inms"].erase("high"); }},
      {"are not two finite numbers", [](Json& json) { json["images"]["inms"]["magnitude"] = -1; }},
      {"key 'bad_reasons' not found", [](Json& json) { json["images"]["in"].erase("bad_reasons"); }},
      {"a mean square is negative", [](Json& json) { json["mean_squares"][0] = -1; }},
      {"\"mean_squares\" is not a list of numbers", [](Json& json) { json["mean_squares"] = "a"; }},
  };
  const Json good = Json::parse(MakeStatistics().ToText());
  for (const Case& entry : cases)
  {
    Json json = good;
    entry.spoil(json);
    const std::string message = MessageOf<std::runtime_error>([&] { this->Load(json.dump()); });
    EXPECT_EQ(message.rfind("inscene: " + m_Path.string(), 0), 0u) << message;
    EXPECT_NE(message.find(entry.reason), std::string::npos) << message << "\nexpected: " << entry.reason;
  }
}

TEST_F(SceneStatisticsFile, AnInconsistentOneIsNotWritten)
{
  SceneStatistics statistics = MakeStatistics();
  statistics.columns         = 0;
  EXPECT_THROW(statistics.ToText(), std::invalid_argument);
}
} // namespace
