// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralRefinement.h"
#include "otbBlockSensor.h"
#include "otbSpectralKernels.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
using namespace kernels;

namespace
{
/** Columns padded with zeros to what the kernels read. */
SpectraMatrix Padded(const Eigen::MatrixXd& matrix)
{
  SpectraMatrix padded           = SpectraMatrix::Zero(matrix.rows(), static_cast<Eigen::Index>(PaddedSize(static_cast<std::size_t>(matrix.cols()))));
  padded.leftCols(matrix.cols()) = matrix.cast<float>();
  return padded;
}

void Expect(bool right, const std::string& what, std::size_t found, std::size_t expected)
{
  if (!right)
  {
    throw std::invalid_argument("refinement: found " + what + " " + std::to_string(found) + ", expected " + std::to_string(expected));
  }
}

/** Sum over taps of the squared weights of a coarse pixel amid those that the fine image covers. */
double SquaredWeights(const SensorOperator& sensor)
{
  const auto&     rows = sensor.GetRows();
  const auto&     cols = sensor.GetColumns();
  Eigen::MatrixXd sums = Eigen::MatrixXd::Ones(rows.rank, rows.rank);
  for (const auto* axis : {&rows, &cols})
  {
    const auto inside = BlockSensor::Within(*axis, 0, axis->fineSize);
    if (inside.size == 0)
    {
      return 0.;
    }
    using Lines                = Eigen::Map<const SpectraMatrix, 0, Eigen::OuterStride<>>;
    const auto            step = static_cast<Eigen::Index>(axis->size) * static_cast<Eigen::Index>(axis->taps);
    const Lines           lines(axis->GetWeights(0, inside.begin + inside.size / 2), axis->rank, axis->taps, Eigen::OuterStride<>(step));
    const Eigen::MatrixXd terms = lines.cast<double>();
    sums                        = sums.cwiseProduct(terms * terms.transpose()).eval();
  }
  return sums.sum();
}
} // namespace

SpectralRefinement::SpectralRefinement(const SpectralRefinementModel& model, const CoarseGridAxis& rows, const CoarseGridAxis& columns, long fineRows,
                                       long fineColumns, const LinearMixing* mixing)
  : m_Components(model.components()), m_RowAxis(rows), m_ColumnAxis(columns), m_Sensor(model.blur, rows, columns, fineRows, fineColumns),
    m_Coupling(model.coupling), m_Damping(model.damping), m_Iterations(model.iterations)
{
  CheckModel(model);
  if (mixing != nullptr)
  {
    Expect(mixing->GetEndmembers().cols() == model.basis.rows(), "endmembers' number of bands", static_cast<std::size_t>(mixing->GetEndmembers().cols()),
           static_cast<std::size_t>(model.basis.rows()));
  }
  SetData(model);
  SetSummary(model, mixing);
  SetLattice();
}

void SpectralRefinement::CheckModel(const SpectralRefinementModel& model) const
{
  const std::size_t C = model.response.GetNumberOfHyperspectralBands(), c = model.response.GetNumberOfMultispectralBands(), q = model.components();
  Expect(static_cast<std::size_t>(model.basis.rows()) == C, "rows of the basis", static_cast<std::size_t>(model.basis.rows()), C);
  Expect(static_cast<std::size_t>(model.basis.cols()) == q, "columns of the basis", static_cast<std::size_t>(model.basis.cols()), q);
  Expect(static_cast<std::size_t>(model.projection.rows()) == C, "rows of the projection", static_cast<std::size_t>(model.projection.rows()), C);
  Expect(static_cast<std::size_t>(model.projection.cols()) == q, "columns of the projection", static_cast<std::size_t>(model.projection.cols()), q);
  Expect(model.multispectralNoise.size() == c, "multispectral bands with noise", model.multispectralNoise.size(), c);
  Expect(model.contrast.size() == c, "multispectral bands with contrast", model.contrast.size(), c);
  const auto positive = [](float value) { return std::isfinite(value) && value > 0.f; };
  if (!std::all_of(model.multispectralNoise.begin(), model.multispectralNoise.end(), positive) ||
      !std::all_of(model.contrast.begin(), model.contrast.end(), positive) || !positive(model.edge) || !positive(model.damping) ||
      !(model.coupling >= 0.f && std::isfinite(model.coupling)) || model.iterations < 1)
  {
    throw std::invalid_argument("refinement: found a noise, contrast, edge, damping, coupling or number of iterations that is out of range, expected positive "
                                "numbers");
  }
  if (!model.basis.allFinite() || !model.projection.allFinite() ||
      !std::all_of(model.sizes.begin(), model.sizes.end(), [](float size) { return std::isfinite(size); }))
  {
    throw std::invalid_argument("refinement: found a basis, projection or size that is not finite, expected numbers");
  }
}

void SpectralRefinement::SetData(const SpectralRefinementModel& model)
{
  const Eigen::Index c = model.response.GetNumberOfMultispectralBands(), q = m_Components;
  m_Noise = model.multispectralNoise;
  m_Precision.resize(m_Noise.size());
  std::transform(m_Noise.begin(), m_Noise.end(), m_Precision.begin(), [](float noise) { return 1.f / noise; });
  m_Guide.resize(static_cast<std::size_t>(c));
  std::transform(model.contrast.begin(), model.contrast.end(), m_Guide.begin(), [&model](float contrast) { return 1.f / (contrast * model.edge); });

  const Eigen::VectorXd noise = Eigen::Map<const Eigen::VectorXf>(m_Noise.data(), c).cast<double>();
  const Eigen::VectorXd sizes = Eigen::Map<const Eigen::VectorXf>(model.sizes.data(), q).cast<double>();
  const Eigen::MatrixXd seen  = noise.cwiseInverse().asDiagonal() * (model.response.GetMatrix().cast<double>() * model.basis.cast<double>());
  m_Basis                     = model.basis;
  m_Seen                      = seen.cast<float>();
  m_Data                      = m_Seen.transpose();
  m_Projection                = Padded(model.projection.cast<double>() * sizes.asDiagonal());
  // Of the coarse pixels that see a fine one there are as many as its share of their density.
  const double seenBy = SquaredWeights(m_Sensor) * std::abs(m_RowAxis.step * m_ColumnAxis.step);
  for (Eigen::Index k = 0; k < q; ++k)
  {
    m_SquaredSizes.push_back(static_cast<float>(sizes(k) * sizes(k)));
    m_SeenNorm.push_back(static_cast<float>(seen.col(k).squaredNorm()));
    m_Diagonal.push_back(static_cast<float>(sizes(k) * sizes(k) * seenBy + seen.col(k).squaredNorm()));
  }
}

void SpectralRefinement::SetSummary(const SpectralRefinementModel& model, const LinearMixing* mixing)
{
  const Eigen::Index    C = model.basis.rows(), c = static_cast<Eigen::Index>(m_Noise.size()), q = m_Components;
  const Eigen::VectorXd noise = Eigen::Map<const Eigen::VectorXf>(m_Noise.data(), c).cast<double>();
  Eigen::MatrixXd       sees(C, q + c);
  sees.leftCols(q)                  = m_Projection.leftCols(q).cast<double>();
  sees.rightCols(c)                 = model.response.GetMatrix().cast<double>().transpose() * noise.cwiseInverse().asDiagonal();
  std::vector<float>       base     = mixing != nullptr ? mixing->GetBase() : std::vector<float>(static_cast<std::size_t>(C), 0.f);
  const Eigen::RowVectorXd constant = Eigen::Map<const Eigen::RowVectorXf>(base.data(), C).cast<double>() * sees;
  m_SummaryBase.assign(PaddedSize(static_cast<std::size_t>(q + c)), 0.f);
  Eigen::Map<Eigen::RowVectorXf>(m_SummaryBase.data(), q + c) = constant.cast<float>();
  m_Origin                                                    = std::move(base);
  m_Origin.resize(PaddedSize(static_cast<std::size_t>(C)), 0.f);
  if (mixing == nullptr)
  {
    m_Summary   = Padded(sees);
    m_Synthesis = Padded(m_Basis.cast<double>().transpose());
    return;
  }
  const Eigen::MatrixXd directions = mixing->GetDirections().cast<double>();
  Eigen::MatrixXd       synthesis(directions.rows() + q, C);
  synthesis << directions, m_Basis.cast<double>().transpose();
  m_Summary   = Padded(directions * sees);
  m_Synthesis = Padded(synthesis);
}

void SpectralRefinement::SetLattice()
{
  // The halo holds all coarse pixels that see a part of the core, and what the smoothness of the error carries in.
  const auto halo = [](const CoarseGridAxis& axis, const SensorOperator::Axis& sensor)
  { return std::max(static_cast<long>(sensor.taps), static_cast<long>(std::lround(4. + 3. * axis.Ratio()))); };
  // Large enough that halos are a modest part, small enough for the caches; whole numbers of coarse pixels. A row of cores is kept across the image, so the
  // wider that is, the fewer lines.
  const auto core = [](const CoarseGridAxis& axis, long smallest)
  {
    const long ratio = std::max(1L, std::lround(axis.Ratio()));
    return (smallest + ratio - 1) / ratio * ratio;
  };
  constexpr long Fewest = 64, Few = 256, Many = 512, LongHalo = 48, MostKept = 28L << 20; // bytes
  m_HaloRows    = halo(m_RowAxis, m_Sensor.GetRows());
  m_HaloColumns = halo(m_ColumnAxis, m_Sensor.GetColumns());
  long rows     = m_HaloRows > LongHalo ? Many : Few;
  while (rows > std::max(Fewest, m_HaloRows) && rows * m_Sensor.GetColumns().fineSize * static_cast<long>(m_Components * sizeof(float)) > MostKept)
  {
    rows /= 2;
  }
  m_CoreRows    = core(m_RowAxis, rows);
  m_CoreColumns = core(m_ColumnAxis, Many);
}

SpectralRefinement::Region SpectralRefinement::GetCores(const Region& region) const
{
  const auto along = [](long first, long count, long core, long size, long& from, long& number)
  {
    from   = first / core * core;
    number = std::min(size, (first + count + core - 1) / core * core) - from;
  };
  Region cores;
  along(region.top, region.rows, m_CoreRows, m_Sensor.GetRows().fineSize, cores.top, cores.rows);
  along(region.left, region.columns, m_CoreColumns, m_Sensor.GetColumns().fineSize, cores.left, cores.columns);
  return cores;
}

SpectralRefinement::Region SpectralRefinement::GetNeighbourhood(const Region& region) const
{
  const auto along = [](long first, long count, long halo, long size, long& from, long& number)
  {
    from   = std::max(0L, first - halo);
    number = std::min(size, first + count + halo) - from;
  };
  Region wide;
  along(region.top, region.rows, m_HaloRows, m_Sensor.GetRows().fineSize, wide.top, wide.rows);
  along(region.left, region.columns, m_HaloColumns, m_Sensor.GetColumns().fineSize, wide.left, wide.columns);
  return wide;
}

SpectralRefinement::Region SpectralRefinement::GetCoarse(const Region& fine) const
{
  const auto rows    = BlockSensor::Within(m_Sensor.GetRows(), fine.top, fine.rows);
  const auto columns = BlockSensor::Within(m_Sensor.GetColumns(), fine.left, fine.columns);
  return {rows.begin, columns.begin, rows.size, columns.size};
}

void SpectralRefinement::Summarise(const float* fused, std::size_t count, float* summaries) const
{
  Multiply({fused, GetFusedSize()}, {m_Summary.data(), static_cast<std::size_t>(m_Summary.cols())}, count, GetFusedSize(), GetSummarySize(),
           {Addend::Kind::PerLane, m_SummaryBase.data(), 0}, Activation::Identity, {summaries, GetSummarySize()});
}

void SpectralRefinement::SummariseCoarse(const float* hyperspectral, std::size_t count, float* projections) const
{
  Multiply({hyperspectral, GetSpectralBands()}, {m_Projection.data(), static_cast<std::size_t>(m_Projection.cols())}, count, GetSpectralBands(), m_Components,
           {}, Activation::Identity, {projections, m_Components});
}

void SpectralRefinement::Refine(const float* fused, const float* z, std::size_t count, float* spectra) const
{
  constexpr std::size_t           Chunk  = 64;
  const std::size_t               C      = GetSpectralBands();
  const std::size_t               q      = m_Components;
  const std::size_t               padded = static_cast<std::size_t>(m_Synthesis.cols());
  const std::size_t               mixed  = static_cast<std::size_t>(m_Synthesis.rows()) - q; // K, or 0 of spectra
  const ConstMatrix               table  = {m_Synthesis.data(), padded};
  thread_local std::vector<float> scratch;
  if (mixed > 0)
  {
    const std::size_t size = mixed + q;
    scratch.resize(Chunk * size);
    for (std::size_t first = 0; first < count; first += Chunk)
    {
      const std::size_t pixels = std::min(Chunk, count - first);
      for (std::size_t pixel = 0; pixel < pixels; ++pixel)
      {
        std::copy_n(fused + (first + pixel) * mixed, mixed, scratch.data() + pixel * size);
        std::copy_n(z + (first + pixel) * q, q, scratch.data() + pixel * size + mixed);
      }
      Multiply({scratch.data(), size}, table, pixels, size, C, {Addend::Kind::PerLane, m_Origin.data(), 0}, Activation::Identity, {spectra + first * C, C});
    }
    return;
  }
  // The kernel reads an addend up to whole registers, which behind the last pixels belong to someone else.
  const std::size_t last  = std::min(count, 1 + padded / C);
  const std::size_t early = count - last;
  if (early > 0)
  {
    Multiply({z, q}, table, early, q, C, {Addend::Kind::Matrix, fused, C}, Activation::Identity, {spectra, C});
  }
  for (std::size_t pixel = early; pixel < count; ++pixel)
  {
    scratch.assign(padded, 0.f);
    std::copy_n(fused + pixel * C, C, scratch.data());
    Multiply({z + pixel * q, q}, table, 1, q, C, {Addend::Kind::PerLane, scratch.data(), 0}, Activation::Identity, {spectra + pixel * C, C});
  }
}
} // namespace otb
