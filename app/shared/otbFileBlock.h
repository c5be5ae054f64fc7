// SPDX-License-Identifier: Apache-2.0
#ifndef otbFileBlock_h
#define otbFileBlock_h

#include <string>

namespace otb
{
namespace Wrapper
{
/** The pixels that an image file keeps together; 0 x 0 when that is not known. */
struct FileBlock
{
  unsigned int columns = 0;
  unsigned int lines   = 0;
};

/** The blocks of the file that OTB will write by that (extended) name, of an image of so many columns: tiles of a GeoTIFF file with the creation option TILED,
 * full lines otherwise. */
FileBlock GetFileBlock(const std::string& extendedName, unsigned int columns);
} // namespace Wrapper
} // namespace otb

#endif
