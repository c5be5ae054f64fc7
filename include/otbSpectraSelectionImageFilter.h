// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectraSelectionImageFilter_h
#define otbSpectraSelectionImageFilter_h

#include "otbImageSpectralAxis.h"
#include "otbPixelwiseSpectralImageFilter.h"

#include "itkImage.h"

#include <limits>
#include <vector>

namespace otb
{
/** \class SpectraSelectionImageFilter
 * \brief Of an image the bands and pixels that carry a measurement: picks bands, and makes every invalid pixel NaN in all of them.
 *
 * It stands in front of whatever must not see bad bands (water vapour, dead detectors) or masked pixels, which then needs to know of NaN alone. A pixel is
 * invalid when
 * - the mask is 0 there,
 * - one of the picked bands is NaN, infinite, or from Saturation up,
 * - all picked bands equal InputNoData, or one of them does if NoDataInAnyBand is set.
 *
 * The mask has the size of the image; where it lies by its own georeferencing does not matter.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SpectraSelectionImageFilter : public PixelwiseSpectralImageFilter<TImage>
{
public:
  using Self                  = SpectraSelectionImageFilter;
  using Superclass            = PixelwiseSpectralImageFilter<TImage>;
  using Pointer               = itk::SmartPointer<Self>;
  using ConstPointer          = itk::SmartPointer<const Self>;
  using OutputImageRegionType = typename Superclass::OutputImageRegionType;
  using MaskType              = itk::Image<unsigned char, 2>;

  itkNewMacro(Self);
  itkTypeMacro(SpectraSelectionImageFilter, PixelwiseSpectralImageFilter);

  /** The bands to pick, from 0, in the order of the output; all of them (the default) when empty. */
  void SetBands(std::vector<std::size_t> bands)
  {
    m_Bands = std::move(bands);
    this->Modified();
  }

  /** Of the picked bands; an empty one (the default) when it is not known. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

  /** 0 where a pixel does not count. */
  void SetMask(const MaskType* mask)
  {
    this->SetNthInput(1, const_cast<MaskType*>(mask));
  }

  itkSetMacro(NoDataInAnyBand, bool);
  itkGetConstMacro(NoDataInAnyBand, bool);

  /** The least value that a saturated detector gives; infinity (the default) for none. */
  itkSetMacro(Saturation, float);
  itkGetConstMacro(Saturation, float);

protected:
  SpectraSelectionImageFilter()
  {
    this->SetOutputNoData(std::numeric_limits<float>::quiet_NaN());
  }
  ~SpectraSelectionImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override;
  void         ProcessPixels(const float* input, std::size_t count, float* output) const override;
  void         DescribeOutput(ImageMetadata& metadata) const override;

  void VerifyInputInformation() ITKv5_CONST override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId) override;

private:
  SpectraSelectionImageFilter(const Self&) = delete;
  void operator=(const Self&)              = delete;

  const MaskType* GetMask() const
  {
    return dynamic_cast<const MaskType*>(this->itk::ProcessObject::GetInput(1));
  }

  /** The same pixels of the mask, whose indices may start elsewhere. */
  OutputImageRegionType InMask(OutputImageRegionType region) const;

  std::vector<std::size_t> m_Bands;
  SpectralAxis             m_SpectralAxis;
  bool                     m_NoDataInAnyBand = false;
  float                    m_Saturation      = std::numeric_limits<float>::infinity();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpectraSelectionImageFilter.hxx"
#endif

#endif
