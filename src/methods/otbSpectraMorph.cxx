// SPDX-License-Identifier: Apache-2.0

// SpectraMorph's equations, forward and backward (arXiv 2510.20814): a = phi(W2 relu(W1 x + b1) + b2), xhat = a E. What comes before the network is trained is
// in otbSpectraMorphTraining.cxx.

#include "otbSpectraMorph.h"
#include "otbSpectralKernels.h"
#include "otbSpectralObjective.h"

#include <algorithm>
#include <stdexcept>

namespace otb
{
using namespace kernels;

namespace
{
// Bands whose residuals are computed together: they stay in the first-level cache between the loss and the two products that use them.
constexpr std::size_t BandChunk = 32;

// Pixels likewise.
constexpr std::size_t LossChunk = 128;

// It must outlast the horizontal sums of the gradients.
constexpr std::size_t PixelsPerBlock = 512;

// What the prior and the bias contribute to the hidden units [first, first + count), count x cells: Wp p + b1 with W1 = [Wm | Wp]. It is the same for all
// members of a cell, and so computed once for all of them.
void PriorTerm(const SpectralNetwork& network, unsigned int priorBands, const SpectralPixelBlock& block, std::size_t first, std::size_t count, float* term)
{
  const auto&       layer   = network.GetLayers()[0];
  const float*      weights = network.GetWeights(0) + first * layer.stride();
  const ConstMatrix prior   = {block.prior, block.cells};
  const Addend      bias    = {Addend::Kind::PerRow, weights + layer.inputs, layer.stride()};
  Multiply({weights + layer.inputs - priorBands, layer.stride()}, prior, count, priorBands, block.cells, bias, Activation::Identity, {term, block.cells});
}

// These hidden units as the kernels take them, given the transposed weights of the output layer, and PriorTerm()'s result if there is a prior.
HiddenLayer HiddenUnits(const SpectralNetwork& network, unsigned int priorBands, const SpectralPixelBlock& block, std::size_t first, std::size_t count,
                        const SpectraMatrix& outputWeights, const float* priorTerm)
{
  const auto&  hidden  = network.GetLayers()[0];
  const float* weights = network.GetWeights(0) + first * hidden.stride();
  const auto   outputs = static_cast<std::size_t>(outputWeights.cols());
  HiddenLayer  layer   = {
         count, hidden.inputs - priorBands, outputs, {weights, hidden.stride()}, weights + hidden.inputs, {outputWeights.data() + first * outputs, outputs}};
  if (priorTerm != nullptr)
  {
    layer.cellTerm = {priorTerm, block.cells};
    layer.cells    = block.cells;
  }
  return layer;
}

ConstMatrix OutputBias(const SpectralNetwork& network)
{
  const auto& output = network.GetLayers()[1];
  return {network.GetWeights(1) + output.inputs, output.stride()};
}

/** Loss and gradient. */
class Objective : public SpectralObjective
{
public:
  Objective(SpectralNetwork& network, unsigned int priorBands, const SpectraMatrix& endmembers, AbundanceConstraint constraint, SpectralLoss loss)
    : m_Network(network), m_PriorBands(priorBands), m_Endmembers(endmembers), m_EndmembersTransposed(endmembers.transpose()), m_Constraint(constraint),
      m_Loss(loss)
  {
    if (endmembers.rows() != network.GetOutputs())
    {
      throw std::invalid_argument("the number of endmembers is " + std::to_string(endmembers.rows()) + ", expected " + std::to_string(network.GetOutputs()) +
                                  " as the network has outputs");
    }
    Objective::Refresh();
  }

  std::vector<float>& GetParameters() override
  {
    return m_Network.GetParameters();
  }

  Bands GetBands() const override
  {
    return {m_Network.GetLayers()[0].inputs - m_PriorBands, m_PriorBands, static_cast<unsigned int>(m_Endmembers.cols())};
  }

  std::size_t GetPixelsPerBlock() const override
  {
    return PixelsPerBlock;
  }

  void Refresh() override
  {
    m_OutputWeights = m_Network.GetTransposedWeights(1);
  }

  double Accumulate(const SpectralTrainingBlock& block, float* gradient) const override;

private:
  SpectralNetwork&    m_Network;
  unsigned int        m_PriorBands;
  SpectraMatrix       m_Endmembers;           // K x C
  SpectraMatrix       m_EndmembersTransposed; // C x K
  AbundanceConstraint m_Constraint;
  SpectralLoss        m_Loss;
  SpectraMatrix       m_OutputWeights; // W2 transposed
};

double Objective::Accumulate(const SpectralTrainingBlock& block, float* gradient) const
{
  const auto&       hiddenLayer = m_Network.GetLayers()[0];
  const auto&       outputLayer = m_Network.GetLayers()[1];
  const std::size_t pixels      = block.cells * block.members;
  const std::size_t bands       = m_Endmembers.cols();
  const std::size_t K           = outputLayer.outputs;
  const auto        input       = block.Input();

  thread_local std::vector<float> abundances, abundanceGradient, residual, priorTerm, cellGradient;
  abundances.resize(K * pixels);
  abundanceGradient.assign(K * pixels, 0.f);
  residual.resize(BandChunk * LossChunk);
  if (m_PriorBands > 0)
  {
    priorTerm.resize(hiddenLayer.outputs * block.cells);
    cellGradient.resize(hiddenLayer.outputs * block.cells);
    PriorTerm(m_Network, m_PriorBands, input, 0, hiddenLayer.outputs, priorTerm.data());
  }
  const HiddenLayer layer = HiddenUnits(m_Network, m_PriorBands, input, 0, hiddenLayer.outputs, m_OutputWeights, m_PriorBands > 0 ? priorTerm.data() : nullptr);

  // Forward: a = phi(z), then xhat = a E, the loss, and dLoss/da = dLoss/dxhat E^T.
  HiddenForward(layer, {block.msi.data(), pixels}, pixels, OutputBias(m_Network), {abundances.data(), pixels});
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
  if (m_PriorBands > 0)
  {
    hiddenGradient.cells = {cellGradient.data(), block.cells};
  }
  HiddenBackward(layer, {block.msi.data(), pixels}, {abundanceGradient.data(), pixels}, pixels, hiddenGradient);
  if (m_PriorBands > 0)
  {
    // A cell's prior is shared by its members, whose gradients have been summed: the wide product is done once for all of them.
    const MutableMatrix wide = {inGradient + hiddenLayer.inputs - m_PriorBands, hiddenLayer.stride()};
    Multiply({cellGradient.data(), block.cells}, {block.priorSpectra.data(), PaddedSize(m_PriorBands)}, hiddenLayer.outputs, block.cells, m_PriorBands,
             {Addend::Kind::Matrix, wide.values, wide.stride}, Activation::Identity, wide);
  }
  return loss;
}
} // namespace

std::unique_ptr<SpectralObjective> MakeSpectraMorphObjective(SpectralNetwork& network, unsigned int priorBands, const SpectraMatrix& endmembers,
                                                             AbundanceConstraint constraint, SpectralLoss loss)
{
  return std::make_unique<Objective>(network, priorBands, endmembers, constraint, loss);
}

SpectralNetwork SpectraMorphInverse::MakeNetwork(unsigned int multispectralBands, unsigned int priorBands, unsigned int hiddenUnits, unsigned int endmembers)
{
  return SpectralNetwork({multispectralBands + priorBands, hiddenUnits, endmembers});
}

void SpectraMorphInverse::Encode(const SpectralPixelBlock& block, float* a) const
{
  const std::size_t pixels = block.pixels();
  const std::size_t hidden = m_Network.GetLayers()[0].outputs;
  const ConstMatrix bias   = OutputBias(m_Network);
  if (m_PriorBands == 0)
  {
    HiddenForward(HiddenUnits(m_Network, 0, block, 0, hidden, m_OutputWeights, nullptr), {block.msi, pixels}, pixels, bias, {a, pixels});
  }
  else
  {
    // Some hidden units at a time, so that what the prior contributes to them is still in the cache when each of the cells' members asks for it.
    constexpr std::size_t           Units = 512;
    thread_local std::vector<float> priorTerm;
    priorTerm.resize(Units * block.cells);
    for (std::size_t first = 0; first < hidden; first += Units)
    {
      const std::size_t count = std::min<std::size_t>(Units, hidden - first);
      PriorTerm(m_Network, m_PriorBands, block, first, count, priorTerm.data());
      HiddenForward(HiddenUnits(m_Network, m_PriorBands, block, first, count, m_OutputWeights, priorTerm.data()), {block.msi, pixels}, pixels,
                    first == 0 ? bias : ConstMatrix{nullptr, 0}, {a, pixels});
    }
  }
  Constrain(m_Constraint, GetNumberOfLatents(), pixels, {a, pixels});
}
} // namespace otb
