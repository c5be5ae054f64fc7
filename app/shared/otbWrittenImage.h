// SPDX-License-Identifier: Apache-2.0
#ifndef otbWrittenImage_h
#define otbWrittenImage_h

#include "cpl_error.h"

#include <mutex>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class ImageWriteErrors
 * \brief Keeps the first error of GDAL's that tells of a file that could not be written, as long as it lives.
 *
 * OTB sees only part of them: what remains to be written when a block is flushed, or the file closed, fails in silence. The file may look whole nevertheless,
 * with holes that read as zeros.
 */
class ImageWriteErrors
{
public:
  ImageWriteErrors();
  ~ImageWriteErrors();

  ImageWriteErrors(const ImageWriteErrors&)            = delete;
  ImageWriteErrors& operator=(const ImageWriteErrors&) = delete;

  /** Empty when there is none. */
  std::string GetFirst() const;

private:
  static void CPL_STDCALL Handle(CPLErr kind, CPLErrorNum number, const char* text);

  mutable std::mutex m_Mutex;
  std::string        m_First;
};

/** Whether an image file holds all its pixels. GDAL writes its last blocks when the file is closed, where OTB cannot see it fail: on a full disk a file stays
 * that looks like an image. A sparse TIFF leaves out blocks of zeros on purpose. */
bool IsWholeImage(const std::string& path, bool sparse);
} // namespace Wrapper
} // namespace otb

#endif
