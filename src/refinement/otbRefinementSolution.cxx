// SPDX-License-Identifier: Apache-2.0

// The solution of a block: SpectralRefinement::Solve(), and conjugate gradients on each lattice.

#include "otbRefinementWorkspace.h"
#include "otbSpectralKernels.h"

#include <algorithm>

namespace otb
{
using namespace kernels;

SpectralRefinement::Workspace::Workspace() : m_Buffers(std::make_unique<Buffers>())
{
}
SpectralRefinement::Workspace::~Workspace()                                                                       = default;
SpectralRefinement::Workspace::Workspace(Workspace&&) noexcept                                                    = default;
SpectralRefinement::Workspace& SpectralRefinement::Workspace::operator=(SpectralRefinement::Workspace&&) noexcept = default;

namespace
{
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
