// SPDX-License-Identifier: Apache-2.0
#ifndef otbPlaceHash_h
#define otbPlaceHash_h

#include <cstdint>

namespace otb
{
/** SplitMix64's finaliser (Steele et al. 2014): every bit of the input moves every bit of the output. */
inline std::uint64_t MixBits(std::uint64_t value)
{
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/** A random number that is the pixel's own, whoever asks in what order. */
inline std::uint64_t HashOfPlace(std::uint64_t seed, std::uint64_t row, std::uint64_t column)
{
  return MixBits(MixBits(seed) ^ (row << 32 | column));
}
} // namespace otb

#endif
