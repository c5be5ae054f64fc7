// SPDX-License-Identifier: Apache-2.0
// Once per instruction set: Highway flips HWY_TARGET_TOGGLE before each.
#if defined(otbKernelLanes_inl_h) == defined(HWY_TARGET_TOGGLE)
#ifdef otbKernelLanes_inl_h
#undef otbKernelLanes_inl_h
#else
#define otbKernelLanes_inl_h
#endif

#include "otbKernelOperands.h"

#include "hwy/highway.h"

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

// A tile of accumulators stays in registers: AVX-512 has 32 of them, the others 16.
constexpr bool ManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL;

// Cuts `total` into pieces of at most `maximum` that differ by one at most (7 is 4 + 3, not 6 + 1: a thin tile wastes loads).
HWY_INLINE std::size_t EvenPiece(std::size_t remaining, std::size_t maximum)
{
  const std::size_t pieces = (remaining + maximum - 1) / maximum;
  return (remaining + pieces - 1) / pieces;
}
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#endif
