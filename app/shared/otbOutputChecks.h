// SPDX-License-Identifier: Apache-2.0
#ifndef otbOutputChecks_h
#define otbOutputChecks_h

#include "otbWrapperApplication.h"

namespace otb
{
namespace Wrapper
{
/** Before a run. \throw std::invalid_argument when an output file cannot be written: the folder does not exist or is not writable, there is something else than
 * a file by that name, it is of a format that does not hold such images; or when the file is an input or another output as well; or when an input is a pipe or
 * a device. */
void CheckOutputFiles(Application& application);

/** After a run: tells the output images to describe themselves, so that what a filter refuses is refused here. */
void CheckOutputImages(Application& application);
} // namespace Wrapper
} // namespace otb

#endif
