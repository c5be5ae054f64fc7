// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralMeanImageFilter_h
#define otbSpectralMeanImageFilter_h

#include "otbOutputStage.h"
#include "otbToolkitVersion.h"
#include "otbValidSpectrum.h"

#include "itkImageToImageFilter.h"
#include "itkProgressReporter.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

namespace otb
{
/** \class SpectralMeanImageFilter
 * \brief The weighted mean of spectral images of one grid and the same bands, such as what several methods have made of a scene.
 *
 * A pixel that is invalid in one of them (a band is NaN or infinite, or all equal InputNoData) is the output format's no data. A pixel depends on that pixel of
 * the inputs alone, and its sum is taken in their order: any tiling and any number of threads give the same bits. Metadata are the first input's.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SpectralMeanImageFilter : public itk::ImageToImageFilter<TImage, TImage>, public OutputStage
{
public:
  using Self         = SpectralMeanImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(SpectralMeanImageFilter, itk::ImageToImageFilter);
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** Another image, with a weight over zero; weights are relative to each other. */
  void AddInput(const TImage* image, double weight)
  {
    this->SetNthInput(static_cast<unsigned int>(m_Weights.size()), const_cast<TImage*>(image));
    m_Weights.push_back(weight);
    this->Modified();
  }

  /** The value that marks invalid pixels of the inputs; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(InputNoData, float);
  itkGetConstMacro(InputNoData, float);

protected:
  SpectralMeanImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~SpectralMeanImageFilter() override = default;

  void GenerateOutputInformation() override
  {
    Superclass::GenerateOutputInformation();
    const unsigned int bands = this->GetInput(0)->GetNumberOfComponentsPerPixel();
    const auto         size  = this->GetInput(0)->GetLargestPossibleRegion().GetSize();
    double             sum   = 0.;
    for (unsigned int number = 0; number < m_Weights.size(); ++number)
    {
      const auto* input = this->GetInput(number);
      if (input->GetNumberOfComponentsPerPixel() != bands || input->GetLargestPossibleRegion().GetSize() != size || !(m_Weights[number] > 0.))
      {
        itkExceptionMacro(<< "Image " << number + 1 << " of a mean has " << input->GetNumberOfComponentsPerPixel() << " bands and a weight of "
                          << m_Weights[number] << ", expected " << bands << " as the first, its size, and a weight over zero");
      }
      sum += m_Weights[number];
    }
    m_Factors.clear();
    for (const double weight : m_Weights)
    {
      m_Factors.push_back(static_cast<float>(weight / sum));
    }
    ImageMetadata metadata = this->GetOutput()->GetImageMetadata();
    this->Describe(metadata);
    this->GetOutput()->SetImageMetadata(metadata);
  }

  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override
  {
    auto*                 output = this->GetOutput();
    const std::size_t     bands  = output->GetNumberOfComponentsPerPixel();
    const std::size_t     width  = region.GetSize(0);
    std::vector<bool>     invalid(width);
    itk::ProgressReporter progress(this, threadId, region.GetSize(1));
    for (std::size_t line = 0; line < region.GetSize(1); ++line)
    {
      auto index = region.GetIndex();
      index[1] += static_cast<itk::IndexValueType>(line);
      float* const out = output->GetBufferPointer() + static_cast<std::size_t>(output->ComputeOffset(index)) * bands;
      std::fill(invalid.begin(), invalid.end(), false);
      for (unsigned int number = 0; number < m_Factors.size(); ++number)
      {
        const auto*  input  = this->GetInput(number);
        const float* in     = input->GetBufferPointer() + static_cast<std::size_t>(input->ComputeOffset(index)) * bands;
        const float  factor = m_Factors[number];
        for (std::size_t pixel = 0; pixel < width; ++pixel)
        {
          invalid[pixel] = invalid[pixel] || !IsValidSpectrum(in + pixel * bands, bands, m_InputNoData);
        }
        for (std::size_t value = 0; value < width * bands; ++value)
        {
          out[value] = number == 0 ? factor * in[value] : out[value] + factor * in[value];
        }
      }
      this->Round(out, width * bands);
      for (std::size_t pixel = 0; pixel < width; ++pixel)
      {
        if (invalid[pixel])
        {
          std::fill_n(out + pixel * bands, bands, this->GetOutputFormat().noData);
        }
      }
      progress.CompletedPixel();
    }
  }

private:
  SpectralMeanImageFilter(const Self&) = delete;
  void operator=(const Self&)          = delete;

  void OutputFormatChanged() override
  {
    this->Modified();
  }

  std::vector<double> m_Weights;
  std::vector<float>  m_Factors; // their shares
  float               m_InputNoData = std::numeric_limits<float>::quiet_NaN();
};
} // namespace otb

#endif
