// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionApplication_h
#define otbSpectralInversionApplication_h

#include "otbNaturalColourStyleParameter.h"
#include "otbRadiometryParameters.h"
#include "otbRefinementParameters.h"
#include "otbSpectralApplication.h"
#include "otbSpectralInversionReportImages.h"
#include "otbSpectralResponseParameters.h"
#include "otbSpectralStage.h"
#include "otbUncertaintyParameters.h"

#include "otbCallbackProcess.h"
#include "otbEnsembleChoice.h"
#include "otbSensorBlurEstimate.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectralInversionReport.h"

#include "otbStopwatch.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** For people: how much of a scene is outside of what training saw. */
std::string DescribeTraining(const SpectralUncertaintyModel& model);

/** \class SpectralInversionApplication
 * \brief What the applications that train a model, apply one, or both, share: the parameters of training, training itself, and the filters of inference.
 *
 * What inference makes is a chain of stages, Infer() -> Refine() -> Finish(), which both applications that infer have by Invert(). A stage turns a
 * SpectralStage into another; Finish() alone knows how the result is written. Before it, Judge() asks the images which of a model's members to take, and
 * whether to refine.
 *
 * \ingroup SpectraMorph
 */
class SpectralInversionApplication : public SpectralApplication
{
public:
  using Self         = SpectralInversionApplication;
  using Superclass   = SpectralApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkTypeMacro(SpectralInversionApplication, SpectralApplication);

protected:
  void Forget() override;

  using ModelPointer = std::shared_ptr<const SpectralInversionModel>;

  SpectralInversionApplication()           = default;
  ~SpectralInversionApplication() override = default;

  /** `inhs`, the hyperspectral image that a model is trained on. */
  void AddTrainingImageParameter();

  /** `method`, with its default, and all that steers training; the spectral response's parameters are apart. */
  void AddTrainingParameters(const std::string& method);

  /** `inms`, the multispectral image that a model is applied to. */
  void AddMultispectralImageParameter();

  /** `out` and `outab`. */
  void AddInversionOutputParameters();

  /** `maskhs`, `nodatahs`, `badbands` and `saturation` of the hyperspectral image. */
  void AddHyperspectralCheckParameters();

  /** `mask` and `nodatams` of the multispectral image. */
  void AddMultispectralCheckParameters();

  /** `keepbad`. */
  void AddKeepBadBandsParameter();

  /** The method that `method` and its branch ask for. \param registered whether there is a multispectral image of the same ground
   * \throw SettingError for a value out of range. */
  std::unique_ptr<SpectralInversionMethod> ReadMethod(const SpectralResponse& response, bool registered);

  /** `report`. */
  void AddReportParameter();

  /** `inhs` without bad bands and invalid pixels, to train on. */
  InputImage ReadTrainingImage();

  /** `inhs` with the bands that a model was trained on, picked by their wavelengths, without invalid pixels. */
  InputImage ReadHyperspectralImage(const SpectralInversionModel& model);

  /** `inms` without invalid pixels. */
  InputImage ReadMultispectralImage();

  /** \throw std::invalid_argument when the bands of an input image are not as many as expected; `reason` says why. */
  static void CheckBands(const InputImage& image, unsigned int expected, const std::string& reason);

  /** Reads a sample of the image, finds endmembers and trains, with progress. \throw std::invalid_argument naming the parameter for what cannot be trained. */
  ModelPointer Train(const InputImage& hyperspectral, const SpectralResponse& response, const SpectralInversionMethod& method);

  /** Puts the model's endmembers, or those of its first member that has any, into the output image `outem` and the table `outcsv`. */
  void SetEndmemberOutput(const SpectralInversionModel& model);

  /** The images that a model is applied to. */
  struct Images
  {
    InputImage                multispectral;
    std::optional<InputImage> hyperspectral;
    std::optional<InputImage> registered;   // the latter in the projection of the former, by nearest neighbour; there once a stage has asked for it
    std::optional<InputImage> interpolated; // the same by bilinear interpolation
  };

  /** The hyperspectral image in the projection of the multispectral one, which it overlaps.
   * \throw std::invalid_argument when it does not, or when coordinates cannot be transformed from one to the other. */
  const InputImage& Coregister(Images& images);

  /** The same image where spectra may be mixed but must lie where they belong: the nearest neighbour is off by up to half a pixel. The blur between the images
   * is found from such a one. */
  const InputImage& CoregisterSmoothly(Images& images);

  /** Whether the images overlap, as far as coordinates tell. */
  bool IsSameGround(Images& images);

  /** How the results of inference are written. */
  struct Formats
  {
    OutputFormat      spectra;
    OutputFormat      abundances;
    std::vector<bool> bad;  // the output's bands that the result has not, which are put back as no data; empty for none
    SpectralAxis      axis; // of the output's bands then
  };

  /** By `out`, `outab` and `nodata`. \throw std::invalid_argument when an output cannot hold its value of invalid pixels. */
  Formats ReadFormats(const InputImage& multispectral);

  /** The same, with the bad bands of the hyperspectral image put back if `keepbad` says so. */
  Formats ReadFormats(const InputImage& multispectral, const InputImage& hyperspectral);

  /** What the images say of a model's result, without a truth. */
  struct Judgement
  {
    SpectralInversionModel                model; // with the members that are taken
    std::optional<SpectralInversionModel> mixed; // what abundances are of, though its result may not be taken

    std::size_t              methods = 1; // how many members the model had, one without has one
    std::vector<std::size_t> taken{0};    // the numbers of those that are taken

    /** Of each member of the model, or of the model that has none: how its result is refined. One without components leaves it as it is. Empty: none is. */
    std::vector<SpectralRefinementModel> refinements;

    /** What was compared, if anything was. */
    struct Row
    {
      std::string               name;
      EnsembleChoice::Candidate candidate;
    };
    std::vector<Row> rows;

    std::optional<SensorBlurEstimate> blur; // through which it was compared

    /** Pixels of the refined image that a second round was trained on; 0 when there was none. What was compared is of the first. */
    std::size_t retrained = 0;

    std::optional<SpectralUncertaintyModel> uncertainty =
        std::nullopt; // the errors to expect of the result, if they were found; after a second round those of the first

    bool IsRefined() const;
  };

  /** Chooses a model's members and its refinement by `refine`, `inref` and the score at held-out pixels, and logs what it finds.
   * \param blur between the images, if it was estimated. \throw std::invalid_argument when what is asked for is not possible. */
  Judgement Judge(const SpectralInversionModel& model, Images& images, const std::optional<SensorBlurEstimate>& blur);

  /** The second round: trains once more, on a sample of the refined image. The judgement as it is where there is nothing to gain by that, which is told. */
  Judgement TrainAgain(const Judgement& first, Images& images, const SpectralInversionMethod& method);

  /** Refuses what that cannot be done with. \throw std::invalid_argument */
  void CheckSecondRound();

  /** Refuses before any work what Judge() would refuse after it: `refine` true, `inref` or `outunc`, where there is nothing to refine, or to find errors, by.
   * \throw std::invalid_argument */
  void CheckRefinable(Images& images, const std::optional<SensorBlurEstimate>& blur);

  /** Refuses an `inref` that cannot be read, is of other sensors, or does not say what `outunc` asks for. \throw std::runtime_error, std::invalid_argument */
  void CheckInputRefinement(const SpectralResponse& response);

  /** What the images tell of each other: by `inref`, if it is given, else by comparing them. \param withBlur whether the blur is wanted in any case
   * \throw std::invalid_argument when `radio` is none and `inref` has gains. */
  RadiometryParameters::Comparison CompareImages(const SpectralResponse& response, const Images& images, bool withBlur);

  /** Writes `outref`, if it is given. */
  void WriteRefinement(const SceneRefinement& scene);

  /** Whether the blur between the images is needed for that. */
  bool NeedsBlur(const Images& images) const
  {
    return images.hyperspectral && !HasValue("inref") && (m_Refinement.GetMode() != RefinementParameters::Mode::Off || m_Uncertainty.GetWanted() != nullptr);
  }

  /** What inference has made. */
  struct Result
  {
    MarkedImage                spectra; // as `out` has them, but for bad bands
    std::optional<MarkedImage> abundances;
    std::optional<MarkedImage> uncertainty; // of one band
  };

  /** Connects the images through the model's filters and all further stages to `out` and `outab`. The model takes the multispectral image as it is: its
   * radiometry is folded into it. \throw std::invalid_argument when an image does not fit the model. */
  Result Invert(const Judgement& judgement, Images& images, const Formats& formats);

  /** Writes `report`, if it is given, of the run so far; with the result of inference, if there is one. */
  void WriteReport(const SpectralInversionModel& model, const InputImage& hyperspectral);
  void WriteReport(const Judgement& judgement, Images& images, const Result& result);

  SpectralResponseParameters m_Response{*this};
  RadiometryParameters       m_Radiometry{*this};
  RefinementParameters       m_Refinement{*this};
  UncertaintyParameters      m_Uncertainty{*this};

private:
  /** The first stage: the spectra that a model makes of the images; puts abundances out where it has any. */
  SpectralStage Infer(const ModelPointer& model, Images& images, const Formats& formats, Result& result);

  /** The latent numbers that a model makes of the images: abundances, where it has them. */
  MarkedImage InferLatents(const ModelPointer& model, Images& images, const OutputFormat& format);

  /** Puts out the abundances that were made on the way to the result, or, of several methods, those of the first that has any. */
  void OfferAbundances(const Judgement& judgement, Images& images, const Formats& formats, Result& result);

  /** From latent numbers to spectra. */
  SpectralStage Mix(const SpectralInversionModel& model, const MarkedImage& latents);

  /** The image in the radiometry of the hyperspectral one. */
  InputImage Harmonise(const InputImage& multispectral, const RadiometricHarmonisation& radiometry);

  /** Whether there is what comparing a result with the hyperspectral image takes; logs why not. \throw std::invalid_argument when `refine` insists. */
  bool CanCompare(Images& images, const std::optional<SensorBlurEstimate>& blur);

  /** The errors to expect of the mean of those that were taken; nothing when there are too few pixels to find them from. */
  static std::optional<SpectralUncertaintyModel> FitUncertainty(const std::vector<RefinementSample>& samples, const EnsembleChoice& choice,
                                                                const SpectralInversionModel& given);

  /** Puts them out. */
  void OfferUncertainty(const Judgement& judgement, Images& images, const Formats& formats, Result& result);

  /** Lines of the log. */
  void TellScores(const Judgement& judgement, const SensorBlurEstimate& blur);

  /** \throw std::invalid_argument when they are of other sensors. */
  static void CheckRefinements(const SceneRefinement& scene, const SpectralResponse& response);

  /** Judge() by what is known of the scene already. */
  Judgement JudgeBy(const SceneRefinement& known, const SpectralInversionModel& given, Images& images);

  /** Pixels of the refined result. */
  SpectralSample ReadRefinedSample(const Judgement& judgement, Images& images, std::uint64_t seed);

  /** What a model's result, as it is before it is refined, makes of a sample of the scene. */
  RefinementSample ReadRefinementSample(const SpectralInversionModel& model, Images& images, const SensorBlurEstimate& blur);

  /** What a fused image makes of it. \param model whose response and radiometry count */
  RefinementSample ReadRefinementSample(const SpectralInversionModel& model, const MarkedImage& fused, Images& images, const SensorBlurEstimate& blur);

  /** The spectra that a model without members makes of the images, refined. */
  SpectralStage InferRefined(const SpectralInversionModel& model, const SpectralRefinementModel& refinement, Images& images, const Formats& formats,
                             Result& result);

  /** The same of a judgement: the mean of what its members make, each refined, if it has several. */
  SpectralStage InferRefined(const Judgement& judgement, Images& images, const Formats& formats, Result& result);

  /** A stage: the spectra of these latent numbers, refined. \param folded the model, the radiometry being folded into it */
  SpectralStage Refine(const SpectralInversionModel& folded, const RadiometricHarmonisation& radiometry, const MarkedImage& latents, Images& images,
                       const SpectralRefinementModel& refinement);

  /** A stage: the mean of what several have made. */
  SpectralStage Average(const std::vector<SpectralStage>& stages, const std::vector<double>& weights);

  /** Behind the last stage, whatever it is: has it write as `out` is to be written. */
  void Finish(const SpectralStage& last, const Formats& formats, Result& result);

  SpectralInversionEstimator::Settings GetSettings(const SpectralInversionMethod& method);
  SpectralSample                       ReadSample(const InputImage& hyperspectral, const SpectralInversionEstimator::Settings& settings);
  ModelPointer                         Learn(const SpectralSample& sample, const SpectralResponse& response, const InputImage& hyperspectral,
                                             const SpectralInversionEstimator::Settings& settings, const SpectralInversionModel* earlier);
  void                                 TellWhatIsNotUsed(const SpectralInversionMethod& method);
  void                                 RunWithProgress(const std::string& text, const std::function<void(const CallbackProcess::Report&)>& computation);
  void                                 SkipOutput(const std::string& key, const std::string& reason);

  void AfterStep(const std::string& name, double seconds) override;
  void AfterWriting() override;
  void AfterAppearing() override;

  /** Whether a parameter counts: it is in no branch of a choice but the chosen one. */
  bool IsInChosenBranch(const std::string& key);
  void ReportParameters();
  void ReportModel(const SpectralInversionModel& model);
  void ReportAgreement(const Judgement& judgement);
  bool IsReported();
  void FinishReport();

  SpectralInversionReportImages MakeReportImages(const SpectralInversionModel& model, const InputImage& hyperspectral);

  NaturalColourStyleParameter m_Style{*this};
  SpectralInversionReport     m_Report;
  Stopwatch                   m_SinceReport; // runs from when the report was written until the output images are
};
} // namespace Wrapper
} // namespace otb

#endif
