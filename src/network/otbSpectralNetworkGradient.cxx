// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNetworkGradient.h"
#include "otbSpectralKernels.h"

#include <algorithm>

namespace otb
{
using namespace kernels;

namespace
{
// Bands whose residuals are computed together: they stay in the first-level cache between the loss and the two products that use them.
constexpr std::size_t BandChunk = 32;

// Pixels likewise.
constexpr std::size_t LossChunk = 128;
} // namespace

SpectralNetworkGradient::SpectralNetworkGradient(const SpectralNetwork& network, const SpectraMatrix& endmembers, AbundanceConstraint constraint,
                                                 SpectralLoss loss)
  : m_Network(network), m_Endmembers(endmembers), m_EndmembersTransposed(endmembers.transpose()), m_Constraint(constraint), m_Loss(loss)
{
  m_Transposed.resize(network.GetLayers().size());
  Refresh();
}

void SpectralNetworkGradient::Refresh()
{
  for (std::size_t number = 1; number < m_Transposed.size(); ++number)
  {
    m_Transposed[number] = m_Network.GetTransposedWeights(number);
  }
}

double SpectralNetworkGradient::Accumulate(const SpectralTrainingBlock& block, float* gradient) const
{
  return m_Network.GetMethod() == SpectralInversionMethod::Morph ? AccumulateMorph(block, gradient) : AccumulateLift(block, gradient);
}

double SpectralNetworkGradient::AccumulateMorph(const SpectralTrainingBlock& block, float* gradient) const
{
  const auto&       hiddenLayer = m_Network.GetLayers()[0];
  const auto&       outputLayer = m_Network.GetLayers()[1];
  const std::size_t pixels      = block.cells * block.members;
  const std::size_t bands       = m_Endmembers.cols();
  const std::size_t K           = outputLayer.outputs;
  const std::size_t priorBands  = m_Network.GetPriorBands();
  const auto        input       = block.Input();

  thread_local std::vector<float> abundances, abundanceGradient, residual, priorTerm, cellGradient;
  abundances.resize(K * pixels);
  abundanceGradient.assign(K * pixels, 0.f);
  residual.resize(BandChunk * LossChunk);
  if (priorBands > 0)
  {
    priorTerm.resize(hiddenLayer.outputs * block.cells);
    cellGradient.resize(hiddenLayer.outputs * block.cells);
    m_Network.PriorTerm(input, 0, hiddenLayer.outputs, priorTerm.data());
  }
  const HiddenLayer layer = m_Network.GetHiddenUnits(input, 0, hiddenLayer.outputs, m_Transposed[1], priorBands > 0 ? priorTerm.data() : nullptr);

  // Forward: a = phi(z), then xhat = a E, the loss, and dLoss/da = dLoss/dxhat E^T.
  const ConstMatrix outputBias = {m_Network.GetParameters().data() + outputLayer.offset + outputLayer.inputs, outputLayer.stride()};
  HiddenForward(layer, {block.msi.data(), pixels}, pixels, outputBias, {abundances.data(), pixels});
  Constrain(m_Constraint, K, pixels, {abundances.data(), pixels});
  double loss = 0.;
  for (std::size_t pixel = 0; pixel < pixels; pixel += LossChunk)
  {
    const std::size_t   lanes = std::min(LossChunk, pixels - pixel);
    const MutableMatrix delta = {residual.data(), LossChunk};
    const ConstMatrix   a     = {abundances.data() + pixel, pixels};
    const MutableMatrix da    = {abundanceGradient.data() + pixel, pixels};
    for (std::size_t band = 0; band < bands; band += BandChunk)
    {
      const std::size_t count = std::min(BandChunk, bands - band);
      Multiply({m_EndmembersTransposed.data() + band * K, K}, a, count, K, lanes, {}, Activation::Identity, delta);
      loss += LossGradient(m_Loss, {block.target.data() + band * pixels + pixel, pixels}, block.weights.data() + pixel, count, lanes, delta);
      Multiply({m_Endmembers.data() + band, bands}, {residual.data(), LossChunk}, K, count, lanes, {Addend::Kind::Matrix, da.values, pixels},
               Activation::Identity, da);
    }
  }
  BackwardConstrain(m_Constraint, {abundances.data(), pixels}, K, pixels, {abundanceGradient.data(), pixels});

  // Backward.
  float* const inGradient  = gradient + hiddenLayer.offset;
  float* const outGradient = gradient + outputLayer.offset;
  AddRowSums({abundanceGradient.data(), pixels}, K, pixels, outGradient + outputLayer.inputs, outputLayer.stride());
  HiddenGradient hiddenGradient = {{inGradient, hiddenLayer.stride()}, inGradient + hiddenLayer.inputs, {outGradient, outputLayer.stride()}};
  if (priorBands > 0)
  {
    hiddenGradient.cells = {cellGradient.data(), block.cells};
  }
  HiddenBackward(layer, {block.msi.data(), pixels}, {abundanceGradient.data(), pixels}, pixels, hiddenGradient);
  if (priorBands > 0)
  {
    // A cell's prior is shared by its members, whose gradients have been summed: the wide product is done once for all of them.
    const MutableMatrix wide = {inGradient + m_Network.GetMultispectralBands(), hiddenLayer.stride()};
    Multiply({cellGradient.data(), block.cells}, {block.priorSpectra.data(), PaddedSize(priorBands)}, hiddenLayer.outputs, block.cells, priorBands,
             {Addend::Kind::Matrix, wide.values, wide.stride}, Activation::Identity, wide);
  }
  return loss;
}

double SpectralNetworkGradient::AccumulateLift(const SpectralTrainingBlock& block, float* gradient) const
{
  const auto&           layers = m_Network.GetLayers();
  const auto&           last   = layers.back();
  const std::size_t     pixels = block.cells * block.members;
  const std::size_t     bands  = last.outputs;
  constexpr std::size_t width  = SpectralNetwork::LiftWidth;

  thread_local SpectralNetwork::LiftActivations a;
  thread_local std::vector<float>               residual, even, odd;
  m_Network.LiftHidden(block.Input(), a);
  residual.resize(BandChunk * pixels);
  even.assign(width * pixels, 0.f);
  odd.resize(width * pixels);

  // xhat = A7 x6, the loss, A7's gradient and dLoss/dx6, some bands at a time.
  double             loss    = 0.;
  const float* const weights = m_Network.GetParameters().data() + last.offset;
  for (std::size_t band = 0; band < bands; band += BandChunk)
  {
    const std::size_t   count        = std::min(BandChunk, bands - band);
    const MutableMatrix delta        = {residual.data(), pixels};
    const ConstMatrix   constDelta   = {residual.data(), pixels};
    const float*        rows         = weights + band * last.stride();
    float*              gradientRows = gradient + last.offset + band * last.stride();
    Multiply({rows, last.stride()}, {a.x6.data(), pixels}, count, width, pixels, {Addend::Kind::PerRow, rows + width, last.stride()}, Activation::Identity,
             delta);
    loss += LossGradient(m_Loss, {block.target.data() + band * pixels, pixels}, block.weights.data(), count, pixels, delta);
    MultiplyTransposed(constDelta, {a.x6.data(), pixels}, count, width, pixels, {gradientRows, last.stride()});
    AddRowSums(constDelta, count, pixels, gradientRows + width, last.stride());
    Multiply({m_Transposed.back().data() + band, bands}, constDelta, width, count, pixels, {Addend::Kind::Matrix, even.data(), pixels}, Activation::Identity,
             {even.data(), pixels});
  }

  // Gradient of layer `number` from the one of its output (turned into that of its pre-activation in place), then added to what `below` holds.
  const auto backward =
      [&](std::size_t number, const std::vector<float>& activation, const float* input, std::vector<float>& above, std::vector<float>* below, Addend before)
  {
    const auto&         layer = layers[number - 1];
    const MutableMatrix dz    = {above.data(), pixels};
    const ConstMatrix   cdz   = {above.data(), pixels};
    BackwardActivation(Activation::LeakyReLU, {activation.data(), pixels}, width, pixels, dz);
    MultiplyTransposed(cdz, {input, pixels}, width, layer.inputs, pixels, {gradient + layer.offset, layer.stride()});
    AddRowSums(cdz, width, pixels, gradient + layer.offset + layer.inputs, layer.stride());
    if (below != nullptr)
    {
      Multiply({m_Transposed[number - 1].data(), width}, cdz, layer.inputs, width, pixels, before, Activation::Identity, {below->data(), pixels});
    }
  };

  // `even` holds dLoss/dx6, /dx4, /dx2 in turn, which the skip connections hand down unchanged.
  thread_local std::vector<float> dz;
  const Addend                    addToEven = {Addend::Kind::Matrix, even.data(), pixels};
  dz                                        = even;
  backward(6, a.f6, a.x5.data(), dz, &odd, {});
  backward(5, a.x5, a.x4.data(), odd, &even, addToEven);
  dz = even;
  backward(4, a.f4, a.x3.data(), dz, &odd, {});
  backward(3, a.x3, a.x2.data(), odd, &even, addToEven);
  dz = even;
  backward(2, a.f2, a.x1.data(), dz, &even, addToEven);
  backward(1, a.x1, block.msi.data(), even, nullptr, {});
  return loss;
}
} // namespace otb
