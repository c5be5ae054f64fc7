// SPDX-License-Identifier: Apache-2.0
#ifndef otbParallelTasks_h
#define otbParallelTasks_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <functional>

namespace otb
{
/** Runs task(0) to task(count - 1) on at most that many threads, the caller's among them, and waits for all. Tasks must not throw. */
SpectraMorph_EXPORT void RunTasks(unsigned int threads, std::size_t count, const std::function<void(std::size_t)>& task);
} // namespace otb

#endif
