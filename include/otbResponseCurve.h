// SPDX-License-Identifier: Apache-2.0
#ifndef otbResponseCurve_h
#define otbResponseCurve_h

#include "SpectraMorphExport.h"
#include "otbSpectralAxis.h"
#include "otbSpectralResponse.h"

#include <string>
#include <utility>
#include <vector>

namespace otb
{
/** \class ResponseCurve
 * \brief The response S(lambda) >= 0 of one multispectral band over wavelength [nm]: a Gaussian, or measured samples joined by straight lines and zero outside.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT ResponseCurve
{
public:
  /** exp(-(lambda - center)^2 / (2 sigma^2)), both in nm.
   * \throw std::invalid_argument when one is not finite and positive. */
  static ResponseCurve Gaussian(std::string name, double center, double sigma);

  /** Samples at strictly increasing wavelengths [nm].
   * \throw std::invalid_argument naming the band when the lengths differ, there are fewer than two samples, wavelengths do not increase, a value is negative or
   * not finite, or all are zero. */
  static ResponseCurve Sampled(std::string name, std::vector<double> wavelengths, std::vector<double> values);

  const std::string& GetName() const
  {
    return m_Name;
  }

  /** S(lambda). */
  double operator()(double wavelength) const;

  /** The integral of S over all wavelengths [nm]. */
  double Area() const;

  /** The wavelengths [nm] between which the response is more than a thousandth of its highest value, give or take a sample. */
  std::pair<double, double> Range() const;

  /** Integrals over [from, to] of S(lambda) and of S(lambda) (lambda - from): exact for samples, by the error function for a Gaussian. */
  std::pair<double, double> Moments(double from, double to) const;

private:
  ResponseCurve() = default;

  std::string         m_Name;
  double              m_Center = 0;
  double              m_Sigma  = 0; ///< zero for samples
  std::vector<double> m_Wavelengths;
  std::vector<double> m_Values;
};

/** The response of multispectral bands over the bands of a hyperspectral sensor:
 *
 *   R_kb = w_kb / sum_b w_kb,   w_kb = integral of S_k(lambda) phi_b(lambda) dlambda,
 *
 * where phi_b is the hat function of the sorted band centres: one at the centre of band b, falling linearly to zero at its neighbours' centres, constant
 * outside the outermost centres. R X is then the exact band value of every spectrum that is linear between the band centres, however irregular, unsorted or
 * overlapping they are and however narrow S_k is. Bands with the same centre share its weight equally.
 *
 * The sensor sees as far as half a band spacing or half a FWHM, whichever is more, beyond a band centre; between two centres that is without a break unless
 * they are more than ten times the median spacing apart (removed water vapour bands).
 *
 * \throw std::invalid_argument naming `source`, the band, its range and the sensor's when less than 70 % of a band's response area lies where the sensor sees.
 */
SpectraMorph_EXPORT SpectralResponse ProjectResponses(const std::vector<ResponseCurve>& curves, const SpectralAxis& axis, const std::string& source);
} // namespace otb

#endif
