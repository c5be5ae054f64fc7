// SPDX-License-Identifier: Apache-2.0
#include "otbNoisyBandCheck.h"
#include "otbLineSample.h"

#include <limits>
#include <vector>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Whether a pixel holds a measurement. Zero in a band is one; in all of them it is that of a margin. */
bool IsMeasured(const SpectraMatrix& sample, Eigen::Index pixel, float noData)
{
  const auto values = sample.row(pixel).array();
  const bool marked = noData == 0.f ? (values == 0.f).all() : (values == noData).any();
  return values.isFinite().all() && !marked && !(values == values(0)).all();
}
} // namespace

NoisyBands FindNoisyBandsOfImage(const InputImage& image)
{
  LineSample                sample = ReadLineSample(image.image, 2);
  std::vector<Eigen::Index> valid;
  for (Eigen::Index pixel = 0; pixel < sample.pixels.rows(); ++pixel)
  {
    if (IsMeasured(sample.pixels, pixel, image.noData))
    {
      valid.push_back(pixel);
    }
    for (SpectraMatrix* nearby : {&sample.right, &sample.below})
    {
      if (!IsMeasured(*nearby, pixel, image.noData))
      {
        nearby->row(pixel).setConstant(std::numeric_limits<float>::quiet_NaN());
      }
    }
  }
  return FindNoisyBands({sample.pixels(valid, Eigen::all), sample.right(valid, Eigen::all), sample.below(valid, Eigen::all)});
}
} // namespace Wrapper
} // namespace otb
