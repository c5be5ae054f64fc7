// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNoise_h
#define otbSpectralNoise_h

#include "SpectraMorphExport.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** \class SpectralNoise
 * \brief White Gaussian noise as a function of seed, pixel and band.
 *
 * A sample depends on nothing else: not on the order in which pixels are visited, nor on who visits them. Random bits come from the counter-based generator
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011), keyed by the seed and counting (band / 4, column, row);
 * each pair of words becomes two normal numbers by Box and Muller's transform.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralNoise
{
public:
  using Block = std::array<std::uint32_t, 4>;

  explicit SpectralNoise(std::uint64_t seed) : m_Key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}
  {
  }

  /** Samples of variance 1 for all bands of the pixel at (column, row), counted from the image's first pixel. */
  void Sample(std::uint32_t column, std::uint32_t row, std::size_t bands, float* samples) const;

  /** Philox4x32-10 of a counter and a key. */
  static Block Philox(Block counter, std::array<std::uint32_t, 2> key);

  /** Standard deviation per band of the noise at a signal-to-noise ratio
   * \f[ \mathrm{SNR} = 10 \log_{10} \frac{\text{mean square of the band}}{\text{noise variance}} \f]
   * \param meanSquares mean square of each band's valid pixels
   * \param snr         in dB, finite
   * \throw std::invalid_argument when snr is not finite. */
  static std::vector<double> StandardDeviations(const std::vector<double>& meanSquares, double snr);

private:
  std::array<std::uint32_t, 2> m_Key;
};
} // namespace otb

#endif
