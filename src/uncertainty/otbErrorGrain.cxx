// SPDX-License-Identifier: Apache-2.0
#include "otbErrorGrain.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace otb
{
namespace
{
constexpr double FinestGrain     = 1.;  // sharp pixels
constexpr double CoarsestGrain   = 64.; // in units of the blur's width: errors that are alike everywhere
constexpr double StepsPerOctave  = 4.;
constexpr double WidthsOfSupport = 4.;
constexpr double NarrowestBlur   = 0.29; // a sharp pixel's own standard deviation

/** A Gaussian on whole numbers about `centre`, whose weights sum to one; the first is at -(size - 1) / 2. */
std::vector<double> MakeGaussian(double centre, double variance, long reach)
{
  std::vector<double> weights;
  double              sum = 0.;
  for (long x = -reach; x <= reach; ++x)
  {
    const double away = static_cast<double>(x) - centre;
    weights.push_back(std::exp(-0.5 * away * away / variance));
    sum += weights.back();
  }
  std::for_each(weights.begin(), weights.end(), [sum](double& weight) { weight /= sum; });
  return weights;
}
} // namespace

std::optional<ErrorGrain::Correlation> ErrorGrain::FindCorrelation(const RefinementSample& sample, double noise)
{
  // Of each pixel that has a neighbour: its square beyond noise, and the mean product with its neighbours on two sides.
  std::vector<std::pair<double, double>> pixels;
  double                                 squares = 0., products = 0.;
  for (const RefinementBlock& block : sample.blocks)
  {
    const auto usable = [&](long row, long column)
    { return row < block.coarse.rows && column < block.coarse.columns && block.usable[static_cast<std::size_t>(row * block.coarse.columns + column)] != 0; };
    const auto product = [&](long one, long other)
    { return block.innovations.row(one).cast<double>().dot(block.innovations.row(other).cast<double>()) / static_cast<double>(block.innovations.cols()); };
    for (long pixel = 0; pixel < block.coarse.rows * block.coarse.columns; ++pixel)
    {
      const long row = pixel / block.coarse.columns, column = pixel % block.coarse.columns;
      const bool below = usable(row + 1, column), right = usable(row, column + 1);
      if (usable(row, column) && (below || right))
      {
        const double sum = (below ? product(pixel, pixel + block.coarse.columns) : 0.) + (right ? product(pixel, pixel + 1) : 0.);
        pixels.emplace_back(product(pixel, pixel) - noise, sum / (below && right ? 2. : 1.));
        squares += pixels.back().first;
        products += pixels.back().second;
      }
    }
  }
  if (squares <= 0.)
  {
    return std::nullopt;
  }
  Correlation found{squares / static_cast<double>(pixels.size()), products / squares, 0.};
  double      deviations = 0.;
  for (const auto& [square, neighbours] : pixels)
  {
    deviations += std::pow(neighbours - found.value * square, 2);
  }
  found.standardError = std::sqrt(deviations) / squares;
  return found;
}

double ErrorGrain::FindGain(double correlation, double rows, double columns, double rowStep, double columnStep)
{
  rows    = std::max(rows, NarrowestBlur);
  columns = std::max(columns, NarrowestBlur);
  // What a coarse pixel and one that is a step away share is weighted by their blurs' convolution, a Gaussian of twice the variance about that step.
  const auto reachOf  = [](double width, double step) { return static_cast<long>(std::ceil(WidthsOfSupport * std::sqrt(2.) * width + step)); };
  const long rowReach = reachOf(rows, rowStep), columnReach = reachOf(columns, columnStep);
  const auto row = MakeGaussian(0., 2. * rows * rows, rowReach), nextRow = MakeGaussian(rowStep, 2. * rows * rows, rowReach);
  const auto column = MakeGaussian(0., 2. * columns * columns, columnReach), nextColumn = MakeGaussian(columnStep, 2. * columns * columns, columnReach);

  double gain = 0., correlated = 0.;
  for (double grain = FinestGrain; grain <= CoarsestGrain * std::max({1., rows, columns}); grain *= std::exp2(1. / StepsPerOctave))
  {
    double same = 0., next = 0.;
    for (std::size_t y = 0; y < row.size(); ++y)
    {
      for (std::size_t x = 0; x < column.size(); ++x)
      {
        const double away  = std::hypot(static_cast<double>(y) - static_cast<double>(rowReach), static_cast<double>(x) - static_cast<double>(columnReach));
        const double alike = std::exp(-away / grain);
        same += alike * row[y] * column[x];
        next += 0.5 * alike * (nextRow[y] * column[x] + row[y] * nextColumn[x]);
      }
    }
    const double before = correlated, gainBefore = gain;
    gain       = 1. / std::sqrt(same);
    correlated = next / same;
    if (correlated >= correlation)
    {
      return gainBefore == 0. ? gain : gainBefore + (correlation - before) / (correlated - before) * (gain - gainBefore);
    }
  }
  return gain;
}
} // namespace otb
