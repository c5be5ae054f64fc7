// SPDX-License-Identifier: Apache-2.0
#ifndef otbModelDocument_h
#define otbModelDocument_h

#include "otbSpectraMatrix.h"
#include "otbSpectralNetwork.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace otb
{
/** A model file's content, and what methods write to it and read from it. All that reads throws std::invalid_argument or a JSON exception for what is not as
 * expected; nothing is allocated by sizes that a file merely claims. */
struct ModelDocument
{
  using Json = nlohmann::json;

  Json json;

  static Json ToJson(const SpectraMatrix& matrix);

  /** A list of rows of equal length. */
  static SpectraMatrix ReadMatrix(const Json& parent, const std::string& key);

  /** The list of numbers by a key or index. */
  template <class Number, class Key>
  static std::vector<Number> ReadNumbers(const Json& parent, const Key& key, const std::string& name)
  {
    const Json& list = parent.at(key);
    CheckNumbers(list, name);
    return list.template get<std::vector<Number>>();
  }

  /** A whole number that fits. */
  template <class Number>
  static Number ReadCount(const Json& parent, const char* key)
  {
    return static_cast<Number>(ReadCount(parent, key, std::numeric_limits<Number>::max()));
  }

  /** The key "network": a list of layers, each an object of weights and bias. */
  void WriteNetwork(const SpectralNetwork& network);

  /** Of the layer, counted from 0, as many as it has biases; at most what a network may have. */
  unsigned int ReadOutputs(std::size_t layer) const;

  /** Fills a network of the expected sizes. */
  void ReadNetwork(SpectralNetwork& network) const;

private:
  static void          CheckNumbers(const Json& list, const std::string& name);
  static std::uint64_t ReadCount(const Json& parent, const char* key, std::uint64_t most);
};
} // namespace otb

#endif
