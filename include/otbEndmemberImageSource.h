// SPDX-License-Identifier: Apache-2.0
#ifndef otbEndmemberImageSource_h
#define otbEndmemberImageSource_h

#include "otbImageSpectralAxis.h"
#include "otbSpectraMatrix.h"

#include "itkImageSource.h"

#include <algorithm>

namespace otb
{
/** \class EndmemberImageSource
 * \brief Endmembers (K x C) as an image of one row, a pixel an endmember, C bands: the form that OTB's unmixing applications take.
 *
 * The bands carry the wavelengths of the spectral axis, if it is given.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT EndmemberImageSource : public itk::ImageSource<TImage>
{
public:
  using Self         = EndmemberImageSource;
  using Superclass   = itk::ImageSource<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(EndmemberImageSource, itk::ImageSource);

  void SetEndmembers(const SpectraMatrix& endmembers)
  {
    m_Endmembers = endmembers;
    this->Modified();
  }

  /** Of the C bands; an empty one (the default) when it is not known. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

protected:
  EndmemberImageSource()           = default;
  ~EndmemberImageSource() override = default;

  void GenerateOutputInformation() override
  {
    typename TImage::RegionType region;
    region.SetSize(0, static_cast<itk::SizeValueType>(m_Endmembers.rows()));
    region.SetSize(1, 1);
    auto* output = this->GetOutput();
    output->SetLargestPossibleRegion(region);
    output->SetNumberOfComponentsPerPixel(static_cast<unsigned int>(m_Endmembers.cols()));
    if (m_SpectralAxis.size() != 0)
    {
      ImageMetadata metadata = output->GetImageMetadata();
      metadata.Bands.resize(static_cast<std::size_t>(m_Endmembers.cols()));
      otb::SetSpectralAxis(metadata, m_SpectralAxis);
      output->SetImageMetadata(metadata);
    }
  }

  void GenerateData() override
  {
    this->AllocateOutputs();
    const auto region = this->GetOutput()->GetBufferedRegion();
    std::copy_n(m_Endmembers.data() + region.GetIndex(0) * m_Endmembers.cols(), region.GetNumberOfPixels() * m_Endmembers.cols(),
                this->GetOutput()->GetBufferPointer());
  }

private:
  EndmemberImageSource(const Self&) = delete;
  void operator=(const Self&)       = delete;

  SpectraMatrix m_Endmembers;
  SpectralAxis  m_SpectralAxis;
};

/** The inverse: the pixels of an image, line by line, as endmembers. \throw itk::ExceptionObject when it has more than `maximum` pixels. */
template <class TImage>
SpectraMatrix ReadEndmemberImage(TImage* image, std::size_t maximum = 4096)
{
  image->UpdateOutputInformation();
  const std::size_t pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  if (pixels > maximum)
  {
    itkGenericExceptionMacro(<< "The endmember image has " << pixels << " pixels, expected at most " << maximum << ", each an endmember");
  }
  image->SetRequestedRegionToLargestPossibleRegion();
  image->Update();
  return Eigen::Map<const SpectraMatrix>(image->GetBufferPointer(), static_cast<Eigen::Index>(pixels), image->GetNumberOfComponentsPerPixel());
}
} // namespace otb

#endif
