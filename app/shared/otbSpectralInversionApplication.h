// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionApplication_h
#define otbSpectralInversionApplication_h

#include "otbNaturalColourStyleParameter.h"
#include "otbRadiometryParameters.h"
#include "otbSpectralApplication.h"
#include "otbSpectralInversionReportImages.h"
#include "otbSpectralResponseParameters.h"
#include "otbSpectralStage.h"

#include "otbCallbackProcess.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectralInversionReport.h"

#include "otbStopwatch.h"

#include <functional>
#include <memory>
#include <optional>

namespace otb
{
namespace Wrapper
{
/** \class SpectralInversionApplication
 * \brief What the applications that train a model, apply one, or both, share: the parameters of training, training itself, and the filters of inference.
 *
 * What inference makes is a chain of stages, Infer() -> ... -> Finish(), which both applications that infer have by Invert(). A stage turns a SpectralStage
 * into another; Finish() alone knows how the result is written.
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

  /** `method` and all that steers training; the spectral response's parameters are apart. */
  void AddTrainingParameters();

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

  /** The method that `method` and its branch ask for. \throw SettingError for a value out of range. */
  std::unique_ptr<SpectralInversionMethod> ReadMethod();

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
  ModelPointer Train(const InputImage& hyperspectral, const SpectralResponse& response);

  /** Puts the model's endmembers into the output image `outem` and the table `outcsv`, if there are any. */
  void SetEndmemberOutput(const SpectralInversionModel& model);

  /** The images that a model is applied to. */
  struct Images
  {
    InputImage                multispectral;
    std::optional<InputImage> hyperspectral;
    std::optional<InputImage> registered; // the latter in the projection of the former; there once a stage has asked for it
  };

  /** The hyperspectral image in the projection of the multispectral one, which it overlaps.
   * \throw std::invalid_argument when it does not, or when coordinates cannot be transformed from one to the other. */
  const InputImage& Coregister(Images& images);

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

  /** What inference has made. */
  struct Result
  {
    MarkedImage                spectra; // as `out` has them, but for bad bands
    std::optional<MarkedImage> abundances;
  };

  /** Connects the images through the model's filters and all further stages to `out` and `outab`. The model takes the multispectral image as it is: its
   * radiometry is folded into it. \throw std::invalid_argument when an image does not fit the model. */
  Result Invert(const SpectralInversionModel& model, Images& images, const Formats& formats);

  /** Writes `report`, if it is given, of the run so far; with the result of inference, if there is one. */
  void WriteReport(const SpectralInversionModel& model, const InputImage& hyperspectral);
  void WriteReport(const SpectralInversionModel& model, const Images& images, const Result& result);

  SpectralResponseParameters m_Response{*this};
  RadiometryParameters       m_Radiometry{*this};

private:
  /** The first stage: the spectra that a model makes of the images; puts abundances out where it has any. */
  SpectralStage Infer(const ModelPointer& model, Images& images, const Formats& formats, Result& result);

  /** The abundances that a model makes of the images. */
  MarkedImage InferAbundances(const ModelPointer& model, Images& images, const OutputFormat& format);

  /** Behind the last stage, whatever it is: has it write as `out` is to be written. */
  void Finish(const SpectralStage& last, const Formats& formats, Result& result);

  SpectralInversionEstimator::Settings GetSettings();
  SpectralSample                       ReadSample(const InputImage& hyperspectral, const SpectralInversionEstimator::Settings& settings);
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
