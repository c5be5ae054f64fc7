// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralRefinementFile.h"
#include "otbAtomicFile.h"
#include "otbStrictJson.h"
#include "otbUncertaintyDocument.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace otb
{
namespace
{
using namespace strictjson;

const char* const Format  = "SpectraMorph spectral refinement";
const char* const Kind    = "refinement file";
constexpr int     Version = 2;

const char* const Uncertainty = "uncertainty"; // the member, if there is one

constexpr std::size_t  MaximumMethods    = 16;
constexpr unsigned int MaximumComponents = 64;
constexpr Eigen::Index MaximumKnots      = 4096; // along an axis
constexpr unsigned int MaximumIterations = 1000;
constexpr Limits       FileLimits        = {std::uintmax_t{1} << 30, std::size_t{1} << 25, 8};

bool AllPositive(const std::vector<float>& values)
{
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value) && value > 0.f; });
}

SpectralRefinementModel ModelFrom(const Json& json)
{
  SpectralRefinementModel model;
  const Json&             blur = json.at("blur");
  // Double precision: weights of coarse pixels must come back with the same bits.
  const Json&        rows  = blur.at("knots");
  const Eigen::Index width = rows.empty() ? 0 : static_cast<Eigen::Index>(rows.front().size());
  if (!rows.is_array() || static_cast<Eigen::Index>(rows.size()) > MaximumKnots || width > MaximumKnots)
  {
    throw std::invalid_argument("\"knots\" is not a list of rows, or has more than " + std::to_string(MaximumKnots) + " along an axis");
  }
  model.blur.knots.resize(static_cast<Eigen::Index>(rows.size()), width);
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    const auto values = Numbers<double>(rows, row, "row " + std::to_string(row + 1) + " of \"knots\"");
    if (static_cast<Eigen::Index>(values.size()) != width)
    {
      throw std::invalid_argument("row " + std::to_string(row + 1) + " of \"knots\" has " + std::to_string(values.size()) + " numbers, expected " +
                                  std::to_string(width) + " as in the first row");
    }
    model.blur.knots.row(static_cast<Eigen::Index>(row)) = Eigen::Map<const Eigen::RowVectorXd>(values.data(), width);
  }
  model.blur.top  = Number(blur, "top");
  model.blur.left = Number(blur, "left");

  model.response         = SpectralResponse(MatrixFrom(json.at("spectral_response"), "matrix"),
                                            json.at("spectral_response").at("bands").get<std::vector<std::string>>(), "\"spectral_response\"");
  const Json& components = json.at("components");
  if (!components.is_array() || components.size() > MaximumComponents)
  {
    throw std::invalid_argument("\"components\" is not a list of at most " + std::to_string(MaximumComponents) + " components");
  }
  const auto bands = static_cast<Eigen::Index>(model.response.GetNumberOfHyperspectralBands());
  model.basis.resize(bands, static_cast<Eigen::Index>(components.size()));
  model.projection.resize(bands, static_cast<Eigen::Index>(components.size()));
  for (std::size_t number = 0; number < components.size(); ++number)
  {
    const std::string name       = "of component " + std::to_string(number + 1);
    const auto        basis      = Numbers<float>(components[number], "basis", "\"basis\" " + name);
    const auto        projection = Numbers<float>(components[number], "projection", "\"projection\" " + name);
    for (const auto* values : {&basis, &projection})
    {
      if (static_cast<Eigen::Index>(values->size()) != bands)
      {
        throw std::invalid_argument("the basis or projection " + name + " has " + std::to_string(values->size()) + " numbers, expected " +
                                    std::to_string(bands) + " as the spectral response has hyperspectral bands");
      }
    }
    model.basis.col(static_cast<Eigen::Index>(number))      = Eigen::Map<const Eigen::VectorXf>(basis.data(), bands);
    model.projection.col(static_cast<Eigen::Index>(number)) = Eigen::Map<const Eigen::VectorXf>(projection.data(), bands);
    model.sizes.push_back(static_cast<float>(Number(components[number], "size")));
  }
  model.multispectralNoise = Numbers<float>(json, "multispectral_noise", "\"multispectral_noise\"");
  model.contrast           = Numbers<float>(json, "contrast", "\"contrast\"");
  model.tolerance          = Numbers<float>(json, "tolerance", "\"tolerance\"");
  model.edge               = static_cast<float>(Number(json, "edge"));
  model.coupling           = static_cast<float>(Number(json, "coupling"));
  model.damping            = static_cast<float>(Number(json, "damping"));
  model.iterations         = Count<unsigned int>(json, "iterations");
  SpectralRefinementFile::Validate(model);
  return model;
}

SceneRefinement FromJson(const Json& json)
{
  CheckFormat(json, Kind, Format, Version);
  const Json& taken = json.at("taken");
  if (!taken.is_array() || taken.size() > MaximumMethods)
  {
    throw std::invalid_argument("\"taken\" is not a list of at most " + std::to_string(MaximumMethods) + " numbers");
  }
  const Json& list = json.at("refinements");
  if (!list.is_array() || list.size() > MaximumMethods)
  {
    throw std::invalid_argument("\"refinements\" is not a list of at most " + std::to_string(MaximumMethods));
  }
  SceneRefinement scene;
  scene.radiometry.gains   = Numbers<double>(json.at("radiometry"), "gains", "\"gains\"");
  scene.radiometry.offsets = Numbers<double>(json.at("radiometry"), "offsets", "\"offsets\"");
  scene.methods            = Count<std::size_t>(json, "methods");
  for (std::size_t place = 0; place < taken.size(); ++place)
  {
    scene.taken.push_back(Count<std::size_t>(taken, place));
  }
  std::transform(list.begin(), list.end(), std::back_inserter(scene.refinements), ModelFrom);
  if (json.contains(Uncertainty))
  {
    scene.uncertainty = UncertaintyFrom(json.at(Uncertainty));
  }
  SpectralRefinementFile::Validate(scene);
  return scene;
}

Json ModelToJson(const SpectralRefinementModel& model)
{
  Json knots = Json::array();
  for (Eigen::Index row = 0; row < model.blur.knots.rows(); ++row)
  {
    const Eigen::VectorXd values = model.blur.knots.row(row);
    knots.push_back(std::vector<double>(values.data(), values.data() + values.size()));
  }
  Json components = Json::array();
  for (Eigen::Index k = 0; k < model.basis.cols(); ++k)
  {
    const Eigen::VectorXf basis = model.basis.col(k), projection = model.projection.col(k);
    components.push_back({{"basis", std::vector<float>(basis.data(), basis.data() + basis.size())},
                          {"projection", std::vector<float>(projection.data(), projection.data() + projection.size())},
                          {"size", model.sizes[static_cast<std::size_t>(k)]}});
  }
  return {{"blur", {{"knots", knots}, {"top", model.blur.top}, {"left", model.blur.left}}},
          {"spectral_response", {{"bands", model.response.GetBandNames()}, {"matrix", ToJson(model.response.GetMatrix())}}},
          {"components", components},
          {"multispectral_noise", model.multispectralNoise},
          {"contrast", model.contrast},
          {"tolerance", model.tolerance},
          {"edge", model.edge},
          {"coupling", model.coupling},
          {"damping", model.damping},
          {"iterations", model.iterations}};
}
} // namespace

void SpectralRefinementFile::Validate(const SpectralRefinementModel& model)
{
  const auto check = [](bool condition, const std::string& message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  const auto bands = static_cast<Eigen::Index>(model.response.GetNumberOfHyperspectralBands());
  const auto q     = static_cast<Eigen::Index>(model.sizes.size());
  const auto count = static_cast<std::size_t>(model.response.GetNumberOfMultispectralBands());
  check(count > 0 && bands > 0, "it has no spectral response");
  check(model.blur.knots.size() > 0 && model.blur.knots.allFinite() && std::isfinite(model.blur.top) && std::isfinite(model.blur.left),
        "the blur has no knots, or a number that is not finite");
  check(std::abs(model.blur.knots.sum() - 1.) < 1e-3, "the blur's knots do not sum to one");
  // Knots beyond that lie beyond any image.
  check(std::abs(model.blur.top) < 1e6 && std::abs(model.blur.left) < 1e6, "the blur lies more than a million pixels off");
  check(q <= static_cast<Eigen::Index>(MaximumComponents), "it has more than " + std::to_string(MaximumComponents) + " components");
  check(model.basis.rows() == bands && model.basis.cols() == q && model.projection.rows() == bands && model.projection.cols() == q,
        "the basis and the projection are not a vector of the hyperspectral bands per component");
  check(model.basis.allFinite() && model.projection.allFinite(), "a basis or projection has a value that is not finite");
  check(AllPositive(model.sizes), "a component's size is not positive");
  check(model.multispectralNoise.size() == count && AllPositive(model.multispectralNoise), "the multispectral noise is not a positive number per band");
  check(model.contrast.size() == count && AllPositive(model.contrast), "the contrast is not a positive number per multispectral band");
  check(model.tolerance.empty() || (model.tolerance.size() == count && AllPositive(model.tolerance)),
        "the tolerance is not a positive number per multispectral band");
  check(AllPositive({model.edge, model.damping}), "the edge or the damping is not positive");
  check(std::isfinite(model.coupling) && model.coupling >= 0.f, "the coupling is negative or not finite");
  check(model.iterations >= 1 && model.iterations <= MaximumIterations, "the number of iterations is not from 1 to " + std::to_string(MaximumIterations));
  if (q > 0)
  {
    const Eigen::VectorXd sizes   = Eigen::Map<const Eigen::VectorXf>(model.sizes.data(), q).cast<double>();
    const Eigen::MatrixXd product = model.projection.cast<double>().transpose() * model.basis.cast<double>();
    check((product - Eigen::MatrixXd(sizes.asDiagonal())).cwiseAbs().maxCoeff() <= 1e-3 * sizes.maxCoeff(),
          "the projection of the basis is not the components' sizes");
  }
}

void SpectralRefinementFile::Validate(const SceneRefinement& scene)
{
  const auto check = [](bool condition, const std::string& message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  const auto& radiometry = scene.radiometry;
  check(radiometry.gains.size() == radiometry.offsets.size(), "\"gains\" and \"offsets\" are not of the same number of bands");
  check(std::all_of(radiometry.gains.begin(), radiometry.gains.end(), [](double gain) { return std::isfinite(gain) && gain > 0.; }) &&
            std::all_of(radiometry.offsets.begin(), radiometry.offsets.end(), [](double offset) { return std::isfinite(offset); }),
        "a gain is not positive, or an offset not finite");
  check(scene.methods >= 1 && scene.methods <= MaximumMethods, "\"methods\" is not from 1 to " + std::to_string(MaximumMethods));
  check(!scene.taken.empty() && std::adjacent_find(scene.taken.begin(), scene.taken.end(), std::greater_equal<>()) == scene.taken.end() &&
            scene.taken.back() < scene.methods,
        "\"taken\" is not a list of ascending numbers under that of the methods");
  check(scene.refinements.empty() || scene.refinements.size() == scene.taken.size(), "\"refinements\" is neither empty nor a list of one per method taken");
  for (const SpectralRefinementModel& model : scene.refinements)
  {
    Validate(model);
    check(radiometry.IsIdentity() || radiometry.gains.size() == model.response.GetNumberOfMultispectralBands(), "\"gains\" are not one per multispectral band");
    check(!scene.uncertainty || (scene.uncertainty->GetMultispectralBands() == model.response.GetNumberOfMultispectralBands() &&
                                 scene.uncertainty->GetSpectralBands() == model.response.GetNumberOfHyperspectralBands()),
          "\"uncertainty\" is not of the bands of the spectral response");
  }
  if (scene.uncertainty)
  {
    scene.uncertainty->Validate();
  }
}

std::string SpectralRefinementFile::ToText(const SceneRefinement& scene)
{
  Validate(scene);
  Json list = Json::array();
  std::transform(scene.refinements.begin(), scene.refinements.end(), std::back_inserter(list), ModelToJson);
  Json json = {{"format", Format},         {"version", Version},   {"radiometry", {{"gains", scene.radiometry.gains}, {"offsets", scene.radiometry.offsets}}},
               {"methods", scene.methods}, {"taken", scene.taken}, {"refinements", list}};
  if (scene.uncertainty)
  {
    json[Uncertainty] = ToJson(*scene.uncertainty);
  }
  // Band names come from files of any encoding, JSON is UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

void SpectralRefinementFile::Save(const SceneRefinement& scene, const std::string& path, const std::string& parameter)
{
  AtomicFile file(path, parameter);
  file.Stream() << ToText(scene);
  file.Commit();
}

SceneRefinement SpectralRefinementFile::Load(const std::string& path, const std::string& parameter)
{
  return strictjson::Load(path, parameter, Kind, FileLimits, FromJson);
}
} // namespace otb
