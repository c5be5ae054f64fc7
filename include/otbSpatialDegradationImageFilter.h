// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpatialDegradationImageFilter_h
#define otbSpatialDegradationImageFilter_h

#include "otbPointSpreadFunction.h"
#include "otbSpectralAxis.h"
#include "otbToolkitVersion.h"
#include "itkImageToImageFilter.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace otb
{
/** \class SpatialDegradationImageFilter
 * \brief What a coarser sensor would see: blur by a point spread function k, then average over blocks of r x r pixels,
 * \f[ Y(I,J) = \frac{1}{r^2} \sum_{i,j<r} (k * X)(r I + i,\, r J + j), \f]
 * computed as one weighted sum of pixels per coarse pixel (PointSpreadFunction::GetDecimationKernel()): only coarse pixels are computed.
 *
 * Geometry: H x W pixels become floor(H / r) x floor(W / r); rows and columns that do not fill a block at the lower and right edges are left out. Spacing is r
 * times the input's; the origin (the centre of the upper-left pixel) moves so that the upper-left corner of the image stays. Projection, bands and their
 * metadata are kept. A tile of the output needs r times its extent of the input and the kernel's radius around it.
 *
 * Invalid pixels of the input (NaN or infinity in a band, or InputNoData in all) make every coarse pixel whose window holds them OutputNoData.
 *
 * Sums are taken per coarse pixel in one fixed order: any tiling and any number of threads give the same bits.
 *
 * An image smaller than r in a dimension is refused before any pixel is computed.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SpatialDegradationImageFilter : public itk::ImageToImageFilter<TImage, TImage>
{
public:
  using Self         = SpatialDegradationImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpatialDegradationImageFilter, itk::ImageToImageFilter);

  using ImageType  = TImage;
  using RegionType = typename TImage::RegionType;
  using BorderType = PointSpreadFunction::Border;
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** The blur, on the input's grid; none by default. */
  void                       SetPointSpreadFunction(const PointSpreadFunction& psf);
  const PointSpreadFunction& GetPointSpreadFunction() const
  {
    return m_PointSpreadFunction;
  }

  /** r: input pixels per output pixel in each direction, >= 1; 4 by default. */
  itkSetMacro(Ratio, unsigned int);
  itkGetConstMacro(Ratio, unsigned int);

  /** What lies outside the image; its reflection by default. */
  void SetBorder(BorderType border);

  /** The value that marks invalid pixels of the input; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(InputNoData, float);
  itkGetConstMacro(InputNoData, float);

  /** The value given to every band of an invalid coarse pixel, -9999 by default. */
  itkSetMacro(OutputNoData, float);
  itkGetConstMacro(OutputNoData, float);

  /** Wavelengths to give to the output's bands, where the input's metadata has none: those of its file, say. As many as bands. */
  void SetSpectralAxis(const std::optional<SpectralAxis>& axis);

protected:
  SpatialDegradationImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~SpatialDegradationImageFilter() override = default;

  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void BeforeThreadedGenerateData() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  SpatialDegradationImageFilter(const Self&) = delete;
  void operator=(const Self&)                = delete;

  /** The part of the input that a part of the output is computed from. */
  RegionType GetSupport(const RegionType& outputRegion) const;

  /** One byte per pixel of a region of the input: 1 where the pixel is invalid. */
  std::vector<std::uint8_t> FindInvalidPixels(const RegionType& region) const;

  std::optional<SpectralAxis>     m_SpectralAxis;
  PointSpreadFunction             m_PointSpreadFunction;
  unsigned int                    m_Ratio        = 4;
  BorderType                      m_Border       = BorderType::Reflect;
  float                           m_InputNoData  = std::numeric_limits<float>::quiet_NaN();
  float                           m_OutputNoData = -9999.f;
  PointSpreadFunction::KernelType m_DecimationKernel;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpatialDegradationImageFilter.hxx"
#endif

#endif
