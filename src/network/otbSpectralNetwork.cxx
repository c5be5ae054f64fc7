// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNetwork.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>

namespace otb
{
SpectralNetwork::SpectralNetwork(const std::vector<unsigned int>& sizes)
{
  std::size_t size = 0;
  for (std::size_t number = 1; number < sizes.size(); ++number)
  {
    const unsigned int inputs  = sizes[number - 1];
    const unsigned int outputs = sizes[number];
    if (inputs == 0 || outputs == 0)
    {
      throw std::invalid_argument("a layer of the network has " + std::to_string(inputs) + " inputs and " + std::to_string(outputs) +
                                  " outputs, expected at least one of each");
    }
    m_Layers.push_back({inputs, outputs, size});
    size += m_Layers.back().size();
    if (size > MaximumParameters)
    {
      throw std::invalid_argument("the network would have over " + std::to_string(MaximumParameters) + " parameters: fewer hidden units are needed");
    }
  }
  m_Parameters.assign(size, 0.f);
}

void SpectralNetwork::Initialize(std::uint64_t seed, double hiddenGain)
{
  std::mt19937_64 generator(seed);
  for (const Layer& layer : m_Layers)
  {
    const double gain   = &layer == &m_Layers.back() ? 1. : hiddenGain;
    const double limit  = gain * std::sqrt(6. / (layer.inputs + layer.outputs));
    float*       weight = m_Parameters.data() + layer.offset;
    for (unsigned int output = 0; output < layer.outputs; ++output)
    {
      for (unsigned int input = 0; input < layer.inputs; ++input)
      {
        // The standard leaves its distributions to the implementation; 53 random bits are the same everywhere.
        const double uniform = static_cast<double>(generator() >> 11) * 0x1p-53;
        *weight++            = static_cast<float>(limit * (2. * uniform - 1.));
      }
      *weight++ = 0.f;
    }
  }
}

SpectraMatrix SpectralNetwork::GetTransposedWeights(std::size_t number) const
{
  const Layer& layer = m_Layers[number];
  return Eigen::Map<const SpectraMatrix>(m_Parameters.data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride()))
      .leftCols(layer.inputs)
      .transpose();
}

void SpectralNetwork::FoldInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale)
{
  // With x' = g x + s / scale: W x' + b = (W g) x + (b + W s / scale).
  const Layer& layer = m_Layers.front();
  for (unsigned int unit = 0; unit < layer.outputs; ++unit)
  {
    float* const weights = m_Parameters.data() + layer.offset + unit * layer.stride();
    double       bias    = weights[layer.inputs];
    for (std::size_t input = 0; input < gains.size(); ++input)
    {
      bias += weights[input] * shifts[input] / scale;
      weights[input] = static_cast<float>(weights[input] * gains[input]);
    }
    weights[layer.inputs] = static_cast<float>(bias);
  }
}

void SpectralNetwork::ScaleInputs(std::size_t first, float factor)
{
  const Layer& layer = m_Layers.front();
  for (unsigned int unit = 0; unit < layer.outputs; ++unit)
  {
    float* const weights = m_Parameters.data() + layer.offset + unit * layer.stride();
    std::transform(weights + first, weights + layer.inputs, weights + first, [factor](float weight) { return weight * factor; });
  }
}

void SpectralNetwork::Validate() const
{
  if (m_Layers.empty())
  {
    throw std::invalid_argument("it has no network");
  }
  if (!std::all_of(m_Parameters.begin(), m_Parameters.end(), [](float value) { return std::isfinite(value); }))
  {
    throw std::invalid_argument("a weight of the network is not finite");
  }
}
} // namespace otb
