// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralKernels_h
#define otbSpectralKernels_h

#include "SpectraMorphExport.h"
#include "otbSpectralInversionTypes.h"

#include <cstddef>
#include <cstdint>

/** The few dense operations that all methods of the module are made of, vectorised for the processor they run on (src/otbSpectralKernels.cxx).
 *
 * Matrices are row-major single precision. "Lanes" are the columns that are computed side by side in a SIMD register: pixels in the network, bands in the
 * mixing. Each result element is a sum taken in one fixed order, whatever its neighbours: results do not depend on how the work is cut.
 */
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

/** result (rows x lanes) = activation(addend + left (rows x depth) * right (depth x lanes)).
 * Exactly `lanes` columns of the result are written; `right`, and an addend that varies by lane, are read up to PaddedSize(lanes). */
SpectraMorph_EXPORT void Multiply(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t depth, std::size_t lanes, Addend addend,
                                  Activation activation, MutableMatrix result);

/** result (rows x columns) += left (rows x lanes) * right (columns x lanes)^T; both operands are read up to PaddedSize(lanes), where one of them must be zero.
 */
SpectraMorph_EXPORT void MultiplyTransposed(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes,
                                            MutableMatrix result);

/** result (rows x columns) = left (rows x lanes) * right (columns x lanes)^T, reading no more than `lanes` of a row: for spectra as images store them. */
SpectraMorph_EXPORT void DotProducts(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result);

/** result[row * stride] += sum over lanes of matrix (rows x lanes, zero up to PaddedSize(lanes)). */
SpectraMorph_EXPORT void AddRowSums(ConstMatrix matrix, std::size_t rows, std::size_t lanes, float* result, std::size_t stride);

/** gradient *= activation'(output), both (rows x lanes): the derivative is read off the activation's output, which has the sign of its input. */
SpectraMorph_EXPORT void BackwardActivation(Activation activation, ConstMatrix output, std::size_t rows, std::size_t lanes, MutableMatrix gradient);

/** SpectraMorph's network z = W2 relu(W1 x + b1) + b2 as its hidden units see it. Pixels may share cells, pixel p being of cell p % cells: what the cell's
 * spectrum and the bias contribute to W1 x + b1, the same for all its pixels, is then given as a matrix. */
struct HiddenLayer
{
  std::size_t  units;
  std::size_t  inputs;
  std::size_t  outputs;
  ConstMatrix  inputWeights;            // units x inputs
  const float* bias;                    // of the units, inputWeights.stride apart
  ConstMatrix  outputWeights;           // units x outputs
  ConstMatrix  cellTerm = {nullptr, 0}; // units x cells instead of the bias, or null
  std::size_t  cells    = 0;            // a multiple of LaneMultiple
};

/** The gradient of a HiddenLayer, to be added to. */
struct HiddenGradient
{
  MutableMatrix inputWeights;         // units x inputs
  float*        bias;                 // of the units, inputWeights.stride apart
  MutableMatrix outputWeights;        // outputs x units
  MutableMatrix cells = {nullptr, 0}; // units x cells: the gradient of cellTerm, which is overwritten
};

/** z (outputs x lanes) of pixels (inputs x lanes), lanes being a multiple of LaneMultiple; without the outputs' biases (outputs x 1, or null) the product is
 * added to z. */
SpectraMorph_EXPORT void HiddenForward(const HiddenLayer& layer, ConstMatrix pixels, std::size_t lanes, ConstMatrix outputBias, MutableMatrix z);

/** Adds the gradient that the loss' derivative with respect to z (outputs x lanes) entails. Activations are computed again, a few units at a time in the
 * first-level cache: that is cheaper than fetching them from farther away. */
SpectraMorph_EXPORT void HiddenBackward(const HiddenLayer& layer, ConstMatrix pixels, ConstMatrix zGradient, std::size_t lanes, const HiddenGradient& gradient);

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

/** The instruction set in use, for logs and tests: "AVX3", "AVX2", "SSE4", ... */
SpectraMorph_EXPORT const char* InstructionSet();

/** Restricts dispatch to a named instruction set, to test each path; an empty name ends the restriction. \return false when the machine lacks it. */
SpectraMorph_EXPORT bool ForceInstructionSet(const char* name);
} // namespace kernels
} // namespace otb

#endif
