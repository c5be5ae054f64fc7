// SPDX-License-Identifier: Apache-2.0
#include "otbSensorOperator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
/** The place of fine line 0 among the knots of a coarse line; what rounding added to a whole number is taken away, or it would cost a tap. */
double PlaceOfFirst(const CoarseGridAxis& grid, long line, double firstKnot)
{
  const double place = -grid.Centre(line) - firstKnot;
  const double whole = std::round(place);
  return std::abs(place - whole) < 1e-6 ? whole : place;
}

/** Profiles (rank x knots), linear between knots, at the fine lines of an image around each coarse line's centre. */
SensorOperator::Axis MakeAxis(const Eigen::MatrixXd& profiles, double firstKnot, const CoarseGridAxis& grid, long fineSize)
{
  SensorOperator::Axis axis;
  axis.size        = grid.size;
  axis.fineSize    = fineSize;
  axis.rank        = static_cast<unsigned int>(profiles.rows());
  const long knots = static_cast<long>(profiles.cols());
  const auto lines = static_cast<std::size_t>(grid.size);

  // Fine line x has place origin + x among the knots, and weight where -1 < place < knots.
  std::vector<long> first(lines), last(lines);
  long              taps = 1;
  for (std::size_t line = 0; line < lines; ++line)
  {
    const double origin = PlaceOfFirst(grid, static_cast<long>(line), firstKnot);
    first[line]         = static_cast<long>(std::floor(-1. - origin)) + 1;
    last[line]          = static_cast<long>(std::ceil(static_cast<double>(knots) - origin)) - 1;
    taps                = std::max(taps, last[line] - first[line] + 1);
  }
  axis.taps = static_cast<unsigned int>(std::min(taps, fineSize));
  axis.first.resize(lines);
  axis.inside.resize(lines);
  axis.weights.assign(axis.rank * lines * axis.taps, 0.f);

  std::vector<double> folded(axis.taps);
  for (std::size_t line = 0; line < lines; ++line)
  {
    const double origin = PlaceOfFirst(grid, static_cast<long>(line), firstKnot);
    const long   start  = std::clamp(first[line], 0L, fineSize - static_cast<long>(axis.taps));
    axis.first[line]    = start;
    bool inside         = true;
    for (unsigned int term = 0; term < axis.rank && inside; ++term)
    {
      std::fill(folded.begin(), folded.end(), 0.);
      double outside = 0., all = 0.;
      for (long x = first[line]; x <= last[line]; ++x)
      {
        const double place  = origin + static_cast<double>(x);
        const double knot   = std::floor(place);
        const double share  = place - knot;
        const auto   below  = static_cast<long>(knot);
        const double before = below >= 0 && below < knots ? profiles(term, below) : 0.;
        const double after  = below + 1 >= 0 && below + 1 < knots ? profiles(term, below + 1) : 0.;
        const double weight = (1. - share) * before + share * after;
        all += std::abs(weight);
        outside += x < 0 || x >= fineSize ? std::abs(weight) : 0.;
        const long at = std::clamp(x, 0L, fineSize - 1) - start;
        if (at >= 0 && at < static_cast<long>(axis.taps))
        {
          folded[static_cast<std::size_t>(at)] += weight;
        }
      }
      // Later terms are small corrections of the first, which says what is inside.
      inside            = term > 0 || outside < SensorOperator::MaximumOutside * all;
      float* const into = axis.weights.data() + (term * lines + line) * axis.taps;
      if (inside)
      {
        std::transform(folded.begin(), folded.end(), into, [](double weight) { return static_cast<float>(weight); });
      }
    }
    axis.inside[line] = inside ? 1 : 0;
  }
  return axis;
}
} // namespace

Eigen::MatrixXd SensorOperator::Axis::GetMatrix(unsigned int term) const
{
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(size, fineSize);
  for (long line = 0; line < size; ++line)
  {
    for (unsigned int tap = 0; tap < taps; ++tap)
    {
      matrix(line, first[static_cast<std::size_t>(line)] + static_cast<long>(tap)) = static_cast<double>(GetWeights(term, line)[tap]);
    }
  }
  return matrix;
}

SensorOperator::SensorOperator(const SensorBlur& blur, const CoarseGridAxis& rows, const CoarseGridAxis& columns, long fineRows, long fineColumns)
  : SensorOperator(blur.GetSeparable(), blur.top, blur.left, rows, columns, fineRows, fineColumns)
{
}

SensorOperator::SensorOperator(const SensorBlur::Separable& separable, double top, double left, const CoarseGridAxis& rows, const CoarseGridAxis& columns,
                               long fineRows, long fineColumns)
{
  if (rows.size < 1 || columns.size < 1 || fineRows < 1 || fineColumns < 1)
  {
    throw std::invalid_argument("sensor operator: found a coarse image of " + std::to_string(rows.size) + " x " + std::to_string(columns.size) +
                                " and a fine one of " + std::to_string(fineRows) + " x " + std::to_string(fineColumns) + " pixels, expected none to be empty");
  }
  m_Rows    = MakeAxis(separable.rows, top, rows, fineRows);
  m_Columns = MakeAxis(separable.columns, left, columns, fineColumns);
}

double SensorOperator::ApplyAt(long row, long column, const float* band, std::ptrdiff_t rowStride, std::ptrdiff_t pixelStride) const
{
  if (!IsInside(row, column))
  {
    return 0.;
  }
  const float* const corner = band + m_Rows.first[static_cast<std::size_t>(row)] * rowStride + m_Columns.first[static_cast<std::size_t>(column)] * pixelStride;
  double             sum    = 0.;
  for (unsigned int term = 0; term < m_Rows.rank; ++term)
  {
    const float* const vertical   = m_Rows.GetWeights(term, row);
    const float* const horizontal = m_Columns.GetWeights(term, column);
    for (unsigned int y = 0; y < m_Rows.taps; ++y)
    {
      const float* const pixels = corner + static_cast<std::ptrdiff_t>(y) * rowStride;
      double             line   = 0.;
      for (unsigned int x = 0; x < m_Columns.taps; ++x)
      {
        line += static_cast<double>(horizontal[x]) * static_cast<double>(pixels[static_cast<std::ptrdiff_t>(x) * pixelStride]);
      }
      sum += static_cast<double>(vertical[y]) * line;
    }
  }
  return sum;
}

Eigen::MatrixXd SensorOperator::GetMatrix() const
{
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(m_Rows.size * m_Columns.size, m_Rows.fineSize * m_Columns.fineSize);
  for (unsigned int term = 0; term < GetRank(); ++term)
  {
    const Eigen::MatrixXd vertical = m_Rows.GetMatrix(term), horizontal = m_Columns.GetMatrix(term);
    for (long i = 0; i < m_Rows.size; ++i)
    {
      for (long y = 0; y < m_Rows.fineSize; ++y)
      {
        matrix.block(i * m_Columns.size, y * m_Columns.fineSize, m_Columns.size, m_Columns.fineSize) += vertical(i, y) * horizontal;
      }
    }
  }
  return matrix;
}
} // namespace otb
