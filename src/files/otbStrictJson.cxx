// SPDX-License-Identifier: Apache-2.0
#include "otbStrictJson.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <unordered_set>

namespace otb
{
namespace strictjson
{
namespace
{
/** A file that could not even be opened: its message is complete. */
class NotOpened : public std::runtime_error
{
public:
  using std::runtime_error::runtime_error;
};
} // namespace

Json Parse(std::istream& text, const Limits& limits)
{
  std::size_t                                  values = 0;
  std::vector<std::unordered_set<std::string>> keys;
  return Json::parse(text,
                     [&](int depth, Json::parse_event_t event, const Json& parsed)
                     {
                       if (depth > limits.depth)
                       {
                         throw std::invalid_argument("it is nested deeper than " + std::to_string(limits.depth) + " levels");
                       }
                       if (++values > limits.values)
                       {
                         throw std::invalid_argument("it has more than " + std::to_string(limits.values) + " values");
                       }
                       if (event == Json::parse_event_t::object_start)
                       {
                         keys.emplace_back();
                       }
                       else if (event == Json::parse_event_t::object_end)
                       {
                         keys.pop_back();
                       }
                       else if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
                       {
                         throw std::invalid_argument("it has the key " + parsed.dump().substr(0, 40) + " twice");
                       }
                       return true;
                     });
}

Json ReadFile(const std::string& path, const std::string& parameter, const std::string& kind, const Limits& limits)
{
  // A pipe or a device might never end.
  std::error_code error;
  std::ifstream   file;
  if (std::filesystem::is_regular_file(path, error))
  {
    file.open(path, std::ios::binary);
  }
  if (!file.is_open())
  {
    throw NotOpened(parameter + ": " + path + " cannot be opened, expected a " + kind + " (JSON)");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > limits.bytes)
  {
    throw std::invalid_argument("it has " + std::to_string(size) + " bytes, expected at most " + std::to_string(limits.bytes));
  }
  return Parse(file, limits);
}

void CheckFormat(const Json& json, const std::string& kind, const std::string& format, int version)
{
  if (!json.is_object() || !json.contains("format") || json.at("format") != Json(format))
  {
    throw std::invalid_argument("it is not a " + kind + " of this module (\"format\" is not \"" + format + "\")");
  }
  if (json.at("version") != Json(version))
  {
    throw std::invalid_argument("its version is " + json.at("version").dump().substr(0, 40) + ", expected " + std::to_string(version));
  }
}

void ExplainFailure(const std::string& path, const std::string& parameter, const std::string& kind)
{
  try
  {
    throw;
  }
  catch (const NotOpened&)
  {
    throw;
  }
  catch (const Json::parse_error& error)
  {
    throw std::runtime_error(parameter + ": " + path + " is not a " + kind + " or is cut off: not a JSON document, at byte " + std::to_string(error.byte));
  }
  catch (const Json::exception& error)
  {
    // The library's messages begin with "[json.exception.type_error.302] ".
    const std::string message = error.what();
    const auto        bracket = message.find("] ");
    throw std::runtime_error(parameter + ": " + path + " is not a whole " + kind + ": " +
                             (bracket == std::string::npos ? message : message.substr(bracket + 2)));
  }
  catch (const std::invalid_argument& error)
  {
    throw std::runtime_error(parameter + ": " + path + " cannot be used: " + error.what());
  }
}

Json ToJson(const SpectraMatrix& matrix)
{
  Json rows = Json::array();
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
  {
    rows.push_back(std::vector<float>(matrix.data() + row * matrix.cols(), matrix.data() + (row + 1) * matrix.cols()));
  }
  return rows;
}

SpectraMatrix MatrixFrom(const Json& parent, const std::string& key)
{
  const Json& rows = parent.at(key);
  if (!rows.is_array())
  {
    throw std::invalid_argument("\"" + key + "\" is not a list of rows");
  }
  // Before the matrix is allocated: one long row must not make a large matrix of many short ones.
  const std::size_t columns = rows.empty() ? 0 : rows.front().size();
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    if (!rows[row].is_array() || rows[row].size() != columns)
    {
      throw std::invalid_argument("row " + std::to_string(row + 1) + " of \"" + key + "\" has " + std::to_string(rows[row].size()) + " numbers, expected " +
                                  std::to_string(columns) + " as in the first row");
    }
  }
  SpectraMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns));
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    const auto values = Numbers<float>(rows, row, "row " + std::to_string(row + 1) + " of \"" + key + "\"");
    std::copy(values.begin(), values.end(), matrix.data() + row * columns);
  }
  return matrix;
}

double Number(const Json& parent, const char* key)
{
  const Json& value = parent.at(key);
  if (!value.is_number())
  {
    throw std::invalid_argument(std::string("\"") + key + "\" is " + value.dump().substr(0, 40) + ", expected a number");
  }
  return value.get<double>();
}
} // namespace strictjson
} // namespace otb
