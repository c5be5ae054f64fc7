// SPDX-License-Identifier: Apache-2.0
#ifndef otbEndmemberTable_h
#define otbEndmemberTable_h

#include "otbSpectraMatrix.h"
#include "otbSpectralAxis.h"

#include <string>

namespace otb
{
/** Endmembers (K x C) as CSV, as spreadsheets open it: a header, then a line per band with its wavelength [nm], or its number from 1 where the axis is empty,
 * and a column per endmember. */
SpectraMorph_EXPORT std::string ToEndmemberTable(const SpectraMatrix& endmembers, const SpectralAxis& axis);
} // namespace otb

#endif
