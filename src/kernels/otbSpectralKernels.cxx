// SPDX-License-Identifier: Apache-2.0

// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set, by including this file again from foreach_target.h,
// and picks one at run time (HWY_DYNAMIC_DISPATCH). Nothing that has inline functions of its own (Eigen, the standard library's algorithms) may be used there:
// the linker keeps a single copy of an inline function, possibly the one compiled for a processor that this machine is not.

// Arrays of vectors need a size known at compile time, which the scalable instruction sets do not have.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbSpectralKernels.cxx"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "hwy/contrib/math/math-inl.h"

#include "otbSpectralKernels.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;
using Lanes  = hn::CappedTag<float, LaneMultiple>;
using Vector = hn::Vec<Lanes>;

// A tile of Rows x Vectors accumulators stays in registers: AVX-512 has 32 of them, the others 16.
constexpr bool        ManyRegisters  = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL;
constexpr std::size_t MaximumRows    = ManyRegisters ? 6 : 4;
constexpr std::size_t MaximumVectors = ManyRegisters ? 4 : 3;

template <std::size_t Rows, std::size_t Vectors>
void MultiplyTile(ConstMatrix left, const float* right, std::size_t rightStride, std::size_t depth, std::size_t lanes, Addend addend, std::size_t row,
                  std::size_t firstLane, Activation activation, MutableMatrix result)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  // Every loop over it must be so plain that the compiler unrolls it, or the tile moves to memory.
  Vector sum[Rows][Vectors];
  switch (addend.kind)
  {
  case Addend::Kind::PerRow:
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::Set(d, addend.values[(row + r) * addend.stride]);
      }
    }
    break;
  case Addend::Kind::PerLane:
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::LoadU(d, addend.values + firstLane + v * N);
      }
    }
    break;
  case Addend::Kind::Matrix:
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::LoadU(d, addend.values + (row + r) * addend.stride + firstLane + v * N);
      }
    }
    break;
  default:
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::Zero(d);
      }
    }
    break;
  }

  const float* weights = left.values + row * left.stride;
  for (std::size_t k = 0; k < depth; ++k)
  {
    Vector x[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v)
    {
      x[v] = hn::LoadU(d, right + k * rightStride + v * N);
    }
    for (std::size_t r = 0; r < Rows; ++r)
    {
      const Vector weight = hn::Set(d, weights[r * left.stride + k]);
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::MulAdd(weight, x[v], sum[r][v]);
      }
    }
  }

  if (activation == Activation::LeakyReLU)
  {
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        sum[r][v] = hn::Max(sum[r][v], hn::Mul(sum[r][v], hn::Set(d, LeakySlope)));
      }
    }
  }

  // Never touch what lies behind the last lane: in an image it is the next pixel, perhaps another thread's.
  float             buffer[Rows * Vectors * LaneMultiple];
  const bool        whole  = firstLane + Vectors * N <= lanes;
  float* const      place  = result.values + row * result.stride + firstLane;
  float* const      target = whole ? place : buffer;
  const std::size_t stride = whole ? result.stride : Vectors * N;
  for (std::size_t r = 0; r < Rows; ++r)
  {
    for (std::size_t v = 0; v < Vectors; ++v)
    {
      hn::StoreU(sum[r][v], d, target + r * stride + v * N);
    }
  }
  for (std::size_t r = 0; !whole && r < Rows; ++r)
  {
    for (std::size_t lane = 0; lane < lanes - firstLane; ++lane)
    {
      place[r * result.stride + lane] = buffer[r * stride + lane];
    }
  }
}

template <std::size_t Rows>
void MultiplyRows(ConstMatrix left, ConstMatrix right, std::size_t depth, std::size_t lanes, Addend addend, std::size_t row, std::size_t firstLane,
                  std::size_t vectors, Activation activation, MutableMatrix result)
{
  const float* x = right.values + firstLane;
  switch (vectors)
  {
  case 1:
    return MultiplyTile<Rows, 1>(left, x, right.stride, depth, lanes, addend, row, firstLane, activation, result);
  case 2:
    return MultiplyTile<Rows, 2>(left, x, right.stride, depth, lanes, addend, row, firstLane, activation, result);
  case 3:
    return MultiplyTile<Rows, 3>(left, x, right.stride, depth, lanes, addend, row, firstLane, activation, result);
  default:
    return MultiplyTile<Rows, 4>(left, x, right.stride, depth, lanes, addend, row, firstLane, activation, result);
  }
}

// Cuts `total` into pieces of at most `maximum` that differ by one at most (7 is 4 + 3, not 6 + 1: a thin tile wastes loads).
HWY_INLINE std::size_t EvenPiece(std::size_t remaining, std::size_t maximum)
{
  const std::size_t pieces = (remaining + maximum - 1) / maximum;
  return (remaining + pieces - 1) / pieces;
}

void Multiply(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t depth, std::size_t lanes, Addend addend, Activation activation,
              MutableMatrix result)
{
  const std::size_t N     = hn::Lanes(Lanes());
  const std::size_t total = (lanes + N - 1) / N;
  for (std::size_t vector = 0; vector < total;)
  {
    const std::size_t vectors = EvenPiece(total - vector, MaximumVectors);
    for (std::size_t row = 0; row < rows;)
    {
      // A single column of accumulators needs more of them to keep both of the processor's multipliers busy.
      if (vectors == 1 && rows - row >= 8)
      {
        MultiplyTile<8, 1>(left, right.values + vector * N, right.stride, depth, lanes, addend, row, vector * N, activation, result);
        row += 8;
        continue;
      }
      const std::size_t tileRows = EvenPiece(rows - row, MaximumRows);
      switch (tileRows)
      {
      case 1:
        MultiplyRows<1>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      case 2:
        MultiplyRows<2>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      case 3:
        MultiplyRows<3>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      case 4:
        MultiplyRows<4>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      case 5:
        MultiplyRows<5>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      default:
        MultiplyRows<6>(left, right, depth, lanes, addend, row, vector * N, vectors, activation, result);
        break;
      }
      row += tileRows;
    }
    vector += vectors;
  }
}

// result[i] += the sum over the lanes of v[i], i < 4: cheaper together than one by one.
HWY_INLINE void AddSumsOfLanes(const Vector v[4], float result[4])
{
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < 4; ++i)
  {
    result[i] += hn::GetLane(v[i]);
  }
#else
  // Each 128-bit block adds up to the four sums of its own lanes, then the blocks to each other.
  const Lanes                          d;
  const hn::Repartition<double, Lanes> pairs;
  const auto                           first  = hn::BitCast(pairs, hn::Add(hn::InterleaveLower(d, v[0], v[1]), hn::InterleaveUpper(d, v[0], v[1])));
  const auto                           second = hn::BitCast(pairs, hn::Add(hn::InterleaveLower(d, v[2], v[3]), hn::InterleaveUpper(d, v[2], v[3])));
  const auto                           lower  = hn::BitCast(d, hn::InterleaveLower(pairs, first, second));
  const auto                           upper  = hn::BitCast(d, hn::InterleaveUpper(pairs, first, second));
  HWY_ALIGN float                      buffer[LaneMultiple];
  hn::Store(hn::Add(lower, upper), d, buffer);
  const hn::CappedTag<float, 4> block;
  auto                          sum = hn::LoadU(block, result);
  for (std::size_t i = 0; i < hn::Lanes(d); i += 4)
  {
    sum = hn::Add(sum, hn::Load(block, buffer + i));
  }
  hn::StoreU(sum, block, result);
#endif
}

// sums[r][c] = the dot product of row r of the left and row c of the right.
template <std::size_t Rows, std::size_t Columns>
void TransposedTile(ConstMatrix left, ConstMatrix right, std::size_t lanes, std::size_t row, std::size_t column, MutableMatrix result)
{
  constexpr std::size_t Padded = (Columns + 3) / 4 * 4;
  const Lanes           d;
  const std::size_t     N = hn::Lanes(d);
  Vector                sum[Rows][Padded];
  for (std::size_t r = 0; r < Rows; ++r)
  {
    for (std::size_t c = 0; c < Padded; ++c)
    {
      sum[r][c] = hn::Zero(d);
    }
  }
  const float* a = left.values + row * left.stride;
  const float* b = right.values + column * right.stride;
  for (std::size_t lane = 0; lane < lanes; lane += N)
  {
    Vector x[Rows];
    for (std::size_t r = 0; r < Rows; ++r)
    {
      x[r] = hn::LoadU(d, a + r * left.stride + lane);
    }
    for (std::size_t c = 0; c < Columns; ++c)
    {
      const Vector y = hn::LoadU(d, b + c * right.stride + lane);
      for (std::size_t r = 0; r < Rows; ++r)
      {
        sum[r][c] = hn::MulAdd(x[r], y, sum[r][c]);
      }
    }
  }
  for (std::size_t r = 0; r < Rows; ++r)
  {
    float* const target         = result.values + (row + r) * result.stride + column;
    float        totals[Padded] = {};
    for (std::size_t c = 0; c < Columns; c += 4)
    {
      AddSumsOfLanes(sum[r] + c, totals + c);
    }
    for (std::size_t c = 0; c < Columns; ++c)
    {
      target[c] += totals[c];
    }
  }
}

template <std::size_t Rows>
void TransposedRows(ConstMatrix left, ConstMatrix right, std::size_t columns, std::size_t lanes, std::size_t row, MutableMatrix result)
{
  for (std::size_t column = 0; column < columns;)
  {
    const std::size_t tileColumns = EvenPiece(columns - column, ManyRegisters ? 7 : 3);
    switch (tileColumns)
    {
    case 1:
      TransposedTile<Rows, 1>(left, right, lanes, row, column, result);
      break;
    case 2:
      TransposedTile<Rows, 2>(left, right, lanes, row, column, result);
      break;
    case 3:
      TransposedTile<Rows, 3>(left, right, lanes, row, column, result);
      break;
    case 4:
      TransposedTile<Rows, ManyRegisters ? 4 : 3>(left, right, lanes, row, column, result);
      break;
    case 5:
      TransposedTile<Rows, ManyRegisters ? 5 : 3>(left, right, lanes, row, column, result);
      break;
    case 6:
      TransposedTile<Rows, ManyRegisters ? 6 : 3>(left, right, lanes, row, column, result);
      break;
    default:
      TransposedTile<Rows, ManyRegisters ? 7 : 3>(left, right, lanes, row, column, result);
      break;
    }
    column += tileColumns;
  }
}

void MultiplyTransposed(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result)
{
  for (std::size_t row = 0; row < rows;)
  {
    const std::size_t tileRows = EvenPiece(rows - row, 4);
    switch (tileRows)
    {
    case 1:
      TransposedRows<1>(left, right, columns, lanes, row, result);
      break;
    case 2:
      TransposedRows<2>(left, right, columns, lanes, row, result);
      break;
    case 3:
      TransposedRows<3>(left, right, columns, lanes, row, result);
      break;
    default:
      TransposedRows<4>(left, right, columns, lanes, row, result);
      break;
    }
    row += tileRows;
  }
}

template <std::size_t Columns>
void DotProductsOfRow(const float* left, ConstMatrix right, std::size_t lanes, float* result)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  Vector            sum[Columns];
  for (std::size_t c = 0; c < Columns; ++c)
  {
    sum[c] = hn::Zero(d);
  }
  std::size_t lane = 0;
  for (; lane + N <= lanes; lane += N)
  {
    const Vector x = hn::LoadU(d, left + lane);
    for (std::size_t c = 0; c < Columns; ++c)
    {
      sum[c] = hn::MulAdd(x, hn::LoadU(d, right.values + c * right.stride + lane), sum[c]);
    }
  }
  for (std::size_t c = 0; c < Columns; ++c)
  {
    result[c] = hn::GetLane(hn::SumOfLanes(d, sum[c]));
    for (std::size_t rest = lane; rest < lanes; ++rest)
    {
      result[c] += left[rest] * right.values[c * right.stride + rest];
    }
  }
}

void DotProducts(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result)
{
  for (std::size_t row = 0; row < rows; ++row)
  {
    const float* x = left.values + row * left.stride;
    float*       y = result.values + row * result.stride;
    for (std::size_t column = 0; column < columns;)
    {
      const ConstMatrix part = {right.values + column * right.stride, right.stride};
      if (columns - column >= 4)
      {
        DotProductsOfRow<4>(x, part, lanes, y + column);
        column += 4;
      }
      else
      {
        DotProductsOfRow<1>(x, part, lanes, y + column);
        ++column;
      }
    }
  }
}

void AddRowSums(ConstMatrix matrix, std::size_t rows, std::size_t lanes, float* result, std::size_t stride)
{
  const Lanes d;
  for (std::size_t row = 0; row < rows; row += 4)
  {
    const std::size_t count = rows - row < 4 ? rows - row : 4;
    Vector            sum[4];
    for (std::size_t r = 0; r < 4; ++r)
    {
      sum[r] = hn::Zero(d);
      for (std::size_t lane = 0; r < count && lane < lanes; lane += hn::Lanes(d))
      {
        sum[r] = hn::Add(sum[r], hn::LoadU(d, matrix.values + (row + r) * matrix.stride + lane));
      }
    }
    float totals[4] = {};
    AddSumsOfLanes(sum, totals);
    for (std::size_t r = 0; r < count; ++r)
    {
      result[(row + r) * stride] += totals[r];
    }
  }
}

void BackwardActivation(Activation activation, ConstMatrix output, std::size_t rows, std::size_t lanes, MutableMatrix gradient)
{
  if (activation == Activation::Identity)
  {
    return;
  }
  const Lanes d;
  const auto  zero  = hn::Zero(d);
  const auto  slope = hn::Set(d, LeakySlope);
  for (std::size_t row = 0; row < rows; ++row)
  {
    const float* out  = output.values + row * output.stride;
    float*       grad = gradient.values + row * gradient.stride;
    for (std::size_t lane = 0; lane < lanes; lane += hn::Lanes(d))
    {
      const auto g = hn::LoadU(d, grad + lane);
      hn::StoreU(hn::IfThenElse(hn::Gt(hn::LoadU(d, out + lane), zero), g, hn::Mul(g, slope)), d, grad + lane);
    }
  }
}

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

template <SpectralLoss Loss>
double LossGradientOf(ConstMatrix target, const float* weights, std::size_t rows, std::size_t lanes, MutableMatrix estimate)
{
  const Lanes d;
  const auto  zero = hn::Zero(d);
  auto        loss = hn::Zero(d);
  for (std::size_t row = 0; row < rows; ++row)
  {
    const float* truth = target.values + row * target.stride;
    float*       value = estimate.values + row * estimate.stride;
    // A sum of its own, which need not wait for the row before.
    auto rowLoss = zero;
    for (std::size_t lane = 0; lane < lanes; lane += hn::Lanes(d))
    {
      const auto residual = hn::Sub(hn::LoadU(d, value + lane), hn::LoadU(d, truth + lane));
      const auto weight   = hn::LoadU(d, weights + lane);
      if (Loss == SpectralLoss::L1)
      {
        rowLoss         = hn::MulAdd(weight, hn::Abs(residual), rowLoss);
        const auto sign = hn::CopySign(weight, residual);
        hn::StoreU(hn::IfThenElse(hn::Eq(residual, zero), zero, sign), d, value + lane);
      }
      else
      {
        const auto weighted = hn::Mul(weight, residual);
        rowLoss             = hn::MulAdd(weighted, residual, rowLoss);
        hn::StoreU(hn::Add(weighted, weighted), d, value + lane);
      }
    }
    loss = hn::Add(loss, rowLoss);
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, loss)));
}

double LossGradient(SpectralLoss loss, ConstMatrix target, const float* weights, std::size_t rows, std::size_t lanes, MutableMatrix estimate)
{
  return loss == SpectralLoss::L1 ? LossGradientOf<SpectralLoss::L1>(target, weights, rows, lanes, estimate)
                                  : LossGradientOf<SpectralLoss::L2>(target, weights, rows, lanes, estimate);
}

void Constrain(AbundanceConstraint constraint, std::size_t rows, std::size_t lanes, MutableMatrix z)
{
  const Lanes d;
  const auto  zero = hn::Zero(d);
  for (std::size_t lane = 0; constraint != AbundanceConstraint::None && lane < lanes; lane += hn::Lanes(d))
  {
    float* first = z.values + lane;
    if (constraint == AbundanceConstraint::NonNegative)
    {
      // log(1 + e^z) = max(z, 0) + log(1 + e^-|z|), which neither overflows nor cancels.
      for (std::size_t row = 0; row < rows; ++row)
      {
        const auto value = hn::LoadU(d, first + row * z.stride);
        hn::StoreU(hn::Add(hn::Max(value, zero), hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(value))))), d, first + row * z.stride);
      }
      continue;
    }
    auto largest = hn::LoadU(d, first);
    for (std::size_t row = 1; row < rows; ++row)
    {
      largest = hn::Max(largest, hn::LoadU(d, first + row * z.stride));
    }
    auto sum = zero;
    for (std::size_t row = 0; row < rows; ++row)
    {
      const auto value = hn::Exp(d, hn::Sub(hn::LoadU(d, first + row * z.stride), largest));
      sum              = hn::Add(sum, value);
      hn::StoreU(value, d, first + row * z.stride);
    }
    for (std::size_t row = 0; row < rows; ++row)
    {
      hn::StoreU(hn::Div(hn::LoadU(d, first + row * z.stride), sum), d, first + row * z.stride);
    }
  }
}

void BackwardConstrain(AbundanceConstraint constraint, ConstMatrix abundances, std::size_t rows, std::size_t lanes, MutableMatrix gradient)
{
  const Lanes d;
  for (std::size_t lane = 0; constraint != AbundanceConstraint::None && lane < lanes; lane += hn::Lanes(d))
  {
    const float* a = abundances.values + lane;
    float*       g = gradient.values + lane;
    if (constraint == AbundanceConstraint::NonNegative)
    {
      // d log(1 + e^z) / dz = 1 - e^-a
      for (std::size_t row = 0; row < rows; ++row)
      {
        const auto slope = hn::Sub(hn::Set(d, 1.f), hn::Exp(d, hn::Neg(hn::LoadU(d, a + row * abundances.stride))));
        hn::StoreU(hn::Mul(slope, hn::LoadU(d, g + row * gradient.stride)), d, g + row * gradient.stride);
      }
      continue;
    }
    auto mean = hn::Zero(d);
    for (std::size_t row = 0; row < rows; ++row)
    {
      mean = hn::MulAdd(hn::LoadU(d, a + row * abundances.stride), hn::LoadU(d, g + row * gradient.stride), mean);
    }
    for (std::size_t row = 0; row < rows; ++row)
    {
      const auto centred = hn::Sub(hn::LoadU(d, g + row * gradient.stride), mean);
      hn::StoreU(hn::Mul(hn::LoadU(d, a + row * abundances.stride), centred), d, g + row * gradient.stride);
    }
  }
}

HWY_INLINE void AdamLanes(const float* gradient, double beta1, double beta2, double rate, double epsilon, float* m, float* v, float* parameters)
{
  const Lanes d;
  // 1 - beta is taken in double precision: of 0.999 in single precision it would lose half its digits.
  const auto set    = [d](double value) { return hn::Set(d, static_cast<float>(value)); };
  const auto g      = hn::LoadU(d, gradient);
  const auto first  = hn::MulAdd(set(beta1), hn::LoadU(d, m), hn::Mul(set(1. - beta1), g));
  const auto second = hn::MulAdd(set(beta2), hn::LoadU(d, v), hn::Mul(set(1. - beta2), hn::Mul(g, g)));
  const auto step   = hn::Div(hn::Mul(set(rate), first), hn::Add(hn::Sqrt(second), set(epsilon)));
  hn::StoreU(first, d, m);
  hn::StoreU(second, d, v);
  hn::StoreU(hn::Sub(hn::LoadU(d, parameters), step), d, parameters);
}

void AdamStep(const float* gradient, std::size_t count, double beta1, double beta2, double rate, double epsilon, float* m, float* v, float* parameters)
{
  const std::size_t N = hn::Lanes(Lanes());
  std::size_t       i = 0;
  for (; i + N <= count; i += N)
  {
    AdamLanes(gradient + i, beta1, beta2, rate, epsilon, m + i, v + i, parameters + i);
  }
  if (i < count)
  {
    // The remainder goes through the same instructions, so that a parameter's update does not depend on its place.
    float tail[4][LaneMultiple] = {};
    for (std::size_t k = 0; i + k < count; ++k)
    {
      tail[0][k] = gradient[i + k];
      tail[1][k] = m[i + k];
      tail[2][k] = v[i + k];
      tail[3][k] = parameters[i + k];
    }
    AdamLanes(tail[0], beta1, beta2, rate, epsilon, tail[1], tail[2], tail[3]);
    for (std::size_t k = 0; i + k < count; ++k)
    {
      m[i + k]          = tail[1][k];
      v[i + k]          = tail[2][k];
      parameters[i + k] = tail[3][k];
    }
  }
}

void RoundToIntegers(float* values, std::size_t count)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  std::size_t       i = 0;
  for (; i + N <= count; i += N)
  {
    hn::StoreU(hn::Round(hn::LoadU(d, values + i)), d, values + i);
  }
  for (; i < count; ++i)
  {
    const hn::CappedTag<float, 1> one;
    hn::StoreU(hn::Round(hn::LoadU(one, values + i)), one, values + i);
  }
}
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstring>
#include <vector>

namespace otb
{
namespace kernels
{
HWY_EXPORT(Multiply);
HWY_EXPORT(MultiplyTransposed);
HWY_EXPORT(DotProducts);
HWY_EXPORT(AddRowSums);
HWY_EXPORT(BackwardActivation);
HWY_EXPORT(HiddenForward);
HWY_EXPORT(HiddenBackward);
HWY_EXPORT(LossGradient);
HWY_EXPORT(Constrain);
HWY_EXPORT(BackwardConstrain);
HWY_EXPORT(AdamStep);
HWY_EXPORT(RoundToIntegers);

void Multiply(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t depth, std::size_t lanes, Addend addend, Activation activation,
              MutableMatrix result)
{
  HWY_DYNAMIC_DISPATCH(Multiply)(left, right, rows, depth, lanes, addend, activation, result);
}

void MultiplyTransposed(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result)
{
  HWY_DYNAMIC_DISPATCH(MultiplyTransposed)(left, right, rows, columns, lanes, result);
}

void DotProducts(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result)
{
  HWY_DYNAMIC_DISPATCH(DotProducts)(left, right, rows, columns, lanes, result);
}

void AddRowSums(ConstMatrix matrix, std::size_t rows, std::size_t lanes, float* result, std::size_t stride)
{
  HWY_DYNAMIC_DISPATCH(AddRowSums)(matrix, rows, lanes, result, stride);
}

void BackwardActivation(Activation activation, ConstMatrix output, std::size_t rows, std::size_t lanes, MutableMatrix gradient)
{
  HWY_DYNAMIC_DISPATCH(BackwardActivation)(activation, output, rows, lanes, gradient);
}

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

double LossGradient(SpectralLoss loss, ConstMatrix target, const float* weights, std::size_t rows, std::size_t lanes, MutableMatrix estimate)
{
  return HWY_DYNAMIC_DISPATCH(LossGradient)(loss, target, weights, rows, lanes, estimate);
}

void Constrain(AbundanceConstraint constraint, std::size_t rows, std::size_t lanes, MutableMatrix z)
{
  HWY_DYNAMIC_DISPATCH(Constrain)(constraint, rows, lanes, z);
}

void BackwardConstrain(AbundanceConstraint constraint, ConstMatrix abundances, std::size_t rows, std::size_t lanes, MutableMatrix gradient)
{
  HWY_DYNAMIC_DISPATCH(BackwardConstrain)(constraint, abundances, rows, lanes, gradient);
}

void AdamStep(const float* gradient, std::size_t count, double beta1, double beta2, double rate, double epsilon, float* m, float* v, float* parameters)
{
  HWY_DYNAMIC_DISPATCH(AdamStep)(gradient, count, beta1, beta2, rate, epsilon, m, v, parameters);
}

void RoundToIntegers(float* values, std::size_t count)
{
  HWY_DYNAMIC_DISPATCH(RoundToIntegers)(values, count);
}

const char* InstructionSet()
{
  const int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(supported & ~(supported - 1));
}

bool ForceInstructionSet(const char* name)
{
  hwy::SetSupportedTargetsForTest(0);
  bool found = name[0] == '\0';
  for (const int64_t target : hwy::SupportedAndGeneratedTargets())
  {
    if (!found && std::strcmp(hwy::TargetName(target), name) == 0)
    {
      hwy::SetSupportedTargetsForTest(target);
      found = true;
    }
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
}
} // namespace kernels
} // namespace otb
#endif
