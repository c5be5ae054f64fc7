// SPDX-License-Identifier: Apache-2.0
#include "otbNoiseParameters.h"
#include "otbPlaceCheck.h"
#include "otbSpectralApplication.h"
#include "otbSpectralResponseParameters.h"

#include "otbSpectralResponseImageFilter.h"

#include "otbWrapperApplicationFactory.h"

namespace otb
{
namespace Wrapper
{
/** \class SpectralResponseDegradation
 * \brief Hyperspectral image and spectral response to multispectral image: M = X R^T per pixel, see SpectralResponseImageFilter. */
class SpectralResponseDegradation : public SpectralApplication
{
public:
  using Self         = SpectralResponseDegradation;
  using Superclass   = SpectralApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpectralResponseDegradation, SpectralApplication);

private:
  using FilterType = SpectralResponseImageFilter<FloatVectorImageType>;

  void DoInit() override
  {
    SetName("SpectralResponseDegradation");
    SetDescription("Computes what a multispectral sensor would have seen of a hyperspectral image");
    SetDocLongDescription("Each band of the output is the mean of the hyperspectral bands under the spectral response of a multispectral band: M = X R^T for "
                          "each pixel, where the rows of R sum to one, so that the output has the unit of the input. R comes from response curves, a matrix, "
                          "a built-in sensor, or centres and widths of bands. Size, projection and pixel size stay; the output's bands are named after the "
                          "sensor's.");
    SetDocLimitations("The wavelengths of the hyperspectral image must cover at least 70 % of the response of every band.");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("HyperspectralSuperResolution, SpatialDegradation");
    AddDocTag(Tags::Hyperspectral);

    AddParameter(ParameterType_InputImage, "in", "Hyperspectral image");
    SetParameterDescription("in", "The hyperspectral image, in any unit.");
    m_Response.Add();
    AddParameter(ParameterType_OutputImage, "out", "Multispectral image");
    SetParameterDescription("out", "The multispectral image: one band for each of the spectral response.");
    m_Inputs.AddBadBandsParameter("in");
    m_Inputs.AddMaskParameter("mask", "Mask", "in", "become no data");
    m_Inputs.AddNoDataParameter("nodatain", "No data in the image", "in");
    m_Inputs.AddSaturationParameter("in");
    m_Noise.Add();
    m_Scene.Add();
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("in", "hyperspectral.tif");
    SetDocExampleParameterValue("srf", "bands");
    SetDocExampleParameterValue("srf.bands.list", "490:65,560:35,665:30");
    SetDocExampleParameterValue("out", "multispectral.tif float");
    SetExampleComment("Blue, green and red by centre and width:", 0);
    const auto sensor = AddExample("A built-in sensor, with noise:");
    SetDocExampleParameterValue("in", "hyperspectral.tif", sensor);
    SetDocExampleParameterValue("srf", "sensor", sensor);
    SetDocExampleParameterValue("srf.sensor.name", "sentinel2a10m", sensor);
    SetDocExampleParameterValue("snr", "40", sensor);
    SetDocExampleParameterValue("out", "multispectral.tif float", sensor);
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    CheckPlace(*this, "in");
    const InputImage image  = m_Inputs.Prepare("in", {"mask", "nodatain", true, {}, {}, true});
    const auto       filter = Keep(FilterType::New());
    filter->SetSpectralResponse(m_Response.Read(image));
    filter->SetInput(image.image);
    filter->SetInputNoData(image.noData);
    filter->SetOutputNoData(m_Outputs.ReadNoData("out"));
    m_Outputs.CheckValues("out", image.spread, image.key);
    SetParameterOutputImage("out", m_Noise.MakeNoisy({filter->GetOutput(), filter->GetOutputNoData()}).GetPointer());
  }

  SpectralResponseParameters m_Response{*this};
  NoiseParameters            m_Noise{*this};
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::SpectralResponseDegradation)
