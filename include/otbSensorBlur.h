// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorBlur_h
#define otbSensorBlur_h

#include "SpectraMorphExport.h"

#include <Eigen/Core>

namespace otb
{
/** \class SensorBlur
 * \brief What a coarse pixel averages, on the sharp grid: optics, detector and misregistration in one kernel.
 *
 * K(dy, dx) is the weight that a coarse pixel gives to the sharp pixel at an offset of (dy, dx) sharp pixels from the coarse pixel's nominal centre. K is
 * bilinear between the knots, of which (v, u) lies at (top + v, left + u), and zero from one sharp pixel beyond the outermost ones. The knots sum to one, and
 * so do the weights of each coarse pixel, whatever its phase (bilinear hats of unit spacing add up to one everywhere).
 *
 * Weights may be negative: published and real sensors have such lobes.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SensorBlur
{
  Eigen::MatrixXd knots = Eigen::MatrixXd::Ones(1, 1);
  double          top   = 0.; // offset of the first row of knots [sharp pixels]
  double          left  = 0.; // and of the first column

  /** K(dy, dx) ~ sum over k of rows(k, .) at dy times columns(k, .) at dx, each linear between the same knots. */
  struct Separable
  {
    Eigen::MatrixXd rows;    // rank x rows of knots
    Eigen::MatrixXd columns; // rank x columns of knots

    unsigned int GetRank() const
    {
      return static_cast<unsigned int>(rows.rows());
    }
  };

  /** A detector alone: the mean over `rows` x `columns` sharp pixels (any positive numbers, whole or not) about the centre. Exact for whole numbers. */
  static SensorBlur Detector(double rows, double columns);

  /** Optics of a Gaussian, integrated over that detector: standard deviations and shift of the centre in sharp pixels.
   * \throw std::invalid_argument when a number is not finite, or a ratio not positive. */
  static SensorBlur Gaussian(double rows, double columns, double sigmaRow, double sigmaColumn, double shiftRow, double shiftColumn);

  /** K(dy, dx). */
  double At(double dy, double dx) const;

  /** Divides by the knots' sum. \throw std::invalid_argument when they do not sum to a number that one can divide by. */
  void Normalise();

  /** Drops outer rows and columns of knots as long as all that are dropped weigh less than that share of the sum of absolute weights, and normalises. */
  void Trim(double share);

  /** The centre of mass: the misregistration [sharp pixels]. */
  double GetCentroidRow() const;
  double GetCentroidColumn() const;

  /** Standard deviation along an axis, detector included [sharp pixels]; 0 where negative lobes leave none. */
  double GetWidthRow() const;
  double GetWidthColumn() const;

  /** The fewest terms of the singular value decomposition that leave less than `tolerance` of the knots' norm (their root sum of squares), at most
   * `maximumRank`; their weights sum to one. */
  Separable GetSeparable(double tolerance = 0.03, unsigned int maximumRank = 3) const;
};
} // namespace otb

#endif
