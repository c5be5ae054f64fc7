// SPDX-License-Identifier: Apache-2.0
#ifndef otbAbundanceEstimationImageFilter_h
#define otbAbundanceEstimationImageFilter_h

#include "otbAbundanceEstimator.h"
#include "otbCoarseGridMap.h"
#include "otbPixelwiseSpectralImageFilter.h"

#include <limits>
#include <memory>

namespace otb
{
/** \class AbundanceEstimationImageFilter
 * \brief From a multispectral image to abundances of a trained model's K endmembers, or to its K latent numbers where it has none.
 *
 * Input: the HR-MSI (c bands) and, for a model with a coarse spectral prior, the LR-HSI (C bands), up-sampled by nearest neighbour as CoarseGridMap says.
 * Output: K bands on the HR-MSI's grid. A pixel outside the LR-HSI, or whose prior is invalid, is no-data; so is an invalid pixel of the HR-MSI.
 *
 * What the prior contributes to the hidden layer is computed once per coarse pixel and tile.
 *
 * \ingroup SpectraMorph
 */
template <class TInputImage, class TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT AbundanceEstimationImageFilter : public PixelwiseSpectralImageFilter<TInputImage, TOutputImage>
{
public:
  using Self                  = AbundanceEstimationImageFilter;
  using Superclass            = PixelwiseSpectralImageFilter<TInputImage, TOutputImage>;
  using Pointer               = itk::SmartPointer<Self>;
  using ConstPointer          = itk::SmartPointer<const Self>;
  using OutputImageRegionType = typename Superclass::OutputImageRegionType;

  itkNewMacro(Self);
  itkTypeMacro(AbundanceEstimationImageFilter, PixelwiseSpectralImageFilter);

  /** \throw std::invalid_argument when the model has nothing that a method has learnt. */
  void SetModel(std::shared_ptr<const SpectralInversionModel> model);

  /** The LR-HSI; needed when the model has a prior, ignored otherwise. */
  void               SetPrior(const TInputImage* hyperspectral);
  const TInputImage* GetPrior() const;

  /** The value that marks invalid pixels of the LR-HSI; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(PriorNoData, float);
  itkGetConstMacro(PriorNoData, float);

  /** How the two grids lie, valid once information is generated. */
  const CoarseGridMap& GetGridMap() const
  {
    return m_GridMap;
  }

protected:
  AbundanceEstimationImageFilter()           = default;
  ~AbundanceEstimationImageFilter() override = default;

  unsigned int CheckInputBands(unsigned int inputBands) const override;
  void         ProcessPixels(const float* input, std::size_t count, float* output) const override;

  void VerifyInputInformation() ITKv5_CONST override
  {
    // The two inputs lie on different grids by nature; CoarseGridMap refuses those that do not overlap.
  }
  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId) override;

private:
  AbundanceEstimationImageFilter(const Self&) = delete;
  void operator=(const Self&)                 = delete;

  bool HasPrior() const
  {
    return m_Model && m_Model->HasPrior();
  }

  /** The fine lines [firstLine, lastLine) of the region, which share the coarse row `cellRow`. */
  void EstimateLines(const OutputImageRegionType& region, long firstLine, long lastLine, long cellRow, AbundanceEstimator::Cells& cells);

  std::shared_ptr<const SpectralInversionModel> m_Model;
  AbundanceEstimator                            m_Estimator;
  CoarseGridMap                                 m_GridMap;
  float                                         m_PriorNoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbAbundanceEstimationImageFilter.hxx"
#endif

#endif
