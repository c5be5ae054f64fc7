// SPDX-License-Identifier: Apache-2.0
#ifndef temporaryFolder_h
#define temporaryFolder_h

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace otb
{
namespace test
{
/** A folder of its own, gone with the test. */
class TemporaryFolder : public testing::Test
{
protected:
  TemporaryFolder()
  {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    m_Folder               = std::filesystem::temp_directory_path() / ("spectramorph-" + name + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(m_Folder);
  }
  ~TemporaryFolder() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string Path(const std::string& name) const
  {
    return (m_Folder / name).string();
  }

  std::size_t NumberOfFiles() const
  {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(m_Folder), {}));
  }

  static std::string TextOf(const std::string& path)
  {
    std::ifstream      file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::filesystem::path m_Folder;
};
} // namespace test
} // namespace otb

#endif
