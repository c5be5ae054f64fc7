// SPDX-License-Identifier: Apache-2.0
#include "otbAtomicFile.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace otb
{
AtomicFile::AtomicFile(const std::string& path, const std::string& parameter) : m_File(path, parameter), m_Stream(m_File.GetTemporaryPath(), std::ios::binary)
{
  if (!m_Stream)
  {
    m_File.Fail("it cannot be created");
  }
}

void AtomicFile::Close()
{
  if (!m_Stream.is_open())
  {
    return;
  }
  // Writing may have failed before, for a reason that errno still has.
  if (m_Stream)
  {
    errno = 0;
  }
  m_Stream.close();
  if (!m_Stream)
  {
    m_File.Fail("it could not be written");
  }
  // After a power cut the name must not stand for an empty file.
  const int  descriptor = ::open(m_File.GetTemporaryPath().c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable    = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0)
  {
    ::close(descriptor);
  }
  if (!durable)
  {
    m_File.Fail("it could not be written");
  }
}

void AtomicFile::Commit()
{
  this->Close();
  m_File.Commit();
}
} // namespace otb
