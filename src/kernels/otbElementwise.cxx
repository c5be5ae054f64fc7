// SPDX-License-Identifier: Apache-2.0

// What is done to each number by itself, or down the few rows of a column: derivatives, constraints, the step of the optimiser, rounding.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbElementwise.cxx"
#include "hwy/foreach_target.h"
#include "otbKernelLanes-inl.h"

#include "hwy/contrib/math/math-inl.h"

#include "otbElementwise.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
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
namespace otb
{
namespace kernels
{
HWY_EXPORT(BackwardActivation);
HWY_EXPORT(LossGradient);
HWY_EXPORT(Constrain);
HWY_EXPORT(BackwardConstrain);
HWY_EXPORT(AdamStep);
HWY_EXPORT(RoundToIntegers);

void BackwardActivation(Activation activation, ConstMatrix output, std::size_t rows, std::size_t lanes, MutableMatrix gradient)
{
  HWY_DYNAMIC_DISPATCH(BackwardActivation)(activation, output, rows, lanes, gradient);
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
} // namespace kernels
} // namespace otb
#endif
