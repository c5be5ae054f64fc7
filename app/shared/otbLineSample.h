// SPDX-License-Identifier: Apache-2.0
#ifndef otbLineSample_h
#define otbLineSample_h

#include "otbInputImage.h"

#include "otbSpectraMatrix.h"

namespace otb
{
namespace Wrapper
{
/** Pixels of a few lines spread over an image, pixels x bands as the image has them, valid or not. */
struct LineSample
{
  SpectraMatrix pixels;
  SpectraMatrix right, below; ///< those `distance` columns to the right and lines below; NaN beyond the image, empty where they were not asked for
};

/** So that checks before the work need not read an image as a whole: of 32 lines 128 pixels each, where it has as many. Buffers are given back. */
LineSample ReadLineSample(FloatVectorImageType* image, unsigned int distance = 0);
} // namespace Wrapper
} // namespace otb

#endif
