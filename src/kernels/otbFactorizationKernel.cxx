// SPDX-License-Identifier: Apache-2.0

// Compiled once per instruction set, as otbSpectralKernels.cxx explains.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "otbFactorizationKernel.cxx"
#include "hwy/foreach_target.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

#include "otbFactorizationKernel.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace kernels
{
namespace HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;
using Lanes  = hn::CappedTag<float, PartialSums>;
using Vector = hn::Vec<Lanes>;

// A tile of Rows x Vectors accumulators stays in registers, of which AVX-512 has 32, the others 16. Seven endmembers are the usual number.
constexpr bool        Wide           = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL;
constexpr std::size_t MaximumRows    = Wide ? 7 : 4;
constexpr std::size_t MaximumVectors = Wide ? 4 : 2;

// VE (Rows x PanelPixels) = E V
template <std::size_t Rows>
void Project(const FactorizationPanel& panel, std::size_t row)
{
  const Lanes       d;
  const std::size_t N = hn::Lanes(d);
  for (std::size_t pixel = 0; pixel < PanelPixels; pixel += MaximumVectors * N)
  {
    Vector sum[Rows][MaximumVectors];
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < MaximumVectors; ++v)
      {
        sum[r][v] = hn::Zero(d);
      }
    }
    const float* e = panel.E + row * panel.bands;
    for (std::size_t band = 0; band < panel.bands; ++band, ++e)
    {
      Vector x[MaximumVectors];
      for (std::size_t v = 0; v < MaximumVectors; ++v)
      {
        x[v] = hn::Load(d, panel.V + band * PanelPixels + pixel + v * N);
      }
      for (std::size_t r = 0; r < Rows; ++r)
      {
        const Vector weight = hn::Set(d, e[r * panel.bands]);
        for (std::size_t v = 0; v < MaximumVectors; ++v)
        {
          sum[r][v] = hn::MulAdd(weight, x[v], sum[r][v]);
        }
      }
    }
    for (std::size_t r = 0; r < Rows; ++r)
    {
      for (std::size_t v = 0; v < MaximumVectors; ++v)
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
  for (std::size_t pixel = 0; pixel < PanelPixels; pixel += MaximumVectors * N)
  {
    for (std::size_t k = 0; k < K; ++k)
    {
      Vector gradient[MaximumVectors];
      for (std::size_t v = 0; v < MaximumVectors; ++v)
      {
        gradient[v] = hn::Neg(hn::Load(d, panel.VE + k * PanelPixels + pixel + v * N));
      }
      for (std::size_t other = 0; other < K; ++other)
      {
        const Vector g = hn::Set(d, panel.gramE[k * K + other]);
        for (std::size_t v = 0; v < MaximumVectors; ++v)
        {
          gradient[v] = hn::MulAdd(g, hn::Load(d, panel.W + other * PanelPixels + pixel + v * N), gradient[v]);
        }
      }
      const float norm = panel.gramE[k * K + k];
      for (std::size_t v = 0; v < MaximumVectors; ++v)
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
    row += ProjectRows<MaximumRows>(panel, row);
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
