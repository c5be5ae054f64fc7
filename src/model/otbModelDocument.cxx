// SPDX-License-Identifier: Apache-2.0
#include "otbModelDocument.h"

#include <stdexcept>
#include <vector>

namespace otb
{
using Json = strictjson::Json;

void ModelDocument::WriteNetwork(const SpectralNetwork& network)
{
  Json layers = Json::array();
  for (const auto& layer : network.GetLayers())
  {
    const Eigen::Map<const SpectraMatrix> matrix(network.GetParameters().data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride()));
    const Eigen::VectorXf                 bias = matrix.col(layer.inputs);
    layers.push_back({{"weights", strictjson::ToJson(matrix.leftCols(layer.inputs))}, {"bias", std::vector<float>(bias.data(), bias.data() + bias.size())}});
  }
  json["network"] = layers;
}

unsigned int ModelDocument::ReadOutputs(std::size_t layer) const
{
  const auto outputs = json.at("network").at(layer).at("bias").size();
  if (outputs > SpectralNetwork::MaximumParameters)
  {
    throw std::invalid_argument("the network has too many hidden units");
  }
  return static_cast<unsigned int>(outputs);
}

void ModelDocument::ReadNetwork(SpectralNetwork& network) const
{
  const Json& layers = json.at("network");
  if (layers.size() != network.GetLayers().size())
  {
    throw std::invalid_argument("the network has " + std::to_string(layers.size()) + " layers, expected " + std::to_string(network.GetLayers().size()));
  }
  for (std::size_t number = 0; number < layers.size(); ++number)
  {
    const auto&         layer   = network.GetLayers()[number];
    const SpectraMatrix weights = strictjson::MatrixFrom(layers[number], "weights");
    const auto          bias    = strictjson::Numbers<float>(layers[number], "bias", "the bias of layer " + std::to_string(number + 1));
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
} // namespace otb
