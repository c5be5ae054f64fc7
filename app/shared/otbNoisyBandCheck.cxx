// SPDX-License-Identifier: Apache-2.0
#include "otbNoisyBandCheck.h"
#include "otbLineSample.h"

#include "otbBandList.h"
#include "otbNoisyBands.h"

namespace otb
{
namespace Wrapper
{
std::vector<bool> FindNoisyBandsOfImage(const InputImage& image, const std::vector<bool>& bad)
{
  const auto          good   = OtherBands(bad);
  const SpectraMatrix sample = ReadLineSample(image.image);
  SpectraMatrix       spectra(sample.rows(), static_cast<Eigen::Index>(good.size()));
  Eigen::Index        valid = 0;
  for (Eigen::Index pixel = 0; pixel < sample.rows(); ++pixel)
  {
    for (std::size_t place = 0; place < good.size(); ++place)
    {
      spectra(valid, static_cast<Eigen::Index>(place)) = sample(pixel, static_cast<Eigen::Index>(good[place]));
    }
    // Zero in a band is a measurement; in all of them it is that of a margin.
    const auto values = spectra.row(valid).array();
    const bool marked = image.noData == 0.f ? (values == 0.f).all() : (values == image.noData).any();
    valid += values.isFinite().all() && !marked && !(values == values(0)).all() ? 1 : 0;
  }
  const auto        found = FindNoisyBands(spectra.topRows(valid));
  std::vector<bool> noisy(bad.size(), false);
  for (std::size_t place = 0; place < good.size(); ++place)
  {
    noisy[good[place]] = found.noisy[place];
  }
  return noisy;
}
} // namespace Wrapper
} // namespace otb
