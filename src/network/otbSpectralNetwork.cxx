// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNetwork.h"
#include "otbSpectralKernels.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>

namespace otb
{
using namespace kernels;

namespace
{
// Of Glorot's limit, in Lift's hidden layers; the header says why. test/bench/fidelity.py scores the choice.
constexpr double LiftGain = 0.5;
} // namespace

void SpectralNetwork::AddLayer(unsigned int inputs, unsigned int outputs)
{
  if (inputs == 0 || outputs == 0)
  {
    throw std::invalid_argument("a layer of the network has " + std::to_string(inputs) + " inputs and " + std::to_string(outputs) +
                                " outputs, expected at least one of each");
  }
  const std::size_t offset = m_Layers.empty() ? 0 : m_Layers.back().offset + m_Layers.back().size();
  m_Layers.push_back({inputs, outputs, offset});
  if (offset + m_Layers.back().size() > MaximumParameters)
  {
    throw std::invalid_argument("the network would have over " + std::to_string(MaximumParameters) + " parameters: fewer hidden units are needed");
  }
}

SpectralNetwork SpectralNetwork::Morph(unsigned int msiBands, unsigned int priorBands, unsigned int hiddenUnits, unsigned int endmembers)
{
  SpectralNetwork network;
  network.m_Method             = SpectralInversionMethod::Morph;
  network.m_MultispectralBands = msiBands;
  network.m_PriorBands         = priorBands;
  network.AddLayer(msiBands + priorBands, hiddenUnits);
  network.AddLayer(hiddenUnits, endmembers);
  network.m_Parameters.assign(network.m_Layers.back().offset + network.m_Layers.back().size(), 0.f);
  return network;
}

SpectralNetwork SpectralNetwork::Lift(unsigned int msiBands, unsigned int hyperspectralBands)
{
  SpectralNetwork network;
  network.m_Method             = SpectralInversionMethod::Lift;
  network.m_MultispectralBands = msiBands;
  network.AddLayer(msiBands, LiftWidth);
  for (int layer = 2; layer <= 6; ++layer)
  {
    network.AddLayer(LiftWidth, LiftWidth);
  }
  network.AddLayer(LiftWidth, hyperspectralBands);
  network.m_Parameters.assign(network.m_Layers.back().offset + network.m_Layers.back().size(), 0.f);
  return network;
}

void SpectralNetwork::Initialize(std::uint64_t seed)
{
  std::mt19937_64 generator(seed);
  for (const Layer& layer : m_Layers)
  {
    const double gain   = m_Method == SpectralInversionMethod::Lift && &layer != &m_Layers.back() ? LiftGain : 1.;
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

void SpectralNetwork::PriorTerm(const Block& block, std::size_t first, std::size_t count, float* term) const
{
  const Layer&      layer   = m_Layers.front();
  const float*      weights = m_Parameters.data() + layer.offset + first * layer.stride();
  const ConstMatrix prior   = {block.prior, block.cells};
  const Addend      bias    = {Addend::Kind::PerRow, weights + layer.inputs, layer.stride()};
  Multiply({weights + m_MultispectralBands, layer.stride()}, prior, count, m_PriorBands, block.cells, bias, Activation::Identity, {term, block.cells});
}

SpectraMatrix SpectralNetwork::GetTransposedWeights(std::size_t number) const
{
  const Layer& layer = m_Layers[number];
  return Eigen::Map<const SpectraMatrix>(m_Parameters.data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride()))
      .leftCols(layer.inputs)
      .transpose();
}

HiddenLayer SpectralNetwork::GetHiddenUnits(const Block& block, std::size_t first, std::size_t count, const SpectraMatrix& outputWeights,
                                            const float* priorTerm) const
{
  const Layer& hidden  = m_Layers[0];
  const float* weights = m_Parameters.data() + hidden.offset + first * hidden.stride();
  const auto   outputs = static_cast<std::size_t>(outputWeights.cols());
  HiddenLayer  layer   = {
         count, m_MultispectralBands, outputs, {weights, hidden.stride()}, weights + hidden.inputs, {outputWeights.data() + first * outputs, outputs}};
  if (priorTerm != nullptr)
  {
    layer.cellTerm = {priorTerm, block.cells};
    layer.cells    = block.cells;
  }
  return layer;
}

void SpectralNetwork::LiftActivations::Resize(std::size_t size)
{
  for (std::vector<float>* buffer : {&x1, &f2, &x2, &x3, &f4, &x4, &x5, &f6, &x6})
  {
    buffer->resize(size);
  }
}

void SpectralNetwork::LiftHidden(const Block& block, LiftActivations& a) const
{
  const std::size_t pixels = block.pixels();
  const std::size_t size   = LiftWidth * pixels;
  a.Resize(size);

  const auto layer = [&](std::size_t number, const float* input, std::vector<float>& output)
  {
    const Layer& l       = m_Layers[number - 1];
    const float* weights = m_Parameters.data() + l.offset;
    const Addend bias    = {Addend::Kind::PerRow, weights + l.inputs, l.stride()};
    Multiply({weights, l.stride()}, {input, pixels}, l.outputs, l.inputs, pixels, bias, Activation::LeakyReLU, {output.data(), pixels});
  };
  const auto skip = [size](const std::vector<float>& f, const std::vector<float>& x, std::vector<float>& sum)
  { Eigen::Map<Eigen::ArrayXf>(sum.data(), size) = Eigen::Map<const Eigen::ArrayXf>(f.data(), size) + Eigen::Map<const Eigen::ArrayXf>(x.data(), size); };

  layer(1, block.msi, a.x1);
  layer(2, a.x1.data(), a.f2);
  skip(a.f2, a.x1, a.x2);
  layer(3, a.x2.data(), a.x3);
  layer(4, a.x3.data(), a.f4);
  skip(a.f4, a.x2, a.x4);
  layer(5, a.x4.data(), a.x5);
  layer(6, a.x5.data(), a.f6);
  skip(a.f6, a.x4, a.x6);
}

void SpectralNetwork::MorphForward(const Block& block, const SpectraMatrix& outputWeights, float* z) const
{
  const std::size_t pixels = block.pixels();
  const Layer&      output = m_Layers.back();
  const ConstMatrix bias   = {m_Parameters.data() + output.offset + output.inputs, output.stride()};
  if (m_PriorBands == 0)
  {
    HiddenForward(GetHiddenUnits(block, 0, output.inputs, outputWeights, nullptr), {block.msi, pixels}, pixels, bias, {z, pixels});
    return;
  }
  // Some hidden units at a time, so that what the prior contributes to them is still in the cache when each of the cells' members asks for it.
  constexpr std::size_t           Units = 512;
  thread_local std::vector<float> priorTerm;
  priorTerm.resize(Units * block.cells);
  for (std::size_t first = 0; first < output.inputs; first += Units)
  {
    const std::size_t count = std::min<std::size_t>(Units, output.inputs - first);
    PriorTerm(block, first, count, priorTerm.data());
    HiddenForward(GetHiddenUnits(block, first, count, outputWeights, priorTerm.data()), {block.msi, pixels}, pixels,
                  first == 0 ? bias : ConstMatrix{nullptr, 0}, {z, pixels});
  }
}
} // namespace otb
