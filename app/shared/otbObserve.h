// SPDX-License-Identifier: Apache-2.0
#ifndef otbObserve_h
#define otbObserve_h

#include "itkCommand.h"
#include "itkProcessObject.h"

namespace otb
{
namespace Wrapper
{
/** Has an action performed at each such event of a process. */
template <class Action>
void Observe(itk::ProcessObject* process, const itk::EventObject& event, const Action& action)
{
  struct Command : itk::Command
  {
    explicit Command(const Action& performed) : m_Action(performed)
    {
    }
    void Execute(itk::Object*, const itk::EventObject&) override
    {
      m_Action();
    }
    void Execute(const itk::Object*, const itk::EventObject&) override
    {
      m_Action();
    }
    Action m_Action;
  };
  const itk::Command::Pointer command = new Command(action);
  command->UnRegister();
  process->AddObserver(event, command);
}
} // namespace Wrapper
} // namespace otb

#endif
