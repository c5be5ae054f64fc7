// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbConcatenateVectorImageFilter.h"
#include "otbFootprintAverageImageFilter.h"
#include "otbReprojection.h"
#include "otbSpectralResponseImageFilter.h"
#include "otbStreamingSpectralSampleImageFilter.h"

#include <limits>
#include <sstream>

namespace otb
{
namespace Wrapper
{
namespace
{
// Coarse pixels that gains and offsets are found from. They are taken in squares, since each is seen with its neighbours.
constexpr std::uint64_t MaximumPixels = 65536;
constexpr unsigned int  SquareSize    = 16;
} // namespace

void SpectralInversionApplication::AddRadiometryParameter()
{
  AddParameter(ParameterType_Choice, "radio", "Radiometric harmonisation");
  SetParameterDescription("radio",
                          "How the multispectral image is brought to the radiometry of the hyperspectral one, of another sensor or day. Default affine.");
  AddChoice("radio.affine", "A gain and an offset per band");
  SetParameterDescription(
      "radio.affine",
      "From the ground that both images show, resistant to clouds in either, to blur and to misregistration by a coarse pixel. Images that this would "
      "change by less than the noise in which it is found, in every band, are left as they are.");
  AddChoice("radio.none", "None, for images of one calibration");
}

FloatVectorImageType* SpectralInversionApplication::Reproject(FloatVectorImageType* image, Resampling resampling)
{
  auto* const multispectral = GetImage("inms");
  multispectral->UpdateOutputInformation();
  image->UpdateOutputInformation();
  if (HaveSameProjection(image, multispectral))
  {
    return image;
  }
  try
  {
    auto reprojection = MakeReprojection(image, multispectral, resampling);
    reprojection->UpdateOutputInformation();
    m_Filters.push_back(reprojection.GetPointer());
    return reprojection->GetOutput();
  }
  catch (const itk::ExceptionObject& error)
  {
    throw std::invalid_argument("inhs: found a projection that cannot be transformed into that of inms, expected one that can: " +
                                GetMessage(error.GetDescription()));
  }
}

void SpectralInversionApplication::Forget()
{
  Superclass::Forget();
  m_Registered = nullptr;
}

FloatVectorImageType* SpectralInversionApplication::GetRegisteredHyperspectralImage()
{
  if (!m_Registered)
  {
    m_Registered = Reproject(GetImage("inhs"), Resampling::Nearest);
    if (m_Registered != GetImage("inhs"))
    {
      otbAppLogINFO(<< "Grids: inhs is reprojected to the projection of inms, by nearest neighbour");
    }
  }
  return m_Registered;
}

RadiometricHarmonisation SpectralInversionApplication::EstimateRadiometry(const SpectralResponse& response)
{
  if (GetParameterString("radio") == "none")
  {
    return {};
  }
  auto seen = SpectralResponseImageFilter<FloatVectorImageType>::New();
  seen->SetInput(GetImage("inhs"));
  seen->SetSpectralResponse(response);
  seen->SetInputNoData(InputNoData("inhs"));
  seen->SetOutputNoData(std::numeric_limits<float>::quiet_NaN());
  auto* const coarse = Reproject(seen->GetOutput(), Resampling::Linear);

  auto average = FootprintAverageImageFilter<FloatVectorImageType>::New();
  average->SetInput(GetImage("inms"));
  average->SetInputNoData(InputNoData("inms"));
  average->SetGrid(coarse);
  try
  {
    average->UpdateOutputInformation();
  }
  catch (const itk::ExceptionObject& error)
  {
    // Training and pixelwise inference need no common ground.
    otbAppLogINFO(<< "Radiometry: not harmonised. " << GetMessage(error.GetDescription()));
    return {};
  }
  auto pairs = ConcatenateVectorImageFilter<FloatVectorImageType, FloatVectorImageType, FloatVectorImageType>::New();
  pairs->SetInput1(average->GetOutput());
  pairs->SetInput2(coarse);

  auto sampler = StreamingSpectralSampleImageFilter<FloatVectorImageType>::New();
  sampler->SetInput(pairs->GetOutput());
  sampler->GetFilter()->SetMaximumPixels(MaximumPixels);
  sampler->GetFilter()->SetCellSize(SquareSize);
  sampler->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(GetIntegerFrom("ram", 1)));
  m_Filters.insert(m_Filters.end(), {average.GetPointer(), seen.GetPointer(), pairs.GetPointer(), sampler.GetPointer()});
  Pass(sampler.GetPointer(), "Comparing the images' radiometry");

  const RadiometricFit fit = RadiometricFit::Of(sampler->GetFilter()->GetSample());
  std::ostringstream   how;
  how << fit.pixels << " common coarse pixels by "
      << (average->GetGridMap().physical ? coarse == seen->GetOutput() ? "physical coordinates" : "physical coordinates, inhs being reprojected,"
                                         : "equal footprints, since the images are not both georeferenced");
  if (fit.bands.empty())
  {
    otbAppLogINFO(<< "Radiometry: not harmonised. Found " << how.str() << ", expected at least " << RadiometricFit::MinimumPixels << " with contrast");
    return {};
  }
  double explained = 0.;
  for (const auto& band : fit.bands)
  {
    explained += band.explained / static_cast<double>(fit.bands.size());
  }
  how << ", of which the fit explains " << 100. * explained << " %";
  if (fit.quantiles)
  {
    how << ", so little that the images' quantiles are matched instead";
  }
  else
  {
    how << " (" << fit.used << " used, in windows of " << fit.window << " x " << fit.window << ")";
  }
  const RadiometricHarmonisation radiometry = fit.GetHarmonisation();
  if (radiometry.IsIdentity())
  {
    otbAppLogINFO(<< "Radiometry: left as it is, since gains and offsets would change each band by less than the noise they are found in, from " << how.str());
    return {};
  }
  LogRadiometry(how.str(), radiometry);
  return radiometry;
}

void SpectralInversionApplication::LogRadiometry(const std::string& source, const RadiometricHarmonisation& radiometry)
{
  std::ostringstream text;
  for (std::size_t band = 0; band < radiometry.gains.size(); ++band)
  {
    text << (band == 0 ? "" : ", ") << radiometry.gains[band] << " x " << (radiometry.offsets[band] < 0. ? "- " : "+ ") << std::abs(radiometry.offsets[band]);
  }
  otbAppLogINFO(<< "Radiometry: gain and offset by band of inms: " << text.str() << ", from " << source);
}
} // namespace Wrapper
} // namespace otb
