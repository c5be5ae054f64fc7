// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionApplication_h
#define otbSpectralInversionApplication_h

#include "otbSpectralApplication.h"

#include "otbCallbackProcess.h"
#include "otbReprojection.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectralInversionReport.h"

#include "otbStopwatch.h"

#include <functional>
#include <memory>

namespace otb
{
namespace Wrapper
{
/** \class SpectralInversionApplication
 * \brief What the applications that train a model, apply one, or both, share: the parameters of training, training itself, and the filters of inference.
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

  /** Leaves out bad bands and invalid pixels of `inhs`; call it before anything else looks at the image. */
  void PrepareHyperspectralImage();

  /** Picks the bands of `inhs` that a model was trained on, by their wavelengths, and leaves out invalid pixels. */
  void PrepareHyperspectralImage(const SpectralInversionModel& model);

  /** Leaves out invalid pixels of `inms`. */
  void PrepareMultispectralImage();

  /** `keepbad`. */
  void AddKeepBadBandsParameter();

  /** Gives `out` the bad bands of `inhs` back, as no data, if `keepbad` says so; call it after ConnectInversion(). */
  void KeepBadBands();

  /** The method that `method` and its branch ask for. \throw SettingError for a value out of range. */
  std::unique_ptr<SpectralInversionMethod> ReadMethod();

  /** Reads a sample of `inhs`, finds endmembers and trains, with progress. \throw std::invalid_argument naming the parameter for what cannot be trained. */
  ModelPointer Train(const SpectralResponse& response);

  /** `report`. */
  void AddReportParameter();

  /** Writes `report`, if it is given, of the training since Train() began, and of the output images when the multispectral image they come from is given. */
  void WriteReport(const SpectralInversionModel& model, FloatVectorImageType* multispectral = nullptr);

  /** Puts the model's endmembers into the output image `outem` and the table `outcsv`, if there are any. */
  void SetEndmemberOutput(const SpectralInversionModel& model);

  /** `radio`, how the radiometry of `inms` is brought to that of `inhs`. */
  void AddRadiometryParameter();

  /** What `radio` asks for, from the ground that `inms` and `inhs` have in common; nothing when there is too little of it or no band needs it. Reads both once,
   * streamed, and logs what it finds. */
  RadiometricHarmonisation EstimateRadiometry(const SpectralResponse& response);

  /** One line of the log. */
  void LogRadiometry(const std::string& source, const RadiometricHarmonisation& radiometry);

  /** `inhs`, in the projection of `inms`. \throw std::invalid_argument when coordinates cannot be transformed from one to the other. */
  FloatVectorImageType* GetRegisteredHyperspectralImage();

  /** \throw std::invalid_argument when `inms` and `inhs`, by their georeferencing, do not overlap. */
  void CheckGrids();

  /** Connects `inms`, and `inhs` for a model with a prior, through the model's filters to `out` and `outab`.
   * \throw std::invalid_argument when an image does not fit the model. */
  void ConnectInversion(const ModelPointer& model);

  /** \throw std::invalid_argument when the bands of an input image are not as many as expected; `reason` says why. */
  void CheckBands(const std::string& imageKey, unsigned int expected, const std::string& reason);

private:
  /** The image, which lies as `inhs` does, in the projection of `inms`; the image itself when that is its projection. */
  FloatVectorImageType* Reproject(FloatVectorImageType* image, Resampling resampling);

  SpectralInversionEstimator::Settings GetSettings();
  SpectralSample                       ReadSample(const SpectralInversionEstimator::Settings& settings);
  void                                 TellWhatIsNotUsed(const SpectralInversionMethod& method);
  void                                 RunWithProgress(const std::string& text, const std::function<void(const CallbackProcess::Report&)>& computation);
  void                                 SkipOutput(const std::string& key, const std::string& reason);
  void                                 AfterWriting() override;

  /** Runs a step of the work, whose time goes into the report. */
  void TimeStep(const std::string& name, const std::function<void()>& step);

  /** Whether a parameter counts: it is in no branch of a choice but the chosen one. */
  bool IsInChosenBranch(const std::string& key);
  void ReportParameters();
  void ReportModel(const SpectralInversionModel& model);

  FloatVectorImageType::Pointer m_Registered;
  SpectralInversionReport       m_Report;
  Stopwatch                     m_SinceReport; // runs from when the report was written until the output images are
};
} // namespace Wrapper
} // namespace otb

#endif
