// SPDX-License-Identifier: Apache-2.0
#ifndef otbRampStyle_h
#define otbRampStyle_h

#include <string>

namespace otb
{
namespace Wrapper
{
/** Writes the QGIS style of an image's first band in the colours of ColourRamp, from its 2nd to its 98th percentile, beside the image.
 * \return its path \throw std::runtime_error naming `parameter` when the image cannot be read or the style not written */
std::string WriteRampStyle(const std::string& imagePath, const std::string& parameter);
} // namespace Wrapper
} // namespace otb

#endif
