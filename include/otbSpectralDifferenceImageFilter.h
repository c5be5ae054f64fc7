// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralDifferenceImageFilter_h
#define otbSpectralDifferenceImageFilter_h

#include "otbImagePairFilter.h"
#include "otbToolkitVersion.h"

#include "itkImageToImageFilter.h"

namespace otb
{
/** \class SpectralDifferenceImageFilter
 * \brief Map of the difference between two images' spectra, pixel by pixel: their angle [degrees] or their root mean square error over bands.
 *
 * The output has one band and the reference's geometry. Where a pixel does not count, or one of the spectra is zero and has no angle, the output is NoData. Of
 * the options only the clipping of the estimate matters here.
 *
 * \sa ImagePairFilter for the inputs
 * \ingroup SpectraMorph
 */
template <class TImage, class TOutputImage>
class ITK_TEMPLATE_EXPORT SpectralDifferenceImageFilter : public ImagePairFilter<itk::ImageToImageFilter<TImage, TOutputImage>>
{
public:
  using Self         = SpectralDifferenceImageFilter;
  using Superclass   = ImagePairFilter<itk::ImageToImageFilter<TImage, TOutputImage>>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  enum class Measure
  {
    Angle,
    RootMeanSquareError
  };

  static constexpr float NoData = -9999.f;

  itkNewMacro(Self);
  itkTypeMacro(SpectralDifferenceImageFilter, itk::ImageToImageFilter);

  /** The angle by default. */
  void SetMeasure(Measure measure)
  {
    m_Measure = measure;
    this->Modified();
  }

protected:
  SpectralDifferenceImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~SpectralDifferenceImageFilter() override = default;

  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  SpectralDifferenceImageFilter(const Self&) = delete;
  void operator=(const Self&)                = delete;

  Measure m_Measure = Measure::Angle;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpectralDifferenceImageFilter.hxx"
#endif

#endif
