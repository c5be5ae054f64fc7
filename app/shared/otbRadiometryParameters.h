// SPDX-License-Identifier: Apache-2.0
#ifndef otbRadiometryParameters_h
#define otbRadiometryParameters_h

#include "otbInputImage.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSpectralResponse.h"

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

  /** What it asks for, from the ground that both images have in common; nothing when there is too little of it or no band needs it. Reads both once,
   * streamed, and logs what it finds. */
  RadiometricHarmonisation Estimate(const SpectralResponse& response, const InputImage& multispectral, const InputImage& hyperspectral);

  /** One line of the log. */
  void Tell(const std::string& source, const RadiometricHarmonisation& radiometry);

private:
  RadiometricHarmonisation Harmonise(const RadiometricFit& fit, const std::string& pixels);

  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
