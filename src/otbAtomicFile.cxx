// SPDX-License-Identifier: Apache-2.0
#include "otbAtomicFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace otb
{
AtomicFile::AtomicFile(const std::string& path, const std::string& parameter)
  : m_Path(path), m_TemporaryPath(path + ".part" + std::to_string(::getpid())), m_Parameter(parameter), m_Stream(m_TemporaryPath, std::ios::binary)
{
  if (!m_Stream)
  {
    Fail("it cannot be created");
  }
}

AtomicFile::~AtomicFile()
{
  if (!m_TemporaryPath.empty())
  {
    m_Stream.close();
    std::remove(m_TemporaryPath.c_str());
  }
}

void AtomicFile::Fail(const std::string& what)
{
  const std::string reason = errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : std::string();
  throw std::runtime_error(m_Parameter + ": " + what + reason + ": " + m_Path + "; expected a file in an existing, writable folder with room");
}

void AtomicFile::Commit()
{
  errno = 0;
  m_Stream.close();
  if (!m_Stream)
  {
    Fail("it could not be written");
  }
  // On disk before it is renamed: after a power cut the name must not stand for an empty file.
  const int  descriptor = ::open(m_TemporaryPath.c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable    = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0)
  {
    ::close(descriptor);
  }
  if (!durable || std::rename(m_TemporaryPath.c_str(), m_Path.c_str()) != 0)
  {
    Fail("it could not be written");
  }
  m_TemporaryPath.clear();
}
} // namespace otb
