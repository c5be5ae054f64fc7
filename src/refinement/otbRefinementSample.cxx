// SPDX-License-Identifier: Apache-2.0
#include "otbRefinementSample.h"
#include "otbCoarseAgreement.h"
#include "otbNoisyBands.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
bool AreAlike(const RefinementBlock& one, const RefinementBlock& other)
{
  return one.fine.top == other.fine.top && one.fine.left == other.fine.left && one.response.rows() == other.response.rows() &&
         one.response.cols() == other.response.cols() && one.innovations.rows() == other.innovations.rows() &&
         one.innovations.cols() == other.innovations.cols();
}
} // namespace

std::size_t RefinementSample::GetNumberOfUsablePixels() const
{
  std::size_t count = 0;
  for (const RefinementBlock& block : blocks)
  {
    count += static_cast<std::size_t>(std::count_if(block.usable.begin(), block.usable.end(), [](unsigned char flag) { return flag != 0; }));
  }
  return count;
}

void RefinementSample::ExcludeDisagreement()
{
  const auto    pixels = static_cast<Eigen::Index>(this->GetNumberOfUsablePixels());
  const auto    c      = static_cast<Eigen::Index>(response.GetNumberOfMultispectralBands());
  SpectraMatrix differences(pixels, c), seen(pixels, c);
  Eigen::Index  row = 0;
  for (const RefinementBlock& block : blocks)
  {
    for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
    {
      if (block.usable[pixel] != 0)
      {
        const auto place     = static_cast<Eigen::Index>(pixel);
        differences.row(row) = block.differences.row(place);
        response.Apply(block.hyperspectral.data() + place * block.hyperspectral.cols(), 1, seen.data() + row++ * c);
      }
    }
  }
  tolerance = CoarseAgreement::FindTolerance(differences, seen);
  for (RefinementBlock& block : blocks)
  {
    CoarseAgreement::Exclude(block.differences, tolerance, block.usable);
    for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
    {
      if (block.usable[pixel] == 0)
      {
        block.hyperspectral.row(static_cast<Eigen::Index>(pixel)).setZero();
        block.innovations.row(static_cast<Eigen::Index>(pixel)).setZero();
      }
    }
  }
}

void RefinementSample::FindNoise()
{
  constexpr std::size_t Enough = 2048; // pixels
  const std::size_t     all = this->GetNumberOfUsablePixels(), step = (all + Enough - 1) / Enough;
  const auto            count = static_cast<Eigen::Index>(step == 0 ? 0 : (all + step - 1) / step),
             C                = static_cast<Eigen::Index>(response.GetNumberOfHyperspectralBands());
  NoisyBandSample sample{SpectraMatrix(count, C), SpectraMatrix(count, C), SpectraMatrix(count, C)};
  std::size_t     number = 0;
  Eigen::Index    row    = 0;
  for (const RefinementBlock& block : blocks)
  {
    const long columns = block.coarse.columns, pixels = block.coarse.rows * columns;
    const auto isUsable = [&block](long pixel) { return block.usable[static_cast<std::size_t>(pixel)] != 0; };
    const auto take     = [&block](bool there, long pixel, auto to)
    {
      if (there)
      {
        to = block.hyperspectral.row(pixel);
      }
      else
      {
        to.setConstant(std::numeric_limits<float>::quiet_NaN());
      }
    };
    for (long pixel = 0; pixel < pixels; ++pixel)
    {
      if (isUsable(pixel) && number++ % step == 0)
      {
        // Adjacent ones: what may be noise that was resampled, or detail of the scene, is not taken for known noise.
        const long right = pixel + 1, below = pixel + columns;
        sample.spectra.row(row) = block.hyperspectral.row(pixel);
        take(pixel % columns + 1 < columns && isUsable(right), right, sample.right.row(row));
        take(below < pixels && isUsable(below), below, sample.below.row(row));
        ++row;
      }
    }
  }
  const std::vector<double> found = FindNoisyBands(sample).noise;
  const bool                any   = std::any_of(found.begin(), found.end(), [](double variance) { return variance > 0.; });
  noise                           = Eigen::Map<const Eigen::VectorXd>(found.data(), any ? C : 0);
}

RefinementSample RefinementSample::MeanOf(const std::vector<const RefinementSample*>& samples, const std::vector<double>& weights)
{
  if (samples.empty())
  {
    throw std::invalid_argument("samples: found none, expected at least one");
  }
  if (!weights.empty() && weights.size() != samples.size())
  {
    throw std::invalid_argument("samples: found " + std::to_string(weights.size()) + " weights, expected " + std::to_string(samples.size()));
  }
  RefinementSample mean = *samples.front();
  const double     sum  = weights.empty() ? static_cast<double>(samples.size()) : std::accumulate(weights.begin(), weights.end(), 0.);
  for (std::size_t number = 0; number < samples.size(); ++number)
  {
    const RefinementSample& sample = *samples[number];
    const auto              part   = static_cast<float>((weights.empty() ? 1. : weights[number]) / sum);
    if (sample.blocks.size() != mean.blocks.size() || !std::equal(sample.blocks.begin(), sample.blocks.end(), mean.blocks.begin(), AreAlike))
    {
      throw std::invalid_argument("samples: found blocks of different places, expected those of one scene");
    }
    for (std::size_t k = 0; k < mean.blocks.size(); ++k)
    {
      RefinementBlock&       to   = mean.blocks[k];
      const RefinementBlock& from = sample.blocks[k];
      if (number == 0)
      {
        to.response *= part;
        to.innovations *= part;
        continue;
      }
      to.response += part * from.response;
      to.innovations += part * from.innovations;
      for (std::size_t pixel = 0; pixel < to.valid.size(); ++pixel)
      {
        to.valid[pixel] = to.valid[pixel] != 0 && from.valid[pixel] != 0;
      }
      for (std::size_t pixel = 0; pixel < to.usable.size(); ++pixel)
      {
        to.usable[pixel] = to.usable[pixel] != 0 && from.usable[pixel] != 0;
      }
    }
  }
  return mean;
}
} // namespace otb
