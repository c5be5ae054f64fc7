// SPDX-License-Identifier: Apache-2.0
#ifndef otbAtomicFile_h
#define otbAtomicFile_h

#include "otbStagedFile.h"

#include <fstream>
#include <string>

namespace otb
{
/** \class AtomicFile
 * \brief A text file that appears under its name whole or not at all: a StagedFile with a stream, on the disk before it appears.
 *
 * Without Commit() there is no new file, and a file that stood there before is left as it was.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT AtomicFile
{
public:
  /** \throw std::runtime_error when the folder cannot be written to, naming `parameter` and the path. */
  AtomicFile(const std::string& path, const std::string& parameter);

  std::ostream& Stream()
  {
    return m_Stream;
  }

  /** Ends the writing; the file is on the disk then, though not under its name.
   * \throw std::runtime_error when anything could not be written (a full disk), naming the parameter and the path. */
  void Close();

  /** Close(), then the file appears. \throw std::runtime_error naming the parameter and the path. */
  void Commit();

private:
  StagedFile    m_File;
  std::ofstream m_Stream;
};
} // namespace otb

#endif
