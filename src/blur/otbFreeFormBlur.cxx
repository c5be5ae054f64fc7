// SPDX-License-Identifier: Apache-2.0
#include "otbFreeFormBlur.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace otb
{
namespace
{
constexpr std::size_t       Block       = 128;  // pixels whose sharp windows are in memory at once
constexpr Eigen::Index      Panel       = 64;   // columns of the sums that a task adds to
constexpr double            SizePenalty = 1e-3; // of the difference to the prior, relative to that of its roughness
const std::array<double, 5> Ridges      = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

/** Knots along an axis: those at whole multiples of the spacing that lie on sharp pixels when the ratio is whole. */
int PlaceKnots(const CoarseGridAxis& grid, double centre, double half, int spacing, double& first)
{
  const double phase   = -grid.Centre(0) - std::floor(-grid.Centre(0));
  const double ratio   = grid.Ratio();
  const bool   aligned = std::abs(ratio - std::round(ratio)) < 1e-6;
  // A knot's hat reaches one spacing to either side, where there must be pixels, unless all lie on knots.
  const double reach = half - (aligned && spacing == 1 ? 0. : spacing);
  first              = std::ceil(centre - reach - phase - 1e-6) + phase;
  return std::max(1, static_cast<int>(std::floor((centre + reach - first) / spacing + 1e-6)) + 1);
}
} // namespace

FreeFormBlur::Axis FreeFormBlur::MakeAxis(const CoarseGridAxis& grid, double firstKnot, int knots, int spacing)
{
  Axis                axis;
  std::vector<double> origins;
  std::vector<long>   last;
  for (long line = 0; line < grid.size; ++line)
  {
    // Sharp line y has the place (y + origin) / spacing among the knots.
    double origin = -grid.Centre(line) - firstKnot;
    origin        = std::abs(origin - std::round(origin)) < 1e-6 ? std::round(origin) : origin;
    origins.push_back(origin);
    axis.first.push_back(static_cast<long>(std::floor(-spacing - origin)) + 1);
    last.push_back(static_cast<long>(std::ceil(static_cast<double>(knots * spacing) - origin)) - 1);
    axis.count = std::max(axis.count, last.back() - axis.first.back() + 1);
  }
  for (std::size_t line = 0; line < origins.size(); ++line)
  {
    for (long k = 0; k < axis.count; ++k)
    {
      const double place = (static_cast<double>(axis.first[line] + k) + origins[line]) / spacing;
      axis.knot.push_back(static_cast<int>(std::floor(place)));
      axis.share.push_back(static_cast<float>(place - std::floor(place)));
    }
  }
  return axis;
}

FreeFormBlur::FreeFormBlur(const BlurPixels& source, const BlurWindow& window, const std::vector<BlurPixel>& pixels, const Eigen::MatrixXd& values,
                           const BlurLines& lines, const SensorBlur& prior, unsigned int threads)
  : m_Source(source), m_Pixels(pixels), m_Values(values), m_Left(lines.residuals), m_Noise(lines.noise), m_Prior(prior), m_Parallel(threads)
{
  for (const robust::Line& line : lines.lines)
  {
    m_Gains.push_back(line.gain);
  }
  const std::size_t patch = pixels.front().patch;
  for (m_Spacing = 1;; ++m_Spacing)
  {
    m_RowKnots    = PlaceKnots(source.GetRows(patch), window.centreRow, window.halfRow, m_Spacing, m_FirstRow);
    m_ColumnKnots = PlaceKnots(source.GetColumns(patch), window.centreColumn, window.halfColumn, m_Spacing, m_FirstColumn);
    if (m_RowKnots * m_ColumnKnots <= MaximumKnots)
    {
      break;
    }
  }
  const Eigen::Index knots = m_RowKnots * m_ColumnKnots;
  m_Rows.resize(pixels.back().patch + 1);
  m_Columns.resize(m_Rows.size());
  for (std::size_t number = 0; number < pixels.size(); ++number)
  {
    const BlurPixel& pixel = pixels[number];
    if (number == 0 || pixel.patch != pixels[number - 1].patch)
    {
      m_Rows[pixel.patch]    = MakeAxis(source.GetRows(pixel.patch), m_FirstRow, m_RowKnots, m_Spacing);
      m_Columns[pixel.patch] = MakeAxis(source.GetColumns(pixel.patch), m_FirstColumn, m_ColumnKnots, m_Spacing);
    }
    // Folds are pixels strewn by a hash of their place.
    const SensorBlurPatch& p     = source.GetPatch(pixel);
    std::uint64_t          place = (static_cast<std::uint64_t>(p.coarseRow + pixel.row) << 32) ^ static_cast<std::uint64_t>(p.coarseColumn + pixel.column);
    place                        = (place ^ (place >> 30)) * 0xbf58476d1ce4e5b9u;
    place                        = (place ^ (place >> 27)) * 0x94d049bb133111ebu;
    m_Fold.push_back(static_cast<unsigned char>((place >> 33) % Folds));
  }
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(knots, knots);
  for (int v = 0; v < m_RowKnots; ++v)
  {
    for (int u = 0; u < m_ColumnKnots; ++u)
    {
      const Eigen::Index at = v * m_ColumnKnots + u;
      laplacian(at, at)     = -4.;
      const auto couple     = [&](bool exists, Eigen::Index other)
      {
        if (exists)
        {
          laplacian(at, other) = 1.;
        }
      };
      couple(v > 0, at - m_ColumnKnots);
      couple(v + 1 < m_RowKnots, at + m_ColumnKnots);
      couple(u > 0, at - 1);
      couple(u + 1 < m_ColumnKnots, at + 1);
    }
  }
  m_Roughness = laplacian.transpose() * laplacian;
  m_Roughness.diagonal().array() += SizePenalty;
  for (Sums& sums : m_Sums)
  {
    sums.squares  = Eigen::MatrixXd::Zero(knots, knots);
    sums.products = Eigen::VectorXd::Zero(knots);
    sums.x        = Eigen::MatrixXd::Zero(knots, values.cols());
    sums.t.assign(static_cast<std::size_t>(values.cols()), 0.);
  }
}

void FreeFormBlur::Gather(std::size_t pixel, unsigned int band, float* x) const
{
  const BlurPixel&                at    = m_Pixels[pixel];
  const long                      width = m_Source.GetPatch(at).fineColumns;
  const Axis &                    rows = m_Rows[at.patch], &columns = m_Columns[at.patch];
  const float* const              plane = m_Source.GetPlane(at.patch, band);
  const auto                      row = static_cast<std::size_t>(at.row), column = static_cast<std::size_t>(at.column);
  const float* const              rowShare = rows.share.data() + row * static_cast<std::size_t>(rows.count);
  const int* const                rowKnot  = rows.knot.data() + row * static_cast<std::size_t>(rows.count);
  const float* const              share    = columns.share.data() + column * static_cast<std::size_t>(columns.count);
  const int* const                knot     = columns.knot.data() + column * static_cast<std::size_t>(columns.count);
  const auto                      weight   = static_cast<float>(m_Gains[band] / m_Noise[band]);
  std::array<float, MaximumKnots> line;
  std::fill(x, x + m_RowKnots * m_ColumnKnots, 0.f);
  for (long y = 0; y < rows.count; ++y)
  {
    // A pixel on a knot has no share in the next; what lies off the knots' reach has a share of zero or lies beyond the last.
    const int  before   = rowKnot[y];
    const bool hasFirst = before >= 0 && before < m_RowKnots, hasSecond = before + 1 >= 0 && before + 1 < m_RowKnots && rowShare[y] > 0.f;
    if (!hasFirst && !hasSecond)
    {
      continue;
    }
    std::fill_n(line.begin(), m_ColumnKnots, 0.f);
    const float* const from = plane + (rows.first[row] + y) * width + columns.first[column];
    for (long k = 0; k < columns.count; ++k)
    {
      if (knot[k] >= 0 && knot[k] < m_ColumnKnots)
      {
        line[static_cast<std::size_t>(knot[k])] += (1.f - share[k]) * from[k];
      }
      if (share[k] > 0.f && knot[k] + 1 >= 0 && knot[k] + 1 < m_ColumnKnots)
      {
        line[static_cast<std::size_t>(knot[k] + 1)] += share[k] * from[k];
      }
    }
    for (int u = 0; u < m_ColumnKnots; ++u)
    {
      const float value = weight * line[static_cast<std::size_t>(u)];
      if (hasFirst)
      {
        x[before * m_ColumnKnots + u] += (1.f - rowShare[y]) * value;
      }
      if (hasSecond)
      {
        x[(before + 1) * m_ColumnKnots + u] += rowShare[y] * value;
      }
    }
  }
}

void FreeFormBlur::Add(const std::vector<std::size_t>& pixels, double sign)
{
  const Eigen::Index knots = m_Roughness.rows(), bands = m_Values.cols();
  Eigen::MatrixXf    x(knots, static_cast<Eigen::Index>(Block) * bands);
  Eigen::VectorXd    t(x.cols());
  for (std::size_t fold = 0; fold < Folds; ++fold)
  {
    std::vector<std::size_t> own;
    std::copy_if(pixels.begin(), pixels.end(), std::back_inserter(own), [&](std::size_t pixel) { return m_Fold[pixel] == fold; });
    Sums& sums = m_Sums[fold];
    sums.n += sign * static_cast<double>(own.size());
    for (std::size_t first = 0; first < own.size(); first += Block)
    {
      const std::size_t count = std::min(Block, own.size() - first);
      m_Parallel(count,
                 [&](std::size_t i)
                 {
                   for (Eigen::Index band = 0; band < bands; ++band)
                   {
                     const auto column = static_cast<Eigen::Index>(i) * bands + band;
                     Gather(own[first + i], static_cast<unsigned int>(band), x.col(column).data());
                     t(column) = m_Left(static_cast<Eigen::Index>(own[first + i]), band) / m_Noise[static_cast<std::size_t>(band)];
                   }
                 });
      const auto used = static_cast<Eigen::Index>(count) * bands;
      m_Parallel(static_cast<std::size_t>((knots + Panel - 1) / Panel),
                 [&](std::size_t panel)
                 {
                   const Eigen::Index    from = static_cast<Eigen::Index>(panel) * Panel, width = std::min(Panel, knots - from);
                   const Eigen::MatrixXf product = x.block(from, 0, knots - from, used) * x.block(from, 0, width, used).transpose();
                   sums.squares.block(from, from, knots - from, width) += sign * product.cast<double>();
                   for (Eigen::Index column = 0; column < used; ++column)
                   {
                     sums.products.segment(from, width) += sign * t(column) * x.block(from, column, width, 1).cast<double>();
                     sums.x.block(from, column % bands, width, 1) += sign * x.block(from, column, width, 1).cast<double>();
                   }
                 });
      for (Eigen::Index column = 0; column < used; ++column)
      {
        sums.t[static_cast<std::size_t>(column % bands)] += sign * t(column);
        sums.tt += sign * t(column) * t(column);
      }
    }
  }
}

void FreeFormBlur::Keep(const std::vector<std::size_t>& kept)
{
  std::vector<std::size_t> added, removed;
  std::set_difference(kept.begin(), kept.end(), m_Kept.begin(), m_Kept.end(), std::back_inserter(added));
  std::set_difference(m_Kept.begin(), m_Kept.end(), kept.begin(), kept.end(), std::back_inserter(removed));
  Add(added, 1.);
  Add(removed, -1.);
  m_Kept = kept;
}

FreeFormBlur::Centred FreeFormBlur::Centre(const std::array<bool, Folds>& folds) const
{
  const Eigen::Index knots = m_Roughness.rows(), bands = m_Values.cols();
  Centred            centred;
  centred.squares   = Eigen::MatrixXd::Zero(knots, knots);
  centred.products  = Eigen::VectorXd::Zero(knots);
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(knots, bands);
  Eigen::VectorXd t = Eigen::VectorXd::Zero(bands);
  double          n = 0.;
  for (std::size_t fold = 0; fold < Folds; ++fold)
  {
    if (folds[fold])
    {
      const Sums& sums = m_Sums[fold];
      centred.squares += sums.squares;
      centred.products += sums.products;
      centred.tt += sums.tt;
      x += sums.x;
      t += Eigen::Map<const Eigen::VectorXd>(sums.t.data(), bands);
      n += sums.n;
    }
  }
  centred.squares = Eigen::MatrixXd(centred.squares.selfadjointView<Eigen::Lower>());
  if (n > 0.)
  {
    centred.squares -= x * x.transpose() / n;
    centred.products -= x * t / n;
    centred.tt -= t.squaredNorm() / n;
  }
  return centred;
}

Eigen::VectorXd FreeFormBlur::SolveFor(const Centred& sums, double ridge) const
{
  const double          weight = ridge * sums.squares.diagonal().mean();
  const Eigen::MatrixXd matrix = sums.squares + weight * m_Roughness;
  return matrix.llt().solve(sums.products);
}

void FreeFormBlur::ChooseRidge()
{
  std::array<Centred, Folds> training, held;
  for (std::size_t fold = 0; fold < Folds; ++fold)
  {
    std::array<bool, Folds> own{}, others{};
    for (std::size_t other = 0; other < Folds; ++other)
    {
      own[other]    = other == fold;
      others[other] = other != fold;
    }
    training[fold] = Centre(others);
    held[fold]     = Centre(own);
  }
  std::array<double, Folds * Ridges.size()> left{};
  m_Parallel(left.size(), [&](std::size_t task) { left[task] = held[task % Folds].Left(SolveFor(training[task % Folds], Ridges[task / Folds])); });
  double all = 0., prior = 0.;
  for (Eigen::Index band = 0; band < m_Values.cols(); ++band)
  {
    double mean = 0., squares = 0.;
    for (const std::size_t pixel : m_Kept)
    {
      const double value = m_Values(static_cast<Eigen::Index>(pixel), band) / m_Noise[static_cast<std::size_t>(band)];
      mean += value;
      squares += value * value;
    }
    all += squares - mean * mean / static_cast<double>(m_Kept.size());
  }
  for (const Centred& fold : held)
  {
    prior += fold.tt;
  }
  m_PriorHeldOut = prior / all;
  m_HeldOut      = 1e300;
  for (std::size_t ridge = 0; ridge < Ridges.size(); ++ridge)
  {
    double sum = 0.;
    for (std::size_t fold = 0; fold < Folds; ++fold)
    {
      sum += left[ridge * Folds + fold] / all;
    }
    if (sum < m_HeldOut)
    {
      m_HeldOut = sum;
      m_Ridge   = Ridges[ridge];
    }
  }
}

SensorBlur FreeFormBlur::Solve()
{
  const Eigen::VectorXd difference = SolveFor(Centre({true, true, true}), m_Ridge);
  SensorBlur            coarse;
  coarse.knots = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(difference.data(), m_RowKnots, m_ColumnKnots);
  // Knots one sharp pixel apart, some of which are those of the difference, over all that it or the prior reaches.
  const auto place = [this](double first, int knots, double prior, Eigen::Index priorKnots, double& from)
  {
    const double before = std::max(m_Spacing - 1., std::ceil(first - prior));
    const double after  = std::max((knots - 1.) * m_Spacing + m_Spacing - 1., std::ceil(prior + static_cast<double>(priorKnots - 1) - first));
    from                = first - before;
    return static_cast<Eigen::Index>(std::lround(before + after)) + 1;
  };
  SensorBlur         blur;
  const Eigen::Index rows    = place(m_FirstRow, m_RowKnots, m_Prior.top, m_Prior.knots.rows(), blur.top);
  const Eigen::Index columns = place(m_FirstColumn, m_ColumnKnots, m_Prior.left, m_Prior.knots.cols(), blur.left);
  blur.knots.resize(rows, columns);
  for (Eigen::Index v = 0; v < rows; ++v)
  {
    for (Eigen::Index u = 0; u < columns; ++u)
    {
      const double dy = blur.top + static_cast<double>(v), dx = blur.left + static_cast<double>(u);
      blur.knots(v, u) = m_Prior.At(dy, dx) + coarse.At((dy - m_FirstRow) / m_Spacing, (dx - m_FirstColumn) / m_Spacing);
    }
  }
  blur.Normalise();
  return blur;
}
} // namespace otb
