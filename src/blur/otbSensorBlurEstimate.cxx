// SPDX-License-Identifier: Apache-2.0
#include "otbSensorBlurEstimate.h"

#include "otbBlurPixels.h"
#include "otbFreeFormBlur.h"
#include "otbGaussianBlurFit.h"
#include "otbRobustFit.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace
{
constexpr double NegligibleShare = 0.01; // of a kernel's weights, at its edges
constexpr double ClearlyLess     = 0.98;
constexpr double Lobes           = 4.; // sharp pixels beyond three standard deviations

double VarianceOf(const Eigen::VectorXd& values, const std::vector<std::size_t>& kept)
{
  Eigen::VectorXd some(static_cast<Eigen::Index>(kept.size()));
  for (std::size_t i = 0; i < kept.size(); ++i)
  {
    some(static_cast<Eigen::Index>(i)) = values(static_cast<Eigen::Index>(kept[i]));
  }
  return std::pow(robust::StandardDeviation(some), 2);
}

double NoiseOf(const Eigen::VectorXd& residuals, const std::vector<std::size_t>& kept)
{
  std::vector<double> sizes;
  for (const std::size_t pixel : kept)
  {
    sizes.push_back(std::abs(residuals(static_cast<Eigen::Index>(pixel))));
  }
  return robust::ConsistencyOfMedian * robust::Median(std::move(sizes));
}

/** Gains and offsets in the images' own units, and what they change at the kept pixels whose sharp means are given. */
void SetBand(RadiometricFit::Band& band, const BlurPixels& source, unsigned int place, const robust::Line& line, const Eigen::VectorXd& means,
             const Eigen::VectorXd& values, const std::vector<std::size_t>& kept)
{
  band.gain      = line.gain;
  band.offset    = line.offset + source.GetCoarseMean(place) - line.gain * source.GetMean(place);
  double squares = 0.;
  for (const std::size_t pixel : kept)
  {
    const double value = means(static_cast<Eigen::Index>(pixel)) + source.GetMean(place);
    squares += std::pow((band.gain - 1.) * value + band.offset, 2);
  }
  band.change = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, kept.size())));
  band.noise  = std::max(band.noise, robust::RoundingErrors * std::hypot(source.GetCoarseMean(place), robust::StandardDeviation(values)));
}

void MatchQuantiles(SensorBlurEstimate& estimate, const BlurPixels& source, const BlurWindow& bare, const std::vector<BlurPixel>& common)
{
  const SensorBlur         detector = SensorBlur::Detector(source.GetRowRatio(), source.GetColumnRatio());
  const Eigen::MatrixXd    means    = source.Apply(detector, bare, common);
  const Eigen::MatrixXd    values   = source.GetValues(common);
  std::vector<std::size_t> all;
  for (std::size_t pixel = 0; pixel < common.size(); ++pixel)
  {
    all.push_back(pixel);
  }
  estimate.blur                 = detector;
  estimate.radiometry.quantiles = true;
  for (unsigned int place = 0; place < source.GetBands().size(); ++place)
  {
    RadiometricFit::Band& band = estimate.radiometry.bands[source.GetBands()[place]];
    band.noise                 = 0.;
    SetBand(band, source, place, robust::MatchQuantiles(means.col(place), values.col(place)), means.col(place), values.col(place), all);
  }
}

/** The free form, when it is clearly better at pixels that it was not found from; the trimming follows it. */
void FindFreeForm(SensorBlurEstimate& estimate, const BlurPixels& source, GaussianBlurFit& fit, const Eigen::MatrixXd& values, unsigned int threads)
{
  const BlurLines lines(source.Apply(estimate.blur, fit.window, fit.pixels), values, fit.kept);
  if (std::any_of(lines.lines.begin(), lines.lines.end(), [](const robust::Line& line) { return !(line.gain > 0.); }))
  {
    return;
  }
  // Where there would be too many unknowns, as far as the Gaussian tells that there may be weights: fewer, but closer together.
  const double fitting = std::sqrt(static_cast<double>(FreeFormBlur::MaximumKnots)) / 2.;
  BlurWindow   window  = fit.window;
  window.halfRow       = std::min(window.halfRow, std::max(fitting, source.GetRowRatio() / 2. + 3. * fit.parameters[0] + Lobes));
  window.halfColumn    = std::min(window.halfColumn, std::max(fitting, source.GetColumnRatio() / 2. + 3. * fit.parameters[1] + Lobes));
  FreeFormBlur freeForm(source, window, fit.pixels, values, lines, BlurPixels::Cut(estimate.blur, window), threads);
  freeForm.Keep(fit.kept);
  freeForm.ChooseRidge();
  estimate.heldOutFreeForm = freeForm.GetHeldOut();
  estimate.heldOutGaussian = freeForm.GetPriorHeldOut();
  if (!(estimate.heldOutFreeForm < ClearlyLess * estimate.heldOutGaussian))
  {
    return;
  }
  estimate.freeForm = true;
  estimate.blur     = freeForm.Solve();
  for (unsigned int sweep = 0; sweep < 3; ++sweep)
  {
    const BlurLines          better(source.Apply(estimate.blur, fit.window, fit.pixels), values, fit.kept);
    std::vector<std::size_t> kept = robust::Within(better.GetScores(fit.contrast, BlurLines::ContrastShare), robust::KeptDeviations);
    if (kept == fit.kept || kept.empty())
    {
      break;
    }
    fit.kept = std::move(kept);
    freeForm.Keep(fit.kept);
    estimate.blur = freeForm.Solve();
  }
}
} // namespace

SensorBlurEstimate SensorBlurEstimate::Of(const SensorBlurSample& sample, unsigned int threads)
{
  const BlurPixels   source(sample);
  SensorBlurEstimate estimate;
  RadiometricFit&    radiometry = estimate.radiometry;
  estimate.blur                 = SensorBlur::Detector(source.GetRowRatio(), source.GetColumnRatio());
  const BlurWindow             bare{0., 0., source.GetRowRatio() / 2., source.GetColumnRatio() / 2.};
  const std::vector<BlurPixel> common = source.Find(bare);
  radiometry.pixels                   = common.size();
  if (source.GetBands().empty() || common.size() < RadiometricFit::MinimumPixels)
  {
    return estimate;
  }

  long row = 0, column = 0;
  source.FindShift(row, column);
  GaussianBlurFit fit(source, row, column);
  if (row != 0 || column != 0)
  {
    GaussianBlurFit there(source, 0, 0);
    if (fit.pixels.empty() || (!there.pixels.empty() && there.left <= fit.left))
    {
      fit = std::move(there);
    }
  }
  if (fit.pixels.empty() || fit.kept.size() < RadiometricFit::MinimumPixels / 2)
  {
    return estimate;
  }
  estimate.sigmaRow    = fit.parameters[0];
  estimate.sigmaColumn = fit.parameters[1];
  estimate.shiftRow    = fit.parameters[2];
  estimate.shiftColumn = fit.parameters[3];
  estimate.blur        = fit.GetBlur(source);

  const Eigen::MatrixXd values = source.GetValues(fit.pixels);
  FindFreeForm(estimate, source, fit, values, threads);

  const BlurLines     lines(source.Apply(estimate.blur, fit.window, fit.pixels), values, fit.kept);
  SensorBlur          moved = SensorBlur::Detector(source.GetRowRatio(), source.GetColumnRatio());
  std::vector<double> explained;
  bool                positive = true;
  moved.top += fit.window.centreRow;
  moved.left += fit.window.centreColumn;
  const Eigen::MatrixXd means = source.Apply(moved, fit.window, fit.pixels);
  radiometry.bands.resize(sample.bands);
  for (unsigned int place = 0; place < source.GetBands().size(); ++place)
  {
    RadiometricFit::Band& band = radiometry.bands[source.GetBands()[place]];
    band.explained             = 1. - VarianceOf(lines.residuals.col(place), fit.kept) / VarianceOf(values.col(place), fit.kept);
    band.noise                 = NoiseOf(lines.residuals.col(place), fit.kept);
    SetBand(band, source, place, lines.lines[place], means.col(place), values.col(place), fit.kept);
    explained.push_back(band.explained);
    positive = positive && band.gain > 0.;
  }
  estimate.explained = robust::Median(explained);
  radiometry.used    = fit.kept.size();
  estimate.found     = positive && estimate.explained >= robust::LeastExplained;
  if (!estimate.found)
  {
    estimate.freeForm = false;
    MatchQuantiles(estimate, source, bare, common);
    return estimate;
  }
  estimate.blur = BlurPixels::Cut(estimate.blur, fit.window);
  estimate.blur.Trim(NegligibleShare);
  radiometry.window = static_cast<unsigned int>(estimate.blur.knots.rows());
  return estimate;
}
} // namespace otb
