// SPDX-License-Identifier: Apache-2.0
#include "otbMultispectralCheck.h"
#include "otbPlaceCheck.h"
#include "otbSpectralInversionApplication.h"
#include "otbWavelengthParameter.h"

#include "otbWrapperApplicationFactory.h"

#include <cmath>

namespace otb
{
namespace Wrapper
{
/** \class SpectralInversion
 * \brief Multispectral image and model file to hyperspectral image. */
class SpectralInversion : public SpectralInversionApplication
{
public:
  using Self         = SpectralInversion;
  using Superclass   = SpectralInversionApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpectralInversion, SpectralInversionApplication);

private:
  void DoInit() override
  {
    SetName("SpectralInversion");
    SetDescription("Turns a multispectral image into a hyperspectral one by a trained model");
    SetDocLongDescription("Applies a model of TrainSpectralInversion or HyperspectralSuperResolution to each pixel of a multispectral image. The output has "
                          "the size and georeferencing of that image, and the bands, wavelengths and unit of the hyperspectral image that the model was "
                          "trained on. Scenes of any size are processed in pieces that fit ram.");
    SetDocLimitations("The multispectral image must be of the sensor that the model was trained for; and of its unit and calibration, unless the hyperspectral "
                      "image of the same ground is given (radio).");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("TrainSpectralInversion, HyperspectralSuperResolution; arXiv 2510.20814, arXiv 2507.13339");
    AddDocTag(Tags::Hyperspectral);

    AddMultispectralImageParameter();
    AddParameter(ParameterType_InputImage, "inhs", "Hyperspectral image");
    SetParameterDescription(
        "inhs", "The coarse hyperspectral image of the same ground. A model with a coarse spectral prior looks at it, and radio affine takes the multispectral "
                "image's gains and offsets from it; the result is refined by it, where that pays (refine).");
    MandatoryOff("inhs");
    AddParameter(ParameterType_InputFilename, "model", "Trained model");
    SetParameterDescription("model", "The model file (JSON).");
    AddInversionOutputParameters();
    AddMultispectralCheckParameters();
    m_Inputs.AddNoDataParameter("nodatahs", "No data in the hyperspectral image", "inhs");
    AddWavelengthParameter(*this);
    m_Radiometry.Add();
    m_Refinement.Add();
    m_Scene.Add();
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("inms", "multispectral.tif");
    SetDocExampleParameterValue("model", "model.json");
    SetDocExampleParameterValue("out", "sharp.tif float");
    const auto prior = AddExample("A model with a coarse spectral prior, tile by tile into a compressed file:");
    SetDocExampleParameterValue("inms", "panchromatic.tif", prior);
    SetDocExampleParameterValue("inhs", "hyperspectral.tif", prior);
    SetDocExampleParameterValue("model", "prior.json", prior);
    SetDocExampleParameterValue("out", "\"sharp.tif?&streaming:type=tiled&gdal:co:TILED=YES&gdal:co:COMPRESS=DEFLATE\" float", prior);
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    const auto model = std::make_shared<SpectralInversionModel>(SpectralInversionModel::Load(GetParameterString("model"), "model"));
    otbAppLogINFO(<< "Model: " << model->GetMultispectralBands() << " bands to " << model->GetHyperspectralBands() << " by " << model->inverse->Describe()
                  << ", trained on " << model->training.pixels << " pixels");
    CheckInputRefinement(model->response);
    CheckPlace(*this, "inms");
    Images images{ReadMultispectralImage(), {}, {}, {}};
    CheckBands(images.multispectral, model->GetMultispectralBands(), "the spectral response of the model has rows");
    images.multispectral = MatchToResponse(*this, images.multispectral, model->response, model->axis, false);
    if (HasValue("inhs"))
    {
      CheckPlace(*this, "inhs");
      CheckWhichIsWhich(*this, "inms", "inhs");
      images.hyperspectral = ReadHyperspectralImage(*model);
      WarnOfGuessedPlaces(*this, images.multispectral, *images.hyperspectral);
    }
    const Formats formats = ReadFormats(images.multispectral);
    // What it was trained on without scaling may have any unit.
    if (model->scale != 1 || model->offset != 0)
    {
      m_Outputs.CheckValues("out", ValueSpread{std::abs(model->offset) + model->scale / 2, model->offset + model->scale}, "the model");
    }
    RadiometryParameters::Comparison comparison;
    if (images.hyperspectral)
    {
      CheckBands(*images.hyperspectral, model->GetHyperspectralBands(), "the model was trained on");
      comparison        = CompareImages(model->response, images, NeedsBlur(images));
      model->radiometry = comparison.radiometry;
    }
    else if (m_Radiometry.IsNone())
    {
      model->radiometry = RadiometricHarmonisation();
    }
    else if (!model->radiometry.IsIdentity())
    {
      m_Radiometry.Tell("those of the image that the model was made with, since inhs is not given", model->radiometry);
    }
    CheckRefinable(images, comparison.blur);
    const Judgement judgement = Judge(*model, images, comparison.blur);
    Invert(judgement, images, formats);
    WriteRefinement({judgement.model.radiometry, judgement.methods, judgement.taken, judgement.refinements, judgement.uncertainty});
  }
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::SpectralInversion)
