// SPDX-License-Identifier: Apache-2.0

// The problem of a block, as SpectralRefinement::Solve() sets it before it iterates: couplings, coarse pixels that have a say, innovations, and the same on
// coarser lattices.

#include "otbRefinementWorkspace.h"

#include <cmath>

namespace otb
{
using namespace kernels;

namespace
{
/** How far the multispectral residual at a fine line of an axis is believed: 1 as far as the coarse image reaches, then a smooth way to 0 over four coarse
 * pixels. */
float Reach(const CoarseGridAxis& axis, long fine)
{
  constexpr double Fade    = 4.;
  const double     place   = axis.first + axis.step * static_cast<double>(fine);
  const double     outside = std::max({0., -place, place - static_cast<double>(axis.size)}) / Fade;
  return outside >= 1. ? 0.f : static_cast<float>((1. - outside) * (1. - outside) * (1. + 2. * outside));
}

// Components of lanes from numbers of pixels.
void ToLanes(const float* pixels, std::size_t count, std::size_t pixelStride, std::size_t components, std::size_t lanes, float* line)
{
  // So many pixels at a time that they are read from the first-level cache for all components but the first.
  constexpr std::size_t Chunk = 64;
  for (std::size_t begin = 0; begin < count; begin += Chunk)
  {
    const std::size_t end = std::min(count, begin + Chunk);
    for (std::size_t component = 0; component < components; ++component)
    {
      float* const out = line + component * lanes;
      for (std::size_t x = begin; x < end; ++x)
      {
        out[x] = pixels[x * pixelStride + component];
      }
    }
  }
  for (std::size_t component = 0; component < components; ++component)
  {
    std::fill(line + component * lanes + count, line + (component + 1) * lanes, 0.f);
  }
}

/** The coupling between two neighbouring pairs of pixels of which `between` binds the inner two, `before` and `behind` those of a pair: from one centre to the
 * other, as of resistors in a row. */
inline float Path(float before, float between, float behind)
{
  return before * between * behind / (0.5f * between * (before + behind) + before * behind);
}

// A pair of which one pixel is none is that of the other alone.
constexpr float Bound = 1e6f, Weakest = 1e-6f;
} // namespace

// How much neighbours are bound to each other, which pixels have data, and how far their residuals are believed.
void SpectralRefinement::SetCouplings(const Block& block, Workspace::Buffers& buffers) const
{
  Workspace::Level& level = buffers.levels.front();
  const std::size_t c = GetMultispectralBands(), lanes = level.sensor.GetLanes(), rows = level.rows, columns = level.columns;
  float* const      valid = buffers.validMemory.Get(2 * lanes);
  float* const      guide = buffers.guideMemory.Get(2 * c * lanes);
  buffers.columnReach.assign(lanes, 0.f);
  for (std::size_t x = 0; x < columns; ++x)
  {
    buffers.columnReach[x] = Reach(m_ColumnAxis, block.fine.left + static_cast<long>(x));
  }

  for (std::size_t y = 0; y < rows; ++y)
  {
    float* const               here  = guide + y % 2 * c * lanes;
    float* const               known = valid + y % 2 * lanes;
    const float* const         msi   = block.multispectral + y * block.stride * c;
    const unsigned char* const flags = block.valid + y * block.stride;
    ToLanes(msi, columns, c, c, lanes, here);
    for (std::size_t x = 0; x < lanes; ++x)
    {
      known[x] = level.count[y * lanes + x] = x < columns && flags[x] != 0 ? 1.f : 0.f;
    }
    for (std::size_t band = 0; band < c; ++band)
    {
      for (std::size_t x = 0; x < columns; ++x)
      {
        // What is no data may be no number.
        here[band * lanes + x] = known[x] != 0.f ? here[band * lanes + x] * m_Guide[band] : 0.f;
      }
    }
    EdgeWeights(here, here - 1, c, lanes, known, known - 1, m_Coupling, lanes, level.left + y * lanes);
    level.left[y * lanes] = 0.f;
    if (y > 0)
    {
      EdgeWeights(here, guide + (y + 1) % 2 * c * lanes, c, lanes, known, valid + (y + 1) % 2 * lanes, m_Coupling, lanes, level.above + y * lanes);
    }
  }
  level.SetDiagonal(m_Damping);
}

// Which of the block's coarse pixels have a say.
void SpectralRefinement::SetUsable(const Block& block, Workspace::Buffers& buffers) const
{
  const BlockSensor& sensor   = buffers.levels.front().sensor;
  const std::size_t  lanes    = sensor.GetCoarseLanes();
  const auto         columns  = static_cast<std::size_t>(block.fine.columns);
  const auto&        rowAxis  = m_Sensor.GetRows();
  const auto&        lineAxis = m_Sensor.GetColumns();
  buffers.usable              = buffers.usableMemory.GetZeros(std::max<std::size_t>(1, sensor.GetCoarseRows()) * lanes);
  const auto weighs           = [](const SensorOperator::Axis& axis, long line, std::size_t tap)
  {
    bool any = false;
    for (unsigned int term = 0; term < axis.rank; ++term)
    {
      any = any || axis.GetWeights(term, line)[tap] != 0.f;
    }
    return any;
  };
  for (std::size_t i = 0; i < sensor.GetCoarseRows(); ++i)
  {
    const long row = sensor.GetCoarseRow(i);
    buffers.seesInvalid.assign(columns, 0);
    for (std::size_t tap = 0; tap < rowAxis.taps; ++tap)
    {
      if (weighs(rowAxis, row, tap))
      {
        const auto                 y     = static_cast<std::size_t>(rowAxis.first[static_cast<std::size_t>(row)] - block.fine.top) + tap;
        const unsigned char* const flags = block.valid + y * block.stride;
        for (std::size_t x = 0; x < columns; ++x)
        {
          buffers.seesInvalid[x] |= flags[x] == 0;
        }
      }
    }
    const bool clean = std::none_of(buffers.seesInvalid.begin(), buffers.seesInvalid.end(), [](unsigned char flag) { return flag != 0; });
    for (std::size_t j = 0; j < sensor.GetCoarseColumns(); ++j)
    {
      const long column = sensor.GetCoarseColumn(j);
      bool       usable =
          block.usable[static_cast<std::size_t>(row - block.coarse.top) * block.coarseStride + static_cast<std::size_t>(column - block.coarse.left)] != 0;
      const auto first = static_cast<std::size_t>(lineAxis.first[static_cast<std::size_t>(column)] - block.fine.left);
      for (std::size_t tap = 0; usable && !clean && tap < lineAxis.taps; ++tap)
      {
        usable = buffers.seesInvalid[first + tap] == 0 || !weighs(lineAxis, column, tap);
      }
      buffers.usable[i * lanes + j] = usable ? 1.f : 0.f;
    }
  }
}

// The innovations of the coarse pixels and the multispectral residuals of the fine ones.
void SpectralRefinement::SetResiduals(const Block& block, Workspace::Buffers& buffers) const
{
  Workspace::Level& level  = buffers.levels.front();
  BlockSensor&      sensor = level.sensor;
  const std::size_t q = m_Components, c = GetMultispectralBands(), size = GetSummarySize();
  const std::size_t lanes = sensor.GetLanes(), stride = sensor.GetStride(), coarseLanes = sensor.GetCoarseLanes();
  const std::size_t coarse = std::max<std::size_t>(1, sensor.GetCoarseRows()) * q * coarseLanes;
  buffers.coarse           = buffers.coarseMemory.GetZeros(coarse);
  buffers.mixed            = buffers.mixedMemory.GetZeros(coarse);
  buffers.innovation       = buffers.innovationMemory.GetZeros(coarse);

  float* const seen = buffers.pixelMemory.Get(c * lanes);
  for (std::size_t y = 0; y < level.rows; ++y)
  {
    float* const       line      = level.direction + y * stride;
    float* const       residual  = level.residual + y * c * lanes;
    const float* const known     = level.count + y * lanes;
    const float* const summaries = block.summaries + y * block.stride * size;
    const float        reach     = Reach(m_RowAxis, block.fine.top + static_cast<long>(y));
    ToLanes(summaries, level.columns, size, q, lanes, line);
    ToLanes(summaries + q, level.columns, size, c, lanes, seen);
    ToLanes(block.multispectral + y * block.stride * c, level.columns, c, c, lanes, residual);
    const bool whole = std::all_of(known, known + level.columns, [](float one) { return one > 0.f; });
    for (std::size_t component = 0; !whole && component < q; ++component)
    {
      for (std::size_t x = 0; x < level.columns; ++x)
      {
        line[component * lanes + x] = known[x] > 0.f ? line[component * lanes + x] : 0.f;
      }
    }
    for (std::size_t band = 0; band < c; ++band)
    {
      const float        precision = m_Precision[band];
      float* const       out       = residual + band * lanes;
      const float* const summary   = seen + band * lanes;
      for (std::size_t x = 0; x < lanes; ++x)
      {
        out[x] = known[x] > 0.f ? reach * buffers.columnReach[x] * (out[x] * precision - summary[x]) : 0.f;
      }
    }
  }
  sensor.Apply(level.direction, buffers.coarse, [](std::size_t) {});
  for (std::size_t i = 0; i < sensor.GetCoarseRows(); ++i)
  {
    for (std::size_t j = 0; j < sensor.GetCoarseColumns(); ++j)
    {
      const auto place = static_cast<std::size_t>(sensor.GetCoarseRow(i) - block.coarse.top) * block.coarseStride +
                         static_cast<std::size_t>(sensor.GetCoarseColumn(j) - block.coarse.left);
      for (std::size_t component = 0; component < q; ++component)
      {
        const std::size_t lane   = (i * q + component) * coarseLanes + j;
        buffers.innovation[lane] = buffers.usable[i * coarseLanes + j] != 0.f ? block.projections[place * q + component] - buffers.coarse[lane] : 0.f;
      }
    }
  }
}

// Lattices of squares of pixels: the same problem with unknowns that are constant over squares, but for the couplings, which are those of smooth unknowns.
void SpectralRefinement::SetCoarser(Workspace::Buffers& buffers) const
{
  constexpr std::size_t Fewest = 8;
  const std::size_t     c = GetMultispectralBands(), q = m_Components;
  const double          ratio = std::max(4., std::min(std::abs(m_RowAxis.Ratio()), std::abs(m_ColumnAxis.Ratio())));
  buffers.used                = 1;
  for (double side = 2.; side <= ratio && std::min(buffers.levels[buffers.used - 1].rows, buffers.levels[buffers.used - 1].columns) >= Fewest; side *= 2.)
  {
    buffers.levels.resize(std::max(buffers.levels.size(), ++buffers.used));
    const Workspace::Level& finer = buffers.levels[buffers.used - 2];
    Workspace::Level&       level = buffers.levels[buffers.used - 1];
    level.sensor.SetHalf(finer.sensor);
    level.rows    = (finer.rows + 1) / 2;
    level.columns = (finer.columns + 1) / 2;
    level.Allocate(q, c);
    level.data.resize(q);
    for (std::size_t k = 0; k < q; ++k)
    {
      // A coarse pixel's weights are the fourfold, of four times as few; the multispectral data are the sum over four pixels.
      level.data[k] = static_cast<float>(std::pow(side, 4) * (m_Diagonal[k] - m_SeenNorm[k]) + side * side * m_SeenNorm[k]);
    }

    const std::size_t lanes = level.sensor.GetLanes(), from = finer.sensor.GetLanes();
    float* const      path = buffers.pathMemory.Get(from + 2 * lanes);
    // Adds a line of a field, pair by pair.
    const auto add = [&](const float* line, bool more, float* to)
    {
      for (std::size_t x = 0; x < level.columns; ++x)
      {
        // What lies behind the last pixel is zero.
        to[x] = (more ? to[x] : 0.f) + line[2 * x] + (2 * x + 1 < finer.columns ? line[2 * x + 1] : 0.f);
      }
      std::fill(to + level.columns, to + lanes, 0.f);
    };
    for (std::size_t y = 0; y < level.rows; ++y)
    {
      for (std::size_t part = 0; part < 2 && 2 * y + part < finer.rows; ++part)
      {
        const std::size_t line = 2 * y + part;
        add(finer.count + line * from, part == 1, level.count + y * lanes);
        for (std::size_t band = 0; band < c; ++band)
        {
          add(finer.residual + (line * c + band) * from, part == 1, level.residual + (y * c + band) * lanes);
        }
        const float* const left  = finer.left + line * from;
        const float* const count = finer.count + line * from;
        float* const       out   = level.left + y * lanes;
        if (part == 0)
        {
          std::fill_n(out, lanes, 0.f);
        }
        for (std::size_t x = 1; x < level.columns; ++x)
        {
          const std::size_t place  = 2 * x;
          const float       before = count[place - 2] > 0.f ? left[place - 1] + Weakest : Bound;
          const float       behind = place + 1 < finer.columns && count[place + 1] > 0.f ? left[place + 1] + Weakest : Bound;
          out[x] += Path(before, left[place], behind);
        }
      }
      if (y > 0)
      {
        const float* const above = finer.above + 2 * y * from;
        const float* const far   = finer.count + (2 * y - 2) * from;
        const bool         last  = 2 * y + 1 >= finer.rows;
        for (std::size_t x = 0; x < finer.columns; ++x)
        {
          const float before = far[x] > 0.f ? *(above - from + x) + Weakest : Bound;
          const float behind = !last && far[x + 3 * from] > 0.f ? above[x + from] + Weakest : Bound;
          path[x]            = Path(before, above[x], behind);
        }
        add(path, false, level.above + y * lanes);
      }
    }
    level.SetDiagonal(m_Damping);
  }
}
} // namespace otb
