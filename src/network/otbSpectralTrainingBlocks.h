// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralTrainingBlocks_h
#define otbSpectralTrainingBlocks_h

#include "otbSpectralNetworkTrainer.h"

#include <cstdint>
#include <vector>

namespace otb
{
/** Cuts pixels of a training set into blocks of about `pixelsPerBlock` for the kernels; each pixel of them weighs the same, so that their sum is the mean over
 * pixels and bands. The cut depends on the pixels alone. */
std::vector<SpectralTrainingBlock> MakeTrainingBlocks(const SpectralTrainingSet& set, const std::vector<std::uint32_t>& pixels, std::size_t pixelsPerBlock);
} // namespace otb

#endif
