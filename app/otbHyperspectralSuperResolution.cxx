// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberTableParameter.h"
#include "otbMultispectralCheck.h"
#include "otbPlaceCheck.h"
#include "otbSpectralInversionApplication.h"

#include "otbWrapperApplicationFactory.h"

#include <numeric>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class HyperspectralSuperResolution
 * \brief The whole job in one step: LR-HSI, HR-MSI and spectral response to HR-HSI. */
class HyperspectralSuperResolution : public SpectralInversionApplication
{
public:
  using Self         = HyperspectralSuperResolution;
  using Superclass   = SpectralInversionApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(HyperspectralSuperResolution, SpectralInversionApplication);

private:
  void DoInit() override
  {
    SetName("HyperspectralSuperResolution");
    SetDescription("Fuses a coarse hyperspectral and a sharp multispectral image into a sharp hyperspectral image");
    SetDocLongDescription(
        "Trains small networks on the hyperspectral image alone, by the spectral response of the multispectral sensor: their input is what "
        "the multispectral sensor would have seen of a hyperspectral pixel, their target that pixel's spectrum. A network then turns each "
        "pixel of the sharp multispectral image into a spectrum, and refinement makes the result agree with what both images measured. No "
        "ground truth and no knowledge of the blur is needed. Three methods are offered: SpectraMorph, which mixes endmember spectra by "
        "estimated abundances; SpectraLift, which regresses the spectrum directly; and linear regression, for a preview. By default all are "
        "trained, each result is refined and scored at hyperspectral pixels that were held out, and the mean of the good ones is the result "
        "(method auto); one method alone takes less time. The output has the size and georeferencing of the multispectral image, and the bands, wavelengths and unit of "
        "the hyperspectral one. Scenes of any size are processed in pieces that fit ram.");
    SetDocLimitations(
        "What the spectral response makes of the hyperspectral image must match the multispectral image, band by band, but for a gain and an offset (radio). "
        "Both images are taken as orthorectified.");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("TrainSpectralInversion, SpectralInversion, HyperspectralQuality, BundleToPerfectSensor; arXiv 2510.20814, arXiv 2507.13339");
    AddDocTag(Tags::Hyperspectral);

    AddTrainingImageParameter();
    AddMultispectralImageParameter();
    AddInversionOutputParameters();
    AddParameter(ParameterType_OutputImage, "outem", "Endmembers");
    SetParameterDescription(
        "outem", "The endmember spectra in the hyperspectral image's unit, as an image of one row, a pixel an endmember: what HyperspectralUnmixing and "
                 "LinearMixingSynthesis take. Of the method morph, alone or within auto.");
    MandatoryOff("outem");
    AddEndmemberTableParameter(*this);
    AddParameter(ParameterType_OutputFilename, "model", "Trained model");
    SetParameterDescription("model", "The model as a file (JSON), for SpectralInversion to apply to other images of the same two sensors.");
    MandatoryOff("model");
    AddReportParameter();
    m_Response.Add();
    AddTrainingParameters("auto");
    AddHyperspectralCheckParameters();
    AddMultispectralCheckParameters();
    AddKeepBadBandsParameter();
    m_Radiometry.Add();
    m_Refinement.Add();
    m_Refinement.AddSecondRound();
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("inhs", "hyperspectral.tif");
    SetDocExampleParameterValue("inms", "multispectral.tif");
    SetDocExampleParameterValue("srf", "file");
    SetDocExampleParameterValue("srf.file.in", "response.csv");
    SetDocExampleParameterValue("out", "sharp.tif float");
    SetExampleComment("With response curves from a file:", 0);
    const auto sensor = AddExample("With those of a built-in sensor, keeping abundances, endmembers and the model:");
    SetDocExampleParameterValue("inhs", "hyperspectral.tif", sensor);
    SetDocExampleParameterValue("inms", "multispectral.tif", sensor);
    SetDocExampleParameterValue("srf", "sensor", sensor);
    SetDocExampleParameterValue("srf.sensor.name", "sentinel2a10m", sensor);
    SetDocExampleParameterValue("out", "sharp.tif float", sensor);
    SetDocExampleParameterValue("outab", "abundances.tif", sensor);
    SetDocExampleParameterValue("outem", "endmembers.tif", sensor);
    SetDocExampleParameterValue("model", "model.json", sensor);
    const auto panchromatic = AddExample("With a panchromatic image, one band of 300 nm around 600 nm:");
    SetDocExampleParameterValue("inhs", "hyperspectral.tif", panchromatic);
    SetDocExampleParameterValue("inms", "panchromatic.tif", panchromatic);
    SetDocExampleParameterValue("srf", "bands", panchromatic);
    SetDocExampleParameterValue("srf.bands.list", "600:300", panchromatic);
    SetDocExampleParameterValue("out", "sharp.tif float", panchromatic);
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    CheckPlace(*this, "inhs");
    CheckPlace(*this, "inms");
    CheckWhichIsWhich(*this, "inms", "inhs");
    InputImage             multispectral = ReadMultispectralImage();
    Images                 images{std::move(multispectral), ReadTrainingImage(), {}, {}};
    const SpectralResponse response = m_Response.Read(*images.hyperspectral);
    CheckBands(images.multispectral, response.GetNumberOfMultispectralBands(), "the spectral response (srf) has bands");
    images.multispectral = MatchToResponse(*this, images.multispectral, response, images.hyperspectral->axis, true);
    WarnOfGuessedPlaces(*this, images.multispectral, *images.hyperspectral);

    // What inference would refuse is refused before the training.
    const Formats formats = ReadFormats(images.multispectral, *images.hyperspectral);
    const auto    method  = ReadMethod(response, IsSameGround(images));
    if (method->HasPrior())
    {
      Coregister(images);
    }

    CheckInputRefinement(response);
    CheckSecondRound();
    const auto comparison = CompareImages(response, images, NeedsBlur(images) || method->GetParts().size() > 1);
    CheckRefinable(images, comparison.blur);
    auto model          = *Train(*images.hyperspectral, response, *method);
    model.radiometry    = comparison.radiometry;
    Judgement judgement = Judge(model, images, comparison.blur);
    if (m_Refinement.IsSecondRoundWanted())
    {
      judgement = TrainAgain(judgement, images, *method);
    }
    SetEndmemberOutput(model);
    const Result result = Invert(judgement, images, formats);
    WriteReport(judgement, images, result);
    WriteFile("model", judgement.model.ToText());
    // Of the model that is written, which has but the methods that are taken.
    std::vector<std::size_t> all(judgement.taken.size());
    std::iota(all.begin(), all.end(), std::size_t(0));
    WriteRefinement({judgement.model.radiometry, all.size(), all, judgement.refinements, judgement.uncertainty});
  }
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::HyperspectralSuperResolution)
