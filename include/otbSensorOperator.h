// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorOperator_h
#define otbSensorOperator_h

#include "SpectraMorphExport.h"
#include "otbCoarseGridAxis.h"
#include "otbSensorBlur.h"

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace otb
{
/** \class SensorOperator
 * \brief The coarse sensor D as banded operators: coarse pixel (i, j) = sum over k, y, x of Rows_k(i, y) Columns_k(j, x) x(y, x).
 *
 * For any ratio, direction and phase of the two axes; k runs over the few terms that the blur is separable in. Each coarse line of an axis has a first fine
 * index and the same number of taps, all of which lie within the fine image. For whole ratios all lines have the same weights.
 *
 * A coarse line is inside when less than MaximumOutside of its absolute weights falls outside of the fine image; that little is given to the edge pixel, so
 * that weights still sum to one. Lines that are not inside have weights of zero, and their coarse pixels say nothing.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SensorOperator
{
public:
  static constexpr double MaximumOutside = 0.01;

  /** One axis. */
  struct Axis
  {
    long                       size     = 0; // coarse lines
    long                       fineSize = 0; // fine lines
    unsigned int               taps     = 0; // at most fineSize
    unsigned int               rank     = 0;
    std::vector<long>          first;   // size: the fine line of the first tap, 0 to fineSize - taps
    std::vector<unsigned char> inside;  // size
    std::vector<float>         weights; // rank x size x taps

    const float* GetWeights(unsigned int term, long line) const
    {
      return weights.data() + (static_cast<std::size_t>(term) * static_cast<std::size_t>(size) + static_cast<std::size_t>(line)) * taps;
    }

    /** One term as a coarse x fine matrix. */
    Eigen::MatrixXd GetMatrix(unsigned int term) const;
  };

  SensorOperator() = default;

  /** \param rows, columns how the coarse image lies on the fine one of fineRows x fineColumns pixels
   * \throw std::invalid_argument when a size is not positive. */
  SensorOperator(const SensorBlur& blur, const CoarseGridAxis& rows, const CoarseGridAxis& columns, long fineRows, long fineColumns);

  /** The same from a separation at hand, whose first knots lie at (top, left). */
  SensorOperator(const SensorBlur::Separable& separable, double top, double left, const CoarseGridAxis& rows, const CoarseGridAxis& columns, long fineRows,
                 long fineColumns);

  const Axis& GetRows() const
  {
    return m_Rows;
  }

  const Axis& GetColumns() const
  {
    return m_Columns;
  }

  unsigned int GetRank() const
  {
    return m_Rows.rank;
  }

  /** Whether the fine image covers what coarse pixel (row, column) averages. */
  bool IsInside(long row, long column) const
  {
    return m_Rows.inside[static_cast<std::size_t>(row)] != 0 && m_Columns.inside[static_cast<std::size_t>(column)] != 0;
  }

  /** Coarse pixel (row, column) of one band, whose fine pixel (y, x) is at band[y * rowStride + x * pixelStride]; 0 when it is not inside. */
  double ApplyAt(long row, long column, const float* band, std::ptrdiff_t rowStride, std::ptrdiff_t pixelStride = 1) const;

  /** D: coarse pixels x fine pixels, both by lines. For tests and tiny scenes. */
  Eigen::MatrixXd GetMatrix() const;

private:
  Axis m_Rows;
  Axis m_Columns;
};
} // namespace otb

#endif
