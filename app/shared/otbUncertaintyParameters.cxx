// SPDX-License-Identifier: Apache-2.0
#include "otbUncertaintyParameters.h"
#include "otbFileNames.h"
#include "otbRampStyle.h"
#include "otbSpectralApplication.h"

namespace otb
{
namespace Wrapper
{
UncertaintyParameters::UncertaintyParameters(SpectralApplication& application) : m_Application(application)
{
}

void UncertaintyParameters::Add()
{
  m_IsAdded = true;
  m_Application.AddParameter(ParameterType_OutputImage, Errors, "Expected error");
  m_Application.SetParameterDescription(
      Errors,
      "How far to trust each pixel: the root mean square error over bands that is to be expected of its spectrum, in the unit of the result. Found without a "
      "truth, from the hyperspectral image of the same ground (inhs) and how the multispectral image looks there: edges, brightness, spectra that training did "
      "not see. HyperspectralQuality (inunc) compares it with a truth. Written as float.");
  m_Application.MandatoryOff(Errors);
  m_Application.AddParameter(ParameterType_Bool, "outuncbands", "Expected error of each band");
  m_Application.SetParameterDescription("outuncbands",
                                        "outunc has the result's bands, with the error that is expected of each, instead of one band. Default false.");
  m_Application.AddParameter(ParameterType_OutputImage, Distances, "Distance from training");
  m_Application.SetParameterDescription(
      Distances,
      "How far each multispectral pixel is from what training saw, the hyperspectral pixels through the spectral response: the root mean square over bands of the "
      "difference from the nearest of up to 128 pixels that stand for them, each band in units of its standard deviation. The log says how far 99 of 100 of "
      "training's own pixels are; what is farther away is outside of what training saw. At 1 a pixel is as far from all of them as they are from their mean: its "
      "spectrum and its expected error are guesses. Use it to mask such pixels. Written as float.");
  m_Application.MandatoryOff(Distances);
}

const char* UncertaintyParameters::GetWanted() const
{
  for (const char* key : {Errors, Distances})
  {
    if (m_Application.IsParameterEnabled(key) && m_Application.HasValue(key))
    {
      return key;
    }
  }
  return nullptr;
}

bool UncertaintyParameters::IsOfBands() const
{
  return m_Application.GetParameterInt("outuncbands") != 0;
}

void UncertaintyParameters::WriteStyles()
{
  if (!m_IsAdded || m_Application.GetParameterInt("style") == 0)
  {
    return;
  }
  for (const char* key : {Errors, Distances})
  {
    if (m_Application.IsParameterEnabled(key) && m_Application.HasValue(key))
    {
      m_Application.Inform("Style: " + WriteRampStyle(GetSimpleName(m_Application.GetParameterString(key)), "style"));
    }
  }
}
} // namespace Wrapper
} // namespace otb
