// SPDX-License-Identifier: Apache-2.0
#ifndef otbCancellation_h
#define otbCancellation_h

#include "itkProcessObject.h"

#include <atomic>
#include <functional>
#include <memory>

namespace otb
{
namespace Wrapper
{
/** \class Cancellation
 * \brief Has an application stop at once, and leave nothing, when its user asks OTB to.
 *
 * By themselves processes forget that they are to stop when they begin, and notice after a piece of the image; a writer that stops deletes nothing. Here the
 * wish is kept for the whole run, handed to the filter in front of the process, which notices within a piece, and outputs are discarded before anything stops.
 */
class Cancellation
{
public:
  /** \param discard what is to be done before anything is stopped */
  explicit Cancellation(std::function<void()> discard);

  /** A run begins. */
  void Begin();

  /** A process is about to run. \throw itk::ProcessAborted when the one before it was to stop, which OTB alone would not notice once that has ended. */
  void Watch(itk::ProcessObject* process);

private:
  /** What is known of a run, by whichever thread asks it to stop as well. */
  struct State
  {
    std::atomic<bool> asked{false};
    std::atomic<bool> discarded{false};
  };

  /** \throw itk::ProcessAborted when the run is to stop. */
  void Check();

  std::function<void()>  m_Discard;
  std::shared_ptr<State> m_State = std::make_shared<State>();
};
} // namespace Wrapper
} // namespace otb

#endif
