// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberTableParameter.h"
#include "otbPlaceCheck.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbEndmemberImageSource.h"
#include "otbEndmemberTable.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbNonnegativeUnmixingImageFilter.h"
#include "otbStreamingNMFEndmemberExtractionImageFilter.h"

#include "otbWrapperApplicationFactory.h"

namespace otb
{
namespace Wrapper
{
/** \class NMFEndmemberExtraction
 * \brief Endmembers of a hyperspectral image by non-negative matrix factorisation. */
class NMFEndmemberExtraction : public SpectralApplication
{
public:
  using Self         = NMFEndmemberExtraction;
  using Superclass   = SpectralApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(NMFEndmemberExtraction, SpectralApplication);

private:
  using ExtractionType = StreamingNMFEndmemberExtractionImageFilter<FloatVectorImageType>;
  using SampleType     = PersistentNMFEndmemberExtractionImageFilter<FloatVectorImageType>;
  using SourceType     = EndmemberImageSource<FloatVectorImageType>;
  using UnmixingType   = NonnegativeUnmixingImageFilter<FloatVectorImageType>;

  void DoInit() override
  {
    SetName("NMFEndmemberExtraction");
    SetDescription("Finds endmember spectra in a hyperspectral image by non-negative matrix factorisation");
    SetDocLongDescription(
        "Factorises the image's spectra V (pixels x bands) into abundances W and endmembers E, both non-negative, such that the squared difference of V and "
        "W E is least: start by NNDSVDa (Boutsidis and Gallopoulos 2008), descent by hierarchical alternating least squares (Cichocki and Phan 2009). The "
        "image is read once, in pieces; when it has more pixels than fit ram, a uniform random sample of them is factorised. Abundances, if asked for, are "
        "those of non-negative least squares for every pixel.");
    SetDocLimitations("Negative values count as zero.");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("VertexComponentAnalysis, EndmemberNumberEstimation, HyperspectralUnmixing, LinearMixingSynthesis");
    AddDocTag(Tags::Hyperspectral);

    AddParameter(ParameterType_InputImage, "in", "Hyperspectral image");
    SetParameterDescription("in", "The hyperspectral image, in any unit. Pixels with NaN, infinity or no data are left out.");
    AddWavelengthParameter(*this);
    AddParameter(ParameterType_Int, "ne", "Number of endmembers");
    SetParameterDescription("ne", "A whole number from 1 to the smaller of the numbers of bands and of pixels. Default " +
                                      std::to_string(NonnegativeMatrixFactorization::UsualNumber) + ".");
    SetDefaultParameterInt("ne", NonnegativeMatrixFactorization::UsualNumber);
    AddParameter(ParameterType_OutputImage, "outendm", "Endmembers");
    SetParameterDescription("outendm",
                            "The endmember spectra in the image's unit, as an image of one row, a pixel an endmember: what HyperspectralUnmixing takes.");
    AddEndmemberTableParameter(*this);
    AddParameter(ParameterType_OutputImage, "outab", "Abundances");
    SetParameterDescription("outab", "A band for each endmember, with its abundance in each pixel, not negative.");
    MandatoryOff("outab");
    AddRANDParameter("rand", "Random seed", 0);
    SetParameterDescription("rand", "Of the sample of pixels, where the image is larger than fits ram; any whole number. Default 0.");
    m_Inputs.AddBadBandsParameter("in");
    m_Inputs.AddMaskParameter("mask", "Mask", "in", "are left out, and become no data in the abundances");
    m_Inputs.AddNoDataParameter("nodatain", "No data in the image", "in");
    m_Inputs.AddSaturationParameter("in");
    m_Outputs.AddNoDataParameter();
    AddRAMParameter();

    SetDocExampleParameterValue("in", "hyperspectral.tif");
    SetDocExampleParameterValue("ne", "5");
    SetDocExampleParameterValue("outendm", "endmembers.tif float");
    SetDocExampleParameterValue("outab", "abundances.tif float");
    SetHelpPageLink();
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    if (HasValue("outab"))
    {
      CheckPlace(*this, "in");
    }
    const InputImage    image = m_Inputs.Prepare("in", {"mask", "nodatain", true, {}, {}});
    const std::uint64_t bands = image.GetNumberOfBands();
    const std::uint64_t most  = std::min<std::uint64_t>(bands, image.image->GetLargestPossibleRegion().GetNumberOfPixels());
    const int           ne    = GetParameterInt("ne");
    if (ne < 1 || static_cast<std::uint64_t>(ne) > most)
    {
      throw std::invalid_argument("ne: found " + std::to_string(ne) + ", expected 1 to " + std::to_string(most) + ", the fewer of bands and pixels of in");
    }
    m_Outputs.CheckValues("outendm", image.spread, image.key);
    const OutputFormat abundances = m_Outputs.ReadFormatOfFractions("outab");

    const std::uint64_t pixelSize  = SampleType::GetBytesPerPixel(bands, static_cast<std::uint64_t>(ne));
    const auto          ram        = static_cast<std::uint64_t>(GetParameterInt("ram"));
    const auto          extraction = ExtractionType::New();
    extraction->SetInput(image.image);
    extraction->GetFilter()->SetNoData(image.noData);
    extraction->GetFilter()->SetNumberOfEndmembers(static_cast<unsigned int>(ne));
    extraction->GetFilter()->SetSeed(static_cast<std::uint64_t>(GetParameterInt("rand")));
    extraction->GetFilter()->SetMaximumPixels(std::max<std::uint64_t>(1024, (ram << 20) / pixelSize));
    // The sample, while it grows, takes the other half.
    extraction->GetStreamer()->SetAutomaticAdaptativeStreaming(static_cast<unsigned int>(std::max<std::uint64_t>(1, ram / 2)));
    AddProcess(extraction->GetStreamer(), "Reading the hyperspectral image");
    AddProcess(extraction->GetFilter()->GetModifiableSolver(), "Finding endmembers (NMF)");
    try
    {
      extraction->Update();
    }
    catch (const std::invalid_argument& error)
    {
      throw std::invalid_argument(std::string("in: ") + error.what());
    }

    const auto& result = extraction->GetFilter()->GetResult();
    otbAppLogINFO(<< "Endmembers: " << ne << " from " << extraction->GetFilter()->GetSample().size() << " of "
                  << extraction->GetFilter()->GetNumberOfValidPixels() << " valid pixels, relative residual " << result.relativeError << " after "
                  << result.sweeps << " sweeps");

    const auto source = Keep(SourceType::New());
    source->SetEndmembers(result.endmembers);
    source->SetSpectralAxis(image.axis);
    SetParameterOutputImage("outendm", source->GetOutput());
    WriteFile("outcsv", ToEndmemberTable(result.endmembers, image.axis));

    const auto unmixing = Keep(UnmixingType::New());
    unmixing->SetUnmixing(NonnegativeUnmixing(result.endmembers));
    unmixing->SetInput(image.image);
    unmixing->SetInputNoData(image.noData);
    unmixing->SetOutputFormat(abundances);
    m_Outputs.SetFractions("outab", unmixing->GetOutput());
  }
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::NMFEndmemberExtraction)
