// SPDX-License-Identifier: Apache-2.0
#ifndef otbNonnegativeMatrixFactorization_h
#define otbNonnegativeMatrixFactorization_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <functional>

namespace otb
{
/** \class NonnegativeMatrixFactorization
 * \brief Endmembers of a set of spectra: V (n x C) ~ W (n x K) E (K x C), all non-negative, minimising ||V - W E||_F^2 / 2.
 *
 * Start: NNDSVDa (Boutsidis & Gallopoulos 2008), from the singular vectors of V, zeros replaced by the mean of V. Descent: hierarchical alternating least
 * squares, one column of W or row of E at a time (Cichocki & Phan 2009). Stop: when the summed violation of the projected gradient falls under `tolerance` of
 * the first sweep's, or after `sweeps` sweeps.
 *
 * V is visited once per sweep, in blocks that fit the cache; the result does not depend on the number of threads.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT NonnegativeMatrixFactorization
{
public:
  /** Of endmembers, the published default. */
  static constexpr unsigned int UsualNumber = 7;

  struct Settings
  {
    unsigned int endmembers = UsualNumber; // K
    unsigned int sweeps     = 5000;
    double       tolerance  = 1e-4;
    unsigned int threads    = 1;
  };

  struct Result
  {
    SpectraMatrix endmembers;         // E, K x C
    SpectraMatrix abundances;         // W, n x K
    double        relativeError = 0.; // ||V - W E||_F / ||V||_F
    unsigned int  sweeps        = 0;
    bool          converged     = false;
    bool          cancelled     = false;
  };

  /** Told after each sweep of the violation relative to the first sweep's; returns false to stop. */
  using Progress = std::function<bool(double relativeViolation)>;

  /** \throw std::invalid_argument for a setting out of range, naming it. */
  explicit NonnegativeMatrixFactorization(const Settings& settings);

  /** \throw std::invalid_argument when K exceeds the pixels or the bands, when V has a negative or not finite value, or when V is zero. */
  Result Factorize(SpectraMatrix spectra, const Progress& progress = {}) const;

  /** How far the descent has come at that relative violation, in [0, 1]: it falls about exponentially, so its logarithm tells. */
  double Fraction(double relativeViolation) const;

private:
  Settings m_Settings;
};
} // namespace otb

#endif
