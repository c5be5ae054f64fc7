// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralUncertaintyImageFilter_h
#define otbSpectralUncertaintyImageFilter_h

#include "otbCoarseGridMap.h"
#include "otbOutputStage.h"
#include "otbSpectralAxis.h"
#include "otbSpectralUncertainty.h"
#include "otbToolkitVersion.h"

#include "itkImageToImageFilter.h"

#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

namespace otb
{
/** \class SpectralUncertaintyImageFilter
 * \brief Predicts the error of a fused image from the HR-MSI M (H x W x c) that it was made of, see SpectralUncertaintyModel.
 *
 * Output: what SetContent() says, H x W x 1 or H x W x C. M has the radiometry of the LR-HSI.
 *
 * A pixel is no data where M has none; with a prior, an LR-HSI on a grid of its own (CoarseGridMap), also where it falls into none of its pixels or one that
 * has no data, as the spectra are that such a prior is needed for (AbundanceEstimationImageFilter).
 *
 * A pixel depends on itself and its eight neighbours alone: any tiling and any number of threads give the same bits.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SpectralUncertaintyImageFilter : public itk::ImageToImageFilter<TImage, TImage>, public OutputStage
{
public:
  using Self         = SpectralUncertaintyImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(SpectralUncertaintyImageFilter, itk::ImageToImageFilter);
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  enum class Content
  {
    Error,    // expected root mean square error over bands, in the image's unit
    Bands,    // the same of each of C bands
    Distance, // from training, as the model has it
    Both      // error and distance
  };

  void SetModel(const SpectralUncertaintyModel& model)
  {
    m_Uncertainty = SpectralUncertainty(model);
    this->Modified();
  }

  /** The error by default. */
  void SetContent(Content content)
  {
    m_Content = content;
    this->Modified();
  }

  /** Of the C bands, for Content::Bands; an empty one (the default) when it is not known. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

  /** The LR-HSI where the spectra need it; none by default. */
  void SetPrior(const TImage* image)
  {
    this->SetNthInput(1, const_cast<TImage*>(image));
  }

  /** The values that mark invalid pixels; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(InputNoData, float);
  itkGetConstMacro(InputNoData, float);
  itkSetMacro(PriorNoData, float);
  itkGetConstMacro(PriorNoData, float);

protected:
  SpectralUncertaintyImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~SpectralUncertaintyImageFilter() override = default;

  void VerifyInputInformation() ITKv5_CONST override
  {
    // The inputs lie on different grids by nature; CoarseGridMap refuses those that do not overlap.
  }
  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  SpectralUncertaintyImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  void OutputFormatChanged() override
  {
    this->Modified();
  }

  const TImage* GetPrior() const
  {
    return this->GetNumberOfInputs() < 2 ? nullptr : this->GetInput(1);
  }

  /** The region and the pixels around it. */
  RegionType GetSupport(RegionType region) const;

  /** Clears the flags of a line's pixels that the prior has nothing for. */
  void ApplyPrior(long line, const RegionType& region, std::vector<unsigned char>& valid) const;

  /** A pixel's bands. */
  void Write(const SpectralUncertaintyModel::Terms& terms, float* pixel) const;

  SpectralUncertainty m_Uncertainty;
  SpectralAxis        m_SpectralAxis;
  CoarseGridMap       m_GridMap;
  Content             m_Content     = Content::Error;
  float               m_InputNoData = std::numeric_limits<float>::quiet_NaN();
  float               m_PriorNoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpectralUncertaintyImageFilter.hxx"
#endif

#endif
