// SPDX-License-Identifier: Apache-2.0
#include "otbBlockSensor.h"
#include "otbSpectralKernels.h"

#include <algorithm>

namespace otb
{
using namespace kernels;

namespace
{
// Lines that are computed at once. Along rows the result's lines share the loads; along columns they fill the widest register, or two of them where the
// product is not deep.
constexpr std::size_t DownLines = 3, UpLines = 4, NarrowLines = LaneMultiple, WideLines = 2 * LaneMultiple;

/** Coarse lines [first, first + count) of a block, in whose fine pixels the taps of line i start at start[i]: the fine pixels that any of them sees. */
void Union(const std::vector<std::size_t>& start, std::size_t taps, std::size_t first, std::size_t count, std::size_t& begin, std::size_t& depth)
{
  begin = start[first];
  depth = start[first + count - 1] + taps - begin;
}

/** The coarse lines that see any of the fine ones [first, first + count). */
void SeenBy(const std::vector<std::size_t>& start, std::size_t taps, std::size_t first, std::size_t count, std::size_t& begin, std::size_t& depth)
{
  begin = 0;
  while (begin < start.size() && start[begin] + taps <= first)
  {
    ++begin;
  }
  std::size_t end = begin;
  while (end < start.size() && start[end] < first + count)
  {
    ++end;
  }
  depth = end - begin;
}
} // namespace

BlockSensor::Lines BlockSensor::Within(const SensorOperator::Axis& axis, long first, long count)
{
  Lines lines;
  for (long line = 0; line < axis.size; ++line)
  {
    const auto place = static_cast<std::size_t>(line);
    if (axis.inside[place] != 0 && axis.first[place] >= first && axis.first[place] + static_cast<long>(axis.taps) <= first + count)
    {
      lines.begin = lines.size == 0 ? line : lines.begin;
      lines.size  = line + 1 - lines.begin;
    }
  }
  return lines;
}

BlockSensor::Band BlockSensor::GetBand(const SensorOperator::Axis& axis, long first, std::size_t size, std::vector<long>& lines)
{
  const Lines within = Within(axis, first, static_cast<long>(size));
  lines.clear();
  for (long line = 0; line < within.size; ++line)
  {
    lines.push_back(within.begin + line);
  }
  const auto start = [&axis](long line) { return axis.first[static_cast<std::size_t>(line)]; };
  if (within.size > 1 && start(lines.front()) > start(lines.back()))
  {
    std::reverse(lines.begin(), lines.end());
  }
  Band band;
  band.size = size;
  band.taps = axis.taps;
  for (const long line : lines)
  {
    band.start.push_back(static_cast<std::size_t>(start(line) - first));
  }
  for (unsigned int term = 0; term < axis.rank; ++term)
  {
    for (const long line : lines)
    {
      const float* const weights = axis.GetWeights(term, line);
      band.weights.insert(band.weights.end(), weights, weights + axis.taps);
    }
  }
  return band;
}

BlockSensor::Band BlockSensor::GetHalf(const Band& finer) const
{
  Band band;
  band.size = (finer.size + 1) / 2;
  band.taps = std::min(finer.taps / 2 + 1, band.size);
  for (const std::size_t start : finer.start)
  {
    band.start.push_back(std::min(start / 2, band.size - band.taps));
  }
  band.weights.assign(m_Rank * band.start.size() * band.taps, 0.f);
  for (std::size_t k = 0; k < m_Rank * band.start.size(); ++k)
  {
    const std::size_t line = k % band.start.size();
    for (std::size_t tap = 0; tap < finer.taps; ++tap)
    {
      band.weights[k * band.taps + (finer.start[line] + tap) / 2 - band.start[line]] += finer.weights[k * finer.taps + tap];
    }
  }
  return band;
}

void BlockSensor::Set(const SensorOperator& sensor, std::size_t components, long top, long left, long rows, long columns)
{
  m_RowBand    = GetBand(sensor.GetRows(), top, static_cast<std::size_t>(rows), m_RowLines);
  m_ColumnBand = GetBand(sensor.GetColumns(), left, static_cast<std::size_t>(columns), m_ColumnLines);
  SetSize(components, sensor.GetRank());
}

void BlockSensor::SetHalf(const BlockSensor& finer)
{
  m_Rank        = finer.m_Rank;
  m_RowLines    = finer.m_RowLines;
  m_ColumnLines = finer.m_ColumnLines;
  m_RowBand     = GetHalf(finer.m_RowBand);
  m_ColumnBand  = GetHalf(finer.m_ColumnBand);
  SetSize(finer.m_Components, finer.m_Rank);
}

void BlockSensor::SetSize(std::size_t components, std::size_t rank)
{
  m_Components = components;
  m_Rank       = rank;
  m_Rows       = m_RowBand.size;
  m_Lanes      = PaddedSize(m_ColumnBand.size);
  // An odd number of cache lines, so that the pixels of a column do not fall on each other in the cache.
  m_Stride = components * m_Lanes;
  m_Stride += (m_Stride / LaneMultiple) % 2 == 0 ? LaneMultiple : 2 * LaneMultiple;
  SetRows();
  SetColumns();
  m_CoarseLanes = PaddedSize(std::max<std::size_t>(1, m_ColumnLines.size()));
}

void BlockSensor::SetRows()
{
  const std::vector<std::size_t>& start = m_RowBand.start;
  const std::size_t               taps = m_RowBand.taps, rows = m_RowBand.size;

  m_Down.clear();
  m_DownWeights.clear();
  for (std::size_t i = 0; i < start.size(); i += DownLines)
  {
    Piece piece = {i, std::min(DownLines, start.size() - i), 0, 0, m_DownWeights.size()};
    Union(start, taps, i, piece.count, piece.begin, piece.depth);
    m_DownWeights.resize(piece.table + piece.count * m_Rank * piece.depth, 0.f);
    for (std::size_t k = 0; k < piece.count * m_Rank; ++k)
    {
      const std::size_t line = i + k / m_Rank;
      std::copy_n(m_RowBand.GetWeights(k % m_Rank, line), taps,
                  m_DownWeights.begin() + static_cast<std::ptrdiff_t>(piece.table + k * piece.depth + start[line] - piece.begin));
    }
    m_Down.push_back(piece);
  }

  m_Up.clear();
  m_UpWeights.clear();
  for (std::size_t y = 0; y < rows; y += UpLines)
  {
    Piece piece = {y, std::min(UpLines, rows - y), 0, 0, m_UpWeights.size()};
    SeenBy(start, taps, y, piece.count, piece.begin, piece.depth);
    m_UpWeights.resize(piece.table + piece.count * m_Rank * piece.depth, 0.f);
    for (std::size_t line = 0; line < piece.count; ++line)
    {
      for (std::size_t k = 0; k < piece.depth * m_Rank; ++k)
      {
        const std::size_t i = piece.begin + k / m_Rank, fine = y + line;
        if (fine >= start[i] && fine < start[i] + taps)
        {
          m_UpWeights[piece.table + line * piece.depth * m_Rank + k] = m_RowBand.GetWeights(k % m_Rank, i)[fine - start[i]];
        }
      }
    }
    m_Up.push_back(piece);
  }
}

void BlockSensor::SetColumns()
{
  const std::vector<std::size_t>& start = m_ColumnBand.start;
  const std::size_t               taps  = m_ColumnBand.taps;

  // Tables have the result's pixels in lanes; those of a piece follow each other, term by term.
  m_Narrow.clear();
  std::size_t size = 0;
  for (std::size_t j = 0; j < start.size(); j += NarrowLines)
  {
    Piece piece = {j, std::min(NarrowLines, start.size() - j), 0, 0, size};
    Union(start, taps, j, piece.count, piece.begin, piece.depth);
    size += m_Rank * piece.depth * NarrowLines;
    m_Narrow.push_back(piece);
  }
  m_NarrowTable = m_NarrowWeights.GetZeros(size);
  for (const Piece& piece : m_Narrow)
  {
    for (unsigned int term = 0; term < m_Rank; ++term)
    {
      for (std::size_t line = 0; line < piece.count; ++line)
      {
        const float* const weights = m_ColumnBand.GetWeights(term, piece.first + line);
        for (std::size_t tap = 0; tap < taps; ++tap)
        {
          m_NarrowTable[piece.table + (term * piece.depth + start[piece.first + line] + tap - piece.begin) * NarrowLines + line] = weights[tap];
        }
      }
    }
  }

  m_Wide.clear();
  size = 0;
  for (std::size_t x = 0; x < m_Lanes; x += WideLines)
  {
    Piece piece = {x, std::min(WideLines, m_Lanes - x), 0, 0, size};
    SeenBy(start, taps, x, piece.count, piece.begin, piece.depth);
    size += m_Rank * piece.depth * WideLines;
    m_Wide.push_back(piece);
  }
  m_WideTable = m_WideWeights.GetZeros(size);
  for (const Piece& piece : m_Wide)
  {
    for (unsigned int term = 0; term < m_Rank; ++term)
    {
      for (std::size_t k = 0; k < piece.depth; ++k)
      {
        const std::size_t  j       = piece.begin + k;
        const float* const weights = m_ColumnBand.GetWeights(term, j);
        for (std::size_t x = std::max(piece.first, start[j]); x < std::min(piece.first + piece.count, start[j] + taps); ++x)
        {
          m_WideTable[piece.table + (term * piece.depth + k) * WideLines + x - piece.first] = weights[x - start[j]];
        }
      }
    }
  }
}

void BlockSensor::Apply(const float* fine, float* coarse, const std::function<void(std::size_t)>& need)
{
  StartLines();
  ApplyUpTo(m_RowLines.size(), fine, coarse, need);
}

void BlockSensor::ApplyUpTo(std::size_t lines, const float* fine, float* coarse, const std::function<void(std::size_t)>& need)
{
  for (; m_NextDown < m_Down.size() && m_Down[m_NextDown].first < lines; ++m_NextDown)
  {
    need(m_Down[m_NextDown].begin + m_Down[m_NextDown].depth);
    ApplyPiece(m_Down[m_NextDown], fine, coarse);
  }
}

void BlockSensor::ApplyPiece(const Piece& down, const float* fine, float* coarse)
{
  const std::size_t coarseStride = m_Components * m_CoarseLanes;
  float* const      shorter      = m_Short.Get(DownLines * m_Rank * m_Stride);
  Multiply({m_DownWeights.data() + down.table, down.depth}, {fine + down.begin * m_Stride, m_Stride}, down.count * m_Rank, down.depth, m_Components * m_Lanes,
           {}, Activation::Identity, {shorter, m_Stride});
  for (std::size_t line = 0; line < down.count; ++line)
  {
    float* const result = coarse + (down.first + line) * coarseStride;
    for (const Piece& narrow : m_Narrow)
    {
      for (std::size_t term = 0; term < m_Rank; ++term)
      {
        const Addend before = term == 0 ? Addend() : Addend{Addend::Kind::Matrix, result + narrow.first, m_CoarseLanes};
        Multiply({shorter + (line * m_Rank + term) * m_Stride + narrow.begin, m_Lanes},
                 {m_NarrowTable + narrow.table + term * narrow.depth * NarrowLines, NarrowLines}, m_Components, narrow.depth, NarrowLines, before,
                 Activation::Identity, {result + narrow.first, m_CoarseLanes});
      }
    }
  }
}

void BlockSensor::ApplyTransposed(const float* coarse, float* fine, const std::function<void(std::size_t)>& need,
                                  const std::function<void(std::size_t, std::size_t)>& done)
{
  const std::size_t coarseStride = m_Components * m_CoarseLanes;
  // A window of coarse lines as wide as the block moves over this memory, which is small enough for the cache.
  std::size_t deepest = 1;
  for (const Piece& up : m_Up)
  {
    deepest = std::max(deepest, up.depth);
  }
  const std::size_t window = m_Rank * m_Stride, capacity = 4 * deepest;
  float* const      tall   = m_Tall.Get(capacity * window);
  std::size_t       origin = 0, widened = 0; // the coarse line at the memory's start, and the next one to widen
  for (const Piece& up : m_Up)
  {
    need(up.begin + up.depth);
    if (up.begin + up.depth > origin + capacity)
    {
      const std::size_t kept = widened > up.begin ? widened - up.begin : 0;
      std::copy_n(tall + (up.begin - origin) * window, kept * window, tall);
      origin  = up.begin;
      widened = std::max(widened, up.begin);
    }
    for (; widened < up.begin + up.depth; ++widened)
    {
      for (const Piece& wide : m_Wide)
      {
        for (std::size_t term = 0; term < m_Rank; ++term)
        {
          Multiply({coarse + widened * coarseStride + wide.begin, m_CoarseLanes}, {m_WideTable + wide.table + term * wide.depth * WideLines, WideLines},
                   m_Components, wide.depth, wide.count, {}, Activation::Identity,
                   {tall + (widened - origin) * window + term * m_Stride + wide.first, m_Lanes});
        }
      }
    }
    const float* const first = up.depth > 0 ? tall + (up.begin - origin) * window : tall;
    Multiply({m_UpWeights.data() + up.table, up.depth * m_Rank}, {first, m_Stride}, up.count, up.depth * m_Rank, m_Components * m_Lanes, {},
             Activation::Identity, {fine + up.first * m_Stride, m_Stride});
    done(up.first, up.count);
  }
}
} // namespace otb
