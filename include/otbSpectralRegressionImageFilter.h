// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRegressionImageFilter_h
#define otbSpectralRegressionImageFilter_h

#include "otbImageSpectralAxis.h"
#include "otbPixelwiseSpectralImageFilter.h"
#include "otbSpectralRegressor.h"

#include <memory>

namespace otb
{
/** \class SpectralRegressionImageFilter
 * \brief From a multispectral image straight to a hyperspectral one, by a trained model without abundances and prior: c bands to C.
 *
 * The output is in the unit of the hyperspectral image that the model was trained on; its bands carry that image's wavelengths, if they are known.
 *
 * \sa SpectralRegressor
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT SpectralRegressionImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self         = SpectralRegressionImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpectralRegressionImageFilter, PixelwiseSpectralImageFilter);

  /** \throw std::invalid_argument when the model has abundances or a prior. */
  void SetModel(std::shared_ptr<const SpectralInversionModel> model)
  {
    m_Regressor = SpectralRegressor(*model);
    m_Model     = std::move(model);
    this->Modified();
  }

protected:
  SpectralRegressionImageFilter()           = default;
  ~SpectralRegressionImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override
  {
    if (!m_Model)
    {
      itkExceptionMacro(<< "There is no model, expected one that gives spectra at once");
    }
    if (inputBands != m_Model->GetMultispectralBands())
    {
      itkExceptionMacro(<< "The multispectral image has " << inputBands << " bands, expected " << m_Model->GetMultispectralBands() << " as the model");
    }
    return m_Model->GetHyperspectralBands();
  }

  void ProcessPixels(const float* input, std::size_t count, float* output) const override
  {
    m_Regressor.Apply(input, count, output);
  }

  void DescribeOutput(ImageMetadata& metadata) const override
  {
    if (m_Model->axis.size() != 0)
    {
      otb::SetSpectralAxis(metadata, m_Model->axis);
    }
  }

private:
  SpectralRegressionImageFilter(const Self&) = delete;
  void operator=(const Self&)                = delete;

  std::shared_ptr<const SpectralInversionModel> m_Model;
  SpectralRegressor                             m_Regressor;
};
} // namespace otb

#endif
