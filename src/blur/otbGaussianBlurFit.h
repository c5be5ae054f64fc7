// SPDX-License-Identifier: Apache-2.0
#ifndef otbGaussianBlurFit_h
#define otbGaussianBlurFit_h

#include "otbBlurPixels.h"
#include "otbRobustFit.h"

#include <array>

namespace otb
{
/** Gains, offsets and residuals of a kernel's predictions, with the trimming that both forms of kernels share. */
struct BlurLines
{
  static constexpr double ContrastShare = 0.02;

  std::vector<robust::Line> lines;
  std::vector<double>       noise;     // robust standard deviation of the residuals, per band
  Eigen::MatrixXd           residuals; // pixels x bands

  /** Lines by least squares over the kept pixels; residuals and noise of all. */
  BlurLines(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& values, const std::vector<std::size_t>& kept);

  /** The worst band's residual of each pixel, in units of its noise and of a share of the pixel's own contrast: where the scene varies, a kernel that is not
   * yet right is off by more, and the pixels that tell of it must not be taken for outliers. */
  std::vector<double> GetScores(const Eigen::MatrixXd& contrast, double share) const;

  /** What is left of the kept pixels' variance, mean over the bands. */
  static double Left(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& values, const std::vector<std::size_t>& kept);
};

/** A Gaussian of free widths and shift, integrated over the detector, by least trimmed squares. */
struct GaussianBlurFit
{
  std::array<double, 4>    parameters = {1., 1., 0., 0.}; // sigma of rows, of columns, shift of rows, of columns
  BlurWindow               window;
  std::vector<BlurPixel>   pixels;    // all usable
  std::vector<std::size_t> kept;      // numbers in `pixels`
  Eigen::MatrixXd          contrast;  // pixels x bands: by how much the sharp image's mean differs from that of its surroundings
  double                   left = 1.; // share of the variance of the kept pixels that is not explained

  /** Around a displacement; no pixels when there are too few. */
  GaussianBlurFit(const BlurPixels& source, long row, long column);

  SensorBlur GetBlur(const BlurPixels& source) const;
};
} // namespace otb

#endif
