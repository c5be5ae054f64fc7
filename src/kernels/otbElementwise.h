// SPDX-License-Identifier: Apache-2.0
#ifndef otbElementwise_h
#define otbElementwise_h

#include "SpectraMorphExport.h"
#include "otbKernelOperands.h"
#include "otbSpectralInversionTypes.h"

namespace otb
{
namespace kernels
{
/** gradient *= activation'(output), both (rows x lanes): the derivative is read off the activation's output, which has the sign of its input. */
SpectraMorph_EXPORT void BackwardActivation(Activation activation, ConstMatrix output, std::size_t rows, std::size_t lanes, MutableMatrix gradient);

/** Replaces the estimate (rows x lanes) by the loss' derivative with respect to it, weights[lane] * sign(estimate - target) or weights[lane] * 2 (estimate -
 * target), and returns the weighted loss, the sum of weights[lane] * |estimate - target| or weights[lane] * (estimate - target)^2. */
SpectraMorph_EXPORT double LossGradient(SpectralLoss loss, ConstMatrix target, const float* weights, std::size_t rows, std::size_t lanes,
                                        MutableMatrix estimate);

/** Applies the constraint in place to z (rows x lanes), the rows being the endmembers. */
SpectraMorph_EXPORT void Constrain(AbundanceConstraint constraint, std::size_t rows, std::size_t lanes, MutableMatrix z);

/** Replaces the gradient with respect to the abundances by that with respect to z, given the abundances Constrain() made. */
SpectraMorph_EXPORT void BackwardConstrain(AbundanceConstraint constraint, ConstMatrix abundances, std::size_t rows, std::size_t lanes, MutableMatrix gradient);

/** One step of Adam (Kingma & Ba 2015) over parameters: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p -= rate m / (sqrt(v) + epsilon), rate including the
 * bias correction. `count` need not be padded. */
SpectraMorph_EXPORT void AdamStep(const float* gradient, std::size_t count, double beta1, double beta2, double rate, double epsilon, float* m, float* v,
                                  float* parameters);

/** Rounds values to the nearest integers, halves to the even one; NaN stays. */
SpectraMorph_EXPORT void RoundToIntegers(float* values, std::size_t count);
} // namespace kernels
} // namespace otb

#endif
