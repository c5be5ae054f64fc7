// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralTrainingSettings_h
#define otbSpectralTrainingSettings_h

#include "SpectraMorphExport.h"
#include "otbSettingVisitor.h"
#include "otbSpectralInversionTypes.h"

#include <cstddef>
#include <cstdint>

namespace otb
{
/** How a network is trained, whatever the method: by Adam with a one-cycle learning rate, which rises linearly from rateStart to ratePeak over the first 30 %
 * of the epochs and falls linearly to rateEnd over the rest (arXiv 2510.20814). */
struct SpectraMorph_EXPORT SpectralTrainingSettings
{
  unsigned int  epochs    = 2500;
  float         rateStart = 1e-3f; // single precision, which is what a parameter of an application has: the same wherever it comes from
  float         ratePeak  = 1e-2f;
  float         rateEnd   = 1e-6f;
  SpectralLoss  loss      = SpectralLoss::L1;
  std::size_t   batch     = 0; // pixels per step, drawn anew each epoch; 0 for all at once
  std::uint64_t seed      = 0; // of the first weights and the mini-batches
  unsigned int  threads   = 1;
  unsigned int  cycles    = 0;  // 0: one cycle as above; otherwise that many of a cosine that falls from ratePeak to rateEnd. Methods have their own.
  double        averaging = 0.; // share of the epochs, the last ones, whose weights are averaged; 0 keeps the last weights. Methods have their own.

  /** All that a user may set, but for the seed, which has uses besides training. */
  void Visit(SettingVisitor& visitor);
};
} // namespace otb

#endif
