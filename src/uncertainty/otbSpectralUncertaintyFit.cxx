// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralUncertaintyFit.h"
#include "otbErrorGain.h"
#include "otbExamples.h"
#include "otbRefinementSelection.h"
#include "otbRefinementStatistics.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace otb
{
namespace
{
using Model = SpectralUncertaintyModel;

constexpr Model::Terms Exponents = {0.30f, 0.25f, 0.10f, 0.08f};

// More pixels do not make the statistics better.
constexpr std::size_t MostPixels = 20000;

constexpr double Ridge            = 1e-3; // of the regression between bands, in units of their variance
constexpr double MultispectralSnr = 1e4;  // 40 dB
constexpr double LeastInnovation  = 0.02; // e^2 in units of the noise, which is not known better

// Found on scenes whose truth is known, sharpened by the module's methods.
constexpr double Sharpness = 1.18; // g
constexpr double Hidden    = 2.2;  // kappa
constexpr double White     = 0.8;  // nu

/** The usable coarse pixels and the valid fine ones of a sample. */
struct Pixels
{
  SpectraMatrix   innovations;   // n x C
  SpectraMatrix   response;      // n x c: R Y
  Eigen::VectorXd noise;         // C: variance of Y's
  Eigen::VectorXd responseNoise; // c: of that in R Y

  explicit Pixels(const RefinementSample& sample)
  {
    const auto        C   = static_cast<Eigen::Index>(sample.response.GetNumberOfHyperspectralBands());
    const std::size_t all = sample.GetNumberOfUsablePixels(), step = (all + MostPixels - 1) / MostPixels;
    const auto        count = static_cast<Eigen::Index>((all + step - 1) / step);
    innovations.resize(count, C);
    SpectraMatrix spectra(count, C);
    std::size_t   number = 0;
    Eigen::Index  row    = 0;
    for (const RefinementBlock& block : sample.blocks)
    {
      for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
      {
        if (block.usable[pixel] != 0 && number++ % step == 0)
        {
          spectra.row(row)       = block.hyperspectral.row(static_cast<Eigen::Index>(pixel));
          innovations.row(row++) = block.innovations.row(static_cast<Eigen::Index>(pixel));
        }
      }
    }
    RefinementMoments moments(static_cast<unsigned int>(C), sample.noise);
    moments.Add(spectra, innovations);
    noise         = RefinementStatistics::NoiseVariance(moments);
    responseNoise = sample.response.GetMatrix().cast<double>().array().square().matrix() * noise;
    response.resize(count, static_cast<Eigen::Index>(sample.response.GetNumberOfMultispectralBands()));
    sample.response.Apply(spectra.data(), static_cast<std::size_t>(count), response.data());
  }
};

/** U of the model: 1 - the regression of each band on the others. \param scaled n x c of mean 0 and variance 1 */
Eigen::MatrixXd FindResidual(const Eigen::MatrixXd& scaled)
{
  const Eigen::Index    c          = scaled.cols();
  const Eigen::MatrixXd covariance = scaled.transpose() * scaled / static_cast<double>(scaled.rows());
  Eigen::MatrixXd       residual   = Eigen::MatrixXd::Identity(c, c);
  for (Eigen::Index band = 0; band < c; ++band)
  {
    // Leaving the band out: its own row and column are those of the identity.
    Eigen::MatrixXd normal = covariance + Ridge * Eigen::MatrixXd::Identity(c, c);
    Eigen::VectorXd right  = covariance.col(band);
    normal.row(band).setZero();
    normal.col(band).setZero();
    normal(band, band) = 1.;
    right(band)        = 0.;
    residual.row(band) -= normal.ldlt().solve(right).transpose();
  }
  return residual;
}

/** Sums over valid fine pixels. */
struct FineSums
{
  double                                   pixels    = 0.;
  double                                   residuals = 0., squares = 0.; // of M - R X0 and of M, mean over bands
  double                                   outside = 0., farAway = 0.;
  std::array<double, Model::NumberOfTerms> terms = {};
};

/** Calls visit(terms, line of M, line of R X0) for each valid fine pixel. */
template <class TVisit>
void VisitFine(const RefinementSample& sample, const SpectralUncertainty& uncertainty, const TVisit& visit)
{
  std::vector<float>        deviations;
  std::vector<Model::Terms> terms;
  for (const RefinementBlock& block : sample.blocks)
  {
    const auto c = static_cast<std::size_t>(block.multispectral.cols()), columns = static_cast<std::size_t>(block.fine.columns);
    deviations.resize(columns);
    terms.resize(columns);
    for (long row = 0; row < block.fine.rows; ++row)
    {
      SpectralUncertainty::Lines lines;
      lines.columns = columns;
      for (long line = -1; line <= 1; ++line)
      {
        if (row + line >= 0 && row + line < block.fine.rows)
        {
          const std::size_t first                          = static_cast<std::size_t>(row + line) * columns;
          lines.pixels[static_cast<std::size_t>(line + 1)] = block.multispectral.data() + first * c;
          lines.valid[static_cast<std::size_t>(line + 1)]  = block.valid.data() + first;
        }
      }
      uncertainty.FindDeviations(lines, 0, columns, deviations.data());
      uncertainty.FindTerms(lines.pixels[1], deviations.data(), columns, terms.data());
      for (std::size_t column = 0; column < columns; ++column)
      {
        if (lines.valid[1][column] != 0)
        {
          const std::size_t pixel = static_cast<std::size_t>(row) * columns + column;
          visit(terms[column], block.multispectral.data() + pixel * c, block.response.data() + pixel * c);
        }
      }
    }
  }
}

/** p_b: what innovations have beyond noise, not less than a tenth of that of the mean. */
std::vector<float> FindBands(const Pixels& pixels)
{
  Eigen::ArrayXd squares = pixels.innovations.cast<double>().array().square().colwise().mean().transpose() - pixels.noise.array();
  squares                = squares.max(0.1 * std::max(squares.max(0.).mean(), LeastInnovation * pixels.noise.mean()));
  squares /= squares.mean();
  std::vector<float> bands;
  std::transform(squares.begin(), squares.end(), std::back_inserter(bands), [](double square) { return static_cast<float>(std::sqrt(square)); });
  return bands;
}
} // namespace

std::optional<SpectralUncertaintyFit> SpectralUncertaintyFit::Of(const RefinementSample& sample, double remaining)
{
  if (sample.GetNumberOfUsablePixels() < RefinementSelection::MinimumPixels)
  {
    return std::nullopt;
  }
  const Pixels           pixels(sample);
  SpectralUncertaintyFit fit;
  Model&                 model = fit.model;
  const Eigen::Index     c     = pixels.response.cols();

  // What training saw.
  const Eigen::MatrixXd    response = pixels.response.cast<double>();
  const Eigen::RowVectorXd mean     = response.colwise().mean();
  const Eigen::MatrixXd    centred  = response.rowwise() - mean;
  const Eigen::RowVectorXd level    = (response.array().square().colwise().mean()).sqrt();
  const Eigen::RowVectorXd contrast = (centred.array().square().colwise().mean()).sqrt().max(1e-3 * level.array()).max(1e-30);
  const Eigen::MatrixXd    scaled   = centred.array().rowwise() / contrast.array();
  for (Eigen::Index band = 0; band < c; ++band)
  {
    model.origin.push_back(static_cast<float>(mean(band)));
    model.contrast.push_back(static_cast<float>(contrast(band)));
  }
  const Examples examples = Examples::Of(scaled, MostExamples);
  model.examples          = examples.centres.cast<float>();
  model.reach             = static_cast<float>(std::max(examples.reach / std::sqrt(static_cast<double>(c)), 1e-6));
  model.residual          = (c > 1 ? FindResidual(scaled) : Eigen::MatrixXd(0, 0)).cast<float>();
  model.exponents         = Exponents;
  if (c == 1)
  {
    model.exponents[Model::Residual] = 0.f;
  }
  model.typical.fill(1.f);
  model.scale = 1.f;
  model.bands = FindBands(pixels);

  // The fine pixels' terms, and what is known at both scales.
  FineSums fine;
  VisitFine(sample, SpectralUncertainty(model),
            [&](const Model::Terms& terms, const float* multispectral, const float* seen)
            {
              ++fine.pixels;
              for (std::size_t term = 0; term < terms.size(); ++term)
              {
                fine.terms[term] += static_cast<double>(terms[term]) * terms[term];
              }
              fine.outside += terms[Model::Distance] > model.reach;
              fine.farAway += terms[Model::Distance] > Model::FarAway;
              for (Eigen::Index band = 0; band < c; ++band)
              {
                const double value = multispectral[band], difference = value - seen[band];
                fine.residuals += difference * difference / static_cast<double>(c);
                fine.squares += value * value / static_cast<double>(c);
              }
            });
  if (fine.pixels == 0.)
  {
    return std::nullopt;
  }
  for (std::size_t term = 0; term < model.typical.size(); ++term)
  {
    model.typical[term] = static_cast<float>(std::max(std::sqrt(fine.terms[term] / fine.pixels), 1e-6));
  }
  model.outside = static_cast<float>(fine.outside / fine.pixels);
  model.farAway = static_cast<float>(fine.farAway / fine.pixels);

  const double sharpNoise = fine.squares / fine.pixels / MultispectralSnr, noise = pixels.noise.mean();
  Scale&       scale = fit.scale;
  scale.innovation   = std::sqrt(std::max(pixels.innovations.cast<double>().array().square().mean() - noise, LeastInnovation * noise));
  scale.residual     = std::sqrt(std::max(fine.residuals / fine.pixels - sharpNoise, 0.));
  scale.remaining    = std::clamp(remaining, 0., 1.);
  std::optional<ErrorGain> structure;
  if (c > 1)
  {
    const SharpStructure sharp = SharpStructure::Of(sample, model);
    structure                  = ErrorGain::OfStructure(sharp.smooth, scaled, pixels.responseNoise, model);
    // As noise of each band, of all alike.
    const double each = sharp.white * static_cast<double>(c) / model.residual.cast<double>().squaredNorm() * contrast.array().square().mean();
    scale.white       = std::sqrt(std::max(each - sharpNoise, 0.));
  }
  scale.gain          = ErrorGain::MeanOf({ErrorGain::Typical(), structure, ErrorGain::OfGrain(sample, noise)});
  const double seen   = std::pow(scale.innovation, 2) + std::pow(scale.residual, 2);
  const double before = std::pow(Sharpness * scale.gain * scale.innovation, 2) + std::pow(Hidden * scale.residual, 2) + std::pow(White * scale.white, 2);
  // Refinement, however good, leaves errors that neither sensor sees.
  scale.error = std::sqrt(before - std::min((1. - scale.remaining) * seen, 0.75 * before));

  double squares = 0.;
  VisitFine(sample, SpectralUncertainty(model),
            [&, uncertainty = SpectralUncertainty(model)](const Model::Terms& terms, const float*, const float*)
            {
              const double error = uncertainty.Predict(terms);
              squares += error * error;
            });
  model.scale = static_cast<float>(scale.error / std::sqrt(squares / fine.pixels));
  model.Validate();
  return fit;
}
} // namespace otb
