// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFileChecks_h
#define otbImageFileChecks_h

#include "SpectraMorphExport.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

/** \file
 * What image files say of themselves that OTB does not pass on. Files by extended filenames. */
namespace otb
{
/** The names (descriptions) of a file's bands, of its picked `bands`, empty for a band without one; nothing when it cannot be opened or no band has a name. */
SpectraMorph_EXPORT std::vector<std::string> ReadBandNamesOfImage(const std::string& filename);

/** Where an image lies by its file, as far as OTB's reader does not tell. */
struct ImageFilePlace
{
  /** Why the place is lost: "found ..., expected ...", with what to do. That is a geotransform with rotation or shear, of which OTB knows origin and pixel size
   * alone, and ground control points that no upright grid has. Empty when it is not, or `skipcarto` gives the place up. */
  std::string lost;
  /** Of an image with ground control points that are those of an upright grid, to a quarter of a pixel: the geotransform of its whole file, without rotation.
   */
  std::optional<std::array<double, 6>> transform;
  std::string                          projection;            ///< in which that is, as WKT; may be empty
  double                               columns = 0, rows = 0; ///< of the whole file
};

SpectraMorph_EXPORT ImageFilePlace FindPlaceOfImage(const std::string& filename);
} // namespace otb

#endif
