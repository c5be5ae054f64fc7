// SPDX-License-Identifier: Apache-2.0
#ifndef otbLinearMixingImageFilter_h
#define otbLinearMixingImageFilter_h

#include "otbImageSpectralAxis.h"
#include "otbLinearMixing.h"
#include "otbPixelwiseSpectralImageFilter.h"

#include <cmath>

namespace otb
{
/** \class LinearMixingImageFilter
 * \brief From abundances to spectra, x = o + sum_k a_k (e_k - o): K bands to C.
 *
 * The output's bands carry the wavelengths of the spectral axis, if it is given.
 *
 * \sa LinearMixing
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT LinearMixingImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self         = LinearMixingImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(LinearMixingImageFilter, PixelwiseSpectralImageFilter);

  void SetMixing(const LinearMixing& mixing)
  {
    m_Mixing = mixing;
    this->Modified();
  }

  /** Of the C bands; an empty one (the default) when it is not known. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

protected:
  LinearMixingImageFilter()           = default;
  ~LinearMixingImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override
  {
    const auto endmembers = static_cast<unsigned int>(m_Mixing.GetEndmembers().rows());
    const auto bands      = static_cast<unsigned int>(m_Mixing.GetEndmembers().cols());
    if (endmembers == 0 || inputBands != endmembers)
    {
      itkExceptionMacro(<< "The abundance image has " << inputBands << " bands, expected " << endmembers << ", one for each endmember");
    }
    if (m_SpectralAxis.size() != 0 && m_SpectralAxis.size() != bands)
    {
      itkExceptionMacro(<< "The spectral axis has " << m_SpectralAxis.size() << " wavelengths, expected " << bands << " as the endmembers have bands");
    }
    return bands;
  }

  void ProcessPixels(const float* input, std::size_t count, float* output) const override
  {
    m_Mixing.Apply(input, count, output);
  }

  void DescribeOutput(ImageMetadata& metadata) const override
  {
    if (m_SpectralAxis.size() != 0)
    {
      otb::SetSpectralAxis(metadata, m_SpectralAxis);
    }
  }

private:
  LinearMixingImageFilter(const Self&) = delete;
  void operator=(const Self&)          = delete;

  LinearMixing m_Mixing;
  SpectralAxis m_SpectralAxis;
};
} // namespace otb

#endif
