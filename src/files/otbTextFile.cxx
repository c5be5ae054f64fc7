// SPDX-License-Identifier: Apache-2.0
#include "otbTextFile.h"

#include <filesystem>
#include <stdexcept>

namespace otb
{
std::ifstream OpenTextFile(const std::string& path, const std::string& source, std::uintmax_t mostBytes)
{
  std::error_code error;
  const bool      file = std::filesystem::is_regular_file(path, error);
  const auto      size = file ? std::filesystem::file_size(path, error) : 0;
  if (size > mostBytes && !error)
  {
    throw std::invalid_argument(source + ": found " + std::to_string(size) + " bytes, expected at most " + std::to_string(mostBytes));
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
