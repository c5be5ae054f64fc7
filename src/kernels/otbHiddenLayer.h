// SPDX-License-Identifier: Apache-2.0
#ifndef otbHiddenLayer_h
#define otbHiddenLayer_h

#include "SpectraMorphExport.h"
#include "otbKernelOperands.h"

namespace otb
{
namespace kernels
{
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
} // namespace kernels
} // namespace otb

#endif
