// SPDX-License-Identifier: Apache-2.0
#ifndef otbRadiometryParameters_h
#define otbRadiometryParameters_h

#include "otbInputImage.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSensorBlurEstimate.h"
#include "otbSpectralResponse.h"

#include <optional>
#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class RadiometryParameters
 * \brief `radio`: how the radiometry of a multispectral image is brought to that of a hyperspectral one. */
class RadiometryParameters
{
public:
  explicit RadiometryParameters(SpectralApplication& application);

  void Add();

  /** Whether images are taken to be of one calibration. */
  bool IsNone() const;

  /** What two images tell of each other. */
  struct Comparison
  {
    RadiometricHarmonisation          radiometry; // what `radio` asks for; nothing when there is too little common ground or no band needs it
    std::optional<SensorBlurEstimate> blur;       // nothing when it was not looked for, or there is no common ground
  };

  /** Compares the ground that both images have in common: reads a bounded part of it, and logs what it finds.
   * \param withBlur whether the blur is wanted even where the radiometry is not. */
  Comparison Compare(const SpectralResponse& response, const InputImage& multispectral, const InputImage& hyperspectral, bool withBlur);

  /** One line of the log. */
  void Tell(const std::string& source, const RadiometricHarmonisation& radiometry);

private:
  RadiometricHarmonisation Harmonise(const RadiometricFit& fit, const std::string& pixels);

  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
