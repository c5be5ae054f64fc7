// SPDX-License-Identifier: Apache-2.0

// SpectraLift (arXiv 2507.13339), all of it. Its equations, forward and backward, come first.

#include "otbSpectraLift.h"
#include "otbModelDocument.h"
#include "otbNetworkSize.h"
#include "otbSpectralKernels.h"
#include "otbSpectralNetworkTrainer.h"
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

// Ten layers of activations must stay in the second-level cache.
constexpr std::size_t PixelsPerBlock = 256;

// Of Glorot's limit, in the hidden layers; the header says why. test/bench/fidelity.py scores the choice.
constexpr double HiddenGain = 0.5;

// The averaged network extrapolates better, most where there are few pixels to train on.
constexpr double AveragedShare = 0.5;

constexpr unsigned int RestartCycles = 2;

// From the input on; all but the last are as wide as the hidden layers.
constexpr unsigned int Layers = 7;

// Outputs of the layers, width x pixels each, named as in the paper's equations; f2, f4, f6 are the activations before the skip connection is added.
struct Activations
{
  std::vector<float> x1, f2, x2, x3, f4, x4, x5, f6;
};

// The equations up to x6.
void Hidden(const SpectralNetwork& network, const SpectralPixelBlock& block, Activations& a, float* x6)
{
  const auto&       layers = network.GetLayers();
  const std::size_t pixels = block.pixels();
  const std::size_t size   = layers[0].outputs * pixels;
  for (std::vector<float>* buffer : {&a.x1, &a.f2, &a.x2, &a.x3, &a.f4, &a.x4, &a.x5, &a.f6})
  {
    buffer->resize(size);
  }

  const auto layer = [&](std::size_t number, const float* input, std::vector<float>& output)
  {
    const auto&  l       = layers[number - 1];
    const float* weights = network.GetWeights(number - 1);
    const Addend bias    = {Addend::Kind::PerRow, weights + l.inputs, l.stride()};
    Multiply({weights, l.stride()}, {input, pixels}, l.outputs, l.inputs, pixels, bias, Activation::LeakyReLU, {output.data(), pixels});
  };
  const auto skip = [size](const std::vector<float>& f, const std::vector<float>& x, float* sum)
  { Eigen::Map<Eigen::ArrayXf>(sum, size) = Eigen::Map<const Eigen::ArrayXf>(f.data(), size) + Eigen::Map<const Eigen::ArrayXf>(x.data(), size); };

  layer(1, block.msi, a.x1);
  layer(2, a.x1.data(), a.f2);
  skip(a.f2, a.x1, a.x2.data());
  layer(3, a.x2.data(), a.x3);
  layer(4, a.x3.data(), a.f4);
  skip(a.f4, a.x2, a.x4.data());
  layer(5, a.x4.data(), a.x5);
  layer(6, a.x5.data(), a.f6);
  skip(a.f6, a.x4, x6);
}

/** Loss and gradient. */
class Objective : public SpectralObjective
{
public:
  Objective(SpectralNetwork& network, SpectralLoss loss) : m_Network(network), m_Loss(loss), m_Transposed(network.GetLayers().size())
  {
    Objective::Refresh();
  }

  std::vector<float>& GetParameters() override
  {
    return m_Network.GetParameters();
  }

  Bands GetBands() const override
  {
    return {m_Network.GetLayers().front().inputs, 0, m_Network.GetOutputs()};
  }

  std::size_t GetPixelsPerBlock() const override
  {
    return PixelsPerBlock;
  }

  void Refresh() override
  {
    for (std::size_t number = 1; number < m_Transposed.size(); ++number)
    {
      m_Transposed[number] = m_Network.GetTransposedWeights(number);
    }
  }

  double Accumulate(const SpectralTrainingBlock& block, float* gradient) const override;

private:
  SpectralNetwork&           m_Network;
  SpectralLoss               m_Loss;
  std::vector<SpectraMatrix> m_Transposed; // weights of each layer but the first: inputs x outputs
};

double Objective::Accumulate(const SpectralTrainingBlock& block, float* gradient) const
{
  const auto&       layers = m_Network.GetLayers();
  const auto&       last   = layers.back();
  const std::size_t pixels = block.cells * block.members;
  const std::size_t bands  = last.outputs;
  const std::size_t width  = last.inputs;

  thread_local Activations        a;
  thread_local std::vector<float> x6, residual, even, odd;
  x6.resize(width * pixels);
  Hidden(m_Network, block.Input(), a, x6.data());
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
    Multiply({rows, last.stride()}, {x6.data(), pixels}, count, width, pixels, {Addend::Kind::PerRow, rows + width, last.stride()}, Activation::Identity,
             delta);
    loss += LossGradient(m_Loss, {block.target.data() + band * pixels, pixels}, block.weights.data(), count, pixels, delta);
    MultiplyTransposed(constDelta, {x6.data(), pixels}, count, width, pixels, {gradientRows, last.stride()});
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
} // namespace

std::unique_ptr<SpectralObjective> MakeSpectraLiftObjective(SpectralNetwork& network, SpectralLoss loss)
{
  return std::make_unique<Objective>(network, loss);
}

SpectralNetwork SpectraLiftInverse::MakeNetwork(unsigned int multispectralBands, unsigned int width, unsigned int hyperspectralBands)
{
  std::vector<unsigned int> sizes(Layers + 1, width);
  sizes.front() = multispectralBands;
  sizes.back()  = hyperspectralBands;
  return SpectralNetwork(sizes);
}

void SpectraLiftInverse::Initialize(SpectralNetwork& network, std::uint64_t seed)
{
  network.Initialize(seed, HiddenGain);
}

void SpectraLiftInverse::Encode(const SpectralPixelBlock& block, float* x6) const
{
  thread_local Activations activations;
  Hidden(m_Network, block, activations, x6);
}

SpectraLift::SpectraLift(const Settings& given) : settings(given)
{
}

std::unique_ptr<SpectralInversionMethod> SpectraLift::Clone() const
{
  return std::make_unique<SpectraLift>(*this);
}

std::string SpectraLift::GetKey() const
{
  return "lift";
}

std::string SpectraLift::GetTitle() const
{
  return "SpectraLift: direct regression of the spectrum";
}

std::string SpectraLift::GetHelp() const
{
  return "SpectraLift (arXiv 2507.13339): a residual network gives the spectrum itself.";
}

void SpectraLift::Visit(SettingVisitor& visitor)
{
  visitor.Whole({"width", "Width of the hidden layers", "Units of each of the network's six hidden layers."}, settings.width, {1});
  visitor.Choice({"schedule", "Schedule of the learning rate",
                  "How the rate goes over the epochs. Restarts win on some scenes, the one cycle on others; neither wins on most."},
                 settings.schedule,
                 {{"onecycle", "From start up to peak, then down to end, as in the published evaluations"},
                  {"restarts", "From peak down to end by a cosine, twice, as in the published code"}});
  visitor.Flag(
      {"last", "Keep the last weights",
       "The network's weights are those after the last epoch, as published, instead of their mean over the second half of the training (of its last cycle), "
       "which extrapolates better."},
      settings.last);
}

void SpectraLift::Prepare(const Task& task)
{
  const auto c = static_cast<double>(task.set.msi.cols()), C = static_cast<double>(task.set.spectra.cols());
  CheckNetworkSize(
      GetPrefix() + "width", settings.width, [c, C](double width) { return width * (c + 1.) + (Layers - 2) * width * (width + 1.) + C * (width + 1.); },
      "images of these bands");
}

std::shared_ptr<const SpectralInverse> SpectraLift::Train(const Task& task)
{
  SpectralNetwork network =
      SpectraLiftInverse::MakeNetwork(static_cast<unsigned int>(task.set.msi.cols()), settings.width, static_cast<unsigned int>(task.set.spectra.cols()));
  SpectraLiftInverse::Initialize(network, task.training.seed);
  // A mean over a restart would mix two solutions.
  const unsigned int cycles = settings.schedule == Schedule::Restarts ? RestartCycles : 0;
  SpectralNetworkTrainer::Train(*MakeSpectraLiftObjective(network, task.training.loss), task, settings.last ? 0. : AveragedShare / std::max(1u, cycles),
                                cycles);
  return std::make_shared<SpectraLiftInverse>(std::move(network));
}

std::shared_ptr<const SpectralInverse> SpectraLift::Read(const ModelDocument& document, const SpectralResponse& response) const
{
  const unsigned int width = document.ReadOutputs(0);
  for (unsigned int layer = 1; layer + 1 < Layers; ++layer)
  {
    // Before so large a network is made.
    if (document.json.at("network").size() == Layers && document.ReadOutputs(layer) != width)
    {
      throw std::invalid_argument("layer " + std::to_string(layer + 1) + " of the network has " + std::to_string(document.ReadOutputs(layer)) +
                                  " biases, expected " + std::to_string(width));
    }
  }
  SpectralNetwork network = SpectraLiftInverse::MakeNetwork(response.GetNumberOfMultispectralBands(), width, response.GetNumberOfHyperspectralBands());
  document.ReadNetwork(network);
  return std::make_shared<SpectraLiftInverse>(std::move(network));
}

SpectraLiftInverse::SpectraLiftInverse(SpectralNetwork network) : m_Network(std::move(network))
{
}

std::string SpectraLiftInverse::GetMethod() const
{
  return SpectraLift().GetKey();
}

std::string SpectraLiftInverse::Describe() const
{
  return "direct regression";
}

unsigned int SpectraLiftInverse::GetMultispectralBands() const
{
  return m_Network.GetLayers().front().inputs;
}

unsigned int SpectraLiftInverse::GetNumberOfLatents() const
{
  return m_Network.GetLayers().back().inputs;
}

SpectraMatrix SpectraLiftInverse::GetDecoder() const
{
  return m_Network.GetTransposedWeights(Layers - 1);
}

std::vector<float> SpectraLiftInverse::GetDecoderBias() const
{
  const auto&        last = m_Network.GetLayers().back();
  std::vector<float> bias(last.outputs);
  for (unsigned int band = 0; band < last.outputs; ++band)
  {
    bias[band] = m_Network.GetWeights(Layers - 1)[band * last.stride() + last.inputs];
  }
  return bias;
}

std::shared_ptr<const SpectralInverse> SpectraLiftInverse::WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const
{
  SpectralNetwork network = m_Network;
  network.FoldInput(gains, shifts, scale);
  return std::make_shared<SpectraLiftInverse>(std::move(network));
}

void SpectraLiftInverse::Validate(unsigned int, unsigned int hyperspectralBands) const
{
  m_Network.Validate();
  if (m_Network.GetOutputs() != hyperspectralBands)
  {
    throw std::invalid_argument("the network's outputs are not the hyperspectral bands");
  }
}

void SpectraLiftInverse::Write(ModelDocument& document) const
{
  document.WriteNetwork(m_Network);
}
} // namespace otb
