// SPDX-License-Identifier: Apache-2.0
#include "otbCancellation.h"
#include "otbObserve.h"

#include <cstring>

namespace otb
{
namespace Wrapper
{
namespace
{
// Not the process's own functions, which may wait for a lock that is held when they are called here.
bool GetAbort(const itk::ProcessObject* process)
{
  return process->itk::ProcessObject::GetAbortGenerateData();
}

void SetAbort(itk::ProcessObject* process, bool abort)
{
  process->itk::ProcessObject::SetAbortGenerateData(abort);
}
} // namespace

Cancellation::Cancellation(std::function<void()> discard) : m_Discard(std::move(discard))
{
}

void Cancellation::Begin()
{
  m_State = std::make_shared<State>();
}

void Cancellation::Check()
{
  if (m_State->asked)
  {
    m_Discard();
    throw itk::ProcessAborted(__FILE__, __LINE__);
  }
}

void Cancellation::Watch(itk::ProcessObject* process)
{
  this->Check();
  // That of OTB 10 stops between two pieces without an event; it is to go on until there is one.
  const bool writer = std::strcmp(process->GetNameOfClass(), "ImageFileWriter") == 0;
  Observe(process, itk::ModifiedEvent(),
          [process, writer, state = m_State]
          {
            if (GetAbort(process))
            {
              state->asked = true;
              if (writer && !state->discarded)
              {
                SetAbort(process, false);
              }
            }
          });
  Observe(process, itk::StartEvent(), [this] { this->Check(); });
  Observe(process, itk::EndEvent(), [this] { this->Check(); });
  // Nothing is thrown here: the event may come from a destructor, that of a filter's itk::ProgressReporter.
  Observe(process, itk::ProgressEvent(),
          [this, process]
          {
            if (!m_State->asked)
            {
              return;
            }
            m_Discard();
            m_State->discarded = true;
            SetAbort(process, true);
            for (const auto& input : process->GetInputs())
            {
              const auto source = input ? input->GetSource() : nullptr;
              if (source)
              {
                source->AbortGenerateDataOn();
              }
            }
          });
}
} // namespace Wrapper
} // namespace otb
