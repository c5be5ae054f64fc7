// SPDX-License-Identifier: Apache-2.0
#include "otbCancellation.h"
#include "otbObserve.h"

#include <atomic>
#include <memory>

namespace otb
{
namespace Wrapper
{
Cancellation::Cancellation(std::function<void()> discard) : m_Discard(std::move(discard))
{
}

void Cancellation::Begin()
{
  m_Process = nullptr;
}

void Cancellation::Watch(itk::ProcessObject* process)
{
  if (m_Process && m_Process->GetAbortGenerateData())
  {
    m_Discard();
    throw itk::ProcessAborted(__FILE__, __LINE__);
  }
  m_Process          = process;
  const auto stopped = std::make_shared<std::atomic<bool>>(false);
  Observe(process, itk::ModifiedEvent(),
          [process, stopped]
          {
            // Not the process's own function, which may wait for a lock that is held here.
            *stopped = *stopped || process->itk::ProcessObject::GetAbortGenerateData();
          });
  const auto stop = [this, stopped]
  {
    if (*stopped)
    {
      m_Discard();
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
  };
  Observe(process, itk::StartEvent(), stop);
  Observe(process, itk::ProgressEvent(), stop);
}
} // namespace Wrapper
} // namespace otb
