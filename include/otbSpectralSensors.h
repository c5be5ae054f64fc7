// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralSensors_h
#define otbSpectralSensors_h

#include "SpectraMorphExport.h"
#include "otbResponseCurve.h"
#include "otbSpectralResponse.h"

#include <string>
#include <vector>

namespace otb
{
/** \class SpectralSensor
 * \brief A multispectral sensor from a table: bands with Gaussian responses of standard deviation (high - low) / edgeSigmas.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralSensor
{
  /** A band as sensor tables give it [nm]. */
  struct Band
  {
    std::string name;
    double      center;
    double      low;
    double      high;
  };

  std::string key;   ///< as in parameters: lower-case letters and digits alone, as OTB wants it
  std::string title; ///< sensor and bands, for people
  /** Standard deviations between low and high: 2 sqrt(2 ln 2) where they are half-maximum points, 4.2 in the published protocol. */
  double            edgeSigmas;
  std::vector<Band> bands; ///< in the order of the product
};

/** The sensors the module knows. */
SpectraMorph_EXPORT const std::vector<SpectralSensor>& GetSpectralSensors();

/** \throw std::invalid_argument that lists the known keys. */
SpectraMorph_EXPORT const SpectralSensor& FindSpectralSensor(const std::string& key);

/** The Gaussian responses of the sensor's bands, for ProjectResponses(). */
SpectraMorph_EXPORT std::vector<ResponseCurve> GetSensorResponses(const SpectralSensor& sensor);

/** The response by the published protocol (HyperBench; SpectraMorph, arXiv 2510.20814): the true wavelengths of the `bands` hyperspectral bands are ignored,
 * the bands are spread evenly from the lowest to the highest edge of the sensor, the Gaussians are sampled at them, and rows are normalised. \throw
 * std::invalid_argument when `bands` is zero or a band of the sensor falls between the hyperspectral ones. */
SpectraMorph_EXPORT SpectralResponse StretchedResponse(const SpectralSensor& sensor, std::size_t bands);
} // namespace otb

#endif
