// SPDX-License-Identifier: Apache-2.0
#ifndef otbRadiometricHarmonisationImageFilter_h
#define otbRadiometricHarmonisationImageFilter_h

#include "otbPixelwiseSpectralImageFilter.h"
#include "otbRadiometricHarmonisation.h"

#include <algorithm>

namespace otb
{
/** \class RadiometricHarmonisationImageFilter
 * \brief Brings a multispectral image to the radiometry of a hyperspectral one by a gain and an offset per band: c bands to c. \sa RadiometricHarmonisation
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT RadiometricHarmonisationImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self         = RadiometricHarmonisationImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(RadiometricHarmonisationImageFilter, PixelwiseSpectralImageFilter);

  /** A gain and an offset for each band, or none at all: the image as it is. */
  void SetRadiometry(const RadiometricHarmonisation& radiometry)
  {
    m_Radiometry = radiometry;
    this->Modified();
  }

protected:
  RadiometricHarmonisationImageFilter()           = default;
  ~RadiometricHarmonisationImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override
  {
    if (!m_Radiometry.IsIdentity() && m_Radiometry.gains.size() != inputBands)
    {
      itkExceptionMacro(<< "The multispectral image has " << inputBands << " bands, expected " << m_Radiometry.gains.size() << " as there are gains");
    }
    return inputBands;
  }

  void ProcessPixels(const float* input, std::size_t count, float* output) const override
  {
    std::copy_n(input, count * this->GetInput()->GetNumberOfComponentsPerPixel(), output);
    m_Radiometry.Apply(output, count);
  }

private:
  RadiometricHarmonisationImageFilter(const Self&) = delete;
  void operator=(const Self&)                      = delete;

  RadiometricHarmonisation m_Radiometry;
};
} // namespace otb

#endif
