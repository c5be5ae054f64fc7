// SPDX-License-Identifier: Apache-2.0
#ifndef otbRadiometricHarmonisation_h
#define otbRadiometricHarmonisation_h

#include "SpectraMorphExport.h"
#include "otbSpectralSample.h"

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
 * \brief Gains and offsets between a multispectral image and what the spectral response makes of a coarse hyperspectral one, from their common coarse pixels.
 *
 * At a coarse pixel p let m_b(p) be band b of the multispectral image averaged over the pixel's footprint, and y_b(p) = (R y)_b the hyperspectral sensor's
 * value. The two differ by more than radiometry: the coarse sensor blurs beyond its pixels, and the images are never registered perfectly. Both act alike on
 * all bands and linearly, as one kernel k over the coarse pixels around p, and neither changes a uniform area, so that k sums to one: \f[ y_b(p) = o_b + g_b
 * \sum_d k_d\, m_b(p + d) + e_b(p). \f] Gain and offset without that kernel are those of a sharper against a blurred image: 10 to 20 % too small. All unknowns
 * are solved for by alternating least squares over the pixels whose window (5 x 5, fewer where pixels are few) is valid, trimmed: first the three quarters that
 * agree best with a Theil-Sen line (which clouds in one of the images do not move), then C-steps of least trimmed squares (Rousseeuw & Van Driessen 2006), at
 * last all pixels within 3.5 robust standard deviations in all bands.
 *
 * Where that explains less than half of the variance the images are farther off than the window reaches; the quantiles from 5 to 95 % of both images are then
 * matched instead, which need no registration.
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

  /** \param pairs at each common coarse pixel m_1 .. m_c, y_1 .. y_c, finite, ordered by line and column.
   * \throw std::invalid_argument when the number of columns is odd or zero. */
  static RadiometricFit Of(const SpectralSample& pairs);

  /** Gains and offsets of all bands; nothing when no band needs them. Where one does the images are of two calibrations, and what is found of the others is
   * closer to the truth than that they need none, however large their noise. */
  RadiometricHarmonisation GetHarmonisation() const;
};
} // namespace otb

#endif
