// SPDX-License-Identifier: Apache-2.0

// Products of matrices, of the two operands as they lie and with a transpose: tiles of the result that stay in registers while the depth passes by.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbMatrixProducts.cxx"
#include "hwy/foreach_target.h"
#include "otbTransposedProducts-inl.h"

#include "otbMatrixProducts.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
// A tile of Rows x Vectors accumulators.
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
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace otb
{
namespace kernels
{
HWY_EXPORT(Multiply);
HWY_EXPORT(MultiplyTransposed);
HWY_EXPORT(DotProducts);
HWY_EXPORT(AddRowSums);

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
} // namespace kernels
} // namespace otb
#endif
