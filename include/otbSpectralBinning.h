// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralBinning_h
#define otbSpectralBinning_h

#include <cstddef>

namespace otb
{
/** \class SpectralBinning
 * \brief Spectra of fewer, broader bands: C bands become B, the b-th being the mean of the bands from floor(b C / B) up to floor((b + 1) C / B).
 *
 * The coarse spectral prior is shown to the network in this form. Neighbouring bands tell nearly the same, and what they do not is mostly noise, which a weight
 * for each of them learns by heart: fewer bands make a better prior, and a cheaper one.
 *
 * \ingroup SpectraMorph
 */
class SpectralBinning
{
public:
  SpectralBinning() = default;

  /** \param bins from 1 to `bands`, or 0 for none. */
  SpectralBinning(std::size_t bands, std::size_t bins) : m_Bands(bands), m_Bins(bins)
  {
  }

  /** From C numbers to B, `stride` apart. */
  void Apply(const float* spectrum, float* binned, std::size_t stride = 1) const
  {
    std::size_t band = 0;
    for (std::size_t bin = 0; bin < m_Bins; ++bin)
    {
      const std::size_t first = band;
      const std::size_t last  = (bin + 1) * m_Bands / m_Bins;
      float             sum   = 0.f;
      for (; band < last; ++band)
      {
        sum += spectrum[band];
      }
      binned[bin * stride] = sum / static_cast<float>(last - first);
    }
  }

private:
  std::size_t m_Bands = 0;
  std::size_t m_Bins  = 0;
};
} // namespace otb

#endif
