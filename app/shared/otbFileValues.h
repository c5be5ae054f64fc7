// SPDX-License-Identifier: Apache-2.0
#ifndef otbFileValues_h
#define otbFileValues_h

#include "otbInputImage.h"

#include <optional>
#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** Makes of an image as a reader has it the one that its file means: by a filter, if anything is to be done; logs what is. Reads the image once.
 * \param noData the value of invalid pixels by the user, instead of those that the file declares
 * \param noDataKey the parameter of that value, for the log; empty for none */
void ReadFileValues(SpectralApplication& application, InputImage& image, std::optional<float> noData, const std::string& noDataKey);
} // namespace Wrapper
} // namespace otb

#endif
