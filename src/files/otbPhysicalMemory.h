// SPDX-License-Identifier: Apache-2.0
#ifndef otbPhysicalMemory_h
#define otbPhysicalMemory_h

#include "SpectraMorphExport.h"

#include <string>

namespace otb
{
/** \throw std::invalid_argument when what was found ("parameter: found value") would take more memory than the machine has. */
SpectraMorph_EXPORT void CheckFitsMemory(const std::string& found, double bytes);
} // namespace otb

#endif
