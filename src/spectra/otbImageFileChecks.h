// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFileChecks_h
#define otbImageFileChecks_h

#include "SpectraMorphExport.h"

#include <string>
#include <vector>

/** \file
 * What image files say of themselves that OTB does not pass on. Files by extended filenames. */
namespace otb
{
/** The names (descriptions) of a file's bands, of its picked `bands`, empty for a band without one; nothing when it cannot be opened or no band has a name. */
SpectraMorph_EXPORT std::vector<std::string> ReadBandNamesOfImage(const std::string& filename);

/** Why an image's place on the ground is lost when OTB reads it: "found ..., expected ...", with what to do. That is a geotransform with rotation or shear, of
 * which OTB knows origin and pixel size alone, and ground control points without a geotransform. Empty when it is not, or `skipcarto` gives the place up. */
SpectraMorph_EXPORT std::string FindLostPlaceOfImage(const std::string& filename);
} // namespace otb

#endif
