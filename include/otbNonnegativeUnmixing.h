// SPDX-License-Identifier: Apache-2.0
#ifndef otbNonnegativeUnmixing_h
#define otbNonnegativeUnmixing_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>

namespace otb
{
/** \class NonnegativeUnmixing
 * \brief Abundances of given endmembers (K x C) in spectra: a = argmin ||x - a E||^2 with a >= 0, by the active-set method of Lawson & Hanson in the form of
 * Bro & de Jong (1997), which works on E E^T and x E^T.
 *
 * The result is exact up to rounding. Endmembers need not be independent: one that adds nothing gets zero.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT NonnegativeUnmixing
{
public:
  NonnegativeUnmixing() = default;

  /** \throw std::invalid_argument when there is no endmember, or a value is not finite. */
  explicit NonnegativeUnmixing(SpectraMatrix endmembers);

  /** `count` pixels, C bands to K abundances each, one after the other. A spectrum with NaN or infinity gives NaN. */
  void Apply(const float* spectra, std::size_t count, float* abundances) const;

  const SpectraMatrix& GetEndmembers() const
  {
    return m_Endmembers;
  }

private:
  using PreciseMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  SpectraMatrix   m_Endmembers; // K x C
  PreciseMatrix   m_Precise;    // the same in double precision
  Eigen::MatrixXd m_Gram;       // E E^T
};
} // namespace otb

#endif
