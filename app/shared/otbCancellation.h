// SPDX-License-Identifier: Apache-2.0
#ifndef otbCancellation_h
#define otbCancellation_h

#include "itkProcessObject.h"

#include <functional>

namespace otb
{
namespace Wrapper
{
/** \class Cancellation
 * \brief Has an application stop at once, and leave nothing, when its user asks OTB to: processes forget that they are to stop when they begin, and notice
 * after a piece of the image; a launcher that stops a writer deletes nothing. */
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
  std::function<void()>       m_Discard;
  itk::ProcessObject::Pointer m_Process; // the last, which is the one that OTB stops
};
} // namespace Wrapper
} // namespace otb

#endif
