// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralResponseImageFilter_h
#define otbSpectralResponseImageFilter_h

#include "otbPixelwiseSpectralImageFilter.h"
#include "otbSpectralResponse.h"

namespace otb
{
/** \class SpectralResponseImageFilter
 * \brief What a multispectral sensor of the same resolution would have seen of a hyperspectral image: M = X R^T per pixel.
 *
 * The input has C bands, the output c, where the spectral response R is c x C; rows of R sum to one, so the output has the input's unit. The output's bands are
 * named after the multispectral sensor's, wavelengths of the input's bands are dropped.
 *
 * \sa SpectralResponse
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT SpectralResponseImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self         = SpectralResponseImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpectralResponseImageFilter, PixelwiseSpectralImageFilter);

  /** R, c x C. */
  void SetSpectralResponse(const SpectralResponse& response);
  itkGetConstReferenceMacro(SpectralResponse, SpectralResponse);

protected:
  SpectralResponseImageFilter()           = default;
  ~SpectralResponseImageFilter() override = default;

  /** \throw itk::ExceptionObject when there is no response or the image has not C bands. */
  unsigned int CheckInputBands(unsigned int inputBands) const override;
  void         ProcessPixels(const float* input, std::size_t count, float* output) const override;
  void         DescribeOutput(ImageMetadata& metadata) const override;

private:
  SpectralResponseImageFilter(const Self&) = delete;
  void operator=(const Self&)              = delete;

  SpectralResponse m_SpectralResponse;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpectralResponseImageFilter.hxx"
#endif

#endif
