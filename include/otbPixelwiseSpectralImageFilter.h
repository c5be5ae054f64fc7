// SPDX-License-Identifier: Apache-2.0
#ifndef otbPixelwiseSpectralImageFilter_h
#define otbPixelwiseSpectralImageFilter_h

#include "itkImageToImageFilter.h"
#include "otbImageMetadata.h"
#include "otbOutputStage.h"
#include "otbToolkitVersion.h"

#include <cstddef>
#include <limits>
#include <type_traits>

namespace otb
{
/** \class PixelwiseSpectralImageFilter
 * \brief Base of the filters that turn each pixel's spectrum into another spectrum, scanline by scanline.
 *
 * It owns the pipeline's side of the work: the number of output bands, the streaming, the threads, invalid pixels. A derived filter says how many bands it
 * makes of how many (CheckInputBands(), where it also refuses what it cannot process, before any pixel is computed) and hands blocks of pixels to the
 * mathematics (ProcessPixels()).
 *
 * Size, origin, spacing and projection of the output are those of the input. The result of a pixel depends on that pixel alone: any tiling and any number of
 * threads give the same bits.
 *
 * A pixel is invalid when one of its bands is NaN or infinite or when all its bands equal InputNoData; all its output bands are then OutputNoData,
 * which the output's metadata declares for every band. It can be the last of a chain, see OutputStage.
 *
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT PixelwiseSpectralImageFilter : public itk::ImageToImageFilter<TInputImage, TOutputImage>, public OutputStage
{
public:
  using Self         = PixelwiseSpectralImageFilter;
  using Superclass   = itk::ImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkTypeMacro(PixelwiseSpectralImageFilter, itk::ImageToImageFilter);

  using InputImageType        = TInputImage;
  using OutputImageType       = TOutputImage;
  using OutputImageRegionType = typename OutputImageType::RegionType;

  static_assert(std::is_same<typename InputImageType::InternalPixelType, float>::value &&
                    std::is_same<typename OutputImageType::InternalPixelType, float>::value,
                "Spectral filters work on single-precision vector images");

  /** The value that marks invalid pixels of the input; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(InputNoData, float);
  itkGetConstMacro(InputNoData, float);

  /** The value given to every band of an invalid pixel, -9999 by default; part of the output's format. */
  void SetOutputNoData(float value)
  {
    OutputFormat format = this->GetOutputFormat();
    format.noData       = value;
    this->SetOutputFormat(format);
  }
  float GetOutputNoData() const
  {
    return this->GetOutputFormat().noData;
  }

protected:
  PixelwiseSpectralImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~PixelwiseSpectralImageFilter() override = default;

  /** Number of output bands for that many input bands.
   * \throw itk::ExceptionObject when the filter cannot process such an image, saying what was found and what was expected. */
  virtual unsigned int CheckInputBands(unsigned int inputBands) const = 0;

  /** Computes `count` pixels (at most MaximumBlock), stored one after the other in both buffers. Called from several threads at once. */
  virtual void ProcessPixels(const float* input, std::size_t count, float* output) const = 0;

  /** Fills the output's metadata; on entry it is the input's without its spectral axis, with band metadata that says nothing but the no-data value. */
  virtual void DescribeOutput(ImageMetadata& itkNotUsed(metadata)) const
  {
  }

  void GenerateOutputInformation() override;
  void ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId) override;

  /** A block this large keeps its intermediate results in the processor's cache. */
  static constexpr std::size_t MaximumBlock = 256;

private:
  PixelwiseSpectralImageFilter(const Self&) = delete;
  void operator=(const Self&)               = delete;

  void OutputFormatChanged() override
  {
    this->Modified();
  }

  float m_InputNoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbPixelwiseSpectralImageFilter.hxx"
#endif

#endif
