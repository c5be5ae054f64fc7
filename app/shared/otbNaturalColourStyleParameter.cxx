// SPDX-License-Identifier: Apache-2.0
#include "otbNaturalColourStyleParameter.h"
#include "otbFileNames.h"
#include "otbNaturalColourStyle.h"
#include "otbSpectralApplication.h"

namespace otb
{
namespace Wrapper
{
NaturalColourStyleParameter::NaturalColourStyleParameter(SpectralApplication& application) : m_Application(application)
{
}

void NaturalColourStyleParameter::Add(const std::string& imageKey)
{
  m_ImageKey = imageKey;
  m_Application.AddParameter(ParameterType_Bool, "style", "QGIS style in natural colours");
  m_Application.SetParameterDescription(
      "style", "Writes a style beside " + imageKey +
                   ", of its name with the extension .qml, by which QGIS opens it in natural colours: the bands nearest to 650, 550 "
                   "and 450 nm as red, green and blue. Without effect on an image that has no such bands or no wavelengths. Default false.");
}

void NaturalColourStyleParameter::Write()
{
  if (m_ImageKey.empty() || !m_Application.HasValue(m_ImageKey))
  {
    return;
  }
  const std::string path  = GetSimpleName(m_Application.GetParameterString(m_ImageKey));
  const auto        axis  = ReadSpectralAxisOfImage(path);
  const auto        bands = axis ? FindNaturalColours(*axis) : std::nullopt;
  const bool        asked = m_Application.GetParameterInt("style") != 0;
  if (bands)
  {
    m_Application.Inform("Natural colours of " + m_ImageKey + ": bands " + std::to_string((*bands)[0]) + ", " + std::to_string((*bands)[1]) + ", " +
                         std::to_string((*bands)[2]) + " as red, green, blue");
  }
  else if (asked)
  {
    m_Application.Inform("style is not written: " + m_ImageKey + " has no bands near 650, 550 and 450 nm");
  }
  if (bands && asked)
  {
    m_Application.Inform("Style: " + WriteNaturalColourStyle(path, *bands, "style"));
  }
}
} // namespace Wrapper
} // namespace otb
