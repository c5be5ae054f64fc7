// SPDX-License-Identifier: Apache-2.0
#include "otbBlurComparison.h"
#include "otbPlaceCheck.h"
#include "otbRegistration.h"
#include "otbSpatialDegradationApplication.h"
#include "otbSpectralResponseParameters.h"

#include "otbFootprintAverageImageFilter.h"
#include "otbImageQualityReport.h"
#include "otbRefinementSampleReader.h"
#include "otbRefinementSelection.h"
#include "otbSpectralDifferenceImageFilter.h"
#include "otbSpectralResponseImageFilter.h"
#include "otbStreamingBandPowerImageFilter.h"
#include "otbStreamingImageQualityFilter.h"
#include "otbStreamingUncertaintyCalibrationFilter.h"
#include "otbToolkitVersion.h"

#include "otbWrapperApplicationFactory.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class HyperspectralQuality
 * \brief Scores of an image against a reference, or against the images it was fused from, see ImageQuality. */
class HyperspectralQuality : public SpatialDegradationApplication
{
public:
  using Self         = HyperspectralQuality;
  using Superclass   = SpatialDegradationApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(HyperspectralQuality, SpatialDegradationApplication);

private:
  using QualityType     = StreamingImageQualityFilter<FloatVectorImageType>;
  using CalibrationType = StreamingUncertaintyCalibrationFilter<FloatVectorImageType>;
  using PowerType       = StreamingBandPowerImageFilter<FloatVectorImageType>;
  using MapType         = SpectralDifferenceImageFilter<FloatVectorImageType, FloatImageType>;
  using SpectralType    = SpectralResponseImageFilter<FloatVectorImageType>;
  using AverageType     = FootprintAverageImageFilter<FloatVectorImageType>;

  /** An image, what marks its invalid pixels, and what messages call it. */
  struct Image : MarkedImage
  {
    Image(const MarkedImage& marked, const std::string& called) : MarkedImage(marked), name(called)
    {
    }

    std::string name;
  };

  struct Comparison
  {
    std::string          name;
    std::string          prefix; // of the output parameters
    Image                reference;
    Image                estimate;
    bool                 masked;
    QualityType::Pointer quality;
  };

  void DoInit() override
  {
    SetName("HyperspectralQuality");
    SetDescription("Scores an image against a reference, or against the images it was fused from");
    SetDocLongDescription(
        "With a reference (ref): root mean square error, PSNR, SSIM, UIQI, ERGAS, spectral angle and correlation, per band and overall. Without one, or "
        "besides: consistency of the image with the coarse hyperspectral image it was fused from (inhs: the image, blurred and averaged, against it) and "
        "with the sharp multispectral one (inms: the image through the spectral response, against it). Results are output parameters and lines of the log: "
        "rmse, psnr and so on for the reference, spectral.rmse and so on for inhs, spatial.rmse and so on for inms; and files, on request. The published "
        "evaluations use peak 1, quantize and clip. SSIM: Gaussian window 11 x 11, sigma 1.5. UIQI: windows of 8 x 8. ERGAS: Wald's, 100 / ratio sqrt(mean "
        "of (RMSE / mean)^2 over bands). SSIM, UIQI and correlation are means over bands. What the images do not define (the SSIM of an image smaller than "
        "its window) is not a number. With inhs and inms both, the blur between the two is found from them, and with it the innovation: what the hyperspectral "
        "pixels have that the image, blurred like that, does not foretell, as mean square in units of their noise. 1 is noise alone, less is better; great "
        "differences rank images as the truth would. It answers whether an image is any good only for one that was made without those very pixels, such as "
        "with refine false; of a refined image it is one more figure of consistency, and the log and the report of HyperspectralSuperResolution have the "
        "score at pixels that were held out.");
    SetDocLimitations(
        "The reference is compared pixel by pixel, whatever its georeferencing. For consistency physical coordinates decide where both images have them: the "
        "image is brought to the grid of inhs or inms, and what they do not have in common does not count. A comparison reads its images "
        "once, what the image is compared with once more "
        "when its peak is looked for; each map reads both once more.");
    SetDocAuthors("The SpectraMorph module's authors");
    SetDocSeeAlso("SpatialDegradation, SpectralResponseDegradation, HyperspectralSuperResolution");
    AddDocTag(Tags::Hyperspectral);

    AddParameter(ParameterType_InputImage, "in", "Image");
    SetParameterDescription("in", "The image to score.");
    AddParameter(ParameterType_InputImage, "ref", "Reference");
    SetParameterDescription("ref", "The truth, of the same size and bands as the image.");
    MandatoryOff("ref");
    AddParameter(ParameterType_InputImage, "inunc", "Predicted errors");
    SetParameterDescription(
        "inunc",
        "With ref: what HyperspectralSuperResolution or SpectralInversion predicted of the image's errors (outunc, of one band or of each). The log, outjson and outcsv "
        "then say whether it is right: ten classes of pixels by their predicted error, with the root mean square of the predicted and of "
        "the true errors in each. Right are ratios about 1, and a true error that rises from class to class.");
    MandatoryOff("inunc");
    AddParameter(ParameterType_InputImage, "inhs", "Coarse hyperspectral image");
    SetParameterDescription(
        "inhs", "For spectral consistency: an image of as many bands, coarser by any ratio. psf, sigma, radius and border say how the sharp image becomes "
                "coarse. Without georeferencing it must be ratio times coarser and show the same ground.");
    MandatoryOff("inhs");
    AddParameter(ParameterType_InputImage, "inms", "Sharp multispectral image");
    SetParameterDescription(
        "inms", "For spatial consistency: an image of the same ground, without georeferencing of the same size. srf says how the image's bands become "
                "multispectral.");
    MandatoryOff("inms");
    AddParameter(ParameterType_InputImage, "mask", "Mask");
    SetParameterDescription("mask", "Pixels where it is 0 do not count, against ref and inms and for the innovation; of the same size as the image.");
    MandatoryOff("mask");

    AddParameter(ParameterType_Float, "peak", "Peak");
    SetParameterDescription("peak",
                            "The greatest value of a pixel, for PSNR, SSIM, clip and quantize: 1 for images from 0 to 1. 0: the maximum of what the image is "
                            "compared with, which is read once more for it. From 0, in the unit of the images. Default 0.");
    SetDefaultParameterFloat("peak", 0.);
    AddParameter(ParameterType_Bool, "quantize", "PSNR and SSIM of 8-bit images");
    SetParameterDescription("quantize", "Map both images from 0..peak to the whole numbers 0..255, truncated, for PSNR and SSIM. Default false.");
    AddParameter(ParameterType_Bool, "clip", "Clip the image");
    SetParameterDescription("clip", "Clip the image to 0..peak before all metrics. Default false.");
    AddParameter(ParameterType_Int, "ratio", "Ratio");
    SetParameterDescription("ratio", "Sharp pixels per coarse pixel in each direction, a whole number from 1: of ERGAS and of inhs. Default 4.");
    SetDefaultParameterInt("ratio", 4);
    AddParameter(ParameterType_Float, "nodata", "Value of invalid pixels");
    SetParameterDescription(
        "nodata", "Pixels with this value, any number, in all bands do not count, in any of the images. By default the value that each image's file declares. "
                  "NaN and infinity never count.");
    MandatoryOff("nodata");
    m_Inputs.AddBadBandsParameter("in, and of ref and inhs,", false);
    AddBlurParameters();
    m_Response.Add();

    AddParameter(ParameterType_OutputImage, "outsam", "Map of spectral angles");
    SetParameterDescription("outsam",
                            "The angle at each pixel in degrees, of the first comparison made: with ref, else inhs, else inms. -9999 where there is none.");
    MandatoryOff("outsam");
    AddParameter(ParameterType_OutputImage, "outerr", "Map of differences");
    SetParameterDescription("outerr", "The root mean square difference over bands at each pixel, of the same comparison. -9999 where there is none.");
    MandatoryOff("outerr");
    AddParameter(ParameterType_OutputFilename, "outjson", "Scores as JSON");
    SetParameterDescription("outjson", "Overall and per band.");
    MandatoryOff("outjson");
    AddParameter(ParameterType_OutputFilename, "outcsv", "Scores as CSV");
    SetParameterDescription("outcsv", "A line for each comparison, and for each band of it.");
    MandatoryOff("outcsv");
    AddRAMParameter();

    AddScoreParameters("", "reference");
    AddParameter(ParameterType_Group, "spectral", "Spectral consistency");
    SetParameterDescription("spectral", "Scores against inhs, as output parameters.");
    AddScoreParameters("spectral.", "coarse hyperspectral image");
    AddParameter(ParameterType_Group, "spatial", "Spatial consistency");
    SetParameterDescription("spatial", "Scores against inms, as output parameters.");
    AddScoreParameters("spatial.", "sharp multispectral image");
    AddParameter(ParameterType_Group, "innovation", "Innovation");
    SetParameterDescription("innovation", "What the image does not foretell of inhs through the blur found between inhs and inms.");
    AddResult("innovation.value", "Innovation", "Mean square in units of the noise; 1: noise alone.");
    AddResult("innovation.error", "Standard error of the innovation", "Of that mean over pixels.");
    AddParameter(ParameterType_Group, "uncertainty", "Uncertainty");
    SetParameterDescription("uncertainty", "How the errors that were predicted (inunc) compare with those against ref.");
    AddResult("uncertainty.ratio", "Predicted over true error", "Root mean squares over all pixels; 1 is right.");
    AddResult("uncertainty.spearman", "Rank correlation", "Of predicted and true errors over pixels.");

    SetDocExampleParameterValue("in", "fused.tif");
    SetDocExampleParameterValue("ref", "truth.tif");
    SetDocExampleParameterValue("peak", "1");
    SetDocExampleParameterValue("outjson", "scores.json");
    SetExampleComment("Against the truth:", 0);
    const auto consistency = AddExample("Without the truth, against the images that were fused:");
    SetDocExampleParameterValue("in", "fused.tif", consistency);
    SetDocExampleParameterValue("inhs", "hyperspectral.tif", consistency);
    SetDocExampleParameterValue("ratio", "4", consistency);
    SetDocExampleParameterValue("inms", "multispectral.tif", consistency);
    SetDocExampleParameterValue("srf", "sensor", consistency);
    SetDocExampleParameterValue("srf.sensor.name", "sentinel2a10m", consistency);
    SetDocExampleParameterValue("outcsv", "scores.csv", consistency);
    SetHelpPageLink();
  }

  /** A number that is put out. */
  void AddResult(const std::string& key, const std::string& name, const std::string& description)
  {
    AddParameter(ParameterType_Float, key, name);
    SetParameterDescription(key, description);
    SetParameterRole(key, Role_Output);
  }

  void AddScoreParameters(const std::string& prefix, const std::string& against)
  {
    for (const ImageQualityReport::Metric& metric : ImageQualityReport::GetMetrics())
    {
      const std::string key = prefix + metric.key;
      AddResult(key, metric.title, std::string(metric.title) + " against the " + against + ".");
    }
  }

  void DoUpdateParameters() override
  {
  }

  void Run() override
  {
    // Everything is wired and checked before the first pixel is read.
    GetIntegerFrom("ratio", 1);
    const float peak = GetParameterFloat("peak");
    if (!(peak >= 0.f && peak < std::numeric_limits<float>::max()))
    {
      throw std::invalid_argument("peak: found " + ToText(peak) + ", expected a positive number, or 0 for the maximum of the reference");
    }
    m_Comparisons.clear();
    // Pixel by pixel no places are needed.
    const bool consistency = HasValue("inhs") || HasValue("inms");
    for (const char* key : {"in", "inhs", "inms"})
    {
      if (consistency && HasValue(key))
      {
        CheckPlace(*this, key);
      }
    }
    const auto       bad   = m_Inputs.FindDeclaredBadBands(m_Inputs.Read("in", true, "nodata"));
    const InputImage input = Read("in", bad, true);
    const Image      image = Name(input);
    if (HasValue("ref"))
    {
      Compare("reference", "", Name(Read("ref", bad)), image, true);
    }
    if (HasValue("inhs"))
    {
      const Image coarse = InProjectionOf(image, Name(Read("inhs", bad)));
      Compare("spectral", "spectral.", coarse, Coarsen(image, coarse), false);
    }
    if (HasValue("inms"))
    {
      const Image sharp = Name(m_Inputs.Read("inms", false, "nodata"));
      Compare("spatial", "spatial.", sharp, OnGridOf(sharp, Project(image, input)), true);
    }
    if (m_Comparisons.empty())
    {
      throw std::invalid_argument("ref: found no value, nor in inhs and inms, expected an image to compare with in one of them at least");
    }

    const CalibrationType::Pointer calibration = HasValue("inunc") ? PrepareCalibration(bad) : nullptr;
    ImageQualityReport             report;
    for (const Comparison& comparison : m_Comparisons)
    {
      Score(comparison, report);
    }
    if (HasValue("inhs") && HasValue("inms"))
    {
      MeasureInnovation(input, bad, report);
    }
    if (calibration)
    {
      Calibrate(*calibration, report);
    }
    WriteFile("outjson", report.ToJson());
    WriteFile("outcsv", report.ToCsv());
    MakeMap("outsam", MapType::Measure::Angle);
    MakeMap("outerr", MapType::Measure::RootMeanSquareError);
  }

  /** The image without the bands that are bad in `in`. What has another number of bands is compared with nothing, and refused when it should be. */
  InputImage Read(const std::string& key, const std::vector<bool>& bad, bool withAxis = false)
  {
    const InputImage image = m_Inputs.Read(key, withAxis, "nodata");
    const bool       any   = std::find(bad.begin(), bad.end(), true) != bad.end();
    return any && image.GetNumberOfBands() == bad.size() ? m_Inputs.Prepare(key, {"", "nodata", false, {}, bad}) : image;
  }

  Image Name(const InputImage& image)
  {
    return {{image.image, HasValue("nodata") ? GetParameterFloat("nodata") : image.noData}, image.key};
  }

  /** The other image in the projection of the image. */
  Image InProjectionOf(const Image& image, const Image& other)
  {
    const auto reprojected = Reproject(*this, other.image, other.name, image.image, image.name, Resampling::Nearest);
    if (reprojected != other.image)
    {
      otbAppLogINFO(<< other.name << " is reprojected to the projection of " << image.name << ", by nearest neighbour");
    }
    return {{reprojected, other.noData}, other.name};
  }

  /** Whether the other image's pixels are whole blocks of the image's, counted from its corner, to a thousandth of a pixel from one end to the other. */
  static bool IsInBlocks(const CoarseGridMap& map, const Image& image, int ratio)
  {
    const auto size  = image.image->GetLargestPossibleRegion().GetSize();
    const auto along = [ratio](const CoarseGridMap::Axis& axis, itk::SizeValueType pixels)
    {
      return axis.size == static_cast<long>(pixels) / ratio && std::abs(axis.step * ratio - 1.) * static_cast<double>(axis.size) < 1e-3 &&
             std::abs(axis.first - axis.step / 2.) < 1e-3;
    };
    return along(map.columns, size[0]) && along(map.rows, size[1]);
  }

  /** The name of an image that something was done to, between commas. */
  static std::string Add(const std::string& name, const std::string& what)
  {
    return name + (name.back() == ',' ? " " : ", ") + what + ",";
  }

  /** As the coarse hyperspectral sensor would have seen the image. */
  Image Coarsen(const Image& image, const Image& coarse)
  {
    const CoarseGridMap map  = FindGridMap(image.image, image.name, coarse.image, coarse.name, coarse.name);
    const auto          blur = MakeDegradation(image.image);
    blur->SetInputNoData(image.noData);
    blur->SetOutputNoData(NaN);
    if (!map.physical)
    {
      otbAppLogINFO(<< coarse.name << " is taken to have the footprint of " << image.name << ", since the images are not both georeferenced");
    }
    else if (!IsInBlocks(map, image, GetParameterInt("ratio")))
    {
      otbAppLogINFO(<< "A pixel of " << coarse.name << " is " << 1. / std::abs(map.columns.step) << " x " << 1. / std::abs(map.rows.step) << " of "
                    << image.name << ", which is averaged over its footprint");
      blur->SetRatio(1);
      return OnGridOf(coarse, {{blur->GetOutput(), NaN}, image.name});
    }
    blur->UpdateOutputInformation();
    return {{blur->GetOutput(), NaN}, Add(image.name, "made coarser by the ratio " + GetParameterString("ratio"))};
  }

  /** The image averaged over the footprints of another's pixels; the image itself when it has the same grid, or no georeferencing says otherwise. */
  Image OnGridOf(const Image& other, const Image& image)
  {
    const CoarseGridMap map = FindGridMap(image.image, image.name, other.image, other.name, other.name);
    if (!map.physical || IsInBlocks(map, image, 1))
    {
      return image;
    }
    const auto filter = Keep(AverageType::New());
    filter->SetInput(image.image);
    filter->SetInputNoData(image.noData);
    filter->SetGrid(other.image);
    filter->UpdateOutputInformation();
    return {{filter->GetOutput(), NaN}, Add(image.name, "averaged over the pixels of " + other.name)};
  }

  /** As the multispectral sensor would have. */
  Image Project(const Image& image, const InputImage& input)
  {
    const auto filter = Keep(SpectralType::New());
    filter->SetInput(image.image);
    filter->SetSpectralResponse(m_Response.Read(input));
    filter->SetInputNoData(image.noData);
    filter->SetOutputNoData(NaN);
    filter->UpdateOutputInformation();
    return {{filter->GetOutput(), NaN}, Add(image.name, "through the spectral response")};
  }

  /** Gives a filter of image pairs its inputs. */
  template <class TFilter>
  void SetInputs(TFilter* filter, const Comparison& comparison)
  {
    filter->SetNames(comparison.reference.name, comparison.estimate.name);
    filter->SetReference(comparison.reference.image);
    filter->SetReferenceNoData(comparison.reference.noData);
    filter->SetEstimate(comparison.estimate.image);
    filter->SetEstimateNoData(comparison.estimate.noData);
    if (comparison.masked && HasValue("mask"))
    {
      filter->SetMask(GetParameterUInt8Image("mask"));
    }
  }

  void Compare(const std::string& name, const std::string& prefix, const Image& reference, const Image& estimate, bool masked)
  {
    Comparison comparison{name, prefix, reference, estimate, masked, QualityType::New()};
    SetInputs(comparison.quality->GetFilter(), comparison);
    comparison.quality->GetFilter()->UpdateOutputInformation();
    m_Comparisons.push_back(comparison);
  }

  ImageQualityOptions GetOptions(const Image& reference)
  {
    ImageQualityOptions options;
    options.peak     = GetParameterFloat("peak");
    options.clip     = GetParameterInt("clip") != 0;
    options.quantize = GetParameterInt("quantize") != 0;
    options.ratio    = GetParameterInt("ratio");
    if (options.peak == 0.)
    {
      const auto power = PowerType::New();
      power->SetInput(reference.image);
      power->GetFilter()->SetNoData(reference.noData);
      power->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(GetParameterInt("ram")));
      Pass(power.GetPointer(), "Finding the peak of " + reference.name);
      options.peak = power->GetFilter()->GetMaximum();
      if (!(options.peak > 0.))
      {
        throw std::invalid_argument(reference.name + ": found no pixel greater than 0, expected an image with a peak, or peak to be given");
      }
      otbAppLogINFO(<< "Peak: " << options.peak << ", the maximum of " << reference.name);
    }
    return options;
  }

  void Score(const Comparison& comparison, ImageQualityReport& report)
  {
    comparison.quality->GetFilter()->SetOptions(GetOptions(comparison.reference));
    comparison.quality->SetAvailableRAM(static_cast<unsigned int>(GetParameterInt("ram")));
    Pass(comparison.quality.GetPointer(), "Scoring against " + comparison.reference.name);

    const ImageQuality& quality = comparison.quality->GetFilter()->GetQuality();
    if (quality.pixels == 0)
    {
      throw std::invalid_argument(comparison.estimate.name + ": found no pixel that is valid there and in " + comparison.reference.name +
                                  ", expected at least one");
    }
    otbAppLogINFO(<< comparison.name << " pixels: " << quality.pixels);
    for (const ImageQualityReport::Metric& metric : ImageQualityReport::GetMetrics())
    {
      const double score = quality.overall.*metric.score;
      SetParameterFloat(comparison.prefix + metric.key, static_cast<float>(score));
      otbAppLogINFO(<< comparison.name << " " << metric.key << ": " << score);
    }
    report.Add(comparison.name, quality);
  }

  /** The image without what the mask hides. */
  Image Masked(const InputImage& input, const std::vector<bool>& bad)
  {
    return Name(HasValue("mask") ? m_Inputs.Prepare("in", {"mask", "nodata", false, {}, bad}) : input);
  }

  /** Of the image against the reference, which is the first comparison where there is one. */
  CalibrationType::Pointer PrepareCalibration(const std::vector<bool>& bad)
  {
    if (!HasValue("ref"))
    {
      throw std::invalid_argument("ref: found no image, expected the truth, since inunc is given");
    }
    const InputImage uncertainty = Read("inunc", bad);
    const auto       calibration = CalibrationType::New();
    SetInputs(calibration->GetFilter(), m_Comparisons.front());
    calibration->GetFilter()->SetUncertainty(uncertainty.image);
    calibration->GetFilter()->SetUncertaintyNoData(Name(uncertainty).noData);
    calibration->GetFilter()->UpdateOutputInformation();
    calibration->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(GetParameterInt("ram")));
    return calibration;
  }

  void Calibrate(CalibrationType& calibration, ImageQualityReport& report)
  {
    Pass(&calibration, "Comparing predicted errors with those found");
    const UncertaintyCalibration& found = calibration.GetFilter()->GetCalibration();
    if (found.GetNumberOfPixels() == 0)
    {
      throw std::invalid_argument("inunc: found no pixel with a prediction that is valid in in and ref, expected at least one");
    }
    const auto table = found.Evaluate();
    report.SetCalibration(table);
    otbAppLogINFO(<< "Predicted and found errors, root mean square over bands and pixels, by classes of the predicted error:");
    for (const std::string& line : report.DescribeCalibration())
    {
      otbAppLogINFO(<< line);
    }
    otbAppLogINFO(<< "Rank correlation of predicted and found errors over pixels: " << table.spearman);
    SetParameterFloat("uncertainty.ratio", static_cast<float>(table.all.GetRatio()));
    SetParameterFloat("uncertainty.spearman", static_cast<float>(table.spearman));
  }

  /** Through the blur that is found between the two other images; a line of the log says why where it cannot be measured. */
  void MeasureInnovation(const InputImage& input, const std::vector<bool>& bad, ImageQualityReport& report)
  {
    const auto skip   = [this](const std::string& reason) { Inform("innovation: not measured. " + reason); };
    const auto marked = [this](InputImage image)
    {
      image.noData = Name(image).noData;
      return image;
    };
    const SpectralResponse response = m_Response.Read(input);
    const InputImage       sharp = marked(m_Inputs.Read("inms", false, "nodata")), coarse = marked(Read("inhs", bad));
    BlurComparison         comparison;
    try
    {
      comparison = BlurComparison::Of(*this, response, sharp, coarse);
    }
    catch (const itk::ExceptionObject& error)
    {
      skip(GetMessage(error.GetDescription()));
      return;
    }
    const SensorBlurEstimate& found = comparison.estimate;
    if (!found.found)
    {
      skip("inhs and inms were not found to show the same places, so that their blur is not known");
      return;
    }
    const Image      fused      = OnGridOf(Name(sharp), Masked(input, bad));
    const InputImage registered = ReprojectSmoothly(*this, coarse, sharp);
    const auto       map        = FindGridMap(sharp.image, sharp.key, registered.image, coarse.key, coarse.key);

    RefinementSampleReader<FloatVectorImageType> reader;
    reader.fused         = {fused.image, fused.noData};
    reader.multispectral = {sharp.image, sharp.noData};
    reader.hyperspectral = {registered.image, registered.noData};
    reader.rows          = map.rows;
    reader.columns       = map.columns;
    reader.blur          = found.blur;
    reader.response      = response;
    reader.threads       = GetDefaultThreads();
    HeldOutScore score;
    TimeStep("Innovation at hyperspectral pixels", [&] { score = RefinementSelection::Score(reader.Read(), {0, reader.threads}); });
    ReleasePipeline(fused.image->GetSource());
    if (score.pixels.empty())
    {
      skip("Too few hyperspectral pixels are whole within inms");
      return;
    }
    const SensorBlur& blur = found.blur;
    SetParameterFloat("innovation.value", static_cast<float>(score.value));
    SetParameterFloat("innovation.error", static_cast<float>(score.standardError));
    otbAppLogINFO(<< "innovation: " << score.value << " +- " << score.standardError << " at " << score.pixels.size() << " hyperspectral pixels");
    otbAppLogINFO(<< "innovation: through a blur of " << blur.GetWidthColumn() << " x " << blur.GetWidthRow()
                  << " sharp pixels (standard deviation, detector included), displaced by " << blur.GetCentroidColumn() << ", " << blur.GetCentroidRow());
    report.SetInnovation({score, found});
  }

  /** Of the first comparison. */
  void MakeMap(const std::string& key, MapType::Measure measure)
  {
    const auto map = Keep(MapType::New());
    SetInputs(map.GetPointer(), m_Comparisons.front());
    map->SetOptions(m_Comparisons.front().quality->GetFilter()->GetOptions());
    map->SetMeasure(measure);
    SetParameterOutputImage(key, map->GetOutput());
  }

  static constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

  SpectralResponseParameters m_Response{*this};
  std::vector<Comparison>    m_Comparisons;
};
} // namespace Wrapper
} // namespace otb

OTB_APPLICATION_EXPORT(otb::Wrapper::HyperspectralQuality)
