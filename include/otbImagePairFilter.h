// SPDX-License-Identifier: Apache-2.0
#ifndef otbImagePairFilter_h
#define otbImagePairFilter_h

#include "otbImageQuality.h"
#include "otbRequestRegion.h"
#include "otbValidSpectrum.h"

#include "itkImage.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace otb
{
/** \class ImagePairFilter
 * \brief What the filters that compare an estimate with a reference share: their inputs, and which pixels count.
 *
 * Both images have the same numbers of columns, lines and bands, else they are refused before any pixel is read; they are compared pixel by pixel, whatever
 * their georeferencing says.
 *
 * A pixel does not count when either image has NaN or infinity in one of its bands or NoData in all, or when the mask (optional, of the same size) is 0 there.
 *
 * \tparam TFilter the itk::ImageToImageFilter to derive from
 * \ingroup SpectraMorph
 */
template <class TFilter>
class ITK_TEMPLATE_EXPORT ImagePairFilter : public TFilter
{
public:
  using Self         = ImagePairFilter;
  using Superclass   = TFilter;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using ImageType    = typename TFilter::InputImageType;
  using RegionType   = typename ImageType::RegionType;
  using MaskType     = itk::Image<unsigned char, 2>;

  static_assert(std::is_same<typename ImageType::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  void SetReference(const ImageType* image)
  {
    this->SetNthInput(0, const_cast<ImageType*>(image));
  }
  void SetEstimate(const ImageType* image)
  {
    this->SetNthInput(1, const_cast<ImageType*>(image));
  }
  /** 0 where a pixel does not count. */
  void SetMask(const MaskType* mask)
  {
    this->SetNthInput(2, const_cast<MaskType*>(mask));
  }

  /** What messages call the two images; "the reference" and "The image" by default. */
  void SetNames(const std::string& reference, const std::string& estimate)
  {
    m_ReferenceName = reference;
    m_EstimateName  = estimate;
  }

  void SetOptions(const ImageQualityOptions& options)
  {
    m_Options = options;
    this->Modified();
  }
  const ImageQualityOptions& GetOptions() const
  {
    return m_Options;
  }

  /** The value that marks invalid pixels of the reference and of the estimate; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(ReferenceNoData, float);
  itkGetConstMacro(ReferenceNoData, float);
  itkSetMacro(EstimateNoData, float);
  itkGetConstMacro(EstimateNoData, float);

protected:
  ImagePairFilter()
  {
    this->SetNumberOfRequiredInputs(2);
  }
  ~ImagePairFilter() override = default;

  void VerifyInputInformation() ITKv5_CONST override
  {
    const auto       describe  = [](const auto& size) { return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " pixels"; };
    const ImageType* reference = this->GetInput(0);
    const ImageType* estimate  = this->GetInput(1);
    const auto       size      = reference->GetLargestPossibleRegion().GetSize();
    const auto       estimated = estimate->GetLargestPossibleRegion().GetSize();
    const auto       bands     = reference->GetNumberOfComponentsPerPixel();
    if (size != estimated || bands != estimate->GetNumberOfComponentsPerPixel())
    {
      itkExceptionMacro(<< m_EstimateName << " has " << describe(estimated) << " and " << estimate->GetNumberOfComponentsPerPixel() << " bands, expected "
                        << describe(size) << " and " << bands << " bands, those of " << m_ReferenceName);
    }
    if (this->GetMask() && this->GetMask()->GetLargestPossibleRegion().GetSize() != size)
    {
      itkExceptionMacro(<< "The mask has " << describe(this->GetMask()->GetLargestPossibleRegion().GetSize()) << ", expected " << describe(size)
                        << ", those of " << m_ReferenceName);
    }
  }

  /** Asks all inputs for a region of the reference. */
  void RequestInputs(const RegionType& region)
  {
    RequestRegion(this->GetInput(0), region);
    RequestRegion(this->GetInput(1), this->MoveTo(this->GetInput(1), region));
    if (this->GetMask())
    {
      const_cast<MaskType*>(this->GetMask())->SetRequestedRegion(this->MoveTo(this->GetMask(), region));
    }
  }

  /** The same pixels of another input, whose indices may start elsewhere than the reference's. */
  template <class TOther>
  RegionType MoveTo(const TOther* image, RegionType region) const
  {
    region.SetIndex(region.GetIndex() + (image->GetLargestPossibleRegion().GetIndex() - this->GetInput(0)->GetLargestPossibleRegion().GetIndex()));
    return region;
  }

  /** The first band of a region's first pixel. */
  const float* GetFirst(const ImageType* image, const RegionType& region) const
  {
    return image->GetBufferPointer() +
           image->ComputeOffset(this->MoveTo(image, region).GetIndex()) * static_cast<std::ptrdiff_t>(image->GetNumberOfComponentsPerPixel());
  }

  /** Floats from a line to the next. */
  std::ptrdiff_t GetStride(const ImageType* image) const
  {
    return image->GetOffsetTable()[1] * static_cast<std::ptrdiff_t>(image->GetNumberOfComponentsPerPixel());
  }

  /** One byte per pixel of a region, line by line: 1 where a pixel does not count. */
  std::vector<std::uint8_t> FindInvalidPixels(const RegionType& region) const
  {
    const ImageType*          reference = this->GetInput(0);
    const ImageType*          estimate  = this->GetInput(1);
    const MaskType*           mask      = this->GetMask();
    const std::size_t         bands     = reference->GetNumberOfComponentsPerPixel();
    const float*              xLine     = this->GetFirst(reference, region);
    const float*              yLine     = this->GetFirst(estimate, region);
    const unsigned char*      maskLine  = mask ? mask->GetBufferPointer() + mask->ComputeOffset(this->MoveTo(mask, region).GetIndex()) : nullptr;
    std::vector<std::uint8_t> invalid(region.GetNumberOfPixels());
    auto                      flag = invalid.begin();
    for (std::size_t row = 0; row < region.GetSize(1); ++row)
    {
      const float* x = xLine;
      const float* y = yLine;
      for (std::size_t column = 0; column < region.GetSize(0); ++column, x += bands, y += bands)
      {
        const bool hidden = maskLine && maskLine[column] == 0;
        *flag++           = hidden || !IsValidSpectrum(x, bands, m_ReferenceNoData) || !IsValidSpectrum(y, bands, m_EstimateNoData);
      }
      xLine += this->GetStride(reference);
      yLine += this->GetStride(estimate);
      maskLine += mask ? mask->GetOffsetTable()[1] : 0;
    }
    return invalid;
  }

private:
  ImagePairFilter(const Self&) = delete;
  void operator=(const Self&)  = delete;

  const MaskType* GetMask() const
  {
    return dynamic_cast<const MaskType*>(this->itk::ProcessObject::GetInput(2));
  }

  std::string         m_ReferenceName = "the reference";
  std::string         m_EstimateName  = "The image";
  ImageQualityOptions m_Options;
  float               m_ReferenceNoData = std::numeric_limits<float>::quiet_NaN();
  float               m_EstimateNoData  = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#endif
