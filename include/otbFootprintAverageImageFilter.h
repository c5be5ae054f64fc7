// SPDX-License-Identifier: Apache-2.0
#ifndef otbFootprintAverageImageFilter_h
#define otbFootprintAverageImageFilter_h

#include "otbCoarseGridMap.h"
#include "otbToolkitVersion.h"

#include "itkImageToImageFilter.h"

#include <limits>
#include <type_traits>

namespace otb
{
/** \class FootprintAverageImageFilter
 * \brief Averages an image over the pixels of a coarser grid: what a sensor of those pixels, without blur, would have seen.
 *
 * Input: a fine image. Grid: another image, of which only size, origin, spacing and projection are looked at. Output: the input's bands on that grid. Each
 * output pixel is the mean of the input weighted by area, pixels cut by the footprint's edge counting in part; CoarseGridMap says how the two lie, so that any
 * ratio (integer or not), offset and direction of the axes will do.
 *
 * A pixel of the grid that the input does not cover whole by valid pixels (NaN or infinity in a band, or InputNoData in all, are invalid) is NaN.
 *
 * The output's bands carry no metadata. Sums are taken per output pixel, in double precision and one fixed order: any tiling and any number of threads give the
 * same bits. A tile of the output needs the fine pixels under it.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT FootprintAverageImageFilter : public itk::ImageToImageFilter<TImage, TImage>
{
public:
  using Self         = FootprintAverageImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(FootprintAverageImageFilter, itk::ImageToImageFilter);
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** The image whose grid the output gets; its information must be up to date, its pixels are not read. */
  void SetGrid(const TImage* grid)
  {
    m_Grid = grid;
    this->Modified();
  }

  /** The value that marks invalid pixels of the input; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(InputNoData, float);
  itkGetConstMacro(InputNoData, float);

  /** How the two grids lie, valid once information is generated. */
  const CoarseGridMap& GetGridMap() const
  {
    return m_GridMap;
  }

protected:
  FootprintAverageImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~FootprintAverageImageFilter() override = default;

  /** \throw itk::ExceptionObject when there is no grid or it does not overlap the input. */
  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  FootprintAverageImageFilter(const Self&) = delete;
  void operator=(const Self&)              = delete;

  typename TImage::ConstPointer m_Grid;
  CoarseGridMap                 m_GridMap;
  float                         m_InputNoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbFootprintAverageImageFilter.hxx"
#endif

#endif
