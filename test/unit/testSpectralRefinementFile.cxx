// SPDX-License-Identifier: Apache-2.0

// A refinement comes back from its file with the same bits; anything that is not a whole and consistent one is refused with the reason.

#include "../testModels.h"
#include "otbSpectralRefinementFile.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include <unistd.h>

namespace
{
using Json = nlohmann::json;
using otb::SceneRefinement;
using otb::SpectralRefinementFile;
using otb::SpectralRefinementModel;
using otb::SpectraMatrix;
using otb::test::MessageOf;

constexpr Eigen::Index Components = 2;

SpectralRefinementModel MakeRefinement(Eigen::Index components = Components)
{
  SpectralRefinementModel model;
  model.blur       = otb::SensorBlur::Gaussian(4., 4., 1.3, 1.9, 0.21, -0.4);
  model.response   = otb::test::MakeResponse();
  const auto bands = static_cast<Eigen::Index>(otb::test::Bands);
  // Orthogonal directions, so that P^T B is diagonal.
  Eigen::MatrixXd directions = Eigen::MatrixXd::Zero(bands, components);
  for (Eigen::Index k = 0; k < components; ++k)
  {
    for (Eigen::Index band = k; band < bands; band += components)
    {
      directions(band, k) = 1. / (2. + static_cast<double>(band));
    }
    directions.col(k).normalize();
    model.sizes.push_back(7.3f / static_cast<float>(k + 1));
  }
  const Eigen::VectorXd sizes = Eigen::Map<const Eigen::VectorXf>(model.sizes.data(), components).cast<double>();
  const Eigen::VectorXd noise = Eigen::VectorXd::LinSpaced(bands, 0.003, 0.01);
  model.basis                 = (noise.asDiagonal() * directions * sizes.asDiagonal()).cast<float>();
  model.projection            = (noise.cwiseInverse().asDiagonal() * directions).cast<float>();
  model.multispectralNoise    = {0.01f, 0.02f, 0.1f / 3.f};
  model.contrast              = {0.1f, 0.2f, 0.3f};
  model.tolerance             = {0.02f, 0.03f, 0.7f};
  model.edge                  = 0.3f;
  model.iterations            = 15;
  return model;
}

/** Of a model of one method. */
SceneRefinement MakeScene()
{
  return {{{1.1, 0.9, 1. / 3.}, {0.01, -0.02, 0.}}, 1, {0}, {MakeRefinement()}};
}

class RefinementFile : public testing::Test
{
protected:
  RefinementFile() : m_Path(std::filesystem::temp_directory_path() / ("spectramorph-refinement-" + std::to_string(::getpid()) + ".json"))
  {
  }
  ~RefinementFile() override
  {
    std::filesystem::remove(m_Path);
  }

  /** The message with which the text is refused; it must name the parameter and the file. */
  std::string Refusal(const std::string& text) const
  {
    std::ofstream(m_Path, std::ios::binary) << text;
    const std::string message = MessageOf<std::runtime_error>([&] { SpectralRefinementFile::Load(m_Path.string(), "refine.in"); });
    EXPECT_EQ(message.rfind("refine.in: " + m_Path.string(), 0), 0u) << message;
    return message;
  }

  std::filesystem::path m_Path;
};

TEST_F(RefinementFile, ComesBackWithTheSameBits)
{
  for (const Eigen::Index components : {0, 1, 2, 12})
  {
    const auto model = MakeRefinement(components);
    // A fused image that is left as it is has a place of its own.
    const SceneRefinement scene{MakeScene().radiometry, 3, {0, 2}, {model, MakeRefinement(0)}};
    SpectralRefinementFile::Save(scene, m_Path.string(), "out");
    const auto all = SpectralRefinementFile::Load(m_Path.string(), "in");
    EXPECT_EQ(all.radiometry.gains, scene.radiometry.gains);
    EXPECT_EQ(all.radiometry.offsets, scene.radiometry.offsets);
    EXPECT_EQ(all.methods, 3u);
    EXPECT_EQ(all.taken, scene.taken);
    ASSERT_EQ(all.refinements.size(), 2u);
    EXPECT_EQ(all.refinements.back().components(), 0u);
    const auto& read = all.refinements.front();
    EXPECT_EQ(read.blur.knots, model.blur.knots);
    EXPECT_EQ(read.blur.top, model.blur.top);
    EXPECT_EQ(read.blur.left, model.blur.left);
    EXPECT_EQ(read.basis, model.basis);
    EXPECT_EQ(read.projection, model.projection);
    EXPECT_EQ(read.sizes, model.sizes);
    EXPECT_EQ(read.multispectralNoise, model.multispectralNoise);
    EXPECT_EQ(read.contrast, model.contrast);
    EXPECT_EQ(read.tolerance, model.tolerance);
    EXPECT_EQ(read.edge, model.edge);
    EXPECT_EQ(read.coupling, model.coupling);
    EXPECT_EQ(read.damping, model.damping);
    EXPECT_EQ(read.iterations, model.iterations);
    EXPECT_EQ(read.response.GetBandNames(), model.response.GetBandNames());
    // Rows that sum to one are normalised again.
    EXPECT_LT((read.response.GetMatrix() - model.response.GetMatrix()).cwiseAbs().maxCoeff(), 1e-6f);
  }
}

TEST_F(RefinementFile, TellsThatNothingIsRefined)
{
  SpectralRefinementFile::Save({{}, 4, {1, 3}, {}}, m_Path.string(), "out");
  const auto scene = SpectralRefinementFile::Load(m_Path.string(), "in");
  EXPECT_TRUE(scene.radiometry.IsIdentity());
  EXPECT_EQ(scene.taken, (std::vector<std::size_t>{1, 3}));
  EXPECT_TRUE(scene.refinements.empty());
}

TEST_F(RefinementFile, IsRefusedWithTheReason)
{
  struct Case
  {
    const char*                reason;
    std::function<void(Json&)> spoil;
  };
  const Case cases[] = {
      {"\"format\" is not", [](Json& json) { json["format"] = "SpectraMorph spectral inversion model"; }},
      {"\"format\" is not", [](Json& json) { json["format"] = 7; }},
      {"its version is 1, expected 2", [](Json& json) { json["version"] = 1; }},
      {"\"refinements\" is not a list", [](Json& json) { json["refinements"] = 3; }},
      {"\"refinements\" is not a list", [](Json& json) { json["refinements"] = std::vector<int>(17, 1); }},
      {"\"refinements\" is neither empty nor a list of one per method", [](Json& json) { json["refinements"].push_back(json["refinements"][0]); }},
      {"key 'radiometry' not found", [](Json& json) { json.erase("radiometry"); }},
      {"\"gains\" and \"offsets\" are not of the same number", [](Json& json) { json["radiometry"]["gains"].erase(0); }},
      {"\"gains\" are not one per multispectral band",
       [](Json& json) {
         json["radiometry"] = {{"gains", {1, 2}}, {"offsets", {0, 0}}};
       }},
      {"a gain is not positive", [](Json& json) { json["radiometry"]["gains"][1] = 0; }},
      {"\"offsets\" is not a list of numbers", [](Json& json) { json["radiometry"]["offsets"][1] = nullptr; }},
      {"\"methods\" is not from 1 to 16", [](Json& json) { json["methods"] = 0; }},
      {"\"methods\" is not from 1 to 16", [](Json& json) { json["methods"] = 17; }},
      {"\"methods\" is \"a\", expected a whole number", [](Json& json) { json["methods"] = "a"; }},
      {"\"taken\" is not a list of at most 16", [](Json& json) { json["taken"] = 0; }},
      {"\"taken\" is not a list of ascending numbers", [](Json& json) { json["taken"] = Json::array(); }},
      {"\"taken\" is not a list of ascending numbers",
       [](Json& json) {
         json["taken"] = {0, 0};
       }},
      {"\"taken\" is not a list of ascending numbers", [](Json& json) { json["taken"] = {1}; }},
      {"0 is -1, expected a whole number", [](Json& json) { json["taken"] = {-1}; }},
      {"key 'contrast' not found", [](Json& json) { json["refinements"][0].erase("contrast"); }},
      {"key 'blur' not found", [](Json& json) { json["refinements"][0].erase("blur"); }},
      {"row 2 of \"knots\" has", [](Json& json) { json["refinements"][0]["blur"]["knots"][1].push_back(0.); }},
      {"row 1 of \"knots\" is not a list of numbers", [](Json& json) { json["refinements"][0]["blur"]["knots"][0] = "a"; }},
      {"the blur has no knots", [](Json& json) { json["refinements"][0]["blur"]["knots"] = Json::array(); }},
      {"\"knots\" is not a list", [](Json& json) { json["refinements"][0]["blur"]["knots"] = Json::object(); }},
      {"the blur's knots do not sum to one",
       [](Json& json) {
         json["refinements"][0]["blur"]["knots"] = {{0.5, 0.2}};
       }},
      {"\"top\" is \"a\", expected a number", [](Json& json) { json["refinements"][0]["blur"]["top"] = "a"; }},
      {"more than a million pixels off", [](Json& json) { json["refinements"][0]["blur"]["left"] = 1e7; }},
      {"\"components\" is not a list", [](Json& json) { json["refinements"][0]["components"] = 3; }},
      {"\"components\" is not a list of at most 64", [](Json& json) { json["refinements"][0]["components"] = std::vector<int>(65, 1); }},
      {"of component 2 has 36 numbers, expected 37", [](Json& json) { json["refinements"][0]["components"][1]["basis"].erase(0); }},
      {"\"projection\" of component 1 is not a list of numbers", [](Json& json) { json["refinements"][0]["components"][0]["projection"] = 1; }},
      {"a basis or projection has a value that is not finite", [](Json& json) { json["refinements"][0]["components"][0]["basis"][3] = 1e300; }},
      {"a component's size is not positive", [](Json& json) { json["refinements"][0]["components"][0]["size"] = -1; }},
      {"is not the components' sizes", [](Json& json) { json["refinements"][0]["components"][0]["size"] = 9; }},
      {"the multispectral noise is not a positive number per band", [](Json& json) { json["refinements"][0]["multispectral_noise"].erase(0); }},
      {"the multispectral noise is not a positive number per band", [](Json& json) { json["refinements"][0]["multispectral_noise"][1] = 0; }},
      {"the contrast is not a positive number", [](Json& json) { json["refinements"][0]["contrast"][2] = -0.1; }},
      {"\"contrast\" is not a list of numbers", [](Json& json) { json["refinements"][0]["contrast"][2] = nullptr; }},
      {"key 'tolerance' not found", [](Json& json) { json["refinements"][0].erase("tolerance"); }},
      {"the tolerance is not a positive number per multispectral band", [](Json& json) { json["refinements"][0]["tolerance"].push_back(0.1); }},
      {"the tolerance is not a positive number per multispectral band", [](Json& json) { json["refinements"][0]["tolerance"][0] = 0; }},
      {"the edge or the damping is not positive", [](Json& json) { json["refinements"][0]["edge"] = 0; }},
      {"the edge or the damping is not positive", [](Json& json) { json["refinements"][0]["damping"] = -1e-3; }},
      {"the coupling is negative", [](Json& json) { json["refinements"][0]["coupling"] = -1; }},
      {"\"edge\" is null, expected a number", [](Json& json) { json["refinements"][0]["edge"] = std::numeric_limits<double>::quiet_NaN(); }},
      {"the number of iterations is not from 1 to 1000", [](Json& json) { json["refinements"][0]["iterations"] = 0; }},
      {"\"iterations\" is 1.5, expected a whole number", [](Json& json) { json["refinements"][0]["iterations"] = 1.5; }},
      {"spectral_response", [](Json& json) { json["refinements"][0]["spectral_response"]["matrix"][0][0] = -1; }},
      {"row 2 of \"matrix\" has 36 numbers", [](Json& json) { json["refinements"][0]["spectral_response"]["matrix"][1].erase(0); }},
  };
  const Json good = Json::parse(SpectralRefinementFile::ToText(MakeScene()));
  for (const Case& entry : cases)
  {
    Json json = good;
    entry.spoil(json);
    const std::string message = Refusal(json.dump());
    EXPECT_NE(message.find(entry.reason), std::string::npos) << message << "\nexpected: " << entry.reason;
  }
}

TEST_F(RefinementFile, KeepsTheErrorsToExpect)
{
  auto scene = MakeScene();
  ASSERT_FALSE(scene.uncertainty.has_value());
  scene.uncertainty           = otb::SpectralUncertaintyModel{};
  scene.uncertainty->origin   = {0.1f, 0.2f, 0.3f};
  scene.uncertainty->contrast = {0.1f, 0.2f, 1.f / 3.f};
  scene.uncertainty->examples = SpectraMatrix::Ones(4, 3);
  scene.uncertainty->residual = SpectraMatrix::Identity(3, 3);
  scene.uncertainty->typical.fill(1.f);
  scene.uncertainty->scale = 0.01f;
  scene.uncertainty->reach = 0.5f;
  scene.uncertainty->bands.assign(otb::test::Bands, 1.f);
  SpectralRefinementFile::Save(scene, m_Path.string(), "out");
  const auto read = SpectralRefinementFile::Load(m_Path.string(), "in");
  ASSERT_TRUE(read.uncertainty.has_value());
  EXPECT_EQ(read.uncertainty->contrast, scene.uncertainty->contrast);
  EXPECT_EQ(read.uncertainty->scale, scene.uncertainty->scale);

  Json json = Json::parse(SpectralRefinementFile::ToText(scene));
  json["uncertainty"]["bands"].push_back(1.f);
  EXPECT_NE(Refusal(json.dump()).find("\"uncertainty\" is not of the bands of the spectral response"), std::string::npos);
  json["uncertainty"] = nullptr;
  Refusal(json.dump());
}

TEST_F(RefinementFile, IsRefusedWhenItIsNoDocument)
{
  const std::string text = SpectralRefinementFile::ToText(MakeScene());
  EXPECT_NE(Refusal(text.substr(0, text.size() / 2)).find("is cut off"), std::string::npos);
  EXPECT_NE(Refusal("").find("not a JSON document"), std::string::npos);
  EXPECT_NE(Refusal("[1, 2]").find("\"format\" is not"), std::string::npos);
  EXPECT_NE(Refusal(text.substr(0, text.rfind('}')) + ", \"version\": 2}").find("it has the key \"version\" twice"), std::string::npos);
  EXPECT_NE(Refusal(std::string(20, '[')).find("nested deeper than"), std::string::npos);
  std::filesystem::remove(m_Path);
  const std::string message = MessageOf<std::runtime_error>([&] { SpectralRefinementFile::Load(m_Path.string(), "refine.in"); });
  EXPECT_NE(message.find("cannot be opened, expected a refinement file (JSON)"), std::string::npos) << message;
}

TEST_F(RefinementFile, AnInconsistentModelIsNotWritten)
{
  auto scene = MakeScene();
  scene.refinements.front().contrast.pop_back();
  EXPECT_THROW(SpectralRefinementFile::Save(scene, m_Path.string(), "out"), std::invalid_argument);
  EXPECT_FALSE(std::filesystem::exists(m_Path));
}
} // namespace
