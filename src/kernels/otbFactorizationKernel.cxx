// SPDX-License-Identifier: Apache-2.0

// One sweep of non-negative matrix factorisation over a panel of pixels that stays in the cache.

#include "otbKernelTargets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbFactorizationKernel.cxx"
#include "hwy/foreach_target.h"
#include "otbKernelLanes-inl.h"

#include "hwy/cache_control.h"

#include "otbFactorizationKernel.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
static_assert(PartialSums == LaneMultiple, "each lane of the widest register is a partial sum");

// A tile of Rows x Vectors accumulators. Seven endmembers are the usual number.
constexpr std::size_t PanelRows    = ManyRegisters ? 7 : 4;
constexpr std::size_t PanelVectors = ManyRegisters ? 4 : 2;

// VE (Rows x PanelPixels) = E V
template <std::size_t Rows>
void Project(const FactorizationPanel& panel, std::size_t row)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  for (std::size_t pixel = 0; pixel < PanelPixels; pixel += PanelVectors * N)
  {
    Vector sum[Rows][PanelVectors];
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < PanelVectors; ++v)
      {
        sum[r][v] = hn::Zero(d);
      }
    }
    const float* e = panel.E + row * panel.bands;
    for (std::size_t band = 0; band < panel.bands; ++band, ++e)
    {
      Vector x[PanelVectors];
      for (std::size_t v = 0; v < PanelVectors; ++v)
      {
        x[v] = hn::Load(d, panel.V + band * PanelPixels + pixel + v * N);
      }
      for (std::size_t r = 0; r < Rows; ++r)
      {
        const Vector weight = hn::Set(d, e[r * panel.bands]);
        for (std::size_t v = 0; v < PanelVectors; ++v)
        {
          sum[r][v] = hn::MulAdd(weight, x[v], sum[r][v]);
        }
      }
    }
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < PanelVectors; ++v)
      {
        hn::Store(sum[r][v], d, panel.VE + (row + r) * PanelPixels + pixel + v * N);
      }
    }
  }
}

// As many rows as there are, at most Rows; returns their number.
template <std::size_t Rows>
std::size_t ProjectRows(const FactorizationPanel& panel, std::size_t row)
{
  if constexpr (Rows > 1)
  {
    if (panel.endmembers - row < Rows)
    {
      return ProjectRows<Rows - 1>(panel, row);
    }
  }
  Project<Rows>(panel, row);
  return Rows;
}

double Descend(const FactorizationPanel& panel)
{
  const Lanes       d;
  const std::size_t N         = hn::Lanes(d);
  const std::size_t K         = panel.endmembers;
  const auto        zero      = hn::Zero(d);
  auto              violation = zero;
  for (std::size_t pixel = 0; pixel < PanelPixels; pixel += PanelVectors * N)
  {
    for (std::size_t k = 0; k < K; ++k)
    {
      Vector gradient[PanelVectors];
      for (std::size_t v = 0; v < PanelVectors; ++v)
      {
        gradient[v] = hn::Neg(hn::Load(d, panel.VE + k * PanelPixels + pixel + v * N));
      }
      for (std::size_t other = 0; other < K; ++other)
      {
        const Vector g = hn::Set(d, panel.gramE[k * K + other]);
        for (std::size_t v = 0; v < PanelVectors; ++v)
        {
          gradient[v] = hn::MulAdd(g, hn::Load(d, panel.W + other * PanelPixels + pixel + v * N), gradient[v]);
        }
      }
      const float norm = panel.gramE[k * K + k];
      for (std::size_t v = 0; v < PanelVectors; ++v)
      {
        float*     w     = panel.W + k * PanelPixels + pixel + v * N;
        const auto value = hn::Load(d, w);
        violation        = hn::Add(violation, hn::Abs(hn::IfThenElse(hn::Eq(value, zero), hn::Min(gradient[v], zero), gradient[v])));
        if (norm > 0.f)
        {
          hn::Store(hn::Max(hn::Sub(value, hn::Div(gradient[v], hn::Set(d, norm))), zero), d, w);
        }
      }
    }
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, violation)));
}

// sums (rows x K x PartialSums) += matrix (rows x PanelPixels) * W^T
void AddProducts(const FactorizationPanel& panel, const float* matrix, std::size_t rows, float* sums)
{
  const Lanes           d;
  const std::size_t     N       = hn::Lanes(d);
  constexpr std::size_t Vectors = 8;
  for (std::size_t pixel = 0; pixel < PanelPixels; pixel += Vectors * N)
  {
    float* sum = sums;
    for (std::size_t row = 0; row < rows; ++row)
    {
      const float* source = matrix + row * PanelPixels + pixel;
      Vector       x[Vectors];
      for (std::size_t v = 0; v < Vectors; ++v)
      {
        x[v] = hn::Load(d, source + v * N);
      }
      // The next panel comes from main memory while this one is computed.
      for (std::size_t line = 0; line < Vectors * N; line += PartialSums)
      {
        hwy::Prefetch(source + rows * PanelPixels + line);
      }
      for (const float* w = panel.W + pixel; w < panel.W + panel.endmembers * PanelPixels; w += PanelPixels, sum += PartialSums)
      {
        // Two sums, so that one addition need not wait for the other.
        auto even = hn::Load(d, sum), odd = hn::Zero(d);
        for (std::size_t v = 0; v < Vectors; v += 2)
        {
          even = hn::MulAdd(x[v], hn::Load(d, w + v * N), even);
          odd  = hn::MulAdd(x[v + 1], hn::Load(d, w + (v + 1) * N), odd);
        }
        hn::Store(hn::Add(even, odd), d, sum);
      }
    }
  }
}

double DescendAbundances(const FactorizationPanel& panel)
{
  for (std::size_t row = 0; row < panel.endmembers;)
  {
    row += ProjectRows<PanelRows>(panel, row);
  }
  const double violation = Descend(panel);
  AddProducts(panel, panel.V, panel.bands, panel.products);
  AddProducts(panel, panel.W, panel.endmembers, panel.gramW);
  return violation;
}
} // namespace HWY_NAMESPACE
} // namespace kernels
} // namespace otb
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace otb
{
namespace kernels
{
HWY_EXPORT(DescendAbundances);

double DescendAbundances(const FactorizationPanel& panel)
{
  return HWY_DYNAMIC_DISPATCH(DescendAbundances)(panel);
}
} // namespace kernels
} // namespace otb
#endif
