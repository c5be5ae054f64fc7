// SPDX-License-Identifier: Apache-2.0

// Sums along the lanes: products with a transpose, and the sums of rows.

// Once per instruction set: Highway flips HWY_TARGET_TOGGLE before each.
#if defined(otbTransposedProducts_inl_h) == defined(HWY_TARGET_TOGGLE)
#ifdef otbTransposedProducts_inl_h
#undef otbTransposedProducts_inl_h
#else
#define otbTransposedProducts_inl_h
#endif

#include "otbKernelLanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
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

inline void MultiplyTransposed(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result)
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

inline void AddRowSums(ConstMatrix matrix, std::size_t rows, std::size_t lanes, float* result, std::size_t stride)
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
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#endif
