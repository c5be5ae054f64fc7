// SPDX-License-Identifier: Apache-2.0
#include "otbPhysicalMemory.h"
#include "otbSettingVisitor.h"

#include <cmath>
#include <stdexcept>

#include <unistd.h>

namespace otb
{
void CheckFitsMemory(const std::string& found, double bytes)
{
  const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (bytes > memory)
  {
    throw std::invalid_argument(found + ", which takes " + ToBriefText(std::ceil(bytes / 1e6)) + " MB, expected what fits the " +
                                ToBriefText(std::floor(memory / 1e6)) + " MB of memory");
  }
}
} // namespace otb
