// SPDX-License-Identifier: Apache-2.0
#include "otbTextFile.h"

#include <cstdint>
#include <filesystem>
#include <stdexcept>

namespace otb
{
namespace
{
// No table of spectra comes near; what is longer is something else, and would only fill the memory.
constexpr std::uintmax_t MostBytes = std::uintmax_t(1) << 30;
} // namespace

std::ifstream OpenTextFile(const std::string& path, const std::string& source)
{
  std::error_code error;
  const bool      file = std::filesystem::is_regular_file(path, error);
  const auto      size = file ? std::filesystem::file_size(path, error) : 0;
  if (size > MostBytes && !error)
  {
    throw std::invalid_argument(source + ": found " + std::to_string(size) + " bytes, expected at most " + std::to_string(MostBytes));
  }
  std::ifstream text;
  if (file)
  {
    text.open(path, std::ios::binary);
  }
  if (!text.is_open() || text.peek() == std::ifstream::traits_type::eof())
  {
    throw std::invalid_argument(source + ": found no text to read, expected a file that exists and is not empty");
  }
  return text;
}
} // namespace otb
