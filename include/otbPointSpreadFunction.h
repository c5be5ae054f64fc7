// SPDX-License-Identifier: Apache-2.0
#ifndef otbPointSpreadFunction_h
#define otbPointSpreadFunction_h

#include "SpectraMorphExport.h"

#include <Eigen/Core>

#include <string>
#include <vector>

namespace otb
{
/** \class PointSpreadFunction
 * \brief The blur of a sensor: a small kernel k with an odd number of rows and columns, normalised to sum 1.
 *
 * k(y, x) is the weight at y rows and x columns from the centre, in pixels of the image that is blurred. Blurring is the convolution
 * \f[ b(v,u) = \sum_{y,x} k(y,x)\, f(v-y,\, u-x). \f]
 *
 * The ten analytic kernels are those of the HyperBench protocol, with rho = sqrt(x^2 + y^2), s = sigma, on the grid |x|, |y| <= radius:
 *
 * | shape       | k before normalisation                                                                                |
 * |-------------|-------------------------------------------------------------------------------------------------------|
 * | gaussian    | exp(-rho^2 / 2 s^2)                                                                                   |
 * | kolmogorov  | exp(-(rho / s)^(5/3))                                                                                 |
 * | airy        | (2 K1(z) / z)^2, z = 2.33811 rho / s, 1 at rho = 0 (K1: modified Bessel function, second kind: as published) |
 * | moffat      | (1 + (rho / s)^2)^-3.5                                                                                |
 * | sinc        | sin(pi rho / s) / (pi rho / s)                                                                        |
 * | lorentzian2 | 1 / (1 + (rho / s)^4)                                                                                 |
 * | hermite     | exp(-rho^2 / 2 s^2) H1(rho / s), H1(t) = 2 t                                                          |
 * | parabolic   | max(0, 1 - (rho / s)^2)                                                                               |
 * | gabor       | exp(-(x^2 + 0.25 y^2) / 2 s^2) cos(2 pi x)                                                            |
 * | delta       | 1 at the centre; no blur, sigma and radius mean nothing                                               |
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT PointSpreadFunction
{
public:
  /** Rows are lines (y downwards), columns are columns (x). */
  using KernelType = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /** What happens outside the image: nothing is there (the published protocol; a border as wide as the kernel's radius darkens), or the image is mirrored at
   * its edge, the edge pixel repeated (d c b a | a b c d). */
  enum class Border
  {
    Zero,
    Reflect
  };

  /** No blur. */
  PointSpreadFunction();

  /** From a kernel of odd size, of any sum but zero.
   * \throw std::invalid_argument naming `source`, with what was found and what was expected. */
  PointSpreadFunction(const KernelType& kernel, const std::string& source);

  /** One of the ten shapes by its name.
   * \param sigma  width s [pixels], > 0
   * \param radius 1 to 1000 pixels: the kernel has 2 radius + 1 rows and columns
   * \throw std::invalid_argument naming the parameter, with what was found and what was expected. */
  static PointSpreadFunction FromShape(const std::string& shape, double sigma, unsigned int radius);

  /** Names of the ten shapes. */
  static const std::vector<std::string>& GetShapeNames();

  /** From a file: a text table (.csv or .txt: one kernel row per line, numbers separated by commas, semicolons or white space, # starts a comment) or else the
   * first band of an image. \throw std::invalid_argument naming the file and, in a table, the line. */
  static PointSpreadFunction FromFile(const std::string& filename);

  /** k. */
  const KernelType& GetKernel() const
  {
    return m_Kernel;
  }

  unsigned int GetVerticalRadius() const
  {
    return static_cast<unsigned int>(m_Kernel.rows() / 2);
  }

  unsigned int GetHorizontalRadius() const
  {
    return static_cast<unsigned int>(m_Kernel.cols() / 2);
  }

  /** Blur and area average in one: the weights d that a coarse pixel, the average of ratio x ratio blurred pixels, gives to the fine pixels,
   * \f[ d(y,x) = \frac{1}{r^2} \sum_{i,j < r} k(i + p_y - y,\, j + p_x - x), \f]
   * with (2 p + ratio) rows and columns; element (0, 0) is the fine pixel p rows above and p columns left of the coarse pixel's upper-left one. */
  KernelType GetDecimationKernel(unsigned int ratio) const;

private:
  KernelType m_Kernel;
};

/** Weights over existing pixels only: a kernel that is placed with its first element at (row, column) of an image of height x width pixels, where its elements
 * outside the image are dropped or folded back by the border rule. The result covers the part of the kernel's window inside the image. */
SpectraMorph_EXPORT PointSpreadFunction::KernelType FoldKernel(const PointSpreadFunction::KernelType& kernel, long row, long column, long height, long width,
                                                               PointSpreadFunction::Border border);
} // namespace otb

#endif
