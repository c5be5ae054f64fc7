// SPDX-License-Identifier: Apache-2.0
#ifndef otbStagedFile_h
#define otbStagedFile_h

#include "SpectraMorphExport.h"

#include <string>

namespace otb
{
/** \class StagedFile
 * \brief A file that is written apart and then moved to its place, so that under its name there is a whole file or none.
 *
 * It is written, by whatever writes it, in a folder beside its place: `<path>.part/`, under its own name, since formats are chosen by extension. What else is
 * written there (headers, metadata) goes with it. Without Commit() the folder is removed, and a file that stood at its place before is left as it was; also
 * when the process is interrupted, terminated or hung up. A process that is killed leaves the folder, which the next one for the same file empties. Two at a
 * time cannot write the same file.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT StagedFile
{
public:
  /** \throw std::runtime_error when the folder cannot be written to, naming `parameter` and the path. */
  StagedFile(const std::string& path, const std::string& parameter);
  ~StagedFile();

  StagedFile(const StagedFile&)            = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  /** Where to write. */
  const std::string& GetTemporaryPath() const
  {
    return m_TemporaryPath;
  }

  /** Moves all that the folder holds. One file is replaced in one step; of several the old one is gone before the first of them is there, and the named one
   * comes last. \throw std::runtime_error naming the parameter and the path. */
  void Commit();

  /** \throw std::runtime_error that names the parameter, the path and, by errno, the reason. */
  [[noreturn]] void Fail(const std::string& what) const;

private:
  void Remove();

  std::string m_Path;
  std::string m_Parameter;
  std::string m_Folder;
  std::string m_TemporaryPath;
  int         m_Descriptor = -1; // of the folder
};
} // namespace otb

#endif
