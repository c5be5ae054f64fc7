// SPDX-License-Identifier: Apache-2.0
#ifndef otbModelDocument_h
#define otbModelDocument_h

#include "otbSpectralNetwork.h"
#include "otbStrictJson.h"

#include <cstddef>

namespace otb
{
/** A model file's content, and what methods write to it and read from it. All that reads throws std::invalid_argument or a JSON exception for what is not as
 * expected; nothing is allocated by sizes that a file merely claims. */
struct ModelDocument
{
  strictjson::Json json;

  /** The key "network": a list of layers, each an object of weights and bias. */
  void WriteNetwork(const SpectralNetwork& network);

  /** Of the layer, counted from 0, as many as it has biases; at most what a network may have. */
  unsigned int ReadOutputs(std::size_t layer) const;

  /** Fills a network of the expected sizes. */
  void ReadNetwork(SpectralNetwork& network) const;
};
} // namespace otb

#endif
