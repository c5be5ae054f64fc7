// SPDX-License-Identifier: Apache-2.0
#ifndef otbNonnegativeUnmixingImageFilter_h
#define otbNonnegativeUnmixingImageFilter_h

#include "otbNonnegativeUnmixing.h"
#include "otbPixelwiseSpectralImageFilter.h"

namespace otb
{
/** \class NonnegativeUnmixingImageFilter
 * \brief Abundances of given endmembers in a hyperspectral image, by non-negative least squares: C bands to K.
 *
 * \sa NonnegativeUnmixing
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT NonnegativeUnmixingImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self         = NonnegativeUnmixingImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(NonnegativeUnmixingImageFilter, PixelwiseSpectralImageFilter);

  void SetUnmixing(const NonnegativeUnmixing& unmixing)
  {
    m_Unmixing = unmixing;
    this->Modified();
  }

protected:
  NonnegativeUnmixingImageFilter()           = default;
  ~NonnegativeUnmixingImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override
  {
    const auto& endmembers = m_Unmixing.GetEndmembers();
    if (endmembers.size() == 0 || inputBands != endmembers.cols())
    {
      itkExceptionMacro(<< "The hyperspectral image has " << inputBands << " bands, expected " << endmembers.cols() << " as the endmembers");
    }
    return static_cast<unsigned int>(endmembers.rows());
  }

  void ProcessPixels(const float* input, std::size_t count, float* output) const override
  {
    m_Unmixing.Apply(input, count, output);
  }

private:
  NonnegativeUnmixingImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  NonnegativeUnmixing m_Unmixing;
};
} // namespace otb

#endif
