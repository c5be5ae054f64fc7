// SPDX-License-Identifier: Apache-2.0
#ifndef otbRadiometricHarmonisation_h
#define otbRadiometricHarmonisation_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** Gain and offset of each band of a multispectral image M that bring it to the radiometry of a hyperspectral one: M'_b = gain_b M_b + offset_b.
 * Both empty: nothing to do. */
struct SpectraMorph_EXPORT RadiometricHarmonisation
{
  std::vector<double> gains;
  std::vector<double> offsets; // in the images' unit

  bool IsIdentity() const
  {
    return gains.empty();
  }

  /** Applies it to pixels of as many bands as it has, stored one after the other; in double precision, rounded once. */
  void Apply(float* pixels, std::size_t count) const
  {
    for (std::size_t pixel = 0; pixel < (IsIdentity() ? 0 : count); ++pixel)
    {
      for (std::size_t band = 0; band < gains.size(); ++band, ++pixels)
      {
        *pixels = static_cast<float>(gains[band] * *pixels + offsets[band]);
      }
    }
  }
};

/** \class RadiometricFit
 * \brief Gains and offsets between a multispectral image and what the spectral response makes of a coarse hyperspectral one, and how well they fit; found by
 * SensorBlurEstimate, together with the blur.
 *
 * At a coarse pixel p let m_b(p) be band b of the multispectral image through the coarse sensor's blur, and y_b(p) = (R y)_b the hyperspectral sensor's
 * value: \f[ y_b(p) = o_b + g_b m_b(p) + e_b(p). \f] Gain and offset without the blur are those of a sharper against a blurred image: 10 to 20 % too small.
 *
 * Where that explains less than half of the variance the images do not show the same places; the quantiles from 5 to 95 % of both images are then matched
 * instead, which need no registration.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RadiometricFit
{
  struct Band
  {
    double gain      = 1.;
    double offset    = 0.;
    double change    = 0.; // root mean square over the coarse pixels of what they change
    double noise     = 0.; // robust standard deviation of e; by quantiles, which do not tell, that of rounding alone
    double explained = 0.; // share of the variance of y that is not e

    /** Whether they change the band by more than the noise that they were found in. */
    bool IsNeeded() const
    {
      return change > noise;
    }
  };

  std::vector<Band> bands;         // c; empty when the common pixels are fewer than MinimumPixels or no band varies
  std::size_t       pixels    = 0; // common ones that there were
  std::size_t       used      = 0; // and that were not trimmed
  unsigned int      window    = 1; // pixels across of the kernel
  bool              quantiles = false;

  static constexpr std::size_t MinimumPixels = 16;

  /** Gains and offsets of all bands; nothing when no band needs them. Where one does the images are of two calibrations, and what is found of the others is
   * closer to the truth than that they need none, however large their noise. */
  RadiometricHarmonisation GetHarmonisation() const;
};
} // namespace otb

#endif
