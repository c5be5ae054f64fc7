// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementStatistics_h
#define otbRefinementStatistics_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"
#include "otbSpectralResponse.h"

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace otb
{
/** \class RefinementMoments
 * \brief Sums of products of spectra y and of innovations e = y - D x0 over coarse pixels: all that RefinementStatistics looks at. Those of two sets of pixels
 * add.
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RefinementMoments
{
  std::size_t     pixels = 0;
  Eigen::VectorXd spectra;     // C, sum of y
  Eigen::MatrixXd products;    // C x C, sum of y y^T
  Eigen::MatrixXd innovations; // C x C, sum of e e^T
  Eigen::VectorXd noise;       // C: variance of y's noise where it is known already, else 0; empty: nowhere

  RefinementMoments() = default;
  /** \param known what is known of the noise */
  explicit RefinementMoments(unsigned int bands, const Eigen::VectorXd& known = {});

  /** Adds pixels, both pixels x C. */
  void Add(const SpectraMatrix& hyperspectral, const SpectraMatrix& innovation);

  RefinementMoments& operator+=(const RefinementMoments& other);
};

/** \class RefinementStatistics
 * \brief In which spectral directions a fused image is wrong, and by how much, found from its innovations e = y - D x0 at coarse pixels.
 *
 * \par Noise
 * The variance of the LR-HSI's noise per band is what the leading principal components of its spectra (10, or a quarter of the pixels or bands when these are
 * few) leave, divided by the degrees of freedom that are left. It needs no more pixels than bands. Bands far noisier than others would have components to
 * themselves; their noise is to be known, and they are left out of the others'. W divides by its square root, the whitening.
 *
 * \par Components
 * Noise alone gives the n whitened innovations' second moments eigenvalues of up to (1 + sqrt(g))^2, g = C / n (Marchenko and Pastur 1967). Eigenvectors above
 * 1.1 times that are directions of the error. An error of variance s along one of them gives an eigenvalue of (1 + s)(1 + g / s) rather than 1 + s (spiked
 * covariance: Baik and Silverstein 2006), which is solved for s.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RefinementStatistics
{
  static constexpr unsigned int MaximumComponents = 12;

  Eigen::VectorXd noise;      // C, standard deviation of the LR-HSI's noise, > 0, in the image's unit
  Eigen::MatrixXd directions; // C x q, orthonormal, of whitened errors, the largest first
  Eigen::VectorXd variances;  // q, s: of the errors along the directions, in units of the noise's

  /** \param moments of at least one pixel \param most components to look for; bands are left out of none */
  static RefinementStatistics Of(const RefinementMoments& moments, unsigned int most = MaximumComponents);

  unsigned int GetComponents() const
  {
    return static_cast<unsigned int>(variances.size());
  }

  /** B, C x q: W^-1 U sqrt(s). With fewer components than there are: the largest. */
  SpectraMatrix GetBasis(unsigned int components) const;

  /** P, C x q: W U, so that P^T B = diag(sqrt(s)). */
  SpectraMatrix GetProjection(unsigned int components) const;

  /** q: sqrt(s). */
  std::vector<float> GetSizes(unsigned int components) const;

  /** The variance per band of the noise of n pixels, C numbers, see above. Never under a 60 dB's share of the band's mean square. */
  static Eigen::VectorXd NoiseVariance(const RefinementMoments& moments);

  /** s from an eigenvalue of second moments whose noise has variance 1: the larger root of s^2 + s (1 + g - l) + g = 0, at least 0.001. */
  static double Variance(double eigenvalue, double g);

  /** What of M - R X0 errors within the basis cannot explain: standard deviation per band of n in M - R X0 = R B z + n, with z of variance 1 and independent,
   * by maximum likelihood (expectation maximisation of a factor analysis whose loadings R B are known).
   * \param products c x c, mean of (M - R X0)(M - R X0)^T  \param loadings c x q, R B  \param least c, lower bounds, > 0 */
  static Eigen::VectorXd UnexplainedDeviation(const Eigen::MatrixXd& products, const Eigen::MatrixXd& loadings, const Eigen::VectorXd& least);
};
} // namespace otb

#endif
