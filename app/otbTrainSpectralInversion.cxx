// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberTableParameter.h"
#include "otbSpectralInversionApplication.h"

#include "otbWrapperApplicationFactory.h"

namespace otb
{
namespace Wrapper
{
/** \class TrainSpectralInversion
 * \brief Hyperspectral image and spectral response to a model file. */
class TrainSpectralInversion : public SpectralInversionApplication
{
public:
  using Self         = TrainSpectralInversion;
  using Superclass   = SpectralInversionApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(TrainSpectralInversion, SpectralInversionApplication);

private:
  void DoInit() override
  {
    SetName("TrainSpectralInversion");
    SetDescription("Trains a network that turns multispectral pixels into hyperspectral ones");
    SetDocLongDescription("Trains on a hyperspectral image alone, by the spectral response of a multispectral sensor: the network's input is what that "
                          "sensor would have seen of a hyperspectral pixel, its target that pixel's spectrum. The model is written to a file, which "
                          "SpectralInversion applies to multispectral images. HyperspectralSuperResolution does both in one step.");
    SetDocLimitations("None");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("SpectralInversion, HyperspectralSuperResolution; arXiv 2510.20814, arXiv 2507.13339");
    AddDocTag(Tags::Hyperspectral);

    AddTrainingImageParameter();
    AddParameter(ParameterType_OutputFilename, "out", "Trained model");
    SetParameterDescription("out", "The model file (JSON): network, endmembers, spectral response, wavelengths and scaling.");
    AddParameter(ParameterType_OutputImage, "outem", "Endmembers");
    SetParameterDescription(
        "outem",
        "The endmember spectra in the hyperspectral image's unit, as an image of one row, a pixel an endmember. Of the method morph, alone or within auto.");
    MandatoryOff("outem");
    AddEndmemberTableParameter(*this);
    AddReportParameter();
    m_Response.Add();
    AddTrainingParameters("morph");
    AddHyperspectralCheckParameters();
    AddRAMParameter();

    SetDocExampleParameterValue("inhs", "hyperspectral.tif");
    SetDocExampleParameterValue("srf", "file");
    SetDocExampleParameterValue("srf.file.in", "response.csv");
    SetDocExampleParameterValue("out", "model.json");
    SetExampleComment("SpectraMorph, with response curves from a file:", 0);
    const auto lift = AddExample("SpectraLift, with those of a built-in sensor:");
    SetDocExampleParameterValue("inhs", "hyperspectral.tif", lift);
    SetDocExampleParameterValue("srf", "sensor", lift);
    SetDocExampleParameterValue("srf.sensor.name", "sentinel2a10m", lift);
    SetDocExampleParameterValue("method", "lift", lift);
    SetDocExampleParameterValue("out", "lift.json", lift);
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    const InputImage   hyperspectral = ReadTrainingImage();
    const auto         response      = m_Response.Read(hyperspectral);
    const ModelPointer model         = Train(hyperspectral, response, *ReadMethod(response, false));
    WriteFile("out", model->ToText());
    SetEndmemberOutput(*model);
    WriteReport(*model, hyperspectral);
  }
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::TrainSpectralInversion)
