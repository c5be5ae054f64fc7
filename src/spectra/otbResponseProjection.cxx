// SPDX-License-Identifier: Apache-2.0
#include "otbResponseCurve.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <stdexcept>

namespace otb
{
namespace
{
/** The least share of a band's response area that the hyperspectral sensor must see. */
constexpr double LeastCoverage = 0.7;

/** Two centres that many median spacings apart have bands missing between them. */
constexpr double GapSpacings = 10;

/** Band centres closer than that [nm] are the same. */
constexpr double SameCenter = 1e-6;

/** A knot of the hat functions: one band centre and the bands that have it. */
struct Knot
{
  double              wavelength;
  double              width; // the largest FWHM, zero when unknown
  std::vector<size_t> bands;
};

std::vector<Knot> MakeKnots(const SpectralAxis& axis)
{
  std::vector<std::size_t> order(axis.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&axis](std::size_t a, std::size_t b) { return axis.wavelengths[a] < axis.wavelengths[b]; });
  std::vector<Knot> knots;
  for (const std::size_t band : order)
  {
    // A band without a wavelength sees nothing that is known.
    if (axis.wavelengths[band] == 0)
    {
      continue;
    }
    if (knots.empty() || axis.wavelengths[band] - knots.back().wavelength > SameCenter)
    {
      knots.push_back({axis.wavelengths[band], 0., {}});
    }
    knots.back().bands.push_back(band);
    knots.back().width = std::max(knots.back().width, axis.widths.empty() ? 0. : axis.widths[band]);
  }
  return knots;
}

/** The intervals of wavelengths that the sensor sees. */
std::vector<std::pair<double, double>> FindSeen(const std::vector<Knot>& knots)
{
  std::vector<double> spacings;
  for (std::size_t k = 1; k < knots.size(); ++k)
  {
    spacings.push_back(knots[k].wavelength - knots[k - 1].wavelength);
  }
  double median = 0;
  if (!spacings.empty())
  {
    auto sorted = spacings;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    median = sorted[sorted.size() / 2];
  }
  const auto isGap = [&](std::size_t k) { return spacings[k] > GapSpacings * median; };

  std::vector<std::pair<double, double>> seen;
  for (std::size_t k = 0; k < knots.size(); ++k)
  {
    const bool   opens  = k == 0 || isGap(k - 1);
    const bool   closes = k + 1 == knots.size() || isGap(k);
    const double center = knots[k].wavelength;
    // The spacing on the other side speaks for the side that is open.
    const auto reach = [&](bool known, std::size_t spacing) { return 0.5 * std::max(knots[k].width, known ? spacings[spacing] : median); };
    if (opens)
    {
      seen.emplace_back(center - reach(!closes, k), center);
    }
    if (closes)
    {
      seen.back().second = center + reach(!opens, k - 1);
    }
  }
  return seen;
}

std::string Nanometres(double value)
{
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

void CheckCoverage(const ResponseCurve& curve, const std::vector<std::pair<double, double>>& seen, const std::string& source)
{
  double covered = 0;
  for (const auto& interval : seen)
  {
    covered += curve.Moments(interval.first, interval.second).first;
  }
  const double coverage = covered / curve.Area();
  if (coverage >= LeastCoverage)
  {
    return;
  }
  std::string ranges;
  for (const auto& interval : seen)
  {
    ranges += (ranges.empty() ? "" : ", ") + Nanometres(interval.first) + " to " + Nanometres(interval.second) + " nm";
  }
  const auto range = curve.Range();
  throw std::invalid_argument(source + ", " + curve.GetName() + " (" + Nanometres(range.first) + " to " + Nanometres(range.second) + " nm): found " +
                              Nanometres(100 * coverage) + " % of its response within the wavelengths of the hyperspectral image (" + ranges +
                              "), expected at least " + Nanometres(100 * LeastCoverage) + " %");
}
} // namespace

SpectralResponse ProjectResponses(const std::vector<ResponseCurve>& curves, const SpectralAxis& axis, const std::string& source)
{
  const auto missing = axis.FindMissing();
  if (std::find(missing.begin(), missing.end(), false) == missing.end())
  {
    throw std::invalid_argument(source + ": found no wavelengths of the hyperspectral image, expected one for each band");
  }
  const auto               knots = MakeKnots(axis);
  const auto               seen  = FindSeen(knots);
  std::vector<std::string> names;
  SpectraMatrix            matrix = SpectraMatrix::Zero(static_cast<Eigen::Index>(curves.size()), static_cast<Eigen::Index>(axis.size()));

  std::vector<double> weights(knots.size());
  for (std::size_t row = 0; row < curves.size(); ++row)
  {
    const auto& curve = curves[row];
    CheckCoverage(curve, seen, source);
    std::fill(weights.begin(), weights.end(), 0.);
    weights.front() += curve.Moments(seen.front().first, knots.front().wavelength).first;
    weights.back() += curve.Moments(knots.back().wavelength, seen.back().second).first;
    for (std::size_t k = 0; k + 1 < knots.size(); ++k)
    {
      // phi rises as (lambda - lambda_k) / spacing for the next knot and falls as one minus that for this one.
      const double spacing = knots[k + 1].wavelength - knots[k].wavelength;
      const auto   moments = curve.Moments(knots[k].wavelength, knots[k + 1].wavelength);
      const double rising  = std::min(moments.first, moments.second / spacing);
      weights[k + 1] += rising;
      weights[k] += moments.first - rising;
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.);
    for (std::size_t k = 0; k < knots.size(); ++k)
    {
      for (const std::size_t band : knots[k].bands)
      {
        matrix(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(band)) =
            static_cast<float>(weights[k] / sum / static_cast<double>(knots[k].bands.size()));
      }
    }
    names.push_back(curve.GetName());
  }
  return SpectralResponse(std::move(matrix), std::move(names), source);
}
} // namespace otb
