// SPDX-License-Identifier: Apache-2.0
#ifndef otbNaturalColourStyleParameter_h
#define otbNaturalColourStyleParameter_h

#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class NaturalColourStyleParameter
 * \brief `style`: a QGIS style beside a hyperspectral output image. */
class NaturalColourStyleParameter
{
public:
  explicit NaturalColourStyleParameter(SpectralApplication& application);

  /** For the output image of that parameter. */
  void Add(const std::string& imageKey);

  /** Writes it if it is asked for, once the image is there, and tells the bands. */
  void Write();

private:
  SpectralApplication& m_Application;
  std::string          m_ImageKey;
};
} // namespace Wrapper
} // namespace otb

#endif
