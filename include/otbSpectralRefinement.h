// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinement_h
#define otbSpectralRefinement_h

#include "otbSensorBlur.h"
#include "otbSpectraMatrix.h"
#include "otbSpectralResponse.h"

#include <vector>

namespace otb
{
/** \class SpectralRefinementModel
 * \brief What refining a fused image needs to know of its scene: the same for all of its blocks.
 *
 * A fused image X0 (H x W x C) is wrong by B z, where z (H x W x q) is found by
 * \f[ \min_z \; \sum_{usable} |P^T Y - D (P^T X_0 + S z)|^2 + |(M - R (X_0 + B z)) / s_m|^2 + \sum_{x \sim x'} w(x, x') |z(x) - z(x')|^2 + l_0 |z|^2, \f]
 * with the LR-HSI Y (h x w x C), the HR-MSI M (H x W x c) and
 * \f$ w(x, x') = l_s \exp(-|(M(x) - M(x')) / d|^2 / h^2) \f$ between neighbours. Projecting on P is what makes D act on q components instead of C bands.
 *
 * \ingroup SpectraMorph
 */
struct SpectralRefinementModel
{
  SensorBlur         blur;               // D: what a coarse pixel averages
  SpectraMatrix      basis;              // B, C x q: directions of the error, each as long as the error's standard deviation along it, in the image's unit
  SpectraMatrix      projection;         // P, C x q: from spectra to the whitened innovations' components, so that P^T B is diagonal
  std::vector<float> sizes;              // S, q: that diagonal, P^T D B z = D S z
  std::vector<float> multispectralNoise; // s_m, c: standard deviation of M - R X, > 0, in the image's unit
  std::vector<float> contrast;           // d, c: standard deviation of R Y per band, > 0, in the image's unit
  SpectralResponse   response;           // R, c x C
  float              edge       = 1.f;   // h, > 0: the differences in M, in units of d, that count as an edge
  float              coupling   = 1.f;   // l_s, >= 0
  float              damping    = 0.01f; // l_0, > 0
  unsigned int       iterations = 10;    // of conjugate gradients, >= 1

  /** q; 0: the fused image stays as it is. */
  unsigned int components() const
  {
    return static_cast<unsigned int>(sizes.size());
  }
};
} // namespace otb

#endif
