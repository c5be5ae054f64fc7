// SPDX-License-Identifier: Apache-2.0
#include "otbLineSample.h"

#include "otbReleasePipeline.h"

#include <algorithm>
#include <cstdint>

namespace otb
{
namespace Wrapper
{
namespace
{
constexpr std::uint64_t Lines  = 32;
constexpr std::uint64_t Pixels = 128; // of a line
} // namespace

SpectraMatrix ReadLineSample(FloatVectorImageType* image)
{
  const auto          whole  = image->GetLargestPossibleRegion();
  const auto          bands  = image->GetNumberOfComponentsPerPixel();
  const std::uint64_t width  = whole.GetSize(0);
  const std::uint64_t height = whole.GetSize(1);
  const std::uint64_t lines  = std::min(Lines, height);
  const std::uint64_t pixels = std::min(Pixels, width);
  SpectraMatrix       sample(static_cast<Eigen::Index>(lines * pixels), static_cast<Eigen::Index>(bands));
  Eigen::Index        row = 0;
  for (std::uint64_t line = 0; line < lines; ++line)
  {
    // The middles of as many parts of equal size.
    FloatVectorImageType::RegionType region = whole;
    region.SetIndex(1, whole.GetIndex(1) + static_cast<itk::IndexValueType>((2 * line + 1) * height / (2 * lines)));
    region.SetSize(1, 1);
    image->SetRequestedRegion(region);
    image->PropagateRequestedRegion();
    image->UpdateOutputData();
    for (std::uint64_t pixel = 0; pixel < pixels; ++pixel, ++row)
    {
      FloatVectorImageType::IndexType index = region.GetIndex();
      index[0] += static_cast<itk::IndexValueType>((2 * pixel + 1) * width / (2 * pixels));
      const float* const values = image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * bands;
      std::copy(values, values + bands, sample.row(row).data());
    }
  }
  if (image->GetSource())
  {
    ReleasePipeline(image->GetSource());
  }
  return sample;
}
} // namespace Wrapper
} // namespace otb
