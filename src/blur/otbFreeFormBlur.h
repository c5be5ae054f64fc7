// SPDX-License-Identifier: Apache-2.0
#ifndef otbFreeFormBlur_h
#define otbFreeFormBlur_h

#include "otbBlurPixels.h"
#include "otbGaussianBlurFit.h"
#include "otbParallelFor.h"

#include <array>
#include <vector>

namespace otb
{
/** A kernel of free knots by least squares: a prior kernel plus a difference, found from what the prior leaves, that is kept smooth. Unknowns are bounded:
 * where the window holds more sharp pixels, knots lie a whole number of them apart. Gains and noise of the bands are given, offsets are solved for. */
class FreeFormBlur
{
public:
  static constexpr int MaximumKnots = 700;

  FreeFormBlur(const BlurPixels& source, const BlurWindow& window, const std::vector<BlurPixel>& pixels, const Eigen::MatrixXd& values, const BlurLines& lines,
               const SensorBlur& prior, unsigned int threads);

  /** The pixels that the kernel is solved from, in ascending order; costs as much as differ from those before. */
  void Keep(const std::vector<std::size_t>& kept);

  /** Chooses the ridge by the held-out error. */
  void ChooseRidge();

  /** Shares of the whitened variance that are left at held-out pixels. */
  double GetHeldOut() const
  {
    return m_HeldOut;
  }
  double GetPriorHeldOut() const
  {
    return m_PriorHeldOut;
  }

  /** The kernel from all kept pixels, normalised, with knots one sharp pixel apart. \throw std::invalid_argument when it cannot be normalised. */
  SensorBlur Solve();

private:
  static constexpr std::size_t Folds = 3;

  /** Lines (or columns) of sharp pixels under the knots, of each coarse line of a patch. */
  struct Axis
  {
    std::vector<long>  first; // the first sharp line of each coarse one
    long               count = 0;
    std::vector<int>   knot;  // coarse lines x count: the knot before
    std::vector<float> share; // and the share of the one after
  };

  /** Of a fold: x the whitened pixels under the knots, t the what the prior leaves of the whitened value. */
  struct Sums
  {
    Eigen::MatrixXd     squares;  // sum x x^T, lower triangle
    Eigen::VectorXd     products; // sum x t
    Eigen::MatrixXd     x;        // knots x bands: sums
    std::vector<double> t;        // bands
    double              tt = 0.;
    double              n  = 0.;
  };

  /** About the bands' means, of several folds. */
  struct Centred
  {
    Eigen::MatrixXd squares;
    Eigen::VectorXd products;
    double          tt = 0.;

    double Left(const Eigen::VectorXd& difference) const
    {
      return tt - 2. * difference.dot(products) + difference.dot(squares * difference);
    }
  };

  static Axis     MakeAxis(const CoarseGridAxis& grid, double firstKnot, int knots, int spacing);
  void            Gather(std::size_t pixel, unsigned int band, float* x) const;
  void            Add(const std::vector<std::size_t>& pixels, double sign);
  Centred         Centre(const std::array<bool, Folds>& folds) const;
  Eigen::VectorXd SolveFor(const Centred& sums, double ridge) const;

  const BlurPixels&             m_Source;
  const std::vector<BlurPixel>& m_Pixels;
  const Eigen::MatrixXd&        m_Values;
  Eigen::MatrixXd               m_Left; // of the values, by the prior
  std::vector<double>           m_Gains, m_Noise;
  SensorBlur                    m_Prior;
  ParallelFor                   m_Parallel;
  int                           m_Spacing = 1, m_RowKnots = 1, m_ColumnKnots = 1;
  double                        m_FirstRow = 0., m_FirstColumn = 0.; // knots
  std::vector<Axis>             m_Rows, m_Columns;                   // per patch
  std::vector<unsigned char>    m_Fold;                              // per pixel
  Eigen::MatrixXd               m_Roughness;
  std::array<Sums, Folds>       m_Sums;
  std::vector<std::size_t>      m_Kept;
  double                        m_Ridge = 1e-3, m_HeldOut = 1., m_PriorHeldOut = 1.;
};
} // namespace otb

#endif
