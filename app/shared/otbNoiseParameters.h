// SPDX-License-Identifier: Apache-2.0
#ifndef otbNoiseParameters_h
#define otbNoiseParameters_h

#include "otbInputImage.h"

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class NoiseParameters
 * \brief `snr` and `rand`: noise in a simulated image. */
class NoiseParameters
{
public:
  explicit NoiseParameters(SpectralApplication& application);

  void Add();

  /** The image with the noise that they ask for, the image itself when they ask for none. Reads the image once, streamed, for the power of its bands.
   * \throw std::invalid_argument when snr is not finite. */
  FloatVectorImageType::Pointer MakeNoisy(const MarkedImage& image);

private:
  /** The mean square of each band. */
  std::vector<double> Measure(const MarkedImage& image);

  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
