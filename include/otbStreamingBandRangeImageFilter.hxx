// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingBandRangeImageFilter_hxx
#define otbStreamingBandRangeImageFilter_hxx

#include "otbStreamingBandRangeImageFilter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TImage>
std::vector<bool> PersistentBandRangeImageFilter<TImage>::FindBadBands() const
{
  std::vector<bool> bad;
  for (const Range& range : m_Total.ranges)
  {
    bad.push_back(!(range.greatest > range.least) || 2 * range.values < m_Total.pixels);
  }
  // An image that is constant as a whole has no bad bands but is bad itself.
  if (std::find(bad.begin(), bad.end(), false) == bad.end())
  {
    bad.assign(bad.size(), false);
  }
  return bad;
}

template <class TImage>
void PersistentBandRangeImageFilter<TImage>::Reset()
{
  m_Total = Ranges();
  this->UpdateOutputInformation();
  m_Total.ranges.resize(this->GetInput()->GetNumberOfComponentsPerPixel());
}

template <class TImage>
void PersistentBandRangeImageFilter<TImage>::PrepareLines(std::size_t lines)
{
  Ranges none;
  none.ranges.resize(m_Total.ranges.size());
  m_Lines.assign(lines, none);
}

template <class TImage>
void PersistentBandRangeImageFilter<TImage>::ReduceLines(const RegionType& region, std::size_t firstLine)
{
  const auto*       input = this->GetInput();
  const std::size_t bands = m_Total.ranges.size();
  for (std::size_t number = 0; number < region.GetSize(1); ++number)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(number);
    const float* in   = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(index)) * bands;
    Ranges&      line = m_Lines[firstLine + number];
    for (std::size_t column = 0; column < region.GetSize(0); ++column, in += bands)
    {
      bool any = false;
      for (std::size_t band = 0; band < bands; ++band)
      {
        const float value = in[band];
        if (std::isfinite(value) && value != m_NoData)
        {
          Range& range   = line.ranges[band];
          range.least    = std::min(range.least, value);
          range.greatest = std::max(range.greatest, value);
          ++range.values;
          any = true;
        }
      }
      line.pixels += any;
    }
  }
}

template <class TImage>
void PersistentBandRangeImageFilter<TImage>::MergeLines()
{
  for (const Ranges& line : m_Lines)
  {
    for (std::size_t band = 0; band < m_Total.ranges.size(); ++band)
    {
      Range& range   = m_Total.ranges[band];
      range.least    = std::min(range.least, line.ranges[band].least);
      range.greatest = std::max(range.greatest, line.ranges[band].greatest);
      range.values += line.ranges[band].values;
    }
    m_Total.pixels += line.pixels;
  }
}
} // namespace otb

#endif
