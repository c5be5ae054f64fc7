// SPDX-License-Identifier: Apache-2.0
#ifndef otbUncertaintyCalibration_h
#define otbUncertaintyCalibration_h

#include "SpectraMorphExport.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace otb
{
/** \class UncertaintyCalibration
 * \brief Whether predicted errors are right: pixels are put into classes by the error that was predicted of them, and each class' true error is looked at.
 *
 * A pixel counts with its predicted root mean square error over bands and with its true one, both in the image's unit. Pixels are kept as counts and sums in
 * logarithmic cells of both, 32 to a factor of two, so that any number of them takes little memory; a class' limits and ranks are right to 2 %. Sums are taken
 * in the order in which pixels are added.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT UncertaintyCalibration
{
public:
  /** Pixels of alike predicted errors. */
  struct Class
  {
    std::uint64_t pixels    = 0;
    double        predicted = 0.; // root mean square of the predicted errors
    double        found     = 0.; // of the true ones

    /** predicted / found; 1 is right, not a number where there is neither. */
    double GetRatio() const
    {
      return predicted / found;
    }
  };

  struct Table
  {
    Class              all;
    std::vector<Class> classes;       // from small to great predicted errors, of about as many pixels each; fewer than asked for where predictions are alike
    double             spearman = 0.; // rank correlation of predicted and true errors over pixels; not a number where either is the same everywhere

    /** Whether the true error is greater in each class than in the one before. */
    bool IsRising() const;
  };

  /** A pixel. \param predicted, found root mean square errors, from 0, finite */
  void Add(double predicted, double found);

  std::uint64_t GetNumberOfPixels() const
  {
    return m_Pixels;
  }

  /** Of all pixels so far. */
  Table Evaluate(unsigned int classes = 10) const;

private:
  struct Sums
  {
    std::uint64_t pixels    = 0;
    double        predicted = 0.; // of squares
    double        found     = 0.;
  };

  std::map<std::pair<int, int>, Sums> m_Cells; // by predicted, then by true error
  std::uint64_t                       m_Pixels = 0;
};
} // namespace otb

#endif
