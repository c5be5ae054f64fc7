// SPDX-License-Identifier: Apache-2.0
#ifndef otbAtomicFile_h
#define otbAtomicFile_h

#include "SpectraMorphExport.h"

#include <fstream>
#include <string>

namespace otb
{
/** \class AtomicFile
 * \brief A text file that appears under its name whole or not at all: written beside it under a temporary name, made durable, then renamed.
 *
 * Without Commit() the temporary file is removed, and a file that stood there before is left as it was.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT AtomicFile
{
public:
  /** \throw std::runtime_error when the folder cannot be written to, naming `parameter` and the path. */
  AtomicFile(const std::string& path, const std::string& parameter);
  ~AtomicFile();

  AtomicFile(const AtomicFile&)            = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ostream& Stream()
  {
    return m_Stream;
  }

  /** \throw std::runtime_error when anything could not be written (a full disk), naming the parameter and the path. */
  void Commit();

private:
  [[noreturn]] void Fail(const std::string& what);

  std::string   m_Path;
  std::string   m_TemporaryPath;
  std::string   m_Parameter;
  std::ofstream m_Stream;
};
} // namespace otb

#endif
