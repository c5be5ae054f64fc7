// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingBandPowerImageFilter_h
#define otbStreamingBandPowerImageFilter_h

#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace otb
{
/** \class PersistentBandPowerImageFilter
 * \brief Mean square of each band, and the image's maximum, over its valid pixels: reads the image once, in strips.
 *
 * P_b = (1 / n) sum_p x_b(p)^2, in double precision. A pixel with NaN or infinity in a band, or NoData in all, does not count.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentBandPowerImageFilter : public LineReductionImageFilter<TImage>
{
public:
  using Self         = PersistentBandPowerImageFilter;
  using Superclass   = LineReductionImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(PersistentBandPowerImageFilter, LineReductionImageFilter);

  /** The value that marks invalid pixels; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(NoData, float);
  itkGetConstMacro(NoData, float);

  /** P_b, valid after the streaming; zeros when no pixel is valid. */
  std::vector<double> GetMeanSquares() const;

  /** The greatest number in any band of a valid pixel; minus infinity when no pixel is valid. */
  float GetMaximum() const
  {
    return m_Total.maximum;
  }

  std::uint64_t GetNumberOfValidPixels() const
  {
    return m_Total.pixels;
  }

  void Reset() override;

protected:
  PersistentBandPowerImageFilter()           = default;
  ~PersistentBandPowerImageFilter() override = default;

  void PrepareLines(std::size_t lines) override;
  void ReduceLines(const RegionType& region, std::size_t firstLine) override;
  void MergeLines() override;

private:
  PersistentBandPowerImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  struct Power
  {
    std::vector<double> sums;
    float               maximum = -std::numeric_limits<float>::infinity();
    std::uint64_t       pixels  = 0;
  };

  float              m_NoData = std::numeric_limits<float>::quiet_NaN();
  std::vector<Power> m_Lines;
  Power              m_Total;
};

/** Streams a whole image through a PersistentBandPowerImageFilter, in strips of full lines: Update(), then GetFilter()->GetMeanSquares(). */
template <class TImage>
using StreamingBandPowerImageFilter = StreamingReduction<PersistentBandPowerImageFilter<TImage>>;
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingBandPowerImageFilter.hxx"
#endif

#endif
