// SPDX-License-Identifier: Apache-2.0
#ifndef otbSyntheticSceneImageSource_h
#define otbSyntheticSceneImageSource_h

#include "otbImageSpectralAxis.h"
#include "otbSyntheticScene.h"
#include "otbToolkitVersion.h"

#include "itkImageSource.h"
#include "itkNumericTraits.h"
#include "itkProgressReporter.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace otb
{
/** \class SyntheticSceneImageSource
 * \brief A SyntheticScene as the source of a streaming pipeline.
 *
 * The image starts at index 0; north is up, pixels are square, `UpperLeft` is the outer corner of the first pixel in the projection's unit. Values are
 * reflectance times Scale, rounded when the pixel type is an integer. Wavelengths and widths go into the metadata. Any tiling and any number of threads give
 * the same bits.
 */
template <class TOutputImage>
class SyntheticSceneImageSource : public itk::ImageSource<TOutputImage>
{
public:
  using Self         = SyntheticSceneImageSource;
  using Superclass   = itk::ImageSource<TOutputImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SyntheticSceneImageSource, itk::ImageSource);

  using OutputImageRegionType = typename TOutputImage::RegionType;
  using ValueType             = typename TOutputImage::InternalPixelType;

  void SetScene(std::shared_ptr<const SyntheticScene> scene)
  {
    m_Scene = std::move(scene);
    this->Modified();
  }

  /** Size of a pixel in the projection's unit, 1 by default. */
  itkSetMacro(PixelSize, double);
  itkGetConstMacro(PixelSize, double);

  /** What reflectance is multiplied by, 1 by default. */
  itkSetMacro(Scale, float);
  itkGetConstMacro(Scale, float);

  void SetUpperLeft(double x, double y)
  {
    m_UpperLeftX = x;
    m_UpperLeftY = y;
    this->Modified();
  }

  /** Projection as WKT; empty for none. */
  itkSetStringMacro(Projection);
  itkGetStringMacro(Projection);

protected:
  SyntheticSceneImageSource()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~SyntheticSceneImageSource() override = default;

  void GenerateOutputInformation() override
  {
    if (!m_Scene)
    {
      itkExceptionMacro("Scene is not set, expected a SyntheticScene");
    }
    auto*                 output = this->GetOutput();
    OutputImageRegionType region;
    region.SetSize(0, m_Scene->GetWidth());
    region.SetSize(1, m_Scene->GetHeight());
    output->SetLargestPossibleRegion(region);
    output->SetNumberOfComponentsPerPixel(static_cast<unsigned int>(m_Scene->GetSpectralAxis().size()));

    // OTB's origin is the middle of the first pixel.
    typename TOutputImage::SpacingType spacing;
    typename TOutputImage::PointType   origin;
    spacing[0] = m_PixelSize;
    spacing[1] = -m_PixelSize;
    origin[0]  = m_UpperLeftX + 0.5 * m_PixelSize;
    origin[1]  = m_UpperLeftY - 0.5 * m_PixelSize;
    output->SetSignedSpacing(spacing);
    output->SetOrigin(origin);

    ImageMetadata metadata = output->GetImageMetadata();
    metadata.Bands.assign(m_Scene->GetSpectralAxis().size(), ImageMetadataBase());
    SetSpectralAxis(metadata, m_Scene->GetSpectralAxis());
    output->SetImageMetadata(metadata);
    if (!m_Projection.empty())
    {
      output->SetProjectionRef(m_Projection);
    }
  }

  void ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId) override
  {
    auto*                 output = this->GetOutput();
    const std::size_t     width  = region.GetSize(0);
    const std::size_t     bands  = m_Scene->GetSpectralAxis().size();
    std::vector<float>    line(width * bands);
    itk::ProgressReporter progress(this, threadId, region.GetSize(1));
    for (std::size_t row = 0; row < region.GetSize(1); ++row)
    {
      auto index = region.GetIndex();
      index[1] += static_cast<itk::IndexValueType>(row);
      m_Scene->Scanline(static_cast<std::size_t>(index[0]), static_cast<std::size_t>(index[1]), width, line.data());
      ValueType* out = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(index)) * bands;
      for (const float reflectance : line)
      {
        *out++ = this->Digitise(reflectance);
      }
      progress.CompletedPixel();
    }
  }

private:
  SyntheticSceneImageSource(const Self&) = delete;
  void operator=(const Self&)            = delete;

  ValueType Digitise(float reflectance) const
  {
    const float value = reflectance * m_Scale;
    if constexpr (std::is_integral<ValueType>::value)
    {
      return static_cast<ValueType>(std::lround(std::min(value, static_cast<float>(itk::NumericTraits<ValueType>::max()))));
    }
    else
    {
      return static_cast<ValueType>(value);
    }
  }

  std::shared_ptr<const SyntheticScene> m_Scene;
  double                                m_PixelSize  = 1.;
  double                                m_UpperLeftX = 0.;
  double                                m_UpperLeftY = 0.;
  float                                 m_Scale      = 1.f;
  std::string                           m_Projection;
};
} // namespace otb

#endif
