// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingImageQualityFilter_h
#define otbStreamingImageQualityFilter_h

#include "otbImagePairFilter.h"
#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"

#include <vector>

namespace otb
{
/** \class PersistentImageQualityFilter
 * \brief Scores an estimate against a reference, pixel by pixel and window by window, reading both images once in strips: ImageQuality, streamed.
 *
 * A tile needs ImageQualityHalo pixels around it for the windows of SSIM and UIQI; a window that holds a pixel that does not count does not count either.
 *
 * \sa ImagePairFilter for the inputs, ImageQuality for the metrics
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentImageQualityFilter : public ImagePairFilter<LineReductionImageFilter<TImage>>
{
public:
  using Self         = PersistentImageQualityFilter;
  using Superclass   = ImagePairFilter<LineReductionImageFilter<TImage>>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(PersistentImageQualityFilter, LineReductionImageFilter);

  /** The scores, valid after the streaming. */
  const ImageQuality& GetQuality() const
  {
    return m_Quality;
  }

  void Reset() override;
  void Synthetize() override;

protected:
  PersistentImageQualityFilter()           = default;
  ~PersistentImageQualityFilter() override = default;

  void GenerateInputRequestedRegion() override;
  void PrepareLines(std::size_t lines) override;
  void ReduceLines(const RegionType& region, std::size_t firstLine) override;
  void MergeLines() override;

private:
  PersistentImageQualityFilter(const Self&) = delete;
  void operator=(const Self&)               = delete;

  /** The region and the pixels around it that its windows reach. */
  RegionType GetSupport(RegionType region) const;

  std::vector<ImageQualitySums> m_Lines;
  ImageQualitySums              m_Total;
  ImageQuality                  m_Quality;
};

/** \class StreamingImageQualityFilter
 * \brief Streams two whole images through a PersistentImageQualityFilter, in strips of full lines: Update(), then GetFilter()->GetQuality().
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT StreamingImageQualityFilter : public StreamingReduction<PersistentImageQualityFilter<TImage>>
{
public:
  using Self         = StreamingImageQualityFilter;
  using Superclass   = StreamingReduction<PersistentImageQualityFilter<TImage>>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(StreamingImageQualityFilter, StreamingReduction);

  /** Memory that the strips may take [MB]; 0: what OTB is configured for. */
  void SetAvailableRAM(unsigned int megabytes)
  {
    // The streaming counts three images; the filter's own output has no pixels.
    this->GetStreamer()->SetAutomaticStrippedStreaming(megabytes, 2. / 3.);
  }

protected:
  StreamingImageQualityFilter()
  {
    this->SetAvailableRAM(0);
  }
  ~StreamingImageQualityFilter() override = default;

private:
  StreamingImageQualityFilter(const Self&) = delete;
  void operator=(const Self&)              = delete;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingImageQualityFilter.hxx"
#endif

#endif
