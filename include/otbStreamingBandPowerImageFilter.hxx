// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingBandPowerImageFilter_hxx
#define otbStreamingBandPowerImageFilter_hxx

#include "otbStreamingBandPowerImageFilter.h"
#include "otbValidSpectrum.h"

#include <algorithm>
#include <functional>

namespace otb
{
template <class TImage>
std::vector<double> PersistentBandPowerImageFilter<TImage>::GetMeanSquares() const
{
  std::vector<double> means = m_Total.sums;
  for (double& mean : means)
  {
    mean /= static_cast<double>(std::max<std::uint64_t>(1, m_Total.pixels));
  }
  return means;
}

template <class TImage>
void PersistentBandPowerImageFilter<TImage>::Reset()
{
  m_Total = Power();
  this->UpdateOutputInformation();
  m_Total.sums.assign(this->GetInput()->GetNumberOfComponentsPerPixel(), 0.);
}

template <class TImage>
void PersistentBandPowerImageFilter<TImage>::PrepareLines(std::size_t lines)
{
  Power zero;
  zero.sums.assign(m_Total.sums.size(), 0.);
  m_Lines.assign(lines, zero);
}

template <class TImage>
void PersistentBandPowerImageFilter<TImage>::ReduceLines(const RegionType& region, std::size_t firstLine)
{
  const auto*       input = this->GetInput();
  const std::size_t bands = m_Total.sums.size();
  for (std::size_t line = 0; line < region.GetSize(1); ++line)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(line);
    const float* in    = input->GetBufferPointer() + input->ComputeOffset(index) * static_cast<itk::OffsetValueType>(bands);
    Power&       power = m_Lines[firstLine + line];
    for (std::size_t column = 0; column < region.GetSize(0); ++column, in += bands)
    {
      if (!IsValidSpectrum(in, bands, m_NoData))
      {
        continue;
      }
      ++power.pixels;
      for (std::size_t band = 0; band < bands; ++band)
      {
        power.sums[band] += static_cast<double>(in[band]) * in[band];
        power.maximum = std::max(power.maximum, in[band]);
      }
    }
  }
}

template <class TImage>
void PersistentBandPowerImageFilter<TImage>::MergeLines()
{
  for (const Power& line : m_Lines)
  {
    std::transform(line.sums.begin(), line.sums.end(), m_Total.sums.begin(), m_Total.sums.begin(), std::plus<double>());
    m_Total.maximum = std::max(m_Total.maximum, line.maximum);
    m_Total.pixels += line.pixels;
  }
}
} // namespace otb

#endif
