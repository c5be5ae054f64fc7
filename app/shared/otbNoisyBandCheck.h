// SPDX-License-Identifier: Apache-2.0
#ifndef otbNoisyBandCheck_h
#define otbNoisyBandCheck_h

#include "otbInputImage.h"

#include <vector>

namespace otb
{
namespace Wrapper
{
/** A flag for each band of an image, whether it holds noise far above signal, by a part of the image that is read; see FindNoisyBands(). Bands that are
 * known to be bad are neither looked at nor flagged. */
std::vector<bool> FindNoisyBandsOfImage(const InputImage& image, const std::vector<bool>& bad);
} // namespace Wrapper
} // namespace otb

#endif
