// SPDX-License-Identifier: Apache-2.0
#include "otbImageQualityScan.h"
#include "otbImageQualityBlock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

namespace otb
{
namespace
{
using namespace quality;

/** Half of the Gaussian window, exp(-k^2 / 2 sigma^2) with sigma 1.5, normalised over the whole. */
std::array<double, Halo + 1> GaussianWeights()
{
  std::array<double, Halo + 1> weights;
  double                       sum = 0.;
  for (std::size_t k = 0; k <= Halo; ++k)
  {
    weights[k] = std::exp(-static_cast<double>(k * k) / (2 * 1.5 * 1.5));
    sum += (k ? 2 : 1) * weights[k];
  }
  for (double& weight : weights)
  {
    weight /= sum;
  }
  return weights;
}

/** For each corner of the view the number of invalid pixels above and left of it; empty when all pixels are valid. */
std::vector<std::uint32_t> CountInvalid(const ImagePairView& view)
{
  std::vector<std::uint32_t> counts;
  if (std::find_if(view.invalid.begin(), view.invalid.end(), [](std::uint8_t flag) { return flag != 0; }) == view.invalid.end())
  {
    return counts;
  }
  const std::size_t width = view.columns + 1;
  counts.assign((view.rows + 1) * width, 0);
  for (std::size_t row = 0; row < view.rows; ++row)
  {
    std::uint32_t inLine = 0;
    for (std::size_t column = 0; column < view.columns; ++column)
    {
      inLine += view.invalid[row * view.columns + column] != 0;
      counts[(row + 1) * width + column + 1] = counts[row * width + column + 1] + inLine;
    }
  }
  return counts;
}

void Add(const BlockSums& block, const BlockPlace& place, ImageQualitySums& line)
{
  for (std::size_t sum = 0; sum < ImageQualitySums::NumberOfSums; ++sum)
  {
    for (std::size_t band = 0; band < place.bands; ++band)
    {
      line.bands(static_cast<Eigen::Index>(place.firstBand + band), static_cast<Eigen::Index>(sum)) += block.values[sum][band];
    }
  }
  // The same for all bands.
  if (place.firstBand == 0)
  {
    line.ssimWindows += block.ssimWindows;
    line.uiqiWindows += block.uiqiWindows;
  }
}
} // namespace

void ScanImageQuality(const ImagePairView& view, const ImageQualityOptions& options, std::size_t firstRow, std::size_t firstColumn, std::size_t columns,
                      ImageQualitySums* lines, std::size_t numberOfLines)
{
  options.Check();
  std::fill_n(lines, numberOfLines, ImageQualitySums(view.bands));

  // Spectral angles need whole spectra.
  SpectrumPair spectra(view.bands);
  for (std::size_t line = 0; line < numberOfLines; ++line)
  {
    const std::size_t row = firstRow + line;
    for (std::size_t column = firstColumn; column < firstColumn + columns; ++column)
    {
      if (view.invalid[row * view.columns + column])
      {
        continue;
      }
      ++lines[line].pixels;
      spectra.Load(view.reference + static_cast<std::ptrdiff_t>(row) * view.referenceStride + column * view.bands,
                   view.estimate + static_cast<std::ptrdiff_t>(row) * view.estimateStride + column * view.bands, options);
      if (const auto angle = spectra.Angle())
      {
        lines[line].angle += *angle;
        ++lines[line].angles;
      }
    }
  }

  static const std::array<double, Halo + 1> gaussian      = GaussianWeights();
  const std::vector<std::uint32_t>          invalidCounts = CountInvalid(view);
  const BlockSource      source = {&view, view.invalid.data(), invalidCounts.empty() ? nullptr : invalidCounts.data(), &options, gaussian.data()};
  const auto             work   = std::make_unique<Workspace>();
  std::vector<BlockSums> sums(numberOfLines);
  for (std::size_t column = 0; column < columns; column += Block)
  {
    for (std::size_t band = 0; band < view.bands; band += Lanes)
    {
      const BlockPlace place = {firstColumn + column, std::min(Block, columns - column), band, std::min(Lanes, view.bands - band)};
      std::fill(sums.begin(), sums.end(), BlockSums());
      ScanBlock(source, place, firstRow, numberOfLines, sums.data(), *work);
      for (std::size_t line = 0; line < numberOfLines; ++line)
      {
        Add(sums[line], place, lines[line]);
      }
    }
  }
}
} // namespace otb
