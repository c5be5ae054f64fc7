// SPDX-License-Identifier: Apache-2.0
#ifndef otbStrictJson_h
#define otbStrictJson_h

#include "otbSpectraMatrix.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace otb
{
/** Reading JSON documents that may be anybody's: bounded before memory is taken, each number checked, and each refusal a sentence with its reason.
 *
 * Refusals of the content are std::invalid_argument; LoadStrictJson() turns them into std::runtime_error with the parameter and the file. */
namespace strictjson
{
using Json = nlohmann::json;

/** What a document may be at most. */
struct Limits
{
  std::uintmax_t bytes  = 0;
  std::size_t    values = 0;
  int            depth  = 8;
};

/** The file's document. \throw std::invalid_argument, std::runtime_error or Json::exception, see ExplainFailure() */
Json ReadFile(const std::string& path, const std::string& parameter, const std::string& kind, const Limits& limits);

/** The document, as long as it stays within the limits and no object has a key twice. \throw Json::exception or std::invalid_argument */
Json Parse(std::istream& text, const Limits& limits);

/** \throw std::invalid_argument when "format" and "version" are not those. */
void CheckFormat(const Json& json, const std::string& kind, const std::string& format, int version);

/** Within a catch clause: throws what was caught as a std::runtime_error "parameter: path cannot be used: reason". */
[[noreturn]] void ExplainFailure(const std::string& path, const std::string& parameter, const std::string& kind);

/** What `interpret` makes of the document of a file. \param kind such as "model file" \throw std::runtime_error naming parameter, file and reason. */
template <class Interpret>
auto Load(const std::string& path, const std::string& parameter, const std::string& kind, const Limits& limits, const Interpret& interpret)
{
  try
  {
    return interpret(ReadFile(path, parameter, kind, limits));
  }
  catch (const std::exception&)
  {
    ExplainFailure(path, parameter, kind);
  }
}

/** Rows as lists. */
Json ToJson(const SpectraMatrix& matrix);

/** A list of rows of one length. */
SpectraMatrix MatrixFrom(const Json& parent, const std::string& key);

/** The list of numbers by a key or index. \throw std::invalid_argument naming it when it is something else. */
template <class Number, class Key>
std::vector<Number> Numbers(const Json& parent, const Key& key, const std::string& name)
{
  const Json& list = parent.at(key);
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& value) { return value.is_number(); }))
  {
    throw std::invalid_argument(name + " is not a list of numbers");
  }
  return list.template get<std::vector<Number>>();
}

/** \throw std::invalid_argument when it is no number. */
double Number(const Json& parent, const char* key);

/** \throw std::invalid_argument when it is no whole number that fits. */
template <class Whole, class Key>
Whole Count(const Json& parent, const Key& key)
{
  const Json& value = parent.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Whole>::max())
  {
    throw std::invalid_argument(Json(key).dump() + " is " + value.dump().substr(0, 40) + ", expected a whole number from 0 to " +
                                std::to_string(std::numeric_limits<Whole>::max()));
  }
  return value.get<Whole>();
}
} // namespace strictjson
} // namespace otb

#endif
