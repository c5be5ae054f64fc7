// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQuality_h
#define otbImageQuality_h

#include "SpectraMorphExport.h"

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** How an estimate is compared with a reference. */
struct SpectraMorph_EXPORT ImageQualityOptions
{
  /** The greatest value a pixel can take, in the images' unit: the peak of PSNR, the range of SSIM; > 0. */
  double peak = 1.;

  /** Clip the estimate to [0, peak] before all metrics. */
  bool clip = false;

  /** Compare PSNR and SSIM after both images were mapped from [0, peak] to the integers 0 to 255, clipped and truncated, with a peak of 255: the published
   * protocol. */
  bool quantize = false;

  /** r of ERGAS: pixels of the sharp image per pixel of the coarse one in each direction, > 0. */
  double ratio = 4.;

  /** \throw std::invalid_argument naming the option, with what was found and what was expected. */
  void Check() const;

  /** The value that the metrics see of an estimate's pixel. */
  float Clip(float value) const
  {
    return clip ? std::min(std::max(value, 0.f), static_cast<float>(peak)) : value;
  }
};

/** \class ImageQuality
 * \brief Scores of an estimate x' against a reference x, per band and overall.
 *
 * A metric that the images do not define (correlation of a constant band, a window larger than the image) is NaN, and left out of the mean over bands.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT ImageQuality
{
  struct Scores
  {
    /** Root mean square error, in the images' unit; overall: over all pixels and bands. */
    double rmse = std::numeric_limits<double>::quiet_NaN();
    /** Peak signal-to-noise ratio 10 log10(peak^2 / MSE) [dB], infinite for equal images; overall: of the MSE over all pixels and bands. */
    double psnr = std::numeric_limits<double>::quiet_NaN();
    /** Structural similarity (Wang et al. 2004): Gaussian window 11 x 11, sigma 1.5, population covariances, K1 = 0.01, K2 = 0.03, mean over the windows inside
     * the image; overall: mean over bands. */
    double ssim = std::numeric_limits<double>::quiet_NaN();
    /** Universal image quality index (Wang and Bovik 2002): mean over all 8 x 8 windows inside the image; overall: mean over bands. */
    double uiqi = std::numeric_limits<double>::quiet_NaN();
    /** Relative dimensionless error of synthesis (Wald 2000): 100 / r sqrt(mean_b (MSE_b / mean_b^2)), mean_b of the reference; of a band: its own term, 100 /
     * r RMSE_b / |mean_b|. Bands whose mean is zero are left out. */
    double ergas = std::numeric_limits<double>::quiet_NaN();
    /** Pearson's correlation coefficient; overall: mean over bands. */
    double cc = std::numeric_limits<double>::quiet_NaN();
    /** Spectral angle [degrees], overall only: mean over the pixels where neither spectrum is zero. */
    double sam = std::numeric_limits<double>::quiet_NaN();
  };

  Scores              overall;
  std::vector<Scores> bands;

  /** Pixels valid in both images. */
  std::uint64_t pixels = 0;

  ImageQualityOptions options;
};

/** \class ImageQualitySums
 * \brief What ImageQuality is computed from: sums over pixels and windows, which can be added.
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT ImageQualitySums
{
  /** Columns of `bands`: sums over pixels of x, x', x^2, x'^2, x x', (x - x')^2, the last after quantising; sums over windows of SSIM and UIQI. */
  enum Sum
  {
    Reference,
    Estimate,
    ReferenceSquared,
    EstimateSquared,
    Product,
    SquaredError,
    QuantizedSquaredError,
    Ssim,
    Uiqi,
    NumberOfSums
  };

  explicit ImageQualitySums(std::size_t numberOfBands = 0) : bands(Eigen::ArrayXXd::Zero(numberOfBands, NumberOfSums))
  {
  }

  void Add(const ImageQualitySums& other);

  /** \throw std::invalid_argument when an option is out of its range. */
  ImageQuality Evaluate(const ImageQualityOptions& options) const;

  Eigen::ArrayXXd bands;
  std::uint64_t   pixels      = 0;
  std::uint64_t   ssimWindows = 0;
  std::uint64_t   uiqiWindows = 0;
  double          angle       = 0.; // [degrees]
  std::uint64_t   angles      = 0;
};

/** \class SpectrumPair
 * \brief A pixel of the reference and the same of the estimate, in double precision. Keep one and load it again and again: loading allocates nothing.
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectrumPair
{
public:
  explicit SpectrumPair(std::size_t bands) : m_Reference(bands), m_Estimate(bands)
  {
  }

  void Load(const float* reference, const float* estimate, const ImageQualityOptions& options);

  /** Angle between the two spectra [degrees], 0 to 180; nothing when one of them is zero. Precise for small angles: 2 atan2(|u - v|, |u + v|) of the unit
   * vectors (Kahan), not the arc cosine. */
  std::optional<double> Angle() const;

  /** Root mean square difference over bands. */
  double RootMeanSquareError() const;

private:
  Eigen::ArrayXd m_Reference;
  Eigen::ArrayXd m_Estimate;
};
} // namespace otb

#endif
