// SPDX-License-Identifier: Apache-2.0
#include "otbLineSample.h"

#include "otbReleasePipeline.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace otb
{
namespace Wrapper
{
namespace
{
constexpr std::uint64_t Lines  = 32;
constexpr std::uint64_t Pixels = 128; // of a line

/** Reads one line of an image. */
class LineReader
{
public:
  explicit LineReader(FloatVectorImageType* image) : m_Image(image), m_Line(image->GetLargestPossibleRegion())
  {
  }

  /** Whether there is such a line, counted from the image's first. */
  bool Read(std::uint64_t line)
  {
    const auto whole = m_Image->GetLargestPossibleRegion();
    m_Line.SetIndex(1, whole.GetIndex(1) + static_cast<itk::IndexValueType>(line));
    m_Line.SetSize(1, 1);
    if (line >= whole.GetSize(1))
    {
      return false;
    }
    m_Image->SetRequestedRegion(m_Line);
    m_Image->PropagateRequestedRegion();
    m_Image->UpdateOutputData();
    return true;
  }

  /** The pixel of a column into a row; nothing beyond the line. */
  template <class TRow>
  void Copy(std::uint64_t column, TRow row) const
  {
    if (column < m_Line.GetSize(0))
    {
      auto index = m_Line.GetIndex();
      index[0] += static_cast<itk::IndexValueType>(column);
      const std::size_t  bands  = m_Image->GetNumberOfComponentsPerPixel();
      const float* const values = m_Image->GetBufferPointer() + static_cast<std::size_t>(m_Image->ComputeOffset(index)) * bands;
      std::copy(values, values + bands, row.data());
    }
  }

private:
  FloatVectorImageType*            m_Image;
  FloatVectorImageType::RegionType m_Line;
};
} // namespace

LineSample ReadLineSample(FloatVectorImageType* image, unsigned int distance)
{
  const auto          whole  = image->GetLargestPossibleRegion();
  const std::uint64_t width  = whole.GetSize(0);
  const std::uint64_t height = whole.GetSize(1);
  const std::uint64_t lines  = std::min(Lines, height);
  const std::uint64_t pixels = std::min(Pixels, width);
  const SpectraMatrix none   = SpectraMatrix::Constant(
        static_cast<Eigen::Index>(lines * pixels), static_cast<Eigen::Index>(image->GetNumberOfComponentsPerPixel()), std::numeric_limits<float>::quiet_NaN());
  LineSample sample{none, distance > 0 ? none : SpectraMatrix(), distance > 0 ? none : SpectraMatrix()};
  // The middles of as many parts of equal size.
  const auto middle = [](std::uint64_t part, std::uint64_t parts, std::uint64_t size) { return (2 * part + 1) * size / (2 * parts); };
  LineReader reader(image);
  for (std::uint64_t line = 0; line < lines; ++line)
  {
    const auto first = static_cast<Eigen::Index>(line * pixels);
    const auto copy  = [&](SpectraMatrix& to, std::uint64_t columns)
    {
      for (std::uint64_t pixel = 0; pixel < pixels; ++pixel)
      {
        reader.Copy(middle(pixel, pixels, width) + columns, to.row(first + static_cast<Eigen::Index>(pixel)));
      }
    };
    reader.Read(middle(line, lines, height));
    copy(sample.pixels, 0);
    if (distance > 0)
    {
      copy(sample.right, distance);
    }
    if (distance > 0 && reader.Read(middle(line, lines, height) + distance))
    {
      copy(sample.below, 0);
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
