// SPDX-License-Identifier: Apache-2.0
#ifndef otbBandOrder_h
#define otbBandOrder_h

#include "SpectraMorphExport.h"
#include "otbSpectralAxis.h"
#include "otbSpectralResponse.h"

#include <cstddef>
#include <string>
#include <vector>

namespace otb
{
/** \class BandOrder
 * \brief Whether the bands of a multispectral image, by what the image says of them, come in the order of a spectral response.
 *
 * The response's bands lie at \f$\mu_b = \sum_i R_{bi} \lambda_i\f$. Wavelengths of the image decide, otherwise its names: those of the response itself in
 * whatever order, names of colours (blue, green, red, red edge, nir, swir1, ...), or Sentinel-2's (B02, B8A). Wavelengths are at odds with the order when
 * another one would bring them nearer to the response by more than 20 nm in sum. That one is taken when each wavelength is then within its band: 1.5 times the
 * half width of the response, and not less than 30 nm (120 nm by names). */
struct SpectraMorph_EXPORT BandOrder
{
  enum class Kind
  {
    Agrees,     ///< or nothing is known
    Differs,    ///< `places` puts it right
    Contradicts ///< no order fits
  };

  Kind                     kind = Kind::Agrees;
  std::vector<std::size_t> places;        ///< of each band of the response the band of the image, from 0
  std::string              found;         ///< what the image says: "wavelengths 842, 665, 560, 490 nm"
  std::string              expected;      ///< and the response
  bool                     isNear = true; ///< whether wavelengths of the right order are also near those of the response, to 100 nm or twice its half width

  /** \param axis wavelengths of the image's bands, as many as the response has; empty when unknown
   * \param names of the image's bands, as many; may be empty \param hyperspectral axis of the response's columns; empty when unknown */
  static BandOrder Of(const SpectralAxis& axis, const std::vector<std::string>& names, const SpectralResponse& response, const SpectralAxis& hyperspectral);
};
} // namespace otb

#endif
