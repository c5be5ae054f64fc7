// SPDX-License-Identifier: Apache-2.0
#ifndef otbInstructionSet_h
#define otbInstructionSet_h

#include "SpectraMorphExport.h"

#include <string>
#include <vector>

namespace otb
{
namespace kernels
{
/** The instruction set that all kernels use, for logs and tests: "AVX3", "AVX2", "SSE4", ... */
SpectraMorph_EXPORT const char* InstructionSet();

/** All that the kernels are compiled for and that this processor has, the best first. */
SpectraMorph_EXPORT std::vector<std::string> InstructionSets();

/** Restricts all kernels to a named instruction set, to test each path; an empty name ends the restriction. \return false when the processor lacks it. */
SpectraMorph_EXPORT bool ForceInstructionSet(const std::string& name);
} // namespace kernels
} // namespace otb

#endif
