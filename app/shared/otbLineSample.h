// SPDX-License-Identifier: Apache-2.0
#ifndef otbLineSample_h
#define otbLineSample_h

#include "otbInputImage.h"

#include "otbSpectraMatrix.h"

namespace otb
{
namespace Wrapper
{
/** Pixels of a few lines spread over an image, so that checks before the work need not read it as a whole: of 32 lines 128 pixels each, where it has as many.
 * Pixels as the image has them, valid or not. Buffers are given back. */
SpectraMatrix ReadLineSample(FloatVectorImageType* image);
} // namespace Wrapper
} // namespace otb

#endif
