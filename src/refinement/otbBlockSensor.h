// SPDX-License-Identifier: Apache-2.0
#ifndef otbBlockSensor_h
#define otbBlockSensor_h

#include "SpectraMorphExport.h"
#include "otbAlignedFloats.h"
#include "otbSensorOperator.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace otb
{
/** \class BlockSensor
 * \brief The coarse sensor D and its adjoint within a block of fine pixels, as products of small dense matrices.
 *
 * D is a sum of few terms, each a banded matrix along rows and one along columns. A few neighbouring lines of a banded matrix are a dense one, narrow enough
 * that the zeros in it cost little, and that is what the kernels are fast at.
 *
 * Fine pixels: lines of q components, each of `lanes` floats; lines are `stride` floats apart, all of it zero behind the last pixel. Coarse pixels: the same
 * with `coarseLanes`. Coarse lines are those whose taps lie within the block, in the order of their fine pixels.
 */
class SpectraMorph_EXPORT BlockSensor
{
public:
  /** The coarse lines of one axis that see nothing but fine lines [first, first + count). They are neighbours: [begin, begin + size) of the coarse image. */
  struct Lines
  {
    long begin = 0;
    long size  = 0;
  };
  static Lines Within(const SensorOperator::Axis& axis, long first, long count);

  /** For a block of fine pixels whose first one is (top, left) of the image. */
  void Set(const SensorOperator& sensor, std::size_t components, long top, long left, long rows, long columns);

  /** The same sensor on pixels that are each two by two of another block's, or what of them is in that block: D of what is constant over them. */
  void SetHalf(const BlockSensor& finer);

  std::size_t GetStride() const
  {
    return m_Stride;
  }
  std::size_t GetLanes() const
  {
    return m_Lanes;
  }
  std::size_t GetCoarseLanes() const
  {
    return m_CoarseLanes;
  }
  std::size_t GetCoarseRows() const
  {
    return m_RowLines.size();
  }
  std::size_t GetCoarseColumns() const
  {
    return m_ColumnLines.size();
  }

  /** The place in the coarse image of the block's coarse line i. */
  long GetCoarseRow(std::size_t i) const
  {
    return m_RowLines[i];
  }
  long GetCoarseColumn(std::size_t j) const
  {
    return m_ColumnLines[j];
  }

  /** coarse (GetCoarseRows() x q x GetCoarseLanes()) = D fine. `need(lines)` is called before the first `lines` fine lines are
   * read. */
  void Apply(const float* fine, float* coarse, const std::function<void(std::size_t)>& need);

  /** Lines of D^T coarse, some at a time from the first to the last: `need(lines)` is called before the first `lines` coarse lines are read, and
   * `done(first, count)` when `fine` holds lines [first, first + count). */
  void ApplyTransposed(const float* coarse, float* fine, const std::function<void(std::size_t)>& need,
                       const std::function<void(std::size_t, std::size_t)>& done);

  /** The same as Apply() for the next few coarse lines, as many as are at least `lines` in all. To be started by StartLines(). */
  void StartLines()
  {
    m_NextDown = 0;
  }
  void ApplyUpTo(std::size_t lines, const float* fine, float* coarse, const std::function<void(std::size_t)>& need);

private:
  /** Lines [first, first + count) of a banded matrix, which are zero outside of columns [begin, begin + depth). */
  struct Piece
  {
    std::size_t first, count, begin, depth;
    std::size_t table; // where the weights start
  };

  /** The banded matrices of one axis within the block. */
  struct Band
  {
    std::size_t              size = 0; // fine lines
    std::size_t              taps = 0;
    std::vector<std::size_t> start;   // of each coarse line, in the order of their fine ones: the fine line of the first tap
    std::vector<float>       weights; // rank x coarse lines x taps

    const float* GetWeights(std::size_t term, std::size_t line) const
    {
      return weights.data() + (term * start.size() + line) * taps;
    }
  };

  static Band GetBand(const SensorOperator::Axis& axis, long first, std::size_t size, std::vector<long>& lines);
  Band        GetHalf(const Band& finer) const;
  void        SetSize(std::size_t components, std::size_t rank);
  void        ApplyPiece(const Piece& down, const float* fine, float* coarse);
  void        SetRows();
  void        SetColumns();

  Band               m_RowBand, m_ColumnBand;
  std::size_t        m_NextDown   = 0;
  std::size_t        m_Components = 0, m_Rank = 0, m_Rows = 0, m_Lanes = 0, m_CoarseLanes = 0, m_Stride = 0;
  std::vector<long>  m_RowLines, m_ColumnLines;
  std::vector<Piece> m_Down, m_Up;     // along columns of pixels: coarse lines of fine ones, fine lines of coarse ones
  std::vector<Piece> m_Narrow, m_Wide; // along lines of pixels
  std::vector<float> m_DownWeights, m_UpWeights;
  AlignedFloats      m_NarrowWeights, m_WideWeights;
  float*             m_NarrowTable = nullptr;
  float*             m_WideTable   = nullptr;
  AlignedFloats      m_Tall, m_Short;
};
} // namespace otb

#endif
