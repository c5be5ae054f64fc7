// SPDX-License-Identifier: Apache-2.0
#ifndef otbAlignedFloats_h
#define otbAlignedFloats_h

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** Scratch memory of floats that starts on a cache line and has one of zeros before and one behind. It grows, and keeps what it has. */
class AlignedFloats
{
public:
  static constexpr std::size_t Line = 64 / sizeof(float);

  /** Memory for that many floats, of any content. */
  float* Get(std::size_t count)
  {
    if (m_Memory.size() < count + 3 * Line)
    {
      m_Memory.assign(count + 3 * Line, 0.f);
    }
    const auto address = reinterpret_cast<std::uintptr_t>(m_Memory.data()) / sizeof(float);
    float*     first   = m_Memory.data() + Line + (Line - address % Line) % Line;
    for (std::size_t k = 1; k <= Line; ++k)
    {
      *(first - k)             = 0.f;
      *(first + count + k - 1) = 0.f;
    }
    return first;
  }

  /** Memory of zeros. */
  float* GetZeros(std::size_t count)
  {
    float* const first = Get(count);
    for (std::size_t k = 0; k < count; ++k)
    {
      first[k] = 0.f;
    }
    return first;
  }

private:
  std::vector<float> m_Memory;
};
} // namespace otb

#endif
