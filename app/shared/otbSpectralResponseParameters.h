// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralResponseParameters_h
#define otbSpectralResponseParameters_h

#include "otbInputImage.h"
#include "otbSpectralResponse.h"

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class SpectralResponseParameters
 * \brief The `srf` group (file, matrix, sensor, bands) and `wl`: the spectral response of the multispectral bands. */
class SpectralResponseParameters
{
public:
  explicit SpectralResponseParameters(SpectralApplication& application);

  void Add();

  /** The spectral response that they ask for, over the bands of a hyperspectral image; logs it.
   * \throw std::invalid_argument naming the parameter when it is missing, cannot be read, or does not fit the image. */
  SpectralResponse Read(const InputImage& image);

private:
  /** Read() without a word. */
  SpectralResponse Make(const InputImage& image);
  SpectralResponse ReadMatrix(const InputImage& image);

  /** The value of a parameter that is optional to OTB, being in a branch of a choice, but not to us.
   * \throw std::invalid_argument when it has none. */
  std::string GetRequired(const std::string& key, const std::string& expected);

  /** The axis of an image that must have one; logs it. */
  const SpectralAxis& RequireAxis(const InputImage& image);

  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
