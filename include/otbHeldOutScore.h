// SPDX-License-Identifier: Apache-2.0
#ifndef otbHeldOutScore_h
#define otbHeldOutScore_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** \class HeldOutScore
 * \brief How well a fused image foretells LR-HSI pixels that were not used in refining it: the whitened innovation \f$ |W (y - D x)|^2 / C \f$, by which
 * results are compared without knowing the truth. 1 is noise alone, less is better.
 *
 * Scores of one scene, of any methods, are of the same pixels, which compares them pair by pair.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT HeldOutScore
{
  double              value         = 0.; // mean over the pixels
  double              standardError = 0.; // of that mean
  std::vector<double> pixels;             // each pixel's own

  HeldOutScore() = default;
  explicit HeldOutScore(std::vector<double> values);

  /** Whether this is better than another score of the same pixels by more than chance explains: its mean is smaller, and a paired t test of the pixels'
   * differences, or of their logarithms', which few outlying pixels do not decide, is one-sided significant at 97.5 %. */
  bool IsBetterThan(const HeldOutScore& other) const;
};
} // namespace otb

#endif
