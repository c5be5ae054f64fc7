// SPDX-License-Identifier: Apache-2.0
#ifndef otbBandExpansionImageFilter_h
#define otbBandExpansionImageFilter_h

#include "otbImageSpectralAxis.h"
#include "otbPixelwiseSpectralImageFilter.h"

#include <algorithm>
#include <vector>

namespace otb
{
/** \class BandExpansionImageFilter
 * \brief Puts bands back where a SpectraSelectionImageFilter took them: the others are no data, and marked in the bad bands list of the output's metadata.
 *
 * \sa SetBadBands
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT BandExpansionImageFilter : public PixelwiseSpectralImageFilter<TImage>
{
public:
  using Self         = BandExpansionImageFilter;
  using Superclass   = PixelwiseSpectralImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(BandExpansionImageFilter, PixelwiseSpectralImageFilter);

  /** A flag for each band of the output: whether it has no band of the input. */
  void SetBadBands(std::vector<bool> bad)
  {
    m_Bad = std::move(bad);
    this->Modified();
  }

  /** Of the output's bands; an empty one (the default) when it is not known. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

protected:
  BandExpansionImageFilter()           = default;
  ~BandExpansionImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override
  {
    const auto good = static_cast<unsigned int>(std::count(m_Bad.begin(), m_Bad.end(), false));
    if (inputBands != good)
    {
      itkExceptionMacro(<< "The image has " << inputBands << " bands, expected " << good << " as there are good bands");
    }
    return static_cast<unsigned int>(m_Bad.size());
  }

  void ProcessPixels(const float* input, std::size_t count, float* output) const override
  {
    for (std::size_t pixel = 0; pixel < count; ++pixel)
    {
      for (const bool bad : m_Bad)
      {
        *output++ = bad ? this->GetOutputNoData() : *input++;
      }
    }
  }

  void DescribeOutput(ImageMetadata& metadata) const override
  {
    if (m_SpectralAxis.size() != 0)
    {
      otb::SetSpectralAxis(metadata, m_SpectralAxis);
    }
    otb::SetBadBands(metadata, m_Bad);
  }

private:
  BandExpansionImageFilter(const Self&) = delete;
  void operator=(const Self&)           = delete;

  std::vector<bool> m_Bad;
  SpectralAxis      m_SpectralAxis;
};
} // namespace otb

#endif
