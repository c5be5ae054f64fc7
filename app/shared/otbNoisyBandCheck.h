// SPDX-License-Identifier: Apache-2.0
#ifndef otbNoisyBandCheck_h
#define otbNoisyBandCheck_h

#include "otbInputImage.h"
#include "otbNoisyBands.h"

namespace otb
{
namespace Wrapper
{
/** Which bands of an image hold noise, by a part of the image that is read; see FindNoisyBands(). */
NoisyBands FindNoisyBandsOfImage(const InputImage& image);
} // namespace Wrapper
} // namespace otb

#endif
