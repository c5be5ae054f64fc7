// SPDX-License-Identifier: Apache-2.0
#ifndef otbToolkitVersion_h
#define otbToolkitVersion_h

#include "itkLoggerBase.h"
#include "itkProcessObject.h"
#include "itkVersion.h"
#include "otbMacro.h"

#include <algorithm>

#if ITK_VERSION_MAJOR < 5
#include "itkMultiThreader.h"
#else
#include "itkMultiThreaderBase.h"
#endif

// What differs between ITK 4, of OTB 8 and 9, and ITK 5, of OTB 10. OTB and ITK themselves have names for two more differences: a const member function that
// was none (ITKv5_CONST), and the next one.

/** In the constructor of a filter that overrides ThreadedGenerateData(), which ITK 5 calls of those alone that say so; OTB 10 has the macro. */
#ifndef OTB_DISABLE_DYNAMIC_MT
#define OTB_DISABLE_DYNAMIC_MT
#endif

namespace otb
{
#if ITK_VERSION_MAJOR < 5
using MultiThreaderType = itk::MultiThreader;
using LogPriorityType   = itk::LoggerBase::PriorityLevelType;
#else
using MultiThreaderType = itk::MultiThreaderBase;
using LogPriorityType   = itk::LoggerBase::PriorityLevelEnum;
#endif

/** Threads that a computation outside of a filter is to use: those of the processor, or as ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS says. */
inline unsigned int GetDefaultThreads()
{
  return MultiThreaderType::GetGlobalDefaultNumberOfThreads();
}

/** Threads that a filter uses at once. ITK 5 cuts a filter's work into units, of which there may be more, or fewer, than threads. */
inline unsigned int GetThreads(itk::ProcessObject* filter)
{
#if ITK_VERSION_MAJOR < 5
  return filter->GetNumberOfThreads();
#else
  return std::min<unsigned int>(filter->GetNumberOfWorkUnits(), filter->GetMultiThreader()->GetMaximumNumberOfThreads());
#endif
}

/** Has a filter use that many threads, and cut its work into as many pieces. */
inline void SetThreads(itk::ProcessObject* filter, unsigned int threads)
{
#if ITK_VERSION_MAJOR < 5
  filter->SetNumberOfThreads(threads);
#else
  filter->GetMultiThreader()->SetMaximumNumberOfThreads(threads);
  filter->SetNumberOfWorkUnits(threads);
#endif
}
} // namespace otb

#endif
