// SPDX-License-Identifier: Apache-2.0
#ifndef otbKernelOperands_h
#define otbKernelOperands_h

#include <cstddef>

namespace otb
{
namespace kernels
{
/** Rows of operands must be readable in whole multiples of this many floats (64 bytes, the widest register); see PaddedSize(). */
constexpr std::size_t LaneMultiple = 16;

constexpr std::size_t PaddedSize(std::size_t size)
{
  return (size + LaneMultiple - 1) / LaneMultiple * LaneMultiple;
}

enum class Activation
{
  Identity,
  LeakyReLU // slope 0.3 below zero
};

constexpr float LeakySlope = 0.3f;

/** What a product is added to. */
struct Addend
{
  enum class Kind
  {
    Zero,
    PerRow,  // values[row * stride]
    PerLane, // values[lane]
    Matrix   // values[row * stride + lane]
  };
  Kind         kind   = Kind::Zero;
  const float* values = nullptr;
  std::size_t  stride = 0;
};

/** A matrix operand: rows of `stride` floats. */
struct ConstMatrix
{
  const float* values;
  std::size_t  stride;
};

struct MutableMatrix
{
  float*      values;
  std::size_t stride;
};
} // namespace kernels
} // namespace otb

#endif
