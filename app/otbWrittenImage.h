// SPDX-License-Identifier: Apache-2.0
#ifndef otbWrittenImage_h
#define otbWrittenImage_h

#include <string>

namespace otb
{
namespace Wrapper
{
/** Whether an image file holds all its pixels. GDAL writes its last blocks when the file is closed, where OTB cannot see it fail: on a full disk a file stays
 * that looks like an image. A sparse TIFF leaves out blocks of zeros on purpose. */
bool IsWholeImage(const std::string& path, bool sparse);
} // namespace Wrapper
} // namespace otb

#endif
