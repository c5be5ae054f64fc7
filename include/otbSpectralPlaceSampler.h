// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralPlaceSampler_h
#define otbSpectralPlaceSampler_h

#include "otbPlaceHash.h"
#include "otbRequestRegion.h"
#include "otbSpectralRefinement.h"
#include "otbSpectralSample.h"
#include "otbValidSpectrum.h"
#include "itkIntTypes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

namespace otb
{
/** \class SpectralPlaceSampler
 * \brief Takes a bounded sample of an image's valid pixels from a bounded set of rectangles, requested strip by strip: for an image that takes more time to
 * make than a sample is worth, which StreamingSpectralSampleImageFilter would have made as a whole.
 *
 * Of the valid pixels (no NaN, infinity or no data) those whose hash of seed and place is least are taken, so the sample is the same for any order of reading,
 * tiling and number of threads, and has MaximumPixels of them wherever there are as many. At most twice that are in memory.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class SpectralPlaceSampler
{
public:
  using Region = SpectralRefinement::Region;

  TImage*             image  = nullptr;
  float               noData = std::numeric_limits<float>::quiet_NaN(); // besides NaN and infinity
  std::vector<Region> places;                                           // counted from the image's first pixel, in order of preference
  std::size_t         enough        = 0;                                // no further rectangle is read when those before had that many valid pixels
  std::size_t         maximumPixels = 0;
  std::uint64_t       seed          = 0;

  /** The sample, ordered by line and column. */
  SpectralSample Read() const
  {
    image->UpdateOutputInformation();
    Taken       taken(std::max<std::size_t>(1, maximumPixels), image->GetNumberOfComponentsPerPixel());
    std::size_t valid = 0;
    for (const Region& place : places)
    {
      if (valid >= enough)
      {
        break;
      }
      const std::size_t lineBytes = static_cast<std::size_t>(place.columns) * image->GetNumberOfComponentsPerPixel() * sizeof(float);
      const long        lines     = std::max<long>(1, static_cast<long>(StripBytes / std::max<std::size_t>(1, lineBytes)));
      for (long line = 0; line < place.rows; line += lines)
      {
        valid += ReadStrip({place.top + line, place.left, std::min(lines, place.rows - line), place.columns}, taken);
      }
    }
    return taken.GetSample();
  }

private:
  static constexpr std::size_t StripBytes = std::size_t{32} << 20;

  /** The pixels of least hash so far. */
  class Taken
  {
  public:
    Taken(std::size_t most, std::size_t bands)
      : m_Most(most), m_Spectra(static_cast<Eigen::Index>(2 * most), static_cast<Eigen::Index>(bands)), m_Free(2 * most)
    {
      std::iota(m_Free.rbegin(), m_Free.rend(), Eigen::Index{0});
    }

    void Offer(std::uint64_t hash, std::uint32_t row, std::uint32_t column, const float* spectrum)
    {
      if (hash > m_Highest)
      {
        return;
      }
      const Eigen::Index slot = m_Free.back();
      m_Free.pop_back();
      std::copy_n(spectrum, m_Spectra.cols(), m_Spectra.row(slot).data());
      m_Entries.push_back({hash, row, column, slot});
      if (m_Free.empty())
      {
        Cut();
      }
    }

    SpectralSample GetSample()
    {
      Cut();
      std::sort(m_Entries.begin(), m_Entries.end(), [](const Entry& a, const Entry& b) { return std::tie(a.row, a.column) < std::tie(b.row, b.column); });
      SpectralSample sample;
      sample.spectra.resize(static_cast<Eigen::Index>(m_Entries.size()), m_Spectra.cols());
      for (const Entry& entry : m_Entries)
      {
        sample.spectra.row(static_cast<Eigen::Index>(sample.rows.size())) = m_Spectra.row(entry.slot);
        sample.rows.push_back(entry.row);
        sample.columns.push_back(entry.column);
      }
      return sample;
    }

  private:
    struct Entry
    {
      std::uint64_t hash;
      std::uint32_t row, column;
      Eigen::Index  slot;
    };

    /** Lets go of all but those that are wanted. */
    void Cut()
    {
      if (m_Entries.size() <= m_Most)
      {
        return;
      }
      // Places with the same hash, if ever there are any, must not depend on the order in which they came.
      const auto last = m_Entries.begin() + static_cast<std::ptrdiff_t>(m_Most) - 1;
      std::nth_element(m_Entries.begin(), last, m_Entries.end(),
                       [](const Entry& a, const Entry& b) { return std::tie(a.hash, a.row, a.column) < std::tie(b.hash, b.row, b.column); });
      m_Highest = last->hash;
      for (auto entry = last + 1; entry != m_Entries.end(); ++entry)
      {
        m_Free.push_back(entry->slot);
      }
      m_Entries.resize(m_Most);
    }

    std::size_t               m_Most;
    std::uint64_t             m_Highest = std::numeric_limits<std::uint64_t>::max();
    SpectraMatrix             m_Spectra; // 2 m_Most x C
    std::vector<Eigen::Index> m_Free;    // rows of it
    std::vector<Entry>        m_Entries;
  };

  /** Returns the number of valid pixels. */
  std::size_t ReadStrip(const Region& region, Taken& taken) const
  {
    const auto wanted = GetRegionFromFirst(image, region.top, region.left, region.rows, region.columns);
    UpdateRegion(image, wanted);

    const std::size_t bands = image->GetNumberOfComponentsPerPixel();
    std::size_t       valid = 0;
    for (long row = 0; row < region.rows; ++row)
    {
      auto index = wanted.GetIndex();
      index[1] += row;
      const float* spectrum = image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * bands;
      for (long column = 0; column < region.columns; ++column, spectrum += bands)
      {
        if (IsValidSpectrum(spectrum, bands, noData))
        {
          ++valid;
          const auto atRow = static_cast<std::uint32_t>(region.top + row), atColumn = static_cast<std::uint32_t>(region.left + column);
          taken.Offer(HashOfPlace(seed, atRow, atColumn), atRow, atColumn, spectrum);
        }
      }
    }
    return valid;
  }
};
} // namespace otb

#endif
