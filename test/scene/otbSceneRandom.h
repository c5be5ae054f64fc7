// SPDX-License-Identifier: Apache-2.0
#ifndef otbSceneRandom_h
#define otbSceneRandom_h

#include <cmath>
#include <cstdint>

namespace otb
{
/** Randomness without state: everything is a hash of the seed, a stream number and whole coordinates, so any tile can be computed alone. */
struct SceneRandom
{
  std::uint64_t seed;

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  static std::uint64_t Mix(std::uint64_t value)
  {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
  }

  std::uint64_t Hash(std::uint64_t stream, std::int64_t i, std::int64_t j) const
  {
    const std::uint64_t row = Mix(seed + 0x9e3779b97f4a7c15ULL * (stream + 1) + static_cast<std::uint64_t>(j) * 0xd1342543de82ef95ULL);
    return Mix(row ^ (static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15ULL));
  }

  /** One of four independent numbers in [0, 1) of a hash: `part` is 0 to 3. */
  static double Uniform(std::uint64_t hash, unsigned int part = 0)
  {
    return static_cast<double>((hash >> (16 * part)) & 0xffff) / 65536.;
  }

  /** Smooth noise in [0, 1): random values at whole coordinates, interpolated with continuous slope. */
  double Noise(std::uint64_t stream, double x, double y) const
  {
    const double       fx = std::floor(x), fy = std::floor(y);
    const std::int64_t i = static_cast<std::int64_t>(fx), j = static_cast<std::int64_t>(fy);
    const double       u = Smooth(x - fx), v = Smooth(y - fy);
    const double       top    = (1. - u) * Uniform(Hash(stream, i, j)) + u * Uniform(Hash(stream, i + 1, j));
    const double       bottom = (1. - u) * Uniform(Hash(stream, i, j + 1)) + u * Uniform(Hash(stream, i + 1, j + 1));
    return (1. - v) * top + v * bottom;
  }

  double Noise(std::uint64_t stream, double x) const
  {
    const double       fx = std::floor(x);
    const std::int64_t i  = static_cast<std::int64_t>(fx);
    const double       u  = Smooth(x - fx);
    return (1. - u) * Uniform(Hash(stream, i, 0)) + u * Uniform(Hash(stream, i + 1, 0));
  }

  static double Smooth(double t)
  {
    return t * t * (3. - 2. * t);
  }
};
} // namespace otb

#endif
