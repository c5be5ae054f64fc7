// SPDX-License-Identifier: Apache-2.0
#include "otbErrorGain.h"
#include "otbErrorGrain.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace
{
constexpr double NoiseScatter = 0.1; // how well the variance of Y's noise is known

// Of scenes whose truth is known, sharpened by the module's methods: gains, with the scatter of their logarithms, and that of what tells of them.
constexpr double TypicalGain      = 2.;
constexpr double TypicalScatter   = 0.35;
constexpr double StructureScatter = 0.45;
constexpr double GrainScatter     = 0.25;
} // namespace

SharpStructure SharpStructure::Of(const RefinementSample& sample, const SpectralUncertaintyModel& model)
{
  const auto            c        = static_cast<Eigen::Index>(model.contrast.size());
  const auto            origin   = Eigen::Map<const Eigen::RowVectorXf>(model.origin.data(), c);
  const auto            contrast = Eigen::Map<const Eigen::RowVectorXf>(model.contrast.data(), c);
  std::array<double, 3> products{}, pairs{}; // at that distance
  for (const RefinementBlock& block : sample.blocks)
  {
    const SpectraMatrix scaled     = (block.multispectral.rowwise() - origin).array().rowwise() / contrast.array();
    const SpectraMatrix unforeseen = scaled * model.residual.transpose();
    const long          columns = block.fine.columns, pixels = block.fine.rows * columns;
    for (long pixel = 0; pixel < pixels; ++pixel)
    {
      for (std::size_t away = 0; away < 3 && block.valid[static_cast<std::size_t>(pixel)] != 0; ++away)
      {
        for (const bool down : {false, true})
        {
          const long step = static_cast<long>(away), other = pixel + (down ? step * columns : step);
          if (other < pixels && (down || pixel % columns + step < columns) && block.valid[static_cast<std::size_t>(other)] != 0)
          {
            products[away] += static_cast<double>(unforeseen.row(pixel).dot(unforeseen.row(other))) / static_cast<double>(c);
            ++pairs[away];
          }
        }
      }
    }
  }
  if (pairs[2] == 0.)
  {
    return {};
  }
  const double all = products[0] / pairs[0], smooth = std::clamp(2. * products[1] / pairs[1] - products[2] / pairs[2], 0., all);
  return {smooth, all - smooth};
}

std::optional<ErrorGain> ErrorGain::OfStructure(double sharp, const Eigen::MatrixXd& scaled, const Eigen::VectorXd& responseNoise,
                                                const SpectralUncertaintyModel& model)
{
  const Eigen::MatrixXd    residual = model.residual.cast<double>();
  const Eigen::RowVectorXd contrast = Eigen::Map<const Eigen::RowVectorXf>(model.contrast.data(), residual.cols()).cast<double>();
  const Eigen::RowVectorXd noise    = responseNoise.transpose().array() / contrast.array().square();
  const double             ofNoise  = noise.dot(residual.array().square().colwise().mean().matrix());
  const double             beyond   = (scaled * residual.transpose()).array().square().mean() - ofNoise;
  if (beyond <= NoiseScatter * ofNoise)
  {
    return std::nullopt;
  }
  return ErrorGain{std::max(1., std::sqrt(sharp / beyond)), std::hypot(StructureScatter, 0.5 * NoiseScatter * ofNoise / beyond)};
}

std::optional<ErrorGain> ErrorGain::OfGrain(const RefinementSample& sample, double noise)
{
  const auto found = ErrorGrain::FindCorrelation(sample, noise);
  if (!found || found->square <= NoiseScatter * noise)
  {
    return std::nullopt;
  }
  const auto gainOf = [&sample](double correlation)
  {
    return ErrorGrain::FindGain(correlation, sample.blur.GetWidthRow(), sample.blur.GetWidthColumn(), 1. / std::abs(sample.rows.step),
                                1. / std::abs(sample.columns.step));
  };
  const double error = std::hypot(found->standardError, found->value * NoiseScatter * noise / found->square);
  return ErrorGain{gainOf(found->value), std::hypot(GrainScatter, 0.5 * std::log(gainOf(found->value - error) / gainOf(found->value + error)))};
}

double ErrorGain::MeanOf(const std::array<std::optional<ErrorGain>, 3>& gains)
{
  double sum = 0., weights = 0.;
  for (const std::optional<ErrorGain>& gain : gains)
  {
    if (gain)
    {
      const double weight = 1. / (gain->scatter * gain->scatter);
      sum += weight * std::log(gain->value);
      weights += weight;
    }
  }
  return std::exp(sum / weights);
}

ErrorGain ErrorGain::Typical()
{
  return {TypicalGain, TypicalScatter};
}
} // namespace otb
