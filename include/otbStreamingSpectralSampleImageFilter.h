// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingSpectralSampleImageFilter_h
#define otbStreamingSpectralSampleImageFilter_h

#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"
#include "otbSpectralSample.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace otb
{
/** \class PersistentSpectralSampleImageFilter
 * \brief Takes a bounded, uniform sample of an image's valid pixels: all of them when they are few enough.
 *
 * Whether a pixel is taken is decided by a hash of the seed and of its place alone, so the sample is the same for any tiling and any number of threads. With a
 * CellSize of s, the pixels of each s x s cell of the grid are taken or left together. A pixel with NaN or infinity in a band, or NoData in all, is never
 * taken.
 *
 * The number of pixels taken stays below MaximumPixels but for one chance in thousands, when it exceeds it by some per mille.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentSpectralSampleImageFilter : public LineReductionImageFilter<TImage>
{
public:
  using Self         = PersistentSpectralSampleImageFilter;
  using Superclass   = LineReductionImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(PersistentSpectralSampleImageFilter, LineReductionImageFilter);

  /** The value that marks invalid pixels; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(NoData, float);
  itkGetConstMacro(NoData, float);

  /** About the most pixels to take, 2^20 by default. */
  itkSetMacro(MaximumPixels, std::uint64_t);
  itkGetConstMacro(MaximumPixels, std::uint64_t);

  /** s, at least 1 (the default: pixels are taken one by one). */
  itkSetClampMacro(CellSize, unsigned int, 1, std::numeric_limits<unsigned int>::max());
  itkGetConstMacro(CellSize, unsigned int);

  itkSetMacro(Seed, std::uint64_t);
  itkGetConstMacro(Seed, std::uint64_t);

  /** The sample, ordered by line and column, valid after the streaming. */
  const SpectralSample& GetSample() const
  {
    return m_Sample;
  }

  /** Gives the sample away, which may be large; the filter's own is empty then. */
  SpectralSample TakeSample()
  {
    return std::exchange(m_Sample, SpectralSample());
  }

  /** How many of the image's pixels are valid. */
  std::uint64_t GetNumberOfValidPixels() const
  {
    return m_ValidPixels;
  }

  void Reset() override;
  void Synthetize() override;

protected:
  PersistentSpectralSampleImageFilter()           = default;
  ~PersistentSpectralSampleImageFilter() override = default;

  void PrepareLines(std::size_t lines) override;
  void ReduceLines(const RegionType& region, std::size_t firstLine) override;
  void MergeLines() override;

private:
  PersistentSpectralSampleImageFilter(const Self&) = delete;
  void operator=(const Self&)                      = delete;

  struct Line
  {
    std::vector<float>         spectra;
    std::vector<std::uint32_t> columns;
    std::uint32_t              row         = 0;
    std::uint64_t              validPixels = 0;
  };

  bool IsTaken(std::uint64_t column, std::uint64_t row) const;

  /** Adds the pixels of a line to the sample. */
  void Append(const Line& line);

  /** Puts the sample in the order of lines and columns, which tiles do not come in. */
  void Sort();

  float         m_NoData        = std::numeric_limits<float>::quiet_NaN();
  std::uint64_t m_MaximumPixels = std::uint64_t{1} << 20;
  unsigned int  m_CellSize      = 1;
  std::uint64_t m_Seed          = 0;

  std::uint64_t     m_Threshold   = 0; // a cell is taken when its hash is at most this
  std::uint64_t     m_ValidPixels = 0;
  std::vector<Line> m_Lines;
  SpectralSample    m_Sample; // its spectra have room for more than there are until Synthetize()
};

/** Streams a whole image through a PersistentSpectralSampleImageFilter, in pieces of the blocks of its file: Update(), then GetFilter()->GetSample(). */
template <class TImage>
using StreamingSpectralSampleImageFilter = StreamingReduction<PersistentSpectralSampleImageFilter<TImage>, StreamingPieces::Blocks>;
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingSpectralSampleImageFilter.hxx"
#endif

#endif
