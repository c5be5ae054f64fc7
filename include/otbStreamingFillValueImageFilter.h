// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingFillValueImageFilter_h
#define otbStreamingFillValueImageFilter_h

#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace otb
{
/** \class PersistentFillValueImageFilter
 * \brief Values that fill pixels without a measurement though nobody has said so, and how the others are spread: reads the image once, in strips.
 *
 * A fill value is the same in all bands and lies outside the range of all measurements:
 * - one that is customary (-9999, -32768, 65535, -1e34, ...), in any pixel;
 * - any other than zero, in two pixels or more, that is far from that range (eight times its width), or eight times as negative as the measurements, if any
 *   is: -0.9999 among reflectances.
 *
 * A customary negative one stands for none in a single band as well. An image of one band has the customary ones alone. Numbers that are NaN, infinite or of a
 * magnitude from 1e37 do not count, nor does a pixel that is zero in all bands.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentFillValueImageFilter : public LineReductionImageFilter<TImage>
{
public:
  using Self         = PersistentFillValueImageFilter;
  using Superclass   = LineReductionImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(PersistentFillValueImageFilter, LineReductionImageFilter);

  /** Of one band's measurements. */
  struct Spread
  {
    std::uint64_t count    = 0;
    double        sum      = 0;
    double        squares  = 0;
    float         least    = std::numeric_limits<float>::infinity();
    float         greatest = -std::numeric_limits<float>::infinity();
  };

  /** A fill value that was found. */
  struct Fill
  {
    float         value  = 0;
    std::uint64_t pixels = 0;
    bool          single = false; ///< whether it stands for none in a single band as well
  };

  /** Valid after the streaming, as is all that follows. */
  const std::vector<Spread>& GetSpreads() const
  {
    return m_Total.spreads;
  }

  std::vector<Fill> FindFillValues() const;

  /** Whether there were numbers of a magnitude that no measurement has. */
  bool HasGreatNumbers() const
  {
    return m_Total.great > 0;
  }

  void Reset() override;

protected:
  PersistentFillValueImageFilter()           = default;
  ~PersistentFillValueImageFilter() override = default;

  void PrepareLines(std::size_t lines) override;
  void ReduceLines(const RegionType& region, std::size_t firstLine) override;
  void MergeLines() override;

private:
  PersistentFillValueImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  using Counts = std::map<float, std::uint64_t>;

  struct Findings
  {
    std::vector<Spread> spreads;
    Counts              flat;   // values that all bands of pixels have, the first few
    Counts              single; // customary negative ones in some bands of pixels
    std::uint64_t       great = 0;
  };

  static void ReducePixel(const float* pixel, Findings& findings);
  static void Add(Spread& spread, float value);

  std::vector<Findings> m_Lines;
  Findings              m_Total;
};

/** Streams a whole image through a PersistentFillValueImageFilter, in strips of full lines. */
template <class TImage>
using StreamingFillValueImageFilter = StreamingReduction<PersistentFillValueImageFilter<TImage>>;
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingFillValueImageFilter.hxx"
#endif

#endif
