// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralApplication_h
#define otbSpectralApplication_h

#include "otbCancellation.h"
#include "otbGDALCacheLimit.h"
#include "otbInputImages.h"
#include "otbMessages.h"
#include "otbOneLineLogger.h"
#include "otbOutputImages.h"
#include "otbReleasePipeline.h"
#include "otbSceneParameters.h"
#include "otbStagedOutputs.h"

#include "otbStopwatch.h"
#include "otbWrapperApplication.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class SpectralApplication
 * \brief Base of the module's applications: the life of a run, errors as one line, and outputs that are there whole or not at all.
 *
 * A derived application declares its parameters in DoInit(), many of them by collaborators that know how to read them as well (InputImages, OutputImages,
 * SpectralResponseParameters, ...), and wires its filters in Run(): what it reads are values, which it passes on; what it makes are filters, which it Keep()s.
 *
 * What an application writes, images by OTB and text by WriteFile(), appears when the last of it is whole, see StagedOutputs.
 *
 * \ingroup SpectraMorph
 */
class SpectralApplication : public Application
{
public:
  using Self         = SpectralApplication;
  using Superclass   = Application;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkTypeMacro(SpectralApplication, Application);

  // What collaborators need of an application, which OTB keeps for those who derive from it.
  using Application::AddChoice;
  using Application::AddParameter;
  using Application::AddProcess;
  using Application::AddRANDParameter;
  using Application::MandatoryOff;
  using Application::SetParameterOutputImage;

  /** A line of the log. */
  void Inform(const std::string& text);

  /** A line of the log that a user should not overlook. */
  void Warn(const std::string& text);

  /** The value of a whole number. OTB would move one that is out of range to its limit without a word. \throw std::invalid_argument when it is under `least`.
   */
  int GetIntegerFrom(const std::string& key, int least);

  /** The filter, kept alive until the application runs again or is deleted: an image does not keep alive what makes it. */
  template <class TPointer>
  TPointer Keep(TPointer filter)
  {
    m_Kept.push_back(filter.GetPointer());
    return filter;
  }

  /** One pass over an image by a streaming reduction (a PersistentFilterStreamingDecorator), whose progress is shown with this text; buffers are given back. */
  template <class TReduction>
  void Pass(TReduction* reduction, const std::string& text)
  {
    this->AddProcess(reduction->GetStreamer(), text);
    this->TimeStep(text, [reduction] { reduction->Update(); });
    ReleasePipeline(reduction->GetFilter());
  }

  /** What is known of the whole images. */
  SceneParameters& GetScene()
  {
    return m_Scene;
  }

  /** Runs a step of the work. */
  void TimeStep(const std::string& name, const std::function<void()>& step);

protected:
  SpectralApplication();
  ~SpectralApplication() override;

  /** What DoExecute() is elsewhere. Every exception that leaves it, or the output images when they are asked for their size, ends as one line in the log that
   * holds its description alone. */
  virtual void Run() = 0;

  /** Lets go of what an earlier run has left, before Run(). */
  virtual void Forget();

  /** Writes a text file by the name that an output parameter has, if it has one. It appears together with the output images; text written before
   * for the same parameter is forgotten.
   * \throw std::runtime_error naming the parameter when it cannot be written. */
  void WriteFile(const std::string& key, const std::string& text);

  /** Links to the application's HTML page, where that is installed. Call it after SetName(). */
  void SetHelpPageLink();

  /** Called when the output images have been written and before they appear. */
  virtual void AfterWriting()
  {
  }

  /** Called when they have appeared. */
  virtual void AfterAppearing()
  {
  }

  /** Told how long a step took. */
  virtual void AfterStep(const std::string& itkNotUsed(name), double itkNotUsed(seconds))
  {
  }

  InputImages     m_Inputs{*this};
  OutputImages    m_Outputs{*this};
  SceneParameters m_Scene{*this};

private:
  void DoExecute() final;

  /** Does it, and turns what is thrown into one line of the log, without outputs. A cancellation goes on its way. \throw ApplicationException */
  void Guard(const std::function<void()>& action);

  /** The text of an error for users. */
  std::string Explain(const std::string& text);

  /** OTB tells of each process, the writers of output images among them, before it runs. */
  void OnProcess(itk::Object* caller, const itk::EventObject& event);

  std::unique_ptr<GDALCacheLimit> m_CacheLimit; // as long as the application, by whose output images others read

  itk::SmartPointer<OneLineLogger>         m_ErrorLogger;
  StagedOutputs                            m_Staged;
  Cancellation                             m_Cancellation;
  std::vector<itk::ProcessObject::Pointer> m_Kept;
};
} // namespace Wrapper
} // namespace otb

#endif
