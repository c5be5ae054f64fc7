// SPDX-License-Identifier: Apache-2.0
#ifndef otbRoundSpectra_h
#define otbRoundSpectra_h

#include "SpectraMorphExport.h"

#include <cstddef>

namespace otb
{
/** Rounds values to the nearest integers, in place. OTB's writers truncate, so what is to be written as integers is rounded before. */
SpectraMorph_EXPORT void RoundSpectra(float* values, std::size_t count);
} // namespace otb

#endif
