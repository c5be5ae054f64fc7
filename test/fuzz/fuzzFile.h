// SPDX-License-Identifier: Apache-2.0
#ifndef fuzzFile_h
#define fuzzFile_h

#include <filesystem>
#include <string>

#include <unistd.h>

/** A file in memory where there is such a folder, else a temporary one; gone when the program ends. */
struct File
{
  explicit File(const std::string& name)
    : path((std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
           ("spectramorph-fuzz-" + name + std::to_string(::getpid())))
  {
  }
  ~File()
  {
    std::filesystem::remove(path);
  }

  const std::filesystem::path path;
};

#endif
