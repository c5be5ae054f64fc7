// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementSampleReader_hxx
#define otbRefinementSampleReader_hxx

#include "otbRefinementSampleReader.h"
#include "otbCoarseAgreement.h"

#include <stdexcept>
#include <string>

namespace otb
{
template <class TImage>
void RefinementSampleReader<TImage>::ReadPixels(const Input& input, const Region& region, SpectraMatrix& values, std::vector<unsigned char>& valid)
{
  TImage* const image  = input.image;
  const auto    wanted = GetRegionFromFirst(image, region.top, region.left, region.rows, region.columns);
  UpdateRegion(image, wanted);

  const std::size_t bands = image->GetNumberOfComponentsPerPixel();
  const auto        count = static_cast<std::size_t>(region.rows * region.columns);
  values.resize(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(bands));
  valid.resize(count);
  std::size_t pixel = 0;
  for (long row = 0; row < region.rows; ++row)
  {
    auto index = wanted.GetIndex();
    index[1] += row;
    const float* from = image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * bands;
    std::copy_n(from, static_cast<std::size_t>(region.columns) * bands, values.data() + pixel * bands);
    for (long column = 0; column < region.columns; ++column, ++pixel, from += bands)
    {
      valid[pixel] = IsValidSpectrum(from, bands, input.noData);
    }
  }
}

template <class TImage>
void RefinementSampleReader<TImage>::ReadFused(const SensorOperator& sensor, RefinementBlock& block) const
{
  const auto    bands = static_cast<std::size_t>(response.GetNumberOfHyperspectralBands());
  const auto    width = static_cast<std::size_t>(block.fine.columns);
  const long    lines = std::max<long>(1, static_cast<long>(StripBytes / (width * bands * sizeof(float))));
  SpectraMatrix seen(block.hyperspectral.rows(), block.hyperspectral.cols());
  SensorLines   sensed(sensor, block.fine, bands, seen.data());
  block.response.resize(block.multispectral.rows(), block.multispectral.cols());
  SpectraMatrix              strip;
  std::vector<unsigned char> valid;
  for (long line = 0; line < block.fine.rows; line += lines)
  {
    const Region region = {block.fine.top + line, block.fine.left, std::min(lines, block.fine.rows - line), block.fine.columns};
    ReadPixels(fused, region, strip, valid);
    const std::size_t first = static_cast<std::size_t>(line) * width;
    for (std::size_t pixel = 0; pixel < valid.size(); ++pixel)
    {
      unsigned char& both = block.valid[first + pixel];
      both                = both != 0 && valid[pixel] != 0;
      if (both == 0)
      {
        // What meets it is not usable; its numbers are of no use either, and must stay numbers.
        strip.row(static_cast<Eigen::Index>(pixel)).setZero();
        block.multispectral.row(static_cast<Eigen::Index>(first + pixel)).setZero();
      }
    }
    response.Apply(strip.data(), valid.size(), block.response.data() + first * static_cast<std::size_t>(block.response.cols()));
    sensed.Add(strip.data(), region.rows, threads);
  }
  SensorLines::ExcludeInvalid(sensor, block.fine, block.valid, block.usable);
  for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
  {
    const auto row = static_cast<Eigen::Index>(pixel);
    if (block.usable[pixel] == 0)
    {
      block.hyperspectral.row(row).setZero();
      seen.row(row).setZero();
    }
  }
  block.innovations = block.hyperspectral - seen;
  SpectraMatrix multispectral(block.hyperspectral.rows(), block.multispectral.cols());
  response.Apply(block.hyperspectral.data(), static_cast<std::size_t>(block.hyperspectral.rows()), multispectral.data());
  block.differences = CoarseAgreement::Differences(sensor, block.fine, block.multispectral.data(), multispectral, threads);
}

template <class TImage>
RefinementSample RefinementSampleReader<TImage>::Read() const
{
  for (const Input* input : {&fused, &multispectral, &hyperspectral})
  {
    input->image->UpdateOutputInformation();
    const unsigned int expected = input == &multispectral ? response.GetNumberOfMultispectralBands() : response.GetNumberOfHyperspectralBands();
    if (input->image->GetNumberOfComponentsPerPixel() != expected)
    {
      throw std::invalid_argument("refinement: found an image of " + std::to_string(input->image->GetNumberOfComponentsPerPixel()) + " bands, expected " +
                                  std::to_string(expected) + " as the spectral response has");
    }
  }
  const auto       size = multispectral.image->GetLargestPossibleRegion().GetSize();
  RefinementSample sample;
  sample.rows        = rows;
  sample.columns     = columns;
  sample.fineRows    = static_cast<long>(size[1]);
  sample.fineColumns = static_cast<long>(size[0]);
  sample.blur        = blur;
  sample.response    = response;
  const SensorOperator sensor(blur, rows, columns, sample.fineRows, sample.fineColumns);

  std::size_t pixels = 0, coarsePixels = 0;
  for (const Region& place : RefinementPlaces::Of(sensor, rows, columns, seed))
  {
    RefinementBlock block;
    block.fine         = place;
    block.coarse       = SensorLines::GetCoarse(sensor, place);
    const auto inPlace = static_cast<std::size_t>(place.rows * place.columns), inCoarse = static_cast<std::size_t>(block.coarse.rows * block.coarse.columns);
    if (!sample.blocks.empty() &&
        (pixels + inPlace > RefinementPlaces::GetMaximumPixels(rows, columns) || coarsePixels + inCoarse > RefinementPlaces::MaximumCoarsePixels))
    {
      break;
    }
    ReadPixels(hyperspectral, block.coarse, block.hyperspectral, block.usable);
    for (std::size_t pixel = 0; isExcluded && pixel < inCoarse; ++pixel)
    {
      const long row      = block.coarse.top + static_cast<long>(pixel) / block.coarse.columns,
                 column   = block.coarse.left + static_cast<long>(pixel) % block.coarse.columns;
      block.usable[pixel] = block.usable[pixel] != 0 && !isExcluded(row, column);
    }
    ReadPixels(multispectral, place, block.multispectral, block.valid);
    SensorLines::ExcludeInvalid(sensor, place, block.valid, block.usable);
    const auto usable = static_cast<std::size_t>(std::count(block.usable.begin(), block.usable.end(), 1));
    if (10 * usable < inCoarse)
    {
      continue;
    }
    ReadFused(sensor, block);
    pixels += inPlace;
    coarsePixels += inCoarse;
    sample.blocks.push_back(std::move(block));
  }
  sample.ExcludeDisagreement();
  sample.FindNoise();
  return sample;
}
} // namespace otb

#endif
