// SPDX-License-Identifier: Apache-2.0
#include "otbPlaceCheck.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbEndmemberImageSource.h"
#include "otbLinearMixingImageFilter.h"

#include "otbWrapperApplicationFactory.h"

#include <cmath>
#include <limits>

namespace otb
{
namespace Wrapper
{
/** \class LinearMixingSynthesis
 * \brief Abundances and endmembers to hyperspectral image. */
class LinearMixingSynthesis : public SpectralApplication
{
public:
  using Self         = LinearMixingSynthesis;
  using Superclass   = SpectralApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(LinearMixingSynthesis, SpectralApplication);

private:
  using FilterType = LinearMixingImageFilter<FloatVectorImageType>;

  void DoInit() override
  {
    SetName("LinearMixingSynthesis");
    SetDescription("Makes a hyperspectral image of abundances and endmembers");
    SetDocLongDescription(
        "Mixes endmember spectra e_k by the abundances a_k of each pixel: x = o + sum_k a_k (e_k - o), with the offset o zero unless given. The abundances "
        "are those of HyperspectralSuperResolution (with the offset of its scaling, which its log tells), HyperspectralUnmixing or any other source.");
    SetDocLimitations("None");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("NMFEndmemberExtraction, HyperspectralUnmixing, HyperspectralSuperResolution");
    AddDocTag(Tags::Hyperspectral);

    AddParameter(ParameterType_InputImage, "in", "Abundances");
    SetParameterDescription("in", "The abundance image, a band for each endmember.");
    AddParameter(ParameterType_InputImage, "ie", "Endmembers");
    SetParameterDescription("ie", "The endmember image: each pixel the spectrum of an endmember, in the order of the bands of in; at most 4096 pixels.");
    AddWavelengthParameter(*this);
    AddParameter(ParameterType_Float, "offset", "Offset");
    SetParameterDescription("offset",
                            "The origin o of the mixing, any number in the unit of the endmembers; it has no effect where abundances sum to one. Default 0.");
    SetDefaultParameterFloat("offset", 0.f);
    AddParameter(ParameterType_OutputImage, "out", "Hyperspectral image");
    SetParameterDescription("out", "The hyperspectral image, in the unit of the endmembers.");
    m_Scene.Add();
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("in", "abundances.tif");
    SetDocExampleParameterValue("ie", "endmembers.tif");
    SetDocExampleParameterValue("out", "hyperspectral.tif float");
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    CheckPlace(*this, "in");
    const InputImage abundances = m_Inputs.Read("in");
    // Before it is read, which an image of a scene's size would make long.
    auto* const endmemberFile = GetParameterFloatVectorImage("ie");
    endmemberFile->UpdateOutputInformation();
    const auto pixels = endmemberFile->GetLargestPossibleRegion().GetNumberOfPixels();
    if (pixels != abundances.GetNumberOfBands())
    {
      throw std::invalid_argument("ie: found " + std::to_string(pixels) + " endmembers (pixels), expected " + std::to_string(abundances.GetNumberOfBands()) +
                                  ", one for each band of in");
    }
    const InputImage endmemberImage = m_Inputs.Read("ie");
    // OTB turns NaN and infinity into the greatest numbers.
    const float offset = GetParameterFloat("offset");
    if (!(std::abs(offset) < std::numeric_limits<float>::max()))
    {
      throw std::invalid_argument("offset: found " + ToText(offset) + ", expected a finite number");
    }
    const SpectraMatrix endmembers = ReadEndmemberImage(endmemberImage.image.GetPointer());
    if (!endmembers.allFinite())
    {
      throw std::invalid_argument("ie: found NaN or infinity in a pixel, expected spectra of numbers");
    }
    otbAppLogINFO(<< "Mixing: " << endmembers.rows() << " endmembers of " << endmembers.cols() << " bands, offset " << offset);
    m_Outputs.CheckValues("out", endmemberImage.spread, endmemberImage.key);
    const auto filter = Keep(FilterType::New());
    filter->SetMixing(LinearMixing(endmembers, offset));
    filter->SetSpectralAxis(ReadSpectralAxis(*this, "ie"));
    filter->SetInput(abundances.image);
    filter->SetInputNoData(abundances.noData);
    filter->SetOutputFormat(m_Outputs.ReadFormat("out", static_cast<unsigned int>(abundances.image->GetLargestPossibleRegion().GetSize(0))));
    SetParameterOutputImage("out", filter->GetOutput());
  }
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::LinearMixingSynthesis)
