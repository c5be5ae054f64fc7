// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingBandRangeImageFilter_h
#define otbStreamingBandRangeImageFilter_h

#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace otb
{
/** \class PersistentBandRangeImageFilter
 * \brief Least and greatest value of each band and how many it has, by which bands without a measurement are found: reads the image once, in strips.
 *
 * A pixel that has no value in any band (NaN, infinite or NoData in all) does not count.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentBandRangeImageFilter : public LineReductionImageFilter<TImage>
{
public:
  using Self         = PersistentBandRangeImageFilter;
  using Superclass   = LineReductionImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  /** Of one band. */
  struct Range
  {
    float         least    = std::numeric_limits<float>::infinity();
    float         greatest = -std::numeric_limits<float>::infinity();
    std::uint64_t values   = 0;
  };

  itkNewMacro(Self);
  itkTypeMacro(PersistentBandRangeImageFilter, LineReductionImageFilter);

  /** The value that stands for none; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(NoData, float);
  itkGetConstMacro(NoData, float);

  /** Of each band, valid after the streaming. */
  const std::vector<Range>& GetRanges() const
  {
    return m_Total.ranges;
  }

  /** The bands that tell nothing: constant, or without a value in half of the pixels that have any. None when that would be all of them. */
  std::vector<bool> FindBadBands() const;

  void Reset() override;

protected:
  PersistentBandRangeImageFilter()           = default;
  ~PersistentBandRangeImageFilter() override = default;

  void PrepareLines(std::size_t lines) override;
  void ReduceLines(const RegionType& region, std::size_t firstLine) override;
  void MergeLines() override;

private:
  PersistentBandRangeImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  struct Ranges
  {
    std::vector<Range> ranges;
    std::uint64_t      pixels = 0;
  };

  float               m_NoData = std::numeric_limits<float>::quiet_NaN();
  std::vector<Ranges> m_Lines;
  Ranges              m_Total;
};

/** Streams a whole image through a PersistentBandRangeImageFilter, in strips of full lines: Update(), then GetFilter()->FindBadBands(). */
template <class TImage>
using StreamingBandRangeImageFilter = StreamingReduction<PersistentBandRangeImageFilter<TImage>>;
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingBandRangeImageFilter.hxx"
#endif

#endif
