// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionModel.h"
#include "otbAtomicFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <unordered_set>

namespace otb
{
namespace
{
using Json = nlohmann::json;

const char* const Format  = "SpectraMorph spectral inversion model";
constexpr int     Version = 1;
// Some 30 characters for each of the most parameters a network may have.
constexpr std::uintmax_t MaximumFileSize = std::uintmax_t{30} * SpectralNetwork::MaximumParameters;
// The parameters, and for each of the greatest number of bands a response, an endmember and a wavelength.
constexpr std::size_t MaximumValues = SpectralNetwork::MaximumParameters + (std::size_t{1} << 24);
constexpr int         MaximumDepth  = 8;

const std::pair<SpectralInversionMethod, const char*> MethodNames[]     = {{SpectralInversionMethod::Morph, "morph"}, {SpectralInversionMethod::Lift, "lift"}};
const std::pair<AbundanceConstraint, const char*>     ConstraintNames[] = {
        {AbundanceConstraint::None, "none"}, {AbundanceConstraint::NonNegative, "nonnegative"}, {AbundanceConstraint::SumToOne, "sumtoone"}};

template <class Value, std::size_t Count>
const char* NameOf(const std::pair<Value, const char*> (&names)[Count], Value value)
{
  return std::find_if(std::begin(names), std::end(names), [value](const auto& entry) { return entry.first == value; })->second;
}

template <class Value, std::size_t Count>
Value ValueOf(const std::pair<Value, const char*> (&names)[Count], const std::string& name, const std::string& key)
{
  const auto* entry = std::find_if(std::begin(names), std::end(names), [&name](const auto& candidate) { return name == candidate.second; });
  if (entry == std::end(names))
  {
    throw std::invalid_argument("\"" + key + "\" is \"" + name + "\", which is none of the values this version knows");
  }
  return entry->first;
}

Json ToJson(const SpectraMatrix& matrix)
{
  Json rows = Json::array();
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
  {
    rows.push_back(std::vector<float>(matrix.data() + row * matrix.cols(), matrix.data() + (row + 1) * matrix.cols()));
  }
  return rows;
}

/** The list of numbers by a key or index. \throw std::invalid_argument naming it when it is something else. */
template <class Number, class Key>
std::vector<Number> Numbers(const Json& parent, const Key& key, const std::string& name)
{
  const Json& list = parent.at(key);
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& value) { return value.is_number(); }))
  {
    throw std::invalid_argument(name + " is not a list of numbers");
  }
  return list.template get<std::vector<Number>>();
}

/** \throw std::invalid_argument when it is no whole number that fits. */
template <class Number>
Number Count(const Json& parent, const char* key)
{
  const Json& value = parent.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
  {
    throw std::invalid_argument(std::string("\"") + key + "\" is " + value.dump() + ", expected a whole number from 0 to " +
                                std::to_string(std::numeric_limits<Number>::max()));
  }
  return value.get<Number>();
}

SpectraMatrix MatrixFrom(const Json& parent, const std::string& key)
{
  const Json& rows = parent.at(key);
  if (!rows.is_array())
  {
    throw std::invalid_argument("\"" + key + "\" is not a list of rows");
  }
  // Before the matrix is allocated: one long row must not make a large matrix of many short ones.
  const std::size_t columns = rows.empty() ? 0 : rows.front().size();
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    if (!rows[row].is_array() || rows[row].size() != columns)
    {
      throw std::invalid_argument("row " + std::to_string(row + 1) + " of \"" + key + "\" has " + std::to_string(rows[row].size()) + " numbers, expected " +
                                  std::to_string(columns) + " as in the first row");
    }
  }
  SpectraMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns));
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    const auto values = Numbers<float>(rows, row, "row " + std::to_string(row + 1) + " of \"" + key + "\"");
    std::copy(values.begin(), values.end(), matrix.data() + row * columns);
  }
  return matrix;
}

Json NetworkToJson(const SpectralNetwork& network)
{
  Json layers = Json::array();
  for (const auto& layer : network.GetLayers())
  {
    const Eigen::Map<const SpectraMatrix> matrix(network.GetParameters().data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride()));
    const Eigen::VectorXf                 bias = matrix.col(layer.inputs);
    layers.push_back({{"weights", ToJson(matrix.leftCols(layer.inputs))}, {"bias", std::vector<float>(bias.data(), bias.data() + bias.size())}});
  }
  return layers;
}

void NetworkFromJson(const Json& layers, SpectralNetwork& network)
{
  if (layers.size() != network.GetLayers().size())
  {
    throw std::invalid_argument("the network has " + std::to_string(layers.size()) + " layers, expected " + std::to_string(network.GetLayers().size()));
  }
  for (std::size_t number = 0; number < layers.size(); ++number)
  {
    const auto&         layer   = network.GetLayers()[number];
    const SpectraMatrix weights = MatrixFrom(layers[number], "weights");
    const auto          bias    = Numbers<float>(layers[number], "bias", "the bias of layer " + std::to_string(number + 1));
    if (weights.rows() != layer.outputs || weights.cols() != layer.inputs || bias.size() != layer.outputs)
    {
      throw std::invalid_argument("layer " + std::to_string(number + 1) + " of the network has " + std::to_string(weights.rows()) + " x " +
                                  std::to_string(weights.cols()) + " weights and " + std::to_string(bias.size()) + " biases, expected " +
                                  std::to_string(layer.outputs) + " x " + std::to_string(layer.inputs) + " and " + std::to_string(layer.outputs));
    }
    Eigen::Map<SpectraMatrix> matrix(network.GetParameters().data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride()));
    matrix.leftCols(layer.inputs) = weights;
    matrix.col(layer.inputs)      = Eigen::Map<const Eigen::VectorXf>(bias.data(), layer.outputs);
  }
}

/** The document, as long as it stays within what a model can be. \throw Json::exception or std::invalid_argument */
Json Parse(std::istream& text)
{
  std::size_t                                  values = 0;
  std::vector<std::unordered_set<std::string>> keys;
  return Json::parse(text,
                     [&](int depth, Json::parse_event_t event, const Json& parsed)
                     {
                       if (depth > MaximumDepth)
                       {
                         throw std::invalid_argument("it is nested deeper than " + std::to_string(MaximumDepth) + " levels");
                       }
                       if (++values > MaximumValues)
                       {
                         throw std::invalid_argument("it has more than " + std::to_string(MaximumValues) + " values");
                       }
                       if (event == Json::parse_event_t::object_start)
                       {
                         keys.emplace_back();
                       }
                       else if (event == Json::parse_event_t::object_end)
                       {
                         keys.pop_back();
                       }
                       else if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
                       {
                         throw std::invalid_argument("it has the key " + parsed.dump().substr(0, 40) + " twice");
                       }
                       return true;
                     });
}

SpectralInversionModel FromJson(const Json& json)
{
  if (!json.is_object() || json.value("format", "") != Format)
  {
    throw std::invalid_argument(std::string("it is not a model of this module (\"format\" is not \"") + Format + "\")");
  }
  if (json.at("version") != Json(Version))
  {
    throw std::invalid_argument("its version is " + json.at("version").dump() + ", expected " + std::to_string(Version));
  }

  SpectralInversionModel model;
  const auto             method = ValueOf(MethodNames, json.at("method").get<std::string>(), "method");
  model.response                = SpectralResponse(MatrixFrom(json.at("spectral_response"), "matrix"),
                                                   json.at("spectral_response").at("bands").get<std::vector<std::string>>(), "\"spectral_response\"");
  model.axis.wavelengths        = Numbers<double>(json, "wavelengths_nm", "\"wavelengths_nm\"");
  model.axis.widths             = Numbers<double>(json, "fwhm_nm", "\"fwhm_nm\"");
  model.offset                  = json.at("scaling").at("offset").get<double>();
  model.scale                   = json.at("scaling").at("scale").get<double>();

  if (json.contains("radiometry"))
  {
    model.radiometry = {Numbers<double>(json.at("radiometry"), "gains", "\"gains\""), Numbers<double>(json.at("radiometry"), "offsets", "\"offsets\"")};
  }

  const Json& layers = json.at("network");
  if (method == SpectralInversionMethod::Morph)
  {
    model.constraint  = ValueOf(ConstraintNames, json.at("constraint").get<std::string>(), "constraint");
    model.endmembers  = MatrixFrom(json, "endmembers");
    const auto hidden = layers.at(0).at("bias").size();
    const auto prior  = Count<unsigned int>(json, "prior_bands");
    if (hidden > SpectralNetwork::MaximumParameters)
    {
      throw std::invalid_argument("the network has too many hidden units");
    }
    model.network =
        SpectralNetwork::Morph(model.GetMultispectralBands(), prior, static_cast<unsigned int>(hidden), static_cast<unsigned int>(model.endmembers.rows()));
  }
  else
  {
    model.network = SpectralNetwork::Lift(model.GetMultispectralBands(), model.GetHyperspectralBands());
  }
  NetworkFromJson(layers, model.network);

  const Json& training            = json.at("training");
  model.training.pixels           = Count<std::uint64_t>(training, "pixels");
  model.training.epochs           = Count<unsigned int>(training, "epochs");
  model.training.loss             = training.at("loss").get<double>();
  model.training.nmfRelativeError = training.at("nmf_relative_error").get<double>();
  model.training.seed             = Count<std::uint64_t>(training, "seed");
  return model;
}
} // namespace

LinearMixing SpectralInversionModel::Mixing() const
{
  const SpectraMatrix spectra = (endmembers.cast<double>() * scale).array().cast<float>() + static_cast<float>(offset);
  return LinearMixing(spectra, static_cast<float>(offset));
}

SpectralInversionModel SpectralInversionModel::WithFoldedRadiometry() const
{
  SpectralInversionModel model = *this;
  if (radiometry.IsIdentity())
  {
    return model;
  }
  // In scaled units x' = g x + ((g - 1) offset + o) / scale, so that W x' + b = (W g) x + (b + W (x' - g x)).
  const SpectralNetwork::Layer& layer = network.GetLayers().front();
  for (unsigned int unit = 0; unit < layer.outputs; ++unit)
  {
    float* const weights = model.network.GetParameters().data() + layer.offset + unit * layer.stride();
    double       bias    = weights[layer.inputs];
    for (unsigned int band = 0; band < GetMultispectralBands(); ++band)
    {
      const double gain = radiometry.gains[band];
      bias += weights[band] * ((gain - 1.) * offset + radiometry.offsets[band]) / scale;
      weights[band] = static_cast<float>(weights[band] * gain);
    }
    weights[layer.inputs] = static_cast<float>(bias);
  }
  model.radiometry = RadiometricHarmonisation();
  return model;
}

void SpectralInversionModel::Validate() const
{
  const auto check = [](bool condition, const std::string& message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  const auto finite = [](float value) { return std::isfinite(value); };
  const bool morph  = network.GetMethod() == SpectralInversionMethod::Morph;

  check(!network.GetLayers().empty(), "it has no network");
  check(network.GetMultispectralBands() == GetMultispectralBands(), "the network's multispectral bands are not those of the spectral response");
  check(network.GetPriorBands() <= GetHyperspectralBands(), "the prior has more bands than the hyperspectral image");
  check(std::all_of(network.GetParameters().begin(), network.GetParameters().end(), finite), "a weight of the network is not finite");
  // Inference works in single precision.
  check(finite(static_cast<float>(offset)) && finite(static_cast<float>(scale)) && finite(static_cast<float>(1. / scale)) && scale > 0.,
        "the scaling is not a finite offset and a positive scale");
  check(std::isfinite(training.loss) && std::isfinite(training.nmfRelativeError), "a fact of the training is not a finite number");
  check(radiometry.gains.size() == radiometry.offsets.size() && (radiometry.IsIdentity() || radiometry.gains.size() == GetMultispectralBands()),
        "the radiometry is not a gain and an offset per multispectral band");
  check(std::all_of(radiometry.gains.begin(), radiometry.gains.end(), [](double gain) { return std::isfinite(gain) && gain > 0.; }) &&
            std::all_of(radiometry.offsets.begin(), radiometry.offsets.end(), [](double value) { return std::isfinite(value); }),
        "a gain of the radiometry is not positive, or an offset not finite");
  check(axis.size() == 0 || axis.size() == GetHyperspectralBands(), "the number of wavelengths is not that of hyperspectral bands");
  check(axis.widths.empty() || axis.widths.size() == axis.size(), "the number of band widths is not that of wavelengths");
  for (const auto& numbers : {axis.wavelengths, axis.widths})
  {
    check(std::all_of(numbers.begin(), numbers.end(), [](double value) { return std::isfinite(value) && value > 0.; }),
          "a wavelength or width is not positive");
  }
  if (morph)
  {
    check(endmembers.rows() == network.GetOutputs() && endmembers.cols() == GetHyperspectralBands(), "the endmembers are not one spectrum per network output");
    check(endmembers.allFinite(), "an endmember has a value that is not finite");
  }
  else
  {
    check(network.GetOutputs() == GetHyperspectralBands(), "the network's outputs are not the hyperspectral bands");
  }
}

std::string SpectralInversionModel::ToText() const
{
  Validate();
  const bool morph = network.GetMethod() == SpectralInversionMethod::Morph;
  Json       json  = {{"format", Format},
                      {"version", Version},
                      {"method", NameOf(MethodNames, network.GetMethod())},
                      {"spectral_response", {{"bands", response.GetBandNames()}, {"matrix", ToJson(response.GetMatrix())}}},
                      {"wavelengths_nm", axis.wavelengths},
                      {"fwhm_nm", axis.widths},
                      {"scaling", {{"offset", offset}, {"scale", scale}}},
                      {"network", NetworkToJson(network)},
                      {"training",
                       {{"pixels", training.pixels},
                        {"epochs", training.epochs},
                        {"loss", training.loss},
                        {"nmf_relative_error", training.nmfRelativeError},
                        {"seed", training.seed}}}};
  if (!radiometry.IsIdentity())
  {
    json["radiometry"] = {{"gains", radiometry.gains}, {"offsets", radiometry.offsets}};
  }
  if (morph)
  {
    json["constraint"]  = NameOf(ConstraintNames, constraint);
    json["endmembers"]  = ToJson(endmembers);
    json["prior_bands"] = network.GetPriorBands();
  }
  // Band names come from files of any encoding, JSON is UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

void SpectralInversionModel::Save(const std::string& path, const std::string& parameter) const
{
  AtomicFile file(path, parameter);
  file.Stream() << ToText();
  file.Commit();
}

SpectralInversionModel SpectralInversionModel::Load(const std::string& path, const std::string& parameter)
{
  // A pipe or a device might never end.
  std::error_code error;
  std::ifstream   file;
  if (std::filesystem::is_regular_file(path, error))
  {
    file.open(path, std::ios::binary);
  }
  if (!file.is_open())
  {
    throw std::runtime_error(parameter + ": " + path + " cannot be opened, expected a model file (JSON)");
  }
  try
  {
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > MaximumFileSize)
    {
      throw std::invalid_argument("it has " + std::to_string(size) + " bytes, expected at most " + std::to_string(MaximumFileSize));
    }
    SpectralInversionModel model = FromJson(Parse(file));
    model.Validate();
    return model;
  }
  catch (const Json::parse_error& error)
  {
    throw std::runtime_error(parameter + ": " + path + " is not a model file or is cut off: not a JSON document, at byte " + std::to_string(error.byte));
  }
  catch (const Json::exception& error)
  {
    // The library's messages begin with "[json.exception.type_error.302] ".
    const std::string message = error.what();
    const auto        bracket = message.find("] ");
    throw std::runtime_error(parameter + ": " + path + " is not a whole model file: " + (bracket == std::string::npos ? message : message.substr(bracket + 2)));
  }
  catch (const std::invalid_argument& error)
  {
    throw std::runtime_error(parameter + ": " + path + " cannot be used: " + error.what());
  }
}
} // namespace otb
