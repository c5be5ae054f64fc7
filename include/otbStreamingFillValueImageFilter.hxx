// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingFillValueImageFilter_hxx
#define otbStreamingFillValueImageFilter_hxx

#include "otbStreamingFillValueImageFilter.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace otb
{
namespace FillValues
{
/** A magnitude that no measurement has. */
constexpr float Great = 1e37f;
/** Different values that all bands of a pixel share, of which no more are kept: fill values are few. */
constexpr std::size_t MostKept = 32;
/** From the range of measurements, in widths of it, from which a value is taken for a fill value that nobody is known to use; of a negative one in depths of
 * the negative measurements, which noise makes. */
constexpr float Distance = 8.f;

/** A fill value that files are known to have. */
inline bool IsCustomary(float value)
{
  constexpr std::array<float, 16> values = {-999.f, -9999.f, -99999.f, -32767.f, -32768.f,       32767.f,      65535.f,       1e20f,
                                            -1e20f, 1e30f,   -1e30f,   -1e34f,   9.96920997e36f, 4294967295.f, -2147483648.f, 2147483647.f};
  // Most values are none of them, at a glance.
  return (value <= -999.f || value >= 32767.f) &&
         std::any_of(values.begin(), values.end(), [value](float fill) { return std::abs(value - fill) <= 1e-6f * std::abs(fill); });
}
} // namespace FillValues

template <class TImage>
void PersistentFillValueImageFilter<TImage>::Reset()
{
  m_Total = Findings();
  this->UpdateOutputInformation();
  m_Total.spreads.resize(this->GetInput()->GetNumberOfComponentsPerPixel());
}

template <class TImage>
void PersistentFillValueImageFilter<TImage>::PrepareLines(std::size_t lines)
{
  Findings none;
  none.spreads.resize(m_Total.spreads.size());
  m_Lines.assign(lines, none);
}

template <class TImage>
void PersistentFillValueImageFilter<TImage>::Add(Spread& spread, float value)
{
  ++spread.count;
  spread.sum += value;
  spread.squares += static_cast<double>(value) * value;
  spread.least    = std::min(spread.least, value);
  spread.greatest = std::max(spread.greatest, value);
}

template <class TImage>
void PersistentFillValueImageFilter<TImage>::ReducePixel(const float* pixel, Findings& findings)
{
  const std::size_t bands = findings.spreads.size();
  const float       first = pixel[0];
  bool              flat  = std::abs(first) < FillValues::Great;
  for (std::size_t band = 1; flat && band < bands; ++band)
  {
    flat = pixel[band] == first;
  }
  const bool kept = bands > 1 && (findings.flat.size() < FillValues::MostKept || findings.flat.count(first) != 0);
  if (flat && (kept || FillValues::IsCustomary(first)))
  {
    findings.flat[first] += first != 0;
    return;
  }
  for (std::size_t band = 0; band < bands; ++band)
  {
    const float value = pixel[band];
    if (std::abs(value) >= FillValues::Great)
    {
      ++findings.great;
    }
    else if (FillValues::IsCustomary(value))
    {
      findings.single[value] += value < 0;
    }
    else if (!std::isnan(value))
    {
      Add(findings.spreads[band], value);
    }
  }
}

template <class TImage>
void PersistentFillValueImageFilter<TImage>::ReduceLines(const RegionType& region, std::size_t firstLine)
{
  const auto*       input = this->GetInput();
  const std::size_t bands = m_Total.spreads.size();
  for (std::size_t number = 0; number < region.GetSize(1); ++number)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(number);
    const float* in = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(index)) * bands;
    for (std::size_t column = 0; column < region.GetSize(0); ++column, in += bands)
    {
      ReducePixel(in, m_Lines[firstLine + number]);
    }
  }
}

template <class TImage>
void PersistentFillValueImageFilter<TImage>::MergeLines()
{
  for (const Findings& line : m_Lines)
  {
    for (std::size_t band = 0; band < m_Total.spreads.size(); ++band)
    {
      Spread&       total = m_Total.spreads[band];
      const Spread& added = line.spreads[band];
      total.count += added.count;
      total.sum += added.sum;
      total.squares += added.squares;
      total.least    = std::min(total.least, added.least);
      total.greatest = std::max(total.greatest, added.greatest);
    }
    for (const auto& [value, pixels] : line.flat)
    {
      m_Total.flat[value] += pixels;
    }
    for (const auto& [value, pixels] : line.single)
    {
      m_Total.single[value] += pixels;
    }
    m_Total.great += line.great;
  }
}

template <class TImage>
std::vector<typename PersistentFillValueImageFilter<TImage>::Fill> PersistentFillValueImageFilter<TImage>::FindFillValues() const
{
  float least    = std::numeric_limits<float>::infinity();
  float greatest = -least;
  for (const Spread& spread : m_Total.spreads)
  {
    least    = std::min(least, spread.least);
    greatest = std::max(greatest, spread.greatest);
  }
  std::vector<Fill> fills;
  if (!(greatest >= least))
  {
    return fills;
  }
  const float width   = greatest - least;
  const auto  outside = [&](float value) { return value < least || value > greatest; };
  for (const auto& [value, pixels] : m_Total.flat)
  {
    const bool negative = value < 0 && value < FillValues::Distance * std::min(least, 0.f);
    const bool far      = value < least - FillValues::Distance * width || value > greatest + FillValues::Distance * width || negative;
    if (value != 0 && outside(value) && (FillValues::IsCustomary(value) || (pixels > 1 && far)))
    {
      fills.push_back({value, pixels, FillValues::IsCustomary(value) && value < 0});
    }
  }
  for (const auto& [value, numbers] : m_Total.single)
  {
    if (numbers > 0 && outside(value) && std::none_of(fills.begin(), fills.end(), [v = value](const Fill& fill) { return fill.value == v; }))
    {
      fills.push_back({value, 0, true});
    }
  }
  return fills;
}
} // namespace otb

#endif
