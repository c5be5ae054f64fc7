// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralSensors_h
#define otbSpectralSensors_h

#include "SpectraMorphExport.h"
#include "otbResponseCurve.h"
#include "otbSpectralResponse.h"

#include <string>
#include <string_view>
#include <vector>

namespace otb
{
/** \class SpectralSensor
 * \brief A multispectral sensor from a table: bands by the wavelengths between which they respond, at half maximum, and how they rise and fall there.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralSensor
{
  enum class Shape
  {
    Flat,    /**< one between linear flanks, each over a fifth of the band's width: interference filters */
    Gaussian /**< of that full width at half maximum: dyes, and bands with far tails */
  };

  /** A band and its points of half maximum [nm]. */
  struct Band
  {
    std::string name;
    double      low;
    double      high;
  };

  /** A band of the published evaluation protocol [nm]: a Gaussian of standard deviation (high - low) / 4.2. */
  struct PublishedBand
  {
    std::string name;
    double      center;
    double      low;
    double      high;
  };

  std::string                key;   ///< as in parameters: lower-case letters and digits alone, as OTB wants it
  std::string                title; ///< sensor and bands, for people
  Shape                      shape;
  std::vector<Band>          bands;     ///< in the order of the product
  std::vector<PublishedBand> published; ///< as many, or none where the protocol does not have the sensor
};

/** The sensors the module knows. */
SpectraMorph_EXPORT const std::vector<SpectralSensor>& GetSpectralSensors();

/** \throw std::invalid_argument that lists the known keys. */
SpectraMorph_EXPORT const SpectralSensor& FindSpectralSensor(std::string_view key);

/** The responses of the sensor's bands, for ProjectResponses(). */
SpectraMorph_EXPORT std::vector<ResponseCurve> GetSensorResponses(const SpectralSensor& sensor);

/** The response by the published protocol (HyperBench; SpectraMorph, arXiv 2510.20814): the true wavelengths of the `bands` hyperspectral bands are ignored,
 * the bands are spread evenly from the lowest to the highest edge of the sensor, the protocol's Gaussians (for other sensors those of the bands' full widths at
 * half maximum) are sampled at them, and rows are normalised. \throw std::invalid_argument when `bands` is zero or a band of the sensor falls between the
 * hyperspectral ones. */
SpectraMorph_EXPORT SpectralResponse StretchedResponse(const SpectralSensor& sensor, std::size_t bands);
} // namespace otb

#endif
