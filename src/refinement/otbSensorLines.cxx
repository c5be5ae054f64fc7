// SPDX-License-Identifier: Apache-2.0
#include "otbSensorLines.h"
#include "otbParallelFor.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace otb
{
namespace
{
/** The lines of an axis that are inside and see nothing but fine lines [first, first + count): neighbours, for their taps move one way. */
void Within(const SensorOperator::Axis& axis, long first, long count, long& begin, long& size)
{
  begin = size = 0;
  for (long line = 0; line < axis.size; ++line)
  {
    const long start = axis.first[static_cast<std::size_t>(line)];
    if (axis.inside[static_cast<std::size_t>(line)] != 0 && start >= first && start + static_cast<long>(axis.taps) <= first + count)
    {
      begin = size == 0 ? line : begin;
      size  = line + 1 - begin;
    }
  }
}

void AddScaled(const float* from, float weight, std::size_t count, float* to)
{
  for (std::size_t k = 0; k < count; ++k)
  {
    to[k] += weight * from[k];
  }
}
} // namespace

SensorLines::Region SensorLines::GetCoarse(const SensorOperator& sensor, const Region& fine)
{
  Region coarse;
  Within(sensor.GetRows(), fine.top, fine.rows, coarse.top, coarse.rows);
  Within(sensor.GetColumns(), fine.left, fine.columns, coarse.left, coarse.columns);
  return coarse;
}

void SensorLines::ExcludeInvalid(const SensorOperator& sensor, const Region& fine, const std::vector<unsigned char>& valid, std::vector<unsigned char>& usable)
{
  // Invalid pixels above and left of each corner; the difference of four corners counts those of a rectangle.
  const auto                 rows = static_cast<std::size_t>(fine.rows), columns = static_cast<std::size_t>(fine.columns), step = columns + 1;
  std::vector<std::uint32_t> counts((rows + 1) * step, 0);
  for (std::size_t row = 0; row < rows; ++row)
  {
    std::uint32_t inLine = 0;
    for (std::size_t column = 0; column < columns; ++column)
    {
      inLine += valid[row * columns + column] == 0;
      counts[(row + 1) * step + column + 1] = counts[row * step + column + 1] + inLine;
    }
  }
  const Region coarse = GetCoarse(sensor, fine);
  for (long i = 0; i < coarse.rows; ++i)
  {
    const auto top    = static_cast<std::size_t>(sensor.GetRows().first[static_cast<std::size_t>(coarse.top + i)] - fine.top),
               bottom = top + sensor.GetRows().taps;
    for (long j = 0; j < coarse.columns; ++j)
    {
      const auto left  = static_cast<std::size_t>(sensor.GetColumns().first[static_cast<std::size_t>(coarse.left + j)] - fine.left);
      const auto right = left + sensor.GetColumns().taps;
      if (counts[bottom * step + right] + counts[top * step + left] != counts[bottom * step + left] + counts[top * step + right])
      {
        usable[static_cast<std::size_t>(i * coarse.columns + j)] = 0;
      }
    }
  }
}

SensorLines::SensorLines(const SensorOperator& sensor, const Region& fine, std::size_t channels, float* result)
  : m_Sensor(sensor), m_Fine(fine), m_Coarse(GetCoarse(sensor, fine)), m_Channels(channels), m_Result(result), m_Next(fine.top)
{
  if (m_Coarse.IsEmpty())
  {
    return;
  }
  // As many as look at one fine line at once.
  const auto& axis = sensor.GetRows();
  long        most = 1;
  for (long line = m_Coarse.top, other = line; line < m_Coarse.top + m_Coarse.rows; ++line)
  {
    const auto far = [&axis](long a, long b) { return std::abs(axis.first[static_cast<std::size_t>(a)] - axis.first[static_cast<std::size_t>(b)]); };
    while (far(line, other) >= static_cast<long>(axis.taps))
    {
      ++other;
    }
    most = std::max(most, line + 1 - other);
  }
  m_Sums.resize(static_cast<std::size_t>(most));
}

void SensorLines::Add(const float* lines, long count, unsigned int threads)
{
  if (m_Coarse.IsEmpty())
  {
    m_Next += count;
    return;
  }
  const auto&       axis   = m_Sensor.GetRows();
  const auto        taps   = static_cast<long>(axis.taps);
  const std::size_t length = static_cast<std::size_t>(m_Fine.columns) * m_Channels;
  const std::size_t parts  = threads > 1 ? 4 * threads : 1;
  ParallelFor       inParallel(threads);
  for (long number = 0; number < count; ++number, ++m_Next)
  {
    const float* const line = lines + static_cast<std::size_t>(number) * length;
    std::vector<Sum*>  seeing, complete;
    for (long coarse = m_Coarse.top; coarse < m_Coarse.top + m_Coarse.rows; ++coarse)
    {
      const long tap = m_Next - axis.first[static_cast<std::size_t>(coarse)];
      if (tap < 0 || tap >= taps)
      {
        continue;
      }
      Sum& sum = m_Sums[static_cast<std::size_t>(coarse) % m_Sums.size()];
      if (sum.line != coarse)
      {
        sum.line = coarse;
        sum.values.assign(axis.rank * length, 0.f);
      }
      seeing.push_back(&sum);
      if (tap + 1 == taps)
      {
        complete.push_back(&sum);
      }
    }
    inParallel(parts,
               [&](std::size_t part)
               {
                 const std::size_t begin = length * part / parts, end = length * (part + 1) / parts;
                 for (Sum* const sum : seeing)
                 {
                   const auto tap = static_cast<std::size_t>(m_Next - axis.first[static_cast<std::size_t>(sum->line)]);
                   for (unsigned int term = 0; term < axis.rank; ++term)
                   {
                     AddScaled(line + begin, axis.GetWeights(term, sum->line)[tap], end - begin, sum->values.data() + term * length + begin);
                   }
                 }
               });
    for (const Sum* const sum : complete)
    {
      inParallel(parts, [&](std::size_t part) { Finish(*sum, static_cast<unsigned int>(part), static_cast<unsigned int>(parts)); });
    }
  }
}

void SensorLines::Finish(const Sum& sum, unsigned int part, unsigned int parts)
{
  const auto&       axis   = m_Sensor.GetColumns();
  const std::size_t length = static_cast<std::size_t>(m_Fine.columns) * m_Channels;
  const long        begin = m_Coarse.columns * part / parts, end = m_Coarse.columns * (part + 1) / parts;
  for (long column = begin; column < end; ++column)
  {
    const long   line = m_Coarse.left + column;
    float* const out  = m_Result + static_cast<std::size_t>((sum.line - m_Coarse.top) * m_Coarse.columns + column) * m_Channels;
    std::fill_n(out, m_Channels, 0.f);
    for (unsigned int term = 0; term < axis.rank; ++term)
    {
      const float* const weights = axis.GetWeights(term, line);
      const float* pixel = sum.values.data() + term * length + static_cast<std::size_t>(axis.first[static_cast<std::size_t>(line)] - m_Fine.left) * m_Channels;
      for (unsigned int tap = 0; tap < axis.taps; ++tap, pixel += m_Channels)
      {
        AddScaled(pixel, weights[tap], m_Channels, out);
      }
    }
  }
}
} // namespace otb
