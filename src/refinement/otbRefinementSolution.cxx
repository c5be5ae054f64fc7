// SPDX-License-Identifier: Apache-2.0

// The solution of a block: SpectralRefinement::Solve() and what it is made of.

#include "otbAlignedFloats.h"
#include "otbBlockSensor.h"
#include "otbRefinementKernels.h"
#include "otbSpectralKernels.h"
#include "otbSpectralRefinement.h"

#include <algorithm>
#include <cmath>

namespace otb
{
using namespace kernels;

/** One lattice that the unknowns are found on: the fine pixels, or squares of two by two, four by four of them.
 *
 * Vectors are lines of components of lanes, as BlockSensor has them; fields have one number per lane, one line after the other. */
struct SpectralRefinement::Workspace::Level
{
  BlockSensor sensor;
  std::size_t rows = 0, columns = 0;

  AlignedFloats solutionMemory, directionMemory, restMemory, imageMemory;
  AlignedFloats leftMemory, aboveMemory, diagonalMemory, countMemory, residualMemory;

  float *solution = nullptr, *direction = nullptr, *rest = nullptr, *image = nullptr;
  float *left = nullptr, *above = nullptr, *diagonal = nullptr; // couplings
  float* count    = nullptr;                                    // fine pixels that have data
  float* residual = nullptr;                                    // of the multispectral image, c per pixel

  std::vector<float> data; // q: what all data add to the normal matrix' diagonal, on the average

  // z = solution, if there is one, + lastStep * direction
  bool  hasSolution = false;
  float lastStep    = 0.f;

  RefinementLine GetLine(std::size_t components, std::size_t y) const
  {
    const std::size_t lanes = sensor.GetLanes(), place = y * lanes;
    return {components, lanes, left + place, above + place, above + place + lanes, diagonal + place, data.data()};
  }

  /** Memory for vectors and fields, once the sensor is set. Vectors are zero behind the last component. */
  void Allocate(std::size_t components, std::size_t bands)
  {
    const std::size_t step = sensor.GetStride(), lanes = sensor.GetLanes(), size = rows * step;
    solution  = solutionMemory.Get(size);
    direction = directionMemory.Get(size);
    rest      = restMemory.Get(size);
    image     = imageMemory.Get(size);
    left      = leftMemory.Get(rows * lanes);
    above     = aboveMemory.Get((rows + 1) * lanes);
    diagonal  = diagonalMemory.Get(rows * lanes);
    count     = countMemory.Get(rows * lanes);
    residual  = residualMemory.Get(rows * bands * lanes);
    std::fill_n(above, lanes, 0.f);
    std::fill_n(above + rows * lanes, lanes, 0.f);
    for (std::size_t y = 0; y < rows; ++y)
    {
      for (float* const vector : {solution, direction, rest, image})
      {
        std::fill(vector + y * step + components * lanes, vector + (y + 1) * step, 0.f);
      }
    }
  }

  void SetDiagonal(float damping)
  {
    const std::size_t lanes = sensor.GetLanes();
    for (std::size_t y = 0; y < rows; ++y)
    {
      const float* const one   = left + y * lanes;
      const float* const other = above + y * lanes;
      for (std::size_t x = 0; x < lanes; ++x)
      {
        // Behind the last lane the next line begins, with a coupling of zero; so does the memory behind the last line.
        diagonal[y * lanes + x] = damping * std::max(1.f, count[y * lanes + x]) + one[x] + one[x + 1] + other[x] + other[x + lanes];
      }
    }
  }

  /** Adds the last step to the solution. */
  void Finish(std::size_t components)
  {
    const std::size_t step = sensor.GetStride(), size = components * sensor.GetLanes();
    for (std::size_t y = 0; y < rows; ++y)
    {
      float* const       out  = solution + y * step;
      const float* const last = direction + y * step;
      for (std::size_t k = 0; k < size; ++k)
      {
        out[k] = (hasSolution ? out[k] : 0.f) + lastStep * last[k];
      }
    }
    hasSolution = true;
    lastStep    = 0.f;
  }
};

struct SpectralRefinement::Workspace::Buffers
{
  std::vector<Level> levels = std::vector<Level>(1); // from fine to coarse
  std::size_t        used   = 1;

  AlignedFloats coarseMemory, mixedMemory, innovationMemory, usableMemory, validMemory, guideMemory, pixelMemory, termMemory, pathMemory;

  float *coarse = nullptr, *mixed = nullptr, *innovation = nullptr, *usable = nullptr;

  std::vector<float>         columnReach;
  std::vector<unsigned char> seesInvalid;
};

SpectralRefinement::Workspace::Workspace() : m_Buffers(std::make_unique<Buffers>())
{
}
SpectralRefinement::Workspace::~Workspace()                                                                       = default;
SpectralRefinement::Workspace::Workspace(Workspace&&) noexcept                                                    = default;
SpectralRefinement::Workspace& SpectralRefinement::Workspace::operator=(SpectralRefinement::Workspace&&) noexcept = default;

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

// Iterations on the coarsest lattice, whose start is zero, and on those between it and the fine pixels.
constexpr unsigned int CoarsestIterations = 12, BetweenIterations = 8;
} // namespace

void SpectralRefinement::Solve(const Block& block, const Region& core, Workspace& workspace, float* z, std::size_t stride) const
{
  Workspace::Buffers& buffers = *workspace.m_Buffers;
  const std::size_t   q       = m_Components;
  if (q == 0 || block.fine.IsEmpty() || core.IsEmpty())
  {
    return;
  }
  Workspace::Level* level = &buffers.levels.front();
  level->rows             = static_cast<std::size_t>(block.fine.rows);
  level->columns          = static_cast<std::size_t>(block.fine.columns);
  level->data             = m_Diagonal;
  level->sensor.Set(m_Sensor, q, block.fine.top, block.fine.left, block.fine.rows, block.fine.columns);
  level->Allocate(q, GetMultispectralBands());
  SetCouplings(block, buffers);
  SetUsable(block, buffers);
  SetResiduals(block, buffers);
  SetCoarser(buffers);
  for (std::size_t k = buffers.used; k-- > 0;)
  {
    SetRest(buffers, k);
    Iterate(buffers, k, k == 0 ? m_Iterations : k + 1 == buffers.used ? CoarsestIterations : BetweenIterations);
  }

  level                  = &buffers.levels.front();
  const std::size_t step = level->sensor.GetStride(), lanes = level->sensor.GetLanes();
  const std::size_t top = static_cast<std::size_t>(core.top - block.fine.top), left = static_cast<std::size_t>(core.left - block.fine.left);
  for (std::size_t y = 0; y < static_cast<std::size_t>(core.rows); ++y)
  {
    const std::size_t  place    = (top + y) * step + left;
    const float* const solution = level->solution + place;
    const float* const last     = level->direction + place;
    float* const       out      = z + y * stride * q;
    for (std::size_t component = 0; component < q; ++component)
    {
      for (std::size_t x = 0; x < static_cast<std::size_t>(core.columns); ++x)
      {
        const std::size_t lane = component * lanes + x;
        out[x * q + component] = (level->hasSolution ? solution[lane] : 0.f) + level->lastStep * last[lane];
      }
    }
  }
}

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

// What the normal equations leave at the start: zero on the coarsest lattice, on others the next coarser one's solution.
void SpectralRefinement::SetRest(Workspace::Buffers& buffers, std::size_t number) const
{
  Workspace::Level& level  = buffers.levels[number];
  BlockSensor&      sensor = level.sensor;
  const std::size_t q = m_Components, c = GetMultispectralBands(), lanes = sensor.GetLanes(), stride = sensor.GetStride();
  const std::size_t coarseLanes = sensor.GetCoarseLanes();
  const bool        starts      = number + 1 < buffers.used;
  level.hasSolution             = starts;
  level.lastStep                = 0.f;
  if (starts)
  {
    Workspace::Level& coarser = buffers.levels[number + 1];
    coarser.Finish(q);
    // The sensor sees the same of unknowns that are constant over squares.
    coarser.sensor.Apply(coarser.solution, buffers.coarse, [](std::size_t) {});
  }
  for (std::size_t i = 0; i < sensor.GetCoarseRows(); ++i)
  {
    for (std::size_t component = 0; component < q; ++component)
    {
      const std::size_t place = (i * q + component) * coarseLanes;
      for (std::size_t j = 0; j < coarseLanes; ++j)
      {
        const float seen         = starts ? m_SquaredSizes[component] * buffers.usable[i * coarseLanes + j] * buffers.coarse[place + j] : 0.f;
        buffers.mixed[place + j] = buffers.innovation[place + j] - seen;
      }
    }
  }

  std::size_t started = 0;
  const auto  start   = [&](std::size_t lines)
  {
    for (; started < std::min(lines, level.rows); ++started)
    {
      const Workspace::Level& coarser = buffers.levels[number + 1];
      const std::size_t       from    = coarser.sensor.GetLanes();
      for (std::size_t component = 0; component < q; ++component)
      {
        const float* const in  = coarser.solution + started / 2 * coarser.sensor.GetStride() + component * from;
        float* const       out = level.solution + started * stride + component * lanes;
        for (std::size_t x = 0; 2 * x < level.columns; ++x)
        {
          out[2 * x] = out[2 * x + 1] = in[x];
        }
        std::fill(out + level.columns, out + lanes, 0.f);
        // Pixels without data stay zero. No coarse pixel that is used sees them.
        const float* const known = level.count + started * lanes;
        for (std::size_t x = 0; x < level.columns; ++x)
        {
          out[x] = known[x] > 0.f ? out[x] : 0.f;
        }
      }
    }
  };
  float* const seen = buffers.pixelMemory.Get(c * lanes);
  sensor.ApplyTransposed(
      buffers.mixed, level.rest, [](std::size_t) {},
      [&](std::size_t first, std::size_t count)
      {
        if (starts)
        {
          start(first + count + 1);
        }
        for (std::size_t y = first; y < first + count; ++y)
        {
          float* const rest     = level.rest + y * stride;
          const float* residual = level.residual + y * c * lanes;
          if (starts)
          {
            const float* const z     = level.solution + y * stride;
            const float* const known = level.count + y * lanes;
            Multiply({m_Seen.data(), q}, {z, lanes}, c, q, lanes, {}, Activation::Identity, {seen, lanes});
            for (std::size_t band = 0; band < c; ++band)
            {
              for (std::size_t x = 0; x < lanes; ++x)
              {
                seen[band * lanes + x] = residual[band * lanes + x] - known[x] * seen[band * lanes + x];
              }
            }
            residual = seen;
            SubtractCouplings(level.GetLine(q, y), y > 0 ? z - stride : z, z, y + 1 < level.rows ? z + stride : z, rest);
          }
          Multiply({m_Data.data(), c}, {residual, lanes}, q, c, lanes, {Addend::Kind::Matrix, rest, lanes}, Activation::Identity, {rest, lanes});
        }
      });
}

void SpectralRefinement::Iterate(Workspace::Buffers& buffers, std::size_t number, unsigned int iterations) const
{
  Workspace::Level& level  = buffers.levels[number];
  BlockSensor&      sensor = level.sensor;
  const std::size_t q = m_Components, c = GetMultispectralBands(), lanes = sensor.GetLanes(), stride = sensor.GetStride(),
                    coarseLanes = sensor.GetCoarseLanes(), rows = level.rows;
  const bool started = level.hasSolution;
  const auto line    = [&](std::size_t y) { return level.GetLine(q, y); };
  // What the sensor makes of the direction's next coarse lines, weighted.
  std::size_t mixed = 0;
  const auto  mix   = [&](std::size_t lines)
  {
    for (; mixed < lines; ++mixed)
    {
      for (std::size_t component = 0; component < q; ++component)
      {
        const std::size_t place = (mixed * q + component) * coarseLanes;
        for (std::size_t j = 0; j < coarseLanes; ++j)
        {
          buffers.mixed[place + j] = m_SquaredSizes[component] * buffers.usable[mixed * coarseLanes + j] * buffers.coarse[place + j];
        }
      }
    }
  };

  // What the multispectral image sees of a line; directions are zero where it has no data.
  float* const seen = buffers.pixelMemory.Get(c * lanes);

  double norm = 0., before = 0., step = 0., enough = 0.;
  for (unsigned int iteration = 0; iteration < iterations; ++iteration)
  {
    // One sweep over the lines: the direction, what the sensor makes of it, and the direction's image a kernel's width behind, all while it is in the cache.
    const auto  kind     = iteration == 0 ? SolutionStep::None : iteration == 1 && !started ? SolutionStep::First : SolutionStep::Next;
    const auto  factor   = static_cast<float>(iteration == 0 ? 0. : norm / before);
    std::size_t advanced = 0;
    double      first    = 0.;
    const auto  advance  = [&](std::size_t lines)
    {
      for (; advanced < std::min(lines, rows); ++advanced)
      {
        const std::size_t place = advanced * stride;
        first += AdvanceDirection(line(advanced), factor, level.rest + place, level.direction + place, kind, static_cast<float>(step), level.solution + place);
      }
    };
    double along = 0.;
    mixed        = 0;
    sensor.StartLines();
    sensor.ApplyTransposed(
        buffers.mixed, level.image,
        [&](std::size_t lines)
        {
          sensor.ApplyUpTo(lines, level.direction, buffers.coarse, advance);
          mix(lines);
        },
        [&](std::size_t begin, std::size_t count)
        {
          advance(begin + count + 1);
          for (std::size_t y = begin; y < begin + count; ++y)
          {
            const float* const p     = level.direction + y * stride;
            float* const       image = level.image + y * stride;
            Multiply({m_Seen.data(), q}, {p, lanes}, c, q, lanes, {}, Activation::Identity, {seen, lanes});
            if (number > 0)
            {
              const float* const known = level.count + y * lanes;
              for (std::size_t band = 0; band < c; ++band)
              {
                for (std::size_t x = 0; x < lanes; ++x)
                {
                  seen[band * lanes + x] *= known[x];
                }
              }
            }
            Multiply({m_Data.data(), c}, {seen, lanes}, q, c, lanes, {Addend::Kind::Matrix, image, lanes}, Activation::Identity, {image, lanes});
            along += AddCouplings(line(y), y > 0 ? p - stride : p, p, y + 1 < rows ? p + stride : p, image);
          }
        });
    if (iteration == 0)
    {
      norm   = first;
      enough = 1e-12 * norm; // single precision has no more
    }
    before = norm;
    norm   = 0.;
    if (!(before > enough && along > 0.))
    {
      level.hasSolution = started || iteration > 0;
      return;
    }
    step = before / along;
    if (iteration + 1 == iterations)
    {
      break; // what is left is nobody's business
    }
    for (std::size_t y = 0; y < rows; ++y)
    {
      norm += AdvanceRest(line(y), static_cast<float>(step), level.image + y * stride, level.rest + y * stride);
    }
  }
  level.hasSolution = started || iterations > 1;
  level.lastStep    = static_cast<float>(step);
}
} // namespace otb
