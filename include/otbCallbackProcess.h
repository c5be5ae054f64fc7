// SPDX-License-Identifier: Apache-2.0
#ifndef otbCallbackProcess_h
#define otbCallbackProcess_h

#include "itkProcessObject.h"
#include "itkObjectFactory.h"

#include <functional>

namespace otb
{
/** \class CallbackProcess
 * \brief Lets a computation outside the pipeline show its progress, and be cancelled, like any filter.
 *
 * The mathematics reports through a callback; ITK and OTB watch process objects. This is the adapter between the two.
 *
 * \ingroup SpectraMorph
 */
class CallbackProcess : public itk::ProcessObject
{
public:
  using Self         = CallbackProcess;
  using Superclass   = itk::ProcessObject;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(CallbackProcess, itk::ProcessObject);

  /** Told of the fraction done, in [0, 1]; returns false when the computation should stop. */
  using Report = std::function<bool(double fraction)>;

  /** Runs the computation between a start and an end event; exceptions pass through. \throw itk::ProcessAborted when the process is aborted. */
  void Run(const std::function<void(const Report&)>& computation)
  {
    this->SetAbortGenerateData(false);
    this->InvokeEvent(itk::StartEvent());
    try
    {
      computation(
          [this](double fraction)
          {
            this->UpdateProgress(static_cast<float>(fraction));
            return !this->GetAbortGenerateData();
          });
    }
    catch (const std::exception&)
    {
      // A computation may have an exception of its own for that.
      if (!this->GetAbortGenerateData())
      {
        throw;
      }
    }
    if (this->GetAbortGenerateData())
    {
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
    // A computation that ends early, having converged, is whole.
    this->UpdateProgress(1.f);
    this->InvokeEvent(itk::EndEvent());
  }

protected:
  CallbackProcess()           = default;
  ~CallbackProcess() override = default;

private:
  CallbackProcess(const Self&) = delete;
  void operator=(const Self&)  = delete;
};
} // namespace otb

#endif
