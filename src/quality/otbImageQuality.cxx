// SPDX-License-Identifier: Apache-2.0
#include "otbImageQuality.h"

#include <cmath>
#include <stdexcept>

namespace otb
{
namespace
{
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

/** Mean over the bands where a score is defined. */
double MeanOverBands(const std::vector<ImageQuality::Scores>& bands, double ImageQuality::Scores::*score)
{
  double      sum   = 0.;
  std::size_t count = 0;
  for (const ImageQuality::Scores& band : bands)
  {
    if (!std::isnan(band.*score))
    {
      sum += band.*score;
      ++count;
    }
  }
  return count ? sum / static_cast<double>(count) : NaN;
}
} // namespace

void ImageQualityOptions::Check() const
{
  if (!(peak > 0) || !std::isfinite(peak))
  {
    throw std::invalid_argument("peak: found " + std::to_string(peak) + ", expected a positive number");
  }
  if (!(ratio > 0) || !std::isfinite(ratio))
  {
    throw std::invalid_argument("ratio: found " + std::to_string(ratio) + ", expected a positive number");
  }
}

void ImageQualitySums::Add(const ImageQualitySums& other)
{
  bands += other.bands;
  pixels += other.pixels;
  ssimWindows += other.ssimWindows;
  uiqiWindows += other.uiqiWindows;
  angle += other.angle;
  angles += other.angles;
}

ImageQuality ImageQualitySums::Evaluate(const ImageQualityOptions& options) const
{
  options.Check();
  ImageQuality quality;
  quality.options = options;
  quality.pixels  = pixels;
  quality.bands.resize(static_cast<std::size_t>(bands.rows()));
  if (pixels == 0 || bands.rows() == 0)
  {
    return quality;
  }
  const double n            = static_cast<double>(pixels);
  const double peak         = options.quantize ? 255. : options.peak;
  const int    psnrError    = options.quantize ? QuantizedSquaredError : SquaredError;
  const auto   psnr         = [peak](double mse) { return 10. * std::log10(peak * peak / mse); };
  double       ergasSquared = 0.;
  int          ergasBands   = 0;
  for (Eigen::Index b = 0; b < bands.rows(); ++b)
  {
    ImageQuality::Scores& scores     = quality.bands[static_cast<std::size_t>(b)];
    const double          mean       = bands(b, Reference) / n;
    const double          meanEst    = bands(b, Estimate) / n;
    const double          variance   = bands(b, ReferenceSquared) / n - mean * mean;
    const double          variEst    = bands(b, EstimateSquared) / n - meanEst * meanEst;
    const double          covariance = bands(b, Product) / n - mean * meanEst;
    // What the difference of two large numbers leaves of a constant band's variance is rounding.
    const bool varied = variance > 1e-13 * mean * mean && variEst > 1e-13 * meanEst * meanEst;

    scores.rmse = std::sqrt(bands(b, SquaredError) / n);
    scores.psnr = psnr(bands(b, psnrError) / n);
    scores.ssim = ssimWindows ? bands(b, Ssim) / static_cast<double>(ssimWindows) : NaN;
    scores.uiqi = uiqiWindows ? bands(b, Uiqi) / static_cast<double>(uiqiWindows) : NaN;
    scores.cc   = varied ? covariance / std::sqrt(variance * variEst) : NaN;
    if (mean != 0.)
    {
      scores.ergas = 100. / options.ratio * scores.rmse / std::abs(mean);
      ergasSquared += scores.ergas * scores.ergas;
      ++ergasBands;
    }
  }
  ImageQuality::Scores& overall = quality.overall;
  overall.rmse                  = std::sqrt(bands.col(SquaredError).mean() / n);
  overall.psnr                  = psnr(bands.col(psnrError).mean() / n);
  overall.ssim                  = MeanOverBands(quality.bands, &ImageQuality::Scores::ssim);
  overall.uiqi                  = MeanOverBands(quality.bands, &ImageQuality::Scores::uiqi);
  overall.cc                    = MeanOverBands(quality.bands, &ImageQuality::Scores::cc);
  overall.ergas                 = ergasBands ? std::sqrt(ergasSquared / ergasBands) : NaN;
  overall.sam                   = angles ? angle / static_cast<double>(angles) : NaN;
  return quality;
}

void SpectrumPair::Load(const float* reference, const float* estimate, const ImageQualityOptions& options)
{
  for (Eigen::Index band = 0; band < m_Reference.size(); ++band)
  {
    m_Reference[band] = reference[band];
    m_Estimate[band]  = options.Clip(estimate[band]);
  }
}

std::optional<double> SpectrumPair::Angle() const
{
  constexpr double DegreesPerRadian = 57.29577951308232;
  const double     norm             = m_Reference.matrix().norm();
  const double     normEst          = m_Estimate.matrix().norm();
  if (norm == 0. || normEst == 0.)
  {
    return std::nullopt;
  }
  // The unit vectors times both norms.
  const double difference = (normEst * m_Reference - norm * m_Estimate).matrix().norm();
  const double sum        = (normEst * m_Reference + norm * m_Estimate).matrix().norm();
  return 2. * std::atan2(difference, sum) * DegreesPerRadian;
}

double SpectrumPair::RootMeanSquareError() const
{
  return std::sqrt((m_Reference - m_Estimate).square().mean());
}
} // namespace otb
