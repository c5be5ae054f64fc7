// SPDX-License-Identifier: Apache-2.0
#ifndef otbLinearMixing_h
#define otbLinearMixing_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** \class LinearMixing
 * \brief Spectra from abundances: x = o + sum_k a_k (e_k - o), with the endmember spectra e_k (K x C) and an origin o.
 *
 * With o = 0 this is the linear mixing model x = a E. An origin other than zero is the offset that a model trained on scaled data works from; where abundances
 * sum to one it has no effect.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT LinearMixing
{
public:
  LinearMixing() = default;

  /** \throw std::invalid_argument when there is no endmember, or a value is not finite. */
  LinearMixing(SpectraMatrix endmembers, float origin);

  /** The same of any linear decoder: x = b + sum_k z_k d_k, with directions d_k (K x C) and a base b (C).
   * \throw std::invalid_argument when there is no direction, the base is not of C bands, or a value is not finite. */
  static LinearMixing FromDirections(const SpectraMatrix& directions, const std::vector<float>& base);

  /** `count` pixels, K abundances and C bands each, one after the other. */
  void Apply(const float* abundances, std::size_t count, float* spectra) const;

  const SpectraMatrix& GetEndmembers() const
  {
    return m_Endmembers;
  }

  /** d_k = e_k - o, K x C. */
  SpectraMatrix GetDirections() const
  {
    return m_Directions.leftCols(m_Endmembers.cols());
  }

  /** o, C. */
  std::vector<float> GetBase() const
  {
    return {m_Base.begin(), m_Base.begin() + m_Endmembers.cols()};
  }

private:
  SpectraMatrix      m_Endmembers; // K x C
  SpectraMatrix      m_Directions; // e_k - o, K x C padded
  std::vector<float> m_Base;       // o, C padded
};
} // namespace otb

#endif
