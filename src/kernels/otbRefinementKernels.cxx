// SPDX-License-Identifier: Apache-2.0

// The refinement's solver, a line of pixels at a time: couplings between neighbours, and the steps of conjugate gradients.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbRefinementKernels.cxx"
#include "hwy/foreach_target.h"
#include "otbKernelLanes-inl.h"

#include "hwy/contrib/math/math-inl.h"

#include "otbKernelOperands.h"
#include "otbRefinementKernels.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
void EdgeWeights(const float* a, const float* b, std::size_t bands, std::size_t stride, const float* validA, const float* validB, float coupling,
                 std::size_t lanes, float* w)
{
  const Lanes d;
  for (std::size_t lane = 0; lane < lanes; lane += hn::Lanes(d))
  {
    Vector distance = hn::Zero(d);
    for (std::size_t band = 0; band < bands; ++band)
    {
      const Vector difference = hn::Sub(hn::LoadU(d, a + band * stride + lane), hn::LoadU(d, b + band * stride + lane));
      distance                = hn::MulAdd(difference, difference, distance);
    }
    const Vector both = hn::Mul(hn::LoadU(d, validA + lane), hn::LoadU(d, validB + lane));
    hn::StoreU(hn::Mul(hn::Mul(hn::Set(d, coupling), both), hn::Exp(d, hn::Neg(distance))), d, w + lane);
  }
}

// Components are taken one after the other, so that memory is read in the order of its addresses; what they share stays in the first-level cache.
double AddCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* image)
{
  const Lanes d;
  Vector      sum = hn::Zero(d);
  for (std::size_t component = 0; component < line.components; ++component)
  {
    const std::size_t first = component * line.lanes;
    for (std::size_t lane = 0; lane < line.lanes; lane += hn::Lanes(d))
    {
      const std::size_t place  = first + lane;
      const Vector      centre = hn::LoadU(d, p + place);
      // Two sums, so that one need not wait for the other.
      Vector one   = hn::MulAdd(hn::LoadU(d, line.diagonal + lane), centre, hn::LoadU(d, image + place));
      Vector other = hn::Mul(hn::LoadU(d, line.left + lane), hn::LoadU(d, p + place - 1));
      one          = hn::NegMulAdd(hn::LoadU(d, line.above + lane), hn::LoadU(d, above + place), one);
      other        = hn::MulAdd(hn::LoadU(d, line.left + lane + 1), hn::LoadU(d, p + place + 1), other);
      one          = hn::NegMulAdd(hn::LoadU(d, line.below + lane), hn::LoadU(d, below + place), one);
      one          = hn::Sub(one, other);
      hn::StoreU(one, d, image + place);
      sum = hn::MulAdd(centre, one, sum);
    }
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

void SubtractCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* rest)
{
  const Lanes d;
  for (std::size_t component = 0; component < line.components; ++component)
  {
    const std::size_t first = component * line.lanes;
    for (std::size_t lane = 0; lane < line.lanes; lane += hn::Lanes(d))
    {
      const std::size_t place = first + lane;
      Vector            one   = hn::NegMulAdd(hn::LoadU(d, line.diagonal + lane), hn::LoadU(d, p + place), hn::LoadU(d, rest + place));
      Vector            other = hn::Mul(hn::LoadU(d, line.left + lane), hn::LoadU(d, p + place - 1));
      one                     = hn::MulAdd(hn::LoadU(d, line.above + lane), hn::LoadU(d, above + place), one);
      other                   = hn::MulAdd(hn::LoadU(d, line.left + lane + 1), hn::LoadU(d, p + place + 1), other);
      one                     = hn::MulAdd(hn::LoadU(d, line.below + lane), hn::LoadU(d, below + place), one);
      hn::StoreU(hn::Add(one, other), d, rest + place);
    }
  }
}

// One over the diagonal of the whole problem. The approximate reciprocal does: any positive numbers make a preconditioner.
HWY_INLINE Vector Preconditioner(const RefinementLine& line, Vector data, std::size_t lane)
{
  const Lanes d;
  return hn::ApproximateReciprocal(hn::Add(hn::LoadU(d, line.diagonal + lane), data));
}

double AdvanceRest(const RefinementLine& line, float step, const float* image, float* rest)
{
  const Lanes  d;
  const Vector forwards = hn::Set(d, step);
  Vector       sum      = hn::Zero(d);
  for (std::size_t component = 0; component < line.components; ++component)
  {
    const Vector      data  = hn::Set(d, line.data[component]);
    const std::size_t first = component * line.lanes;
    for (std::size_t lane = 0; lane < line.lanes; lane += hn::Lanes(d))
    {
      const Vector remaining = hn::NegMulAdd(forwards, hn::LoadU(d, image + first + lane), hn::LoadU(d, rest + first + lane));
      hn::StoreU(remaining, d, rest + first + lane);
      sum = hn::MulAdd(hn::Mul(remaining, Preconditioner(line, data, lane)), remaining, sum);
    }
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

template <SolutionStep Kind>
double AdvanceDirectionBy(const RefinementLine& line, float factor, const float* rest, float* p, float step, float* solution)
{
  const Lanes  d;
  const Vector forwards = hn::Set(d, step), kept = hn::Set(d, factor);
  Vector       sum = hn::Zero(d);
  for (std::size_t component = 0; component < line.components; ++component)
  {
    const Vector      data  = hn::Set(d, line.data[component]);
    const std::size_t first = component * line.lanes;
    for (std::size_t lane = 0; lane < line.lanes; lane += hn::Lanes(d))
    {
      const std::size_t place    = first + lane;
      const Vector      residual = hn::LoadU(d, rest + place);
      const Vector      steepest = hn::Mul(residual, Preconditioner(line, data, lane));
      if constexpr (Kind == SolutionStep::None)
      {
        hn::StoreU(steepest, d, p + place);
      }
      else
      {
        const Vector before = hn::LoadU(d, p + place);
        hn::StoreU(Kind == SolutionStep::First ? hn::Mul(forwards, before) : hn::MulAdd(forwards, before, hn::LoadU(d, solution + place)), d, solution + place);
        hn::StoreU(hn::MulAdd(kept, before, steepest), d, p + place);
      }
      sum = hn::MulAdd(residual, steepest, sum);
    }
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

double AdvanceDirection(const RefinementLine& line, float factor, const float* rest, float* p, SolutionStep kind, float step, float* solution)
{
  switch (kind)
  {
  case SolutionStep::None:
    return AdvanceDirectionBy<SolutionStep::None>(line, factor, rest, p, step, solution);
  case SolutionStep::First:
    return AdvanceDirectionBy<SolutionStep::First>(line, factor, rest, p, step, solution);
  default:
    return AdvanceDirectionBy<SolutionStep::Next>(line, factor, rest, p, step, solution);
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
HWY_EXPORT(EdgeWeights);
HWY_EXPORT(AddCouplings);
HWY_EXPORT(SubtractCouplings);
HWY_EXPORT(AdvanceRest);
HWY_EXPORT(AdvanceDirection);

void EdgeWeights(const float* a, const float* b, std::size_t bands, std::size_t stride, const float* validA, const float* validB, float coupling,
                 std::size_t lanes, float* w)
{
  HWY_DYNAMIC_DISPATCH(EdgeWeights)(a, b, bands, stride, validA, validB, coupling, lanes, w);
}

double AddCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* image)
{
  return HWY_DYNAMIC_DISPATCH(AddCouplings)(line, above, p, below, image);
}

void SubtractCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* rest)
{
  HWY_DYNAMIC_DISPATCH(SubtractCouplings)(line, above, p, below, rest);
}

double AdvanceRest(const RefinementLine& line, float step, const float* image, float* rest)
{
  return HWY_DYNAMIC_DISPATCH(AdvanceRest)(line, step, image, rest);
}

double AdvanceDirection(const RefinementLine& line, float factor, const float* rest, float* p, SolutionStep kind, float step, float* solution)
{
  return HWY_DYNAMIC_DISPATCH(AdvanceDirection)(line, factor, rest, p, kind, step, solution);
}
} // namespace kernels
} // namespace otb
#endif
