// SPDX-License-Identifier: Apache-2.0
#include "otbNoiseParameters.h"
#include "otbPlaceCheck.h"
#include "otbSpatialDegradationApplication.h"
#include "otbWavelengthParameter.h"

#include "otbWrapperApplicationFactory.h"

namespace otb
{
namespace Wrapper
{
/** \class SpatialDegradation
 * \brief Blur, area average and noise: what a coarser sensor would have seen, see SpatialDegradationImageFilter. */
class SpatialDegradation : public SpatialDegradationApplication
{
public:
  using Self         = SpatialDegradation;
  using Superclass   = SpatialDegradationApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpatialDegradation, SpatialDegradationApplication);

private:
  void DoInit() override
  {
    SetName("SpatialDegradation");
    SetDescription("Computes what a coarser sensor would have seen of an image");
    SetDocLongDescription("Each band is convolved with a point spread function, averaged over blocks of ratio x ratio pixels, and given white noise. The "
                          "output's pixels are ratio times larger, its upper-left corner is that of the input; rows and columns that do not fill a block at "
                          "the lower and right edges are left out. The published evaluations use sigma 3.4, radius 7, border zero, and 35, 30, 25 and 20 dB "
                          "at the ratios 4, 8, 16 and 32.");
    SetDocLimitations("The ratio is a whole number. An invalid pixel makes every output pixel invalid whose kernel reaches it.");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("SpectralResponseDegradation, HyperspectralQuality, HyperspectralSuperResolution");
    AddDocTag(Tags::Hyperspectral);

    AddParameter(ParameterType_InputImage, "in", "Sharp image");
    SetParameterDescription("in", "The image to degrade: any number of bands, any unit.");
    AddBlurParameters();
    AddParameter(ParameterType_Int, "ratio", "Ratio");
    SetParameterDescription("ratio", "Pixels of the sharp image per output pixel in each direction, a whole number from 1. Default 4.");
    SetDefaultParameterInt("ratio", 4);
    m_Noise.Add();
    AddWavelengthParameter(*this);
    AddParameter(ParameterType_OutputImage, "out", "Coarse image");
    SetParameterDescription("out", "The degraded image, with the bands and wavelengths of the input.");
    m_Scene.Add();
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("in", "hyperspectral.tif");
    SetDocExampleParameterValue("ratio", "4");
    SetDocExampleParameterValue("out", "coarse.tif float");
    const auto published = AddExample("As in the published evaluations:");
    SetDocExampleParameterValue("in", "hyperspectral.tif", published);
    SetDocExampleParameterValue("psf", "gaussian", published);
    SetDocExampleParameterValue("sigma", "3.4", published);
    SetDocExampleParameterValue("radius", "7", published);
    SetDocExampleParameterValue("border", "zero", published);
    SetDocExampleParameterValue("ratio", "4", published);
    SetDocExampleParameterValue("snr", "35", published);
    SetDocExampleParameterValue("out", "coarse.tif float", published);
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    CheckPlace(*this, "in");
    const InputImage image  = m_Inputs.Read("in", true);
    const auto       filter = MakeDegradation(image.image);
    filter->SetInputNoData(image.noData);
    filter->SetOutputNoData(m_Outputs.ReadNoData("out"));
    m_Outputs.CheckValues("out", image.spread, image.key);
    if (image.axis.size() != 0)
    {
      filter->SetSpectralAxis(image.axis);
    }
    filter->UpdateOutputInformation();
    const auto sharp  = filter->GetInput()->GetLargestPossibleRegion().GetSize();
    const auto coarse = filter->GetOutput()->GetLargestPossibleRegion().GetSize();
    const auto ratio  = static_cast<itk::SizeValueType>(GetParameterInt("ratio"));
    otbAppLogINFO(<< "Output: " << coarse[0] << " x " << coarse[1] << " pixels; " << sharp[0] - ratio * coarse[0] << " columns and "
                  << sharp[1] - ratio * coarse[1] << " rows of the input are left over");
    SetParameterOutputImage("out", m_Noise.MakeNoisy({filter->GetOutput(), filter->GetOutputNoData()}).GetPointer());
  }

  NoiseParameters m_Noise{*this};
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::SpatialDegradation)
