// SPDX-License-Identifier: Apache-2.0
#include "otbParallelTasks.h"
#include "otbParallelFor.h"

#include <algorithm>

namespace otb
{
void RunTasks(unsigned int threads, std::size_t count, const std::function<void(std::size_t)>& task)
{
  ParallelFor(static_cast<unsigned int>(std::min<std::size_t>(threads, count)))(count, task);
}
} // namespace otb
