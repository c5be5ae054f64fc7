// SPDX-License-Identifier: Apache-2.0

// Gives the files of folders to a fuzz target, one after the other: the seeds as a test that needs no fuzzer.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char* argv[])
{
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i)
  {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
    {
      // Named beforehand: the last one named is the one that failed.
      std::cout << entry.path().filename().string() << std::endl;
      std::ifstream     file(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      ++files;
    }
  }
  return files == 0 ? 1 : 0;
}
