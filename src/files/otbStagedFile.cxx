// SPDX-License-Identifier: Apache-2.0
#include "otbStagedFile.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace otb
{
namespace
{
/** Removes the files of a folder. Of the functions that list a folder this one alone may be called by a signal handler. */
void Empty(int folder)
{
  alignas(dirent64) char entries[4096];
  ::lseek(folder, 0, SEEK_SET);
  for (ssize_t size = 0; (size = ::getdents64(folder, entries, sizeof entries)) > 0;)
  {
    for (ssize_t at = 0; at < size; at += reinterpret_cast<const dirent64*>(entries + at)->d_reclen)
    {
      ::unlinkat(folder, reinterpret_cast<const dirent64*>(entries + at)->d_name, 0);
    }
  }
}

/** The folders there are, for the signal handler: of a fixed number, since it may not allocate. Those in excess are left behind by a signal. */
struct Entry
{
  std::atomic<int> descriptor{-1};
  char             folder[PATH_MAX] = {};
};
std::array<Entry, 32> Entries;

constexpr std::array<int, 4> Signals = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

extern "C" void RemoveStagedFiles(int signal)
{
  for (const Entry& entry : Entries)
  {
    const int descriptor = entry.descriptor;
    if (descriptor >= 0)
    {
      Empty(descriptor);
      ::rmdir(entry.folder);
    }
  }
  // The handler is not installed any more: the process ends by the signal, as whoever waits for it expects.
  ::raise(signal);
}

std::mutex                                   Registry;
std::size_t                                  NumberOfFolders = 0;
std::array<struct sigaction, Signals.size()> Previous;

/** As long as there are folders, signals that would end the process remove them first. Who handles a signal already keeps it. */
void Install()
{
  for (std::size_t i = 0; i < Signals.size(); ++i)
  {
    ::sigaction(Signals[i], nullptr, &Previous[i]);
    if (Previous[i].sa_handler == SIG_DFL)
    {
      struct sigaction action = {};
      action.sa_handler       = RemoveStagedFiles;
      action.sa_flags         = SA_RESETHAND;
      ::sigaction(Signals[i], &action, nullptr);
    }
  }
}

void Uninstall()
{
  for (std::size_t i = 0; i < Signals.size(); ++i)
  {
    struct sigaction current = {};
    ::sigaction(Signals[i], nullptr, &current);
    if (current.sa_handler == RemoveStagedFiles)
    {
      ::sigaction(Signals[i], &Previous[i], nullptr);
    }
  }
}

void Register(int descriptor, const std::string& folder)
{
  const std::lock_guard<std::mutex> lock(Registry);
  if (NumberOfFolders++ == 0)
  {
    Install();
  }
  const auto free = std::find_if(Entries.begin(), Entries.end(), [](const Entry& entry) { return entry.descriptor < 0; });
  if (free != Entries.end() && folder.size() < sizeof free->folder)
  {
    std::strcpy(free->folder, folder.c_str());
    free->descriptor = descriptor;
  }
}

void Unregister(int descriptor)
{
  const std::lock_guard<std::mutex> lock(Registry);
  const auto found = std::find_if(Entries.begin(), Entries.end(), [descriptor](const Entry& entry) { return entry.descriptor == descriptor; });
  if (found != Entries.end())
  {
    found->descriptor = -1;
  }
  if (--NumberOfFolders == 0)
  {
    Uninstall();
  }
}
} // namespace

StagedFile::StagedFile(const std::string& path, const std::string& parameter) : m_Path(path), m_Parameter(parameter)
{
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path  file = fs::absolute(path, error);
  m_Folder             = file.string() + ".part";
  m_TemporaryPath      = m_Folder + "/" + file.filename().string();
  errno                = 0;
  if (!file.has_filename() || fs::is_directory(file, error) || (::mkdir(m_Folder.c_str(), 0777) != 0 && errno != EEXIST))
  {
    Fail("it cannot be created");
  }
  m_Descriptor = ::open(m_Folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (m_Descriptor < 0)
  {
    Fail("it cannot be created");
  }
  // The lock ends with the process. File systems that have none leave two runs for one file to their user.
  if (::flock(m_Descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
  {
    ::close(m_Descriptor);
    errno = 0;
    Fail("another process is writing it");
  }
  Empty(m_Descriptor);
  Register(m_Descriptor, m_Folder);
}

StagedFile::~StagedFile()
{
  Remove();
}

void StagedFile::Remove()
{
  if (m_Descriptor >= 0)
  {
    Empty(m_Descriptor);
    ::rmdir(m_Folder.c_str());
    Unregister(m_Descriptor);
    ::close(m_Descriptor);
    m_Descriptor = -1;
  }
}

void StagedFile::Fail(const std::string& what) const
{
  const std::string reason = errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : std::string();
  throw std::runtime_error(m_Parameter + ": " + what + reason + ": " + m_Path + "; expected a file in an existing, writable folder with room");
}

void StagedFile::Commit()
{
  namespace fs                     = std::filesystem;
  const fs::path        temporary  = m_TemporaryPath;
  const fs::path        place      = fs::path(m_Folder).parent_path();
  const auto            fileOfThis = [&place](const fs::path& file) { return place / file.filename(); };
  std::error_code       error;
  std::vector<fs::path> others;
  for (fs::directory_iterator entry(m_Folder, error), end; !error && entry != end; entry.increment(error))
  {
    if (entry->path() != temporary)
    {
      others.push_back(entry->path());
    }
  }
  if (!others.empty())
  {
    fs::remove(fileOfThis(temporary), error);
  }
  others.push_back(temporary);
  for (const fs::path& file : others)
  {
    if (std::rename(file.c_str(), fileOfThis(file).c_str()) != 0)
    {
      Fail("it could not be written");
    }
  }
  Remove();
}
} // namespace otb
