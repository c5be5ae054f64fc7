// SPDX-License-Identifier: Apache-2.0

// The solution of a block: SpectralRefinement::Solve() and what it is made of.

#include "otbAlignedFloats.h"
#include "otbBlockSensor.h"
#include "otbRefinementKernels.h"
#include "otbSpectralKernels.h"
#include "otbSpectralRefinement.h"

#include <algorithm>

namespace otb
{
using namespace kernels;

/** Vectors over fine pixels are lines of components of lanes, as BlockSensor has them; fields have one number per lane, one line after the other. */
struct SpectralRefinement::Workspace::Buffers
{
  BlockSensor sensor;

  AlignedFloats solutionMemory, directionMemory, restMemory, imageMemory;
  AlignedFloats leftMemory, aboveMemory, diagonalMemory, weightMemory, validMemory, guideMemory;
  AlignedFloats coarseMemory, mixedMemory, usableMemory, pixelMemory, termMemory;

  float *solution = nullptr, *direction = nullptr, *rest = nullptr, *image = nullptr;
  float *left = nullptr, *above = nullptr, *diagonal = nullptr, *weight = nullptr;
  float *coarse = nullptr, *mixed = nullptr, *usable = nullptr;

  std::vector<float>         columnReach;
  std::vector<unsigned char> seesInvalid;
  std::size_t                rows = 0;

  // z = solution, if there is one, + lastStep * direction
  bool  hasSolution = false;
  float lastStep    = 0.f;
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
} // namespace

void SpectralRefinement::Solve(const Block& block, const Region& core, Workspace& workspace, float* z, std::size_t stride) const
{
  Workspace::Buffers& buffers = *workspace.m_Buffers;
  const std::size_t   q       = m_Components;
  if (q == 0 || block.fine.IsEmpty() || core.IsEmpty())
  {
    return;
  }
  buffers.rows = static_cast<std::size_t>(block.fine.rows);
  buffers.sensor.Set(m_Sensor, q, block.fine.top, block.fine.left, block.fine.rows, block.fine.columns);
  const std::size_t step = buffers.sensor.GetStride(), lanes = buffers.sensor.GetLanes(), size = buffers.rows * step;
  buffers.solution  = buffers.solutionMemory.Get(size);
  buffers.direction = buffers.directionMemory.Get(size);
  buffers.rest      = buffers.restMemory.Get(size);
  buffers.image     = buffers.imageMemory.Get(size);
  for (std::size_t y = 0; y < buffers.rows; ++y)
  {
    for (float* const vector : {buffers.solution, buffers.direction, buffers.rest, buffers.image})
    {
      std::fill(vector + y * step + q * lanes, vector + (y + 1) * step, 0.f);
    }
  }

  SetCouplings(block, buffers);
  SetUsable(block, buffers);
  SetRest(block, buffers);
  Iterate(buffers);

  const std::size_t top = static_cast<std::size_t>(core.top - block.fine.top), left = static_cast<std::size_t>(core.left - block.fine.left);
  for (std::size_t y = 0; y < static_cast<std::size_t>(core.rows); ++y)
  {
    const std::size_t  place    = (top + y) * step + left;
    const float* const solution = buffers.solution + place;
    const float* const last     = buffers.direction + place;
    float* const       out      = z + y * stride * q;
    for (std::size_t component = 0; component < q; ++component)
    {
      for (std::size_t x = 0; x < static_cast<std::size_t>(core.columns); ++x)
      {
        const std::size_t lane = component * lanes + x;
        out[x * q + component] = (buffers.hasSolution ? solution[lane] : 0.f) + buffers.lastStep * last[lane];
      }
    }
  }
}

// How much neighbours are bound to each other, which pixels have data, and how far their residuals are believed.
void SpectralRefinement::SetCouplings(const Block& block, Workspace::Buffers& buffers) const
{
  const std::size_t c = GetMultispectralBands(), lanes = buffers.sensor.GetLanes(), rows = buffers.rows;
  const auto        columns = static_cast<std::size_t>(block.fine.columns);
  buffers.left              = buffers.leftMemory.Get(rows * lanes);
  buffers.above             = buffers.aboveMemory.Get((rows + 1) * lanes);
  buffers.diagonal          = buffers.diagonalMemory.Get(rows * lanes);
  buffers.weight            = buffers.weightMemory.Get(rows * lanes);
  float* const valid        = buffers.validMemory.Get(2 * lanes);
  float* const guide        = buffers.guideMemory.Get(2 * c * lanes);
  std::fill_n(buffers.above, lanes, 0.f);
  std::fill_n(buffers.above + rows * lanes, lanes, 0.f);
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
      known[x] = buffers.weight[y * lanes + x] = x < columns && flags[x] != 0 ? 1.f : 0.f;
    }
    for (std::size_t band = 0; band < c; ++band)
    {
      for (std::size_t x = 0; x < columns; ++x)
      {
        // What is no data may be no number.
        here[band * lanes + x] = known[x] != 0.f ? here[band * lanes + x] * m_Guide[band] : 0.f;
      }
    }
    EdgeWeights(here, here - 1, c, lanes, known, known - 1, m_Coupling, lanes, buffers.left + y * lanes);
    buffers.left[y * lanes] = 0.f;
    if (y > 0)
    {
      EdgeWeights(here, guide + (y + 1) % 2 * c * lanes, c, lanes, known, valid + (y + 1) % 2 * lanes, m_Coupling, lanes, buffers.above + y * lanes);
    }
  }
  for (std::size_t y = 0; y < rows; ++y)
  {
    const float* const left  = buffers.left + y * lanes;
    const float* const above = buffers.above + y * lanes;
    for (std::size_t x = 0; x < lanes; ++x)
    {
      // Behind the last lane the next line begins, with a coupling of zero; so does the memory behind the last line.
      buffers.diagonal[y * lanes + x] = m_Damping + left[x] + left[x + 1] + above[x] + above[x + lanes];
    }
  }
}

// Which of the block's coarse pixels have a say.
void SpectralRefinement::SetUsable(const Block& block, Workspace::Buffers& buffers) const
{
  const BlockSensor& sensor   = buffers.sensor;
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

// The right-hand side: D^T of the innovations, and what the multispectral residuals add.
void SpectralRefinement::SetRest(const Block& block, Workspace::Buffers& buffers) const
{
  BlockSensor&      sensor = buffers.sensor;
  const std::size_t q = m_Components, c = GetMultispectralBands(), size = GetSummarySize();
  const std::size_t lanes = sensor.GetLanes(), stride = sensor.GetStride(), coarseLanes = sensor.GetCoarseLanes(), rows = buffers.rows;
  const auto        columns = static_cast<std::size_t>(block.fine.columns);
  const std::size_t coarse  = std::max<std::size_t>(1, sensor.GetCoarseRows()) * q * coarseLanes;
  buffers.coarse            = buffers.coarseMemory.GetZeros(coarse);
  buffers.mixed             = buffers.mixedMemory.GetZeros(coarse);

  for (std::size_t y = 0; y < rows; ++y)
  {
    float* const               line  = buffers.direction + y * stride;
    const unsigned char* const flags = block.valid + y * block.stride;
    ToLanes(block.summaries + y * block.stride * size, columns, size, q, lanes, line);
    for (std::size_t x = 0; x < columns; ++x)
    {
      for (std::size_t component = 0; flags[x] == 0 && component < q; ++component)
      {
        line[component * lanes + x] = 0.f;
      }
    }
  }
  sensor.Apply(buffers.direction, buffers.coarse, [](std::size_t) {});
  for (std::size_t i = 0; i < sensor.GetCoarseRows(); ++i)
  {
    for (std::size_t j = 0; j < sensor.GetCoarseColumns(); ++j)
    {
      const auto place = static_cast<std::size_t>(sensor.GetCoarseRow(i) - block.coarse.top) * block.coarseStride +
                         static_cast<std::size_t>(sensor.GetCoarseColumn(j) - block.coarse.left);
      for (std::size_t component = 0; component < q; ++component)
      {
        float& value = buffers.coarse[(i * q + component) * coarseLanes + j];
        value        = buffers.usable[i * coarseLanes + j] != 0.f ? block.projections[place * q + component] - value : 0.f;
      }
    }
  }

  // The multispectral residuals, bands of lanes.
  float* const residual = buffers.termMemory.Get(c * lanes);
  float* const seen     = buffers.pixelMemory.Get(c * lanes);
  sensor.ApplyTransposed(
      buffers.coarse, buffers.rest, [](std::size_t) {},
      [&](std::size_t first, std::size_t count)
      {
        for (std::size_t y = first; y < first + count; ++y)
        {
          ToLanes(block.summaries + y * block.stride * size + q, columns, size, c, lanes, seen);
          ToLanes(block.multispectral + y * block.stride * c, columns, c, c, lanes, residual);
          const float* const weight = buffers.weight + y * lanes;
          const float        reach  = Reach(m_RowAxis, block.fine.top + static_cast<long>(y));
          for (std::size_t band = 0; band < c; ++band)
          {
            const float        precision = m_Precision[band];
            float* const       out       = residual + band * lanes;
            const float* const summary   = seen + band * lanes;
            for (std::size_t x = 0; x < lanes; ++x)
            {
              out[x] = weight[x] > 0.f ? reach * buffers.columnReach[x] * (out[x] * precision - summary[x]) : 0.f;
            }
          }
          float* const line = buffers.rest + y * stride;
          Multiply({m_Data.data(), c}, {residual, lanes}, q, c, lanes, {Addend::Kind::Matrix, line, lanes}, Activation::Identity, {line, lanes});
        }
      });
}

void SpectralRefinement::Iterate(Workspace::Buffers& buffers) const
{
  BlockSensor&      sensor = buffers.sensor;
  const std::size_t q = m_Components, c = GetMultispectralBands(), lanes = sensor.GetLanes(), stride = sensor.GetStride(),
                    coarseLanes = sensor.GetCoarseLanes(), rows = buffers.rows;
  const auto line = [&](std::size_t y)
  {
    const std::size_t place = y * lanes;
    return RefinementLine{q, lanes, buffers.left + place, buffers.above + place, buffers.above + place + lanes, buffers.diagonal + place, m_Diagonal.data()};
  };
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
  for (unsigned int iteration = 0; iteration < m_Iterations; ++iteration)
  {
    // One sweep over the lines: the direction, what the sensor makes of it, and the direction's image a kernel's width behind, all while it is in the cache.
    const auto  kind     = iteration == 0 ? SolutionStep::None : iteration == 1 ? SolutionStep::First : SolutionStep::Next;
    const auto  factor   = static_cast<float>(iteration == 0 ? 0. : norm / before);
    std::size_t advanced = 0;
    double      first    = 0.;
    const auto  advance  = [&](std::size_t lines)
    {
      for (; advanced < std::min(lines, rows); ++advanced)
      {
        const std::size_t place = advanced * stride;
        first +=
            AdvanceDirection(line(advanced), factor, buffers.rest + place, buffers.direction + place, kind, static_cast<float>(step), buffers.solution + place);
      }
    };
    double along = 0.;
    mixed        = 0;
    sensor.StartLines();
    sensor.ApplyTransposed(
        buffers.mixed, buffers.image,
        [&](std::size_t lines)
        {
          sensor.ApplyUpTo(lines, buffers.direction, buffers.coarse, advance);
          mix(lines);
        },
        [&](std::size_t begin, std::size_t count)
        {
          advance(begin + count + 1);
          for (std::size_t y = begin; y < begin + count; ++y)
          {
            const float* const p     = buffers.direction + y * stride;
            float* const       image = buffers.image + y * stride;
            Multiply({m_Seen.data(), q}, {p, lanes}, c, q, lanes, {}, Activation::Identity, {seen, lanes});
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
      buffers.hasSolution = iteration > 0;
      buffers.lastStep    = 0.f;
      return;
    }
    step = before / along;
    for (std::size_t y = 0; y < rows; ++y)
    {
      norm += AdvanceRest(line(y), static_cast<float>(step), buffers.image + y * stride, buffers.rest + y * stride);
    }
  }
  buffers.hasSolution = m_Iterations > 1;
  buffers.lastStep    = static_cast<float>(step);
}
} // namespace otb
