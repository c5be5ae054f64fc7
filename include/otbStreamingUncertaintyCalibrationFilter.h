// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingUncertaintyCalibrationFilter_h
#define otbStreamingUncertaintyCalibrationFilter_h

#include "otbImagePairFilter.h"
#include "otbLineReductionImageFilter.h"
#include "otbStreamingReduction.h"
#include "otbUncertaintyCalibration.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace otb
{
/** \class PersistentUncertaintyCalibrationFilter
 * \brief Compares the errors that were predicted of an estimate with those that a reference shows, reading the three images once, in strips.
 *
 * The predicted errors are an image of the reference's size: of one band, the root mean square error over bands, or of as many bands as the reference, the
 * error of each, whose root mean square then counts. A pixel does not count where its prediction has NaN, infinity or a negative number, or where
 * UncertaintyNoData or ImagePairFilter say so.
 *
 * \sa ImagePairFilter for the other inputs, UncertaintyCalibration
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentUncertaintyCalibrationFilter : public ImagePairFilter<LineReductionImageFilter<TImage>>
{
public:
  using Self         = PersistentUncertaintyCalibrationFilter;
  using Superclass   = ImagePairFilter<LineReductionImageFilter<TImage>>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(PersistentUncertaintyCalibrationFilter, LineReductionImageFilter);

  void SetUncertainty(const TImage* image)
  {
    this->SetNthInput(UncertaintyInput, const_cast<TImage*>(image));
  }

  /** The value that marks pixels without a prediction; NaN (the default) for none besides NaN, infinity and negative ones. */
  itkSetMacro(UncertaintyNoData, float);
  itkGetConstMacro(UncertaintyNoData, float);

  /** Valid after the streaming. */
  const UncertaintyCalibration& GetCalibration() const
  {
    return m_Calibration;
  }

  void Reset() override
  {
    this->UpdateOutputInformation();
    m_Calibration = UncertaintyCalibration();
  }

protected:
  PersistentUncertaintyCalibrationFilter()           = default;
  ~PersistentUncertaintyCalibrationFilter() override = default;

  void VerifyInputInformation() ITKv5_CONST override
  {
    Superclass::VerifyInputInformation();
    const auto found    = this->GetUncertainty()->GetLargestPossibleRegion().GetSize();
    const auto expected = this->GetInput(0)->GetLargestPossibleRegion().GetSize();
    if (found != expected)
    {
      itkExceptionMacro(<< "inunc: found " << found[0] << " x " << found[1] << " pixels, expected " << expected[0] << " x " << expected[1]
                        << " as the reference has");
    }
    const unsigned int bands = this->GetUncertainty()->GetNumberOfComponentsPerPixel(), most = this->GetInput(0)->GetNumberOfComponentsPerPixel();
    if (bands != 1 && bands != most)
    {
      itkExceptionMacro(<< "inunc: found " << bands << " bands, expected 1, or " << most << " as the reference has");
    }
  }

  void GenerateInputRequestedRegion() override
  {
    const RegionType region = this->GetOutput()->GetRequestedRegion();
    this->RequestInputs(region);
    RequestRegion(this->GetUncertainty(), this->MoveTo(this->GetUncertainty(), region));
  }

  void PrepareLines(std::size_t lines) override
  {
    m_Lines.resize(lines);
  }

  void ReduceLines(const RegionType& region, std::size_t firstLine) override
  {
    const TImage*     reference   = this->GetInput(0);
    const TImage*     estimate    = this->GetInput(1);
    const TImage*     uncertainty = this->GetUncertainty();
    const std::size_t bands = reference->GetNumberOfComponentsPerPixel(), step = uncertainty->GetNumberOfComponentsPerPixel(), columns = region.GetSize(0);
    const auto        invalid = this->FindInvalidPixels(region);
    for (std::size_t row = 0; row < region.GetSize(1); ++row)
    {
      const auto   down      = static_cast<std::ptrdiff_t>(row);
      const float* x         = this->GetFirst(reference, region) + down * this->GetStride(reference);
      const float* y         = this->GetFirst(estimate, region) + down * this->GetStride(estimate);
      const float* predicted = this->GetFirst(uncertainty, region) + down * this->GetStride(uncertainty);
      auto&        pixels    = m_Lines[firstLine + row];
      pixels.clear();
      for (std::size_t column = 0; column < columns; ++column, x += bands, y += bands, predicted += step)
      {
        if (invalid[row * columns + column] != 0 || !IsValidSpectrum(predicted, step, m_UncertaintyNoData) ||
            std::any_of(predicted, predicted + step, [](float error) { return error < 0.f; }))
        {
          continue;
        }
        double squares = 0., expected = 0.;
        for (std::size_t band = 0; band < step; ++band)
        {
          expected += static_cast<double>(predicted[band]) * predicted[band];
        }
        for (std::size_t band = 0; band < bands; ++band)
        {
          const double difference = static_cast<double>(x[band]) - y[band];
          squares += difference * difference;
        }
        pixels.emplace_back(std::sqrt(expected / static_cast<double>(step)), std::sqrt(squares / static_cast<double>(bands)));
      }
    }
  }

  void MergeLines() override
  {
    for (const auto& line : m_Lines)
    {
      for (const auto& [predicted, found] : line)
      {
        m_Calibration.Add(predicted, found);
      }
    }
  }

private:
  PersistentUncertaintyCalibrationFilter(const Self&) = delete;
  void operator=(const Self&)                         = delete;

  static constexpr unsigned int UncertaintyInput = 3;

  const TImage* GetUncertainty() const
  {
    return this->GetInput(UncertaintyInput);
  }

  float                                               m_UncertaintyNoData = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::vector<std::pair<double, double>>> m_Lines; // predicted and true errors
  UncertaintyCalibration                              m_Calibration;
};

/** Streams whole images through a PersistentUncertaintyCalibrationFilter, in strips of full lines: Update(), then GetFilter()->GetCalibration(). */
template <class TImage>
using StreamingUncertaintyCalibrationFilter = StreamingReduction<PersistentUncertaintyCalibrationFilter<TImage>>;
} // namespace otb

#endif
