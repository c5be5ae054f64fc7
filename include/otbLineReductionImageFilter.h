// SPDX-License-Identifier: Apache-2.0
#ifndef otbLineReductionImageFilter_h
#define otbLineReductionImageFilter_h

#include "otbPersistentImageFilter.h"
#include "otbToolkitVersion.h"
#include "itkImageRegionSplitterDirection.h"
#include "itkProgressReporter.h"

#include <cstddef>

namespace otb
{
/** \class LineReductionImageFilter
 * \brief Base of the filters that reduce an image to a few numbers, line by line.
 *
 * Sums of floating-point numbers depend on their order. Here each line is summed by itself, by one thread, and the lines' sums are added from the first to the
 * last: any number of threads and of strips (tiles of full lines, which the streaming decorators of sums ask for) give the same bits; tiles that cut
 * lines change the rounding only.
 *
 * A derived filter keeps one partial result per line of the current tile (PrepareLines()), fills those of a region (ReduceLines(), from several threads at
 * once) and adds them, in order, to its total (MergeLines()).
 *
 * The output has the input's geometry and no pixels.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT LineReductionImageFilter : public PersistentImageFilter<TImage, TImage>
{
public:
  using Self         = LineReductionImageFilter;
  using Superclass   = PersistentImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkTypeMacro(LineReductionImageFilter, PersistentImageFilter);
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  void Synthetize() override
  {
  }

protected:
  LineReductionImageFilter() : m_Splitter(itk::ImageRegionSplitterDirection::New())
  {
    m_Splitter->SetDirection(0); // lines stay whole
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~LineReductionImageFilter() override = default;

  /** Makes room for the partial results of that many lines. */
  virtual void PrepareLines(std::size_t lines) = 0;

  /** Reduces the region's lines; the first of them is the line `firstLine` of those prepared. */
  virtual void ReduceLines(const RegionType& region, std::size_t firstLine) = 0;

  /** Adds the lines' results to the total, from the first to the last. */
  virtual void MergeLines() = 0;

  void AllocateOutputs() override
  {
    // Nobody reads this output's pixels.
  }

  void BeforeThreadedGenerateData() override
  {
    this->PrepareLines(this->GetOutput()->GetRequestedRegion().GetSize(1));
  }

  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override
  {
    itk::ProgressReporter progress(this, threadId, 1);
    this->ReduceLines(region, static_cast<std::size_t>(region.GetIndex(1) - this->GetOutput()->GetRequestedRegion().GetIndex(1)));
    progress.CompletedPixel();
  }

  void AfterThreadedGenerateData() override
  {
    this->MergeLines();
  }

  const itk::ImageRegionSplitterBase* GetImageRegionSplitter() const override
  {
    return m_Splitter;
  }

private:
  LineReductionImageFilter(const Self&) = delete;
  void operator=(const Self&)           = delete;

  itk::ImageRegionSplitterDirection::Pointer m_Splitter;
};
} // namespace otb

#endif
