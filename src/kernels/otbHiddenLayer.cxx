// SPDX-License-Identifier: Apache-2.0

// The hidden layer of SpectraMorph's network, whose activations never go to memory: a forward pass in registers, a backward pass that computes them again.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbHiddenLayer.cxx"
#include "hwy/foreach_target.h"
#include "otbTransposedProducts-inl.h"

#include "otbHiddenLayer.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
// Inputs of a hidden unit that stay in registers (more of them are read again for each unit), and outputs that are summed at once.
constexpr std::size_t MaximumInputs  = 4;
constexpr std::size_t MaximumOutputs = 8;

// Some outputs of the network for the pixels of one register, over all hidden units, whose activations never leave the processor's registers.
template <std::size_t Inputs, std::size_t Outputs>
void HiddenForwardTile(const HiddenLayer& layer, ConstMatrix pixels, std::size_t lane, std::size_t output, ConstMatrix outputBias, MutableMatrix z)
{
  const Lanes       d;
  const bool        hasCells      = layer.cellTerm.values != nullptr;
  const std::size_t cell          = hasCells ? lane % layer.cells : 0;
  const float*      outputWeights = layer.outputWeights.values + output;
  Vector            x[Inputs], sum[Outputs];
  for (std::size_t input = 0; input < Inputs; ++input)
  {
    x[input] = hn::LoadU(d, pixels.values + input * pixels.stride + lane);
  }
  for (std::size_t k = 0; k < Outputs; ++k)
  {
    sum[k] = outputBias.values != nullptr ? hn::Set(d, outputBias.values[(output + k) * outputBias.stride])
                                          : hn::LoadU(d, z.values + (output + k) * z.stride + lane);
  }
  const float* weights = layer.inputWeights.values;
  const float* start   = hasCells ? layer.cellTerm.values + cell : layer.bias;
  const auto   stride  = hasCells ? layer.cellTerm.stride : layer.inputWeights.stride;
  for (std::size_t unit = 0; unit < layer.units; ++unit)
  {
    Vector hidden = hasCells ? hn::LoadU(d, start) : hn::Set(d, *start);
    for (std::size_t input = 0; input < Inputs; ++input)
    {
      hidden = hn::MulAdd(hn::Set(d, weights[input]), x[input], hidden);
    }
    for (std::size_t input = Inputs; input < layer.inputs; ++input)
    {
      hidden = hn::MulAdd(hn::Set(d, weights[input]), hn::LoadU(d, pixels.values + input * pixels.stride + lane), hidden);
    }
    hidden = hn::Max(hidden, hn::Zero(d));
    for (std::size_t k = 0; k < Outputs; ++k)
    {
      sum[k] = hn::MulAdd(hn::Set(d, outputWeights[k]), hidden, sum[k]);
    }
    weights += layer.inputWeights.stride;
    start += stride;
    outputWeights += layer.outputWeights.stride;
  }
  for (std::size_t k = 0; k < Outputs; ++k)
  {
    hn::StoreU(sum[k], d, z.values + (output + k) * z.stride + lane);
  }
}

template <std::size_t Inputs>
void HiddenForwardOutputs(const HiddenLayer& layer, ConstMatrix pixels, std::size_t lanes, std::size_t output, std::size_t count, ConstMatrix outputBias,
                          MutableMatrix z)
{
  for (std::size_t lane = 0; lane < lanes; lane += hn::Lanes(Lanes()))
  {
    switch (count)
    {
    case 1:
      HiddenForwardTile<Inputs, 1>(layer, pixels, lane, output, outputBias, z);
      break;
    case 2:
      HiddenForwardTile<Inputs, 2>(layer, pixels, lane, output, outputBias, z);
      break;
    case 3:
      HiddenForwardTile<Inputs, 3>(layer, pixels, lane, output, outputBias, z);
      break;
    case 4:
      HiddenForwardTile<Inputs, 4>(layer, pixels, lane, output, outputBias, z);
      break;
    case 5:
      HiddenForwardTile<Inputs, 5>(layer, pixels, lane, output, outputBias, z);
      break;
    case 6:
      HiddenForwardTile<Inputs, 6>(layer, pixels, lane, output, outputBias, z);
      break;
    case 7:
      HiddenForwardTile<Inputs, 7>(layer, pixels, lane, output, outputBias, z);
      break;
    default:
      HiddenForwardTile<Inputs, MaximumOutputs>(layer, pixels, lane, output, outputBias, z);
      break;
    }
  }
}

void HiddenForward(const HiddenLayer& layer, ConstMatrix pixels, std::size_t lanes, ConstMatrix outputBias, MutableMatrix z)
{
  for (std::size_t output = 0; output < layer.outputs;)
  {
    const std::size_t count = EvenPiece(layer.outputs - output, MaximumOutputs);
    switch (layer.inputs)
    {
    case 1:
      HiddenForwardOutputs<1>(layer, pixels, lanes, output, count, outputBias, z);
      break;
    case 2:
      HiddenForwardOutputs<2>(layer, pixels, lanes, output, count, outputBias, z);
      break;
    case 3:
      HiddenForwardOutputs<3>(layer, pixels, lanes, output, count, outputBias, z);
      break;
    default:
      HiddenForwardOutputs<MaximumInputs>(layer, pixels, lanes, output, count, outputBias, z);
      break;
    }
    output += count;
  }
}

// Activations of some hidden units, and the loss' derivative with respect to what the activation function was applied to.
template <std::size_t Units, std::size_t Vectors>
HWY_INLINE void HiddenGradientTile(const HiddenLayer& layer, std::size_t unit, ConstMatrix pixels, ConstMatrix zGradient, std::size_t lane,
                                   MutableMatrix hidden, MutableMatrix gradient)
{
  const Lanes       d;
  const std::size_t N             = hn::Lanes(d);
  const std::size_t inputStride   = layer.inputWeights.stride;
  const std::size_t outputStride  = layer.outputWeights.stride;
  const float*      inputWeights  = layer.inputWeights.values + unit * inputStride;
  const float*      outputWeights = layer.outputWeights.values + unit * outputStride;
  Vector            value[Units][Vectors], slope[Units][Vectors];
  for (std::size_t u = 0; u < Units; ++u)
  {
    for (std::size_t v = 0; v < Vectors; ++v)
    {
      value[u][v] = layer.cellTerm.values != nullptr ? hn::LoadU(d, layer.cellTerm.values + (unit + u) * layer.cellTerm.stride + (lane + v * N) % layer.cells)
                                                     : hn::Set(d, layer.bias[(unit + u) * inputStride]);
      slope[u][v] = hn::Zero(d);
    }
  }
  for (std::size_t input = 0; input < layer.inputs; ++input)
  {
    const float* x = pixels.values + input * pixels.stride + lane;
    for (std::size_t u = 0; u < Units; ++u)
    {
      const Vector weight = hn::Set(d, inputWeights[u * inputStride + input]);
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        value[u][v] = hn::MulAdd(weight, hn::LoadU(d, x + v * N), value[u][v]);
      }
    }
  }
  for (std::size_t k = 0; k < layer.outputs; ++k)
  {
    const float* dz = zGradient.values + k * zGradient.stride + lane;
    for (std::size_t u = 0; u < Units; ++u)
    {
      const Vector weight = hn::Set(d, outputWeights[u * outputStride + k]);
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        slope[u][v] = hn::MulAdd(weight, hn::LoadU(d, dz + v * N), slope[u][v]);
      }
    }
  }
  for (std::size_t u = 0; u < Units; ++u)
  {
    for (std::size_t v = 0; v < Vectors; ++v)
    {
      const auto active = hn::Gt(value[u][v], hn::Zero(d));
      hn::StoreU(hn::IfThenElseZero(active, value[u][v]), d, hidden.values + u * hidden.stride + lane + v * N);
      hn::StoreU(hn::IfThenElseZero(active, slope[u][v]), d, gradient.values + u * gradient.stride + lane + v * N);
    }
  }
}

template <std::size_t Units>
void HiddenBackwardUnits(const HiddenLayer& layer, std::size_t unit, ConstMatrix pixels, ConstMatrix zGradient, std::size_t lanes,
                         const HiddenGradient& gradient, float* scratch)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  // Not a power of two apart, so that the rows do not fall on each other in the cache.
  const std::size_t   stride      = lanes + LaneMultiple;
  const MutableMatrix hidden      = {scratch, stride};
  const MutableMatrix slope       = {scratch + Units * stride, stride};
  const ConstMatrix   constHidden = {hidden.values, stride};
  const ConstMatrix   constSlope  = {slope.values, stride};
  std::size_t         lane        = 0;
  for (; lane + 2 * N <= lanes; lane += 2 * N)
  {
    HiddenGradientTile<Units, 2>(layer, unit, pixels, zGradient, lane, hidden, slope);
  }
  for (; lane < lanes; lane += N)
  {
    HiddenGradientTile<Units, 1>(layer, unit, pixels, zGradient, lane, hidden, slope);
  }

  const std::size_t inputStride = gradient.inputWeights.stride;
  TransposedRows<Units>(constSlope, pixels, layer.inputs, lanes, 0, {gradient.inputWeights.values + unit * inputStride, inputStride});
  HWY_NAMESPACE::MultiplyTransposed(zGradient, constHidden, layer.outputs, Units, lanes, {gradient.outputWeights.values + unit, gradient.outputWeights.stride});
  HWY_NAMESPACE::AddRowSums(constSlope, Units, lanes, gradient.bias + unit * inputStride, inputStride);
  for (std::size_t u = 0; gradient.cells.values != nullptr && u < Units; ++u)
  {
    for (std::size_t cell = 0; cell < layer.cells; cell += N)
    {
      Vector sum = hn::LoadU(d, slope.values + u * stride + cell);
      for (std::size_t member = cell + layer.cells; member < lanes; member += layer.cells)
      {
        sum = hn::Add(sum, hn::LoadU(d, slope.values + u * stride + member));
      }
      hn::StoreU(sum, d, gradient.cells.values + (unit + u) * gradient.cells.stride + cell);
    }
  }
}

void HiddenBackward(const HiddenLayer& layer, ConstMatrix pixels, ConstMatrix zGradient, std::size_t lanes, const HiddenGradient& gradient, float* scratch)
{
  std::size_t unit = 0;
  for (; unit + 4 <= layer.units; unit += 4)
  {
    HiddenBackwardUnits<4>(layer, unit, pixels, zGradient, lanes, gradient, scratch);
  }
  for (; unit < layer.units; ++unit)
  {
    HiddenBackwardUnits<1>(layer, unit, pixels, zGradient, lanes, gradient, scratch);
  }
}
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <vector>

namespace otb
{
namespace kernels
{
HWY_EXPORT(HiddenForward);
HWY_EXPORT(HiddenBackward);

void HiddenForward(const HiddenLayer& layer, ConstMatrix pixels, std::size_t lanes, ConstMatrix outputBias, MutableMatrix z)
{
  HWY_DYNAMIC_DISPATCH(HiddenForward)(layer, pixels, lanes, outputBias, z);
}

void HiddenBackward(const HiddenLayer& layer, ConstMatrix pixels, ConstMatrix zGradient, std::size_t lanes, const HiddenGradient& gradient)
{
  thread_local std::vector<float> scratch;
  scratch.resize(2 * 4 * (lanes + LaneMultiple));
  HWY_DYNAMIC_DISPATCH(HiddenBackward)(layer, pixels, zGradient, lanes, gradient, scratch.data());
}
} // namespace kernels
} // namespace otb
#endif
