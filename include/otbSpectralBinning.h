// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralBinning_h
#define otbSpectralBinning_h

#include <cstddef>
#include <vector>

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
  SpectralBinning(std::size_t bands, std::size_t bins) : m_Ends(bins)
  {
    for (std::size_t bin = 0; bin < bins; ++bin)
    {
      m_Ends[bin] = (bin + 1) * bands / bins;
    }
  }

  /** From C numbers to B, `stride` apart. */
  void Apply(const float* spectrum, float* binned, std::size_t stride = 1) const
  {
    std::size_t first = 0;
    for (const std::size_t end : m_Ends)
    {
      float sum = spectrum[first];
      for (std::size_t band = first + 1; band < end; ++band)
      {
        sum += spectrum[band];
      }
      *binned = sum / static_cast<float>(end - first);
      binned += stride;
      first = end;
    }
  }

private:
  std::vector<std::size_t> m_Ends; // of the bands of each
};
} // namespace otb

#endif
