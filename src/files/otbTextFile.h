// SPDX-License-Identifier: Apache-2.0
#ifndef otbTextFile_h
#define otbTextFile_h

#include "SpectraMorphExport.h"

#include <cstdint>
#include <fstream>
#include <string>

namespace otb
{
/** A text file, opened for reading, of at most that many bytes. What is no file, such as a folder, a pipe or a device, which might never end, is not opened.
 * \throw std::invalid_argument "<source>: found ..., expected ..." also when it is empty. */
SpectraMorph_EXPORT std::ifstream OpenTextFile(const std::string& path, const std::string& source, std::uintmax_t mostBytes = std::uintmax_t(1) << 30);
} // namespace otb

#endif
