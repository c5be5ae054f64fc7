// SPDX-License-Identifier: Apache-2.0
#include "otbRadiometryParameters.h"
#include "otbBlurComparison.h"
#include "otbMultispectralCheck.h"
#include "otbPlaceCheck.h"
#include "otbSpectralApplication.h"

#include "otbSettingVisitor.h"

#include <cmath>
#include <limits>
#include <sstream>

namespace otb
{
namespace Wrapper
{
RadiometryParameters::RadiometryParameters(SpectralApplication& application) : m_Application(application)
{
}

void RadiometryParameters::Add()
{
  m_Application.AddParameter(ParameterType_Choice, "radio", "Radiometric harmonisation");
  m_Application.SetParameterDescription(
      "radio", "How the multispectral image is brought to the radiometry of the hyperspectral one, of another sensor or day. Default affine.");
  m_Application.AddChoice("radio.affine", "A gain and an offset per band");
  m_Application.SetParameterDescription(
      "radio.affine",
      "From the ground that both images show, resistant to clouds in either, to blur and to misregistration by a coarse pixel. Images that this would "
      "change by less than the noise in which it is found, in every band, are left as they are.");
  m_Application.AddChoice("radio.none", "None, for images of one calibration");
}

bool RadiometryParameters::IsNone() const
{
  return m_Application.GetParameterString("radio") == "none";
}

RadiometryParameters::Comparison RadiometryParameters::Compare(const SpectralResponse& response, const InputImage& multispectral,
                                                               const InputImage& hyperspectral, bool withBlur)
{
  if (this->IsNone() && !withBlur)
  {
    return {};
  }
  BlurComparison compared;
  try
  {
    compared = BlurComparison::Of(m_Application, response, multispectral, hyperspectral);
  }
  catch (const itk::ExceptionObject& error)
  {
    // Training and pixelwise inference need no common ground.
    if (!this->IsNone())
    {
      m_Application.Inform("Radiometry: not harmonised. " + GetMessage(error.GetDescription()));
    }
    return {};
  }
  Comparison comparison;
  comparison.blur = compared.estimate;
  WarnOfDisplacement(m_Application, compared.estimate, compared.map, multispectral, hyperspectral);
  WarnOfPoorBands(m_Application, compared.estimate.radiometry, response);
  if (!this->IsNone())
  {
    const RadiometricFit& fit = compared.estimate.radiometry;
    comparison.radiometry     = this->Harmonise(
            fit, std::to_string(fit.pixels) + " common coarse pixels by " +
                     (compared.map.physical ? compared.reprojected ? "physical coordinates, " + hyperspectral.key + " being reprojected" : "physical coordinates"
                                            : "equal footprints, since the images are not both georeferenced"));
  }
  return comparison;
}

RadiometricHarmonisation RadiometryParameters::Harmonise(const RadiometricFit& fit, const std::string& pixels)
{
  if (fit.bands.empty())
  {
    m_Application.Inform("Radiometry: not harmonised. Found " + pixels + ", expected at least " + std::to_string(RadiometricFit::MinimumPixels) +
                         " with contrast");
    return {};
  }
  double explained = 0.;
  for (const auto& band : fit.bands)
  {
    explained += band.explained / static_cast<double>(fit.bands.size());
  }
  std::ostringstream how;
  how << pixels << ", of which the fit explains " << 100. * explained << " %";
  if (fit.quantiles)
  {
    how << ", so little that the images' quantiles are matched instead";
    if (explained < 0.5)
    {
      m_Application.Warn("Radiometry: what the two images show at the same place explains " + ToBriefText(100. * explained, 3) +
                         " % of each other alone: they may be of other ground, displaced by more than a few pixels, or of another season");
    }
  }
  else
  {
    how << " (" << fit.used << " used, in windows of " << fit.window << " x " << fit.window << ")";
  }
  const RadiometricHarmonisation radiometry = fit.GetHarmonisation();
  if (radiometry.IsIdentity())
  {
    m_Application.Inform("Radiometry: left as it is, since gains and offsets would change each band by less than the noise they are found in, from " +
                         how.str());
    return {};
  }
  this->Tell(how.str(), radiometry);
  return radiometry;
}

void RadiometryParameters::Tell(const std::string& source, const RadiometricHarmonisation& radiometry)
{
  std::ostringstream text;
  for (std::size_t band = 0; band < radiometry.gains.size(); ++band)
  {
    text << (band == 0 ? "" : ", ") << radiometry.gains[band] << " x " << (radiometry.offsets[band] < 0. ? "- " : "+ ") << std::abs(radiometry.offsets[band]);
  }
  m_Application.Inform("Radiometry: gain and offset by band of inms: " + text.str() + ", from " + source);
}
} // namespace Wrapper
} // namespace otb
