// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralTrainingBlocks.h"
#include "otbSpectralKernels.h"

#include <algorithm>

namespace otb
{
namespace
{
constexpr std::uint32_t Empty = UINT32_MAX;

// Fills a block from slots, each the number of a pixel or Empty.
SpectralTrainingBlock FillBlock(const SpectralTrainingSet& set, const std::vector<std::uint32_t>& slots, std::size_t cells, std::size_t members, float weight)
{
  SpectralTrainingBlock block;
  const std::size_t     pixels = slots.size();
  const std::size_t     c      = set.msi.cols();
  const std::size_t     bands  = set.spectra.cols();
  block.cells                  = cells;
  block.members                = members;
  block.msi.assign(c * pixels, 0.f);
  block.target.assign(bands * pixels, 0.f);
  block.weights.assign(pixels, 0.f);
  for (std::size_t slot = 0; slot < pixels; ++slot)
  {
    if (slots[slot] == Empty)
    {
      continue;
    }
    block.weights[slot]   = weight;
    const float* msi      = set.msi.data() + slots[slot] * c;
    const float* spectrum = set.spectra.data() + slots[slot] * bands;
    for (std::size_t band = 0; band < c; ++band)
    {
      block.msi[band * pixels + slot] = msi[band];
    }
    for (std::size_t band = 0; band < bands; ++band)
    {
      block.target[band * pixels + slot] = spectrum[band];
    }
  }
  return block;
}

std::vector<SpectralTrainingBlock> BlocksOfPixels(const SpectralTrainingSet& set, const std::vector<std::uint32_t>& pixels, std::size_t pixelsPerBlock,
                                                  float weight)
{
  // A multiple of four blocks of one size, so that two or four threads finish together.
  const std::size_t wanted = (pixels.size() + pixelsPerBlock - 1) / pixelsPerBlock;
  const std::size_t blocks = (wanted + 3) / 4 * 4;
  const std::size_t size   = kernels::PaddedSize((pixels.size() + blocks - 1) / blocks);

  std::vector<SpectralTrainingBlock> result;
  std::vector<std::uint32_t>         slots;
  for (std::size_t first = 0; first < pixels.size(); first += size)
  {
    const std::size_t count = std::min(size, pixels.size() - first);
    slots.assign(kernels::PaddedSize(count), Empty);
    std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(first), count, slots.begin());
    result.push_back(FillBlock(set, slots, slots.size(), 1, weight));
  }
  return result;
}

std::vector<SpectralTrainingBlock> BlocksOfCells(const SpectralTrainingSet& set, const std::vector<std::uint32_t>& pixels, std::size_t pixelsPerBlock,
                                                 float weight)
{
  // Pixels by cell; a cell with many members becomes several of the same prior.
  constexpr std::size_t      MaximumMembers = 16;
  std::vector<std::uint32_t> sorted         = pixels;
  std::stable_sort(sorted.begin(), sorted.end(), [&set](std::uint32_t a, std::uint32_t b) { return set.cells[a] < set.cells[b]; });
  std::vector<std::pair<std::size_t, std::size_t>> groups; // first, count
  for (std::size_t i = 0; i < sorted.size(); ++i)
  {
    const bool sameCell = i > 0 && set.cells[sorted[i]] == set.cells[sorted[i - 1]];
    if (sameCell && groups.back().second < MaximumMembers)
    {
      ++groups.back().second;
    }
    else
    {
      groups.emplace_back(i, 1);
    }
  }

  const std::size_t cells = std::max(kernels::LaneMultiple, pixelsPerBlock / MaximumMembers / kernels::LaneMultiple * kernels::LaneMultiple);
  const std::size_t C     = set.priors.cols();

  std::vector<SpectralTrainingBlock> result;
  std::vector<std::uint32_t>         slots;
  for (std::size_t first = 0; first < groups.size(); first += cells)
  {
    const std::size_t count   = std::min(cells, groups.size() - first);
    std::size_t       members = 0;
    for (std::size_t g = 0; g < count; ++g)
    {
      members = std::max(members, groups[first + g].second);
    }
    slots.assign(members * cells, Empty);
    for (std::size_t g = 0; g < count; ++g)
    {
      for (std::size_t m = 0; m < groups[first + g].second; ++m)
      {
        slots[m * cells + g] = sorted[groups[first + g].first + m];
      }
    }
    auto              block  = FillBlock(set, slots, cells, members, weight);
    const std::size_t padded = kernels::PaddedSize(C);
    block.prior.assign(C * cells, 0.f);
    block.priorSpectra.assign(cells * padded, 0.f);
    for (std::size_t g = 0; g < count; ++g)
    {
      const float* prior = set.priors.data() + set.cells[sorted[groups[first + g].first]] * C;
      std::copy_n(prior, C, block.priorSpectra.begin() + static_cast<std::ptrdiff_t>(g * padded));
      for (std::size_t band = 0; band < C; ++band)
      {
        block.prior[band * cells + g] = prior[band];
      }
    }
    result.push_back(std::move(block));
  }
  return result;
}
} // namespace

std::vector<SpectralTrainingBlock> MakeTrainingBlocks(const SpectralTrainingSet& set, const std::vector<std::uint32_t>& pixels, std::size_t pixelsPerBlock)
{
  const float weight = static_cast<float>(1. / (static_cast<double>(pixels.size()) * static_cast<double>(set.spectra.cols())));
  return set.cells.empty() ? BlocksOfPixels(set, pixels, pixelsPerBlock, weight) : BlocksOfCells(set, pixels, pixelsPerBlock, weight);
}
} // namespace otb
