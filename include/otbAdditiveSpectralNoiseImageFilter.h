// SPDX-License-Identifier: Apache-2.0
#ifndef otbAdditiveSpectralNoiseImageFilter_h
#define otbAdditiveSpectralNoiseImageFilter_h

#include "otbSpectralNoise.h"
#include "otbToolkitVersion.h"
#include "itkImageToImageFilter.h"

#include <limits>

namespace otb
{
/** \class AdditiveSpectralNoiseImageFilter
 * \brief Adds white Gaussian noise to each band: out(p, b) = in(p, b) + sigma_b z(seed, p, b).
 *
 * The noise of a pixel is a function of the seed and of the pixel's place in the whole image (see SpectralNoise): any tiling and any number of threads give the
 * same bits. Geometry, bands and metadata are those of the input. Invalid pixels (NaN or infinity in a band, or NoData in all) pass unchanged.
 *
 * Set as many standard deviations as the image has bands; StreamingBandPowerImageFilter and SpectralNoise::StandardDeviations() make them from a
 * signal-to-noise ratio. Another count is refused before any pixel is computed.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT AdditiveSpectralNoiseImageFilter : public itk::ImageToImageFilter<TImage, TImage>
{
public:
  using Self         = AdditiveSpectralNoiseImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(AdditiveSpectralNoiseImageFilter, itk::ImageToImageFilter);

  using ImageType  = TImage;
  using RegionType = typename TImage::RegionType;
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** sigma_b in the image's unit, one per band, finite and >= 0. */
  void SetStandardDeviations(const std::vector<double>& deviations);

  /** Two seeds give two independent fields; 0 by default. */
  itkSetMacro(Seed, std::uint64_t);
  itkGetConstMacro(Seed, std::uint64_t);

  /** The value that marks invalid pixels; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(NoData, float);
  itkGetConstMacro(NoData, float);

protected:
  AdditiveSpectralNoiseImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~AdditiveSpectralNoiseImageFilter() override = default;

  void GenerateOutputInformation() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  AdditiveSpectralNoiseImageFilter(const Self&) = delete;
  void operator=(const Self&)                   = delete;

  std::vector<double> m_StandardDeviations;
  std::uint64_t       m_Seed   = 0;
  float               m_NoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbAdditiveSpectralNoiseImageFilter.hxx"
#endif

#endif
