// SPDX-License-Identifier: Apache-2.0
#ifndef otbFileValuesImageFilter_h
#define otbFileValuesImageFilter_h

#include "otbToolkitVersion.h"

#include "itkImage.h"
#include "itkImageToImageFilter.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace otb
{
/** \class FileValuesImageFilter
 * \brief From the numbers of a file to measurements: physical values, and NaN for every number that stands for none.
 *
 * It stands behind the reader of a file that says anything of its numbers; what follows then needs to know of NaN alone. Of each picked band a number stands
 * for none when it is
 * - NaN, infinite, or of a magnitude from 1e37, which only the fill values of floating point have,
 * - the band's own value of no data other than zero, to a millionth of it (the last digit of a float that a text has been through),
 * - one of the FillValues.
 *
 * And all bands of a pixel are NaN where
 * - the mask is 0,
 * - they all have the same one of the FlatFillValues,
 * - most of the bands whose value of no data is zero are zero: a zero alone is a measurement, of dark water.
 *
 * All other numbers become offset + scale times themselves. Metadata of the picked bands stays. The mask has the size of the image.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT FileValuesImageFilter : public itk::ImageToImageFilter<TImage, TImage>
{
public:
  using Self         = FileValuesImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;
  using MaskType     = itk::Image<unsigned char, 2>;

  itkNewMacro(Self);
  itkTypeMacro(FileValuesImageFilter, itk::ImageToImageFilter);
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** A magnitude that no measurement has. */
  static constexpr float Greatest = 1e37f;

  /** A band of the output. */
  struct Band
  {
    std::size_t band     = 0;                                       ///< of the input, from 0
    float       noData   = std::numeric_limits<float>::quiet_NaN(); ///< other than zero; NaN for none
    bool        zeroFill = false;                                   ///< whether zero is its value of no data
    float       scale    = 1;
    float       offset   = 0;
  };

  /** The bands of the output in their order, at least one. */
  void SetBands(const std::vector<Band>& bands)
  {
    m_Bands = bands;
    this->Modified();
  }
  const std::vector<Band>& GetBands() const
  {
    return m_Bands;
  }

  /** Numbers of the file that stand for none in any band. */
  void SetFillValues(const std::vector<float>& values)
  {
    m_FillValues = values;
    this->Modified();
  }

  /** Numbers of the file that stand for none where all bands have them. */
  void SetFlatFillValues(const std::vector<float>& values)
  {
    m_FlatFillValues = values;
    this->Modified();
  }

  /** 0 where a pixel is invalid. */
  void SetMask(const MaskType* mask)
  {
    this->SetNthInput(1, const_cast<MaskType*>(mask));
  }

  /** Whether a number is a value, to a millionth of it. */
  static bool IsNear(float number, float value)
  {
    return std::abs(number - value) <= 1e-6f * std::abs(value);
  }

protected:
  FileValuesImageFilter()
  {
    OTB_DISABLE_DYNAMIC_MT;
  }
  ~FileValuesImageFilter() override = default;

  void VerifyInputInformation() ITKv5_CONST override
  {
  }
  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId) override;

private:
  FileValuesImageFilter(const Self&) = delete;
  void operator=(const Self&)        = delete;

  const MaskType* GetMask() const
  {
    return dynamic_cast<const MaskType*>(this->itk::ProcessObject::GetInput(1));
  }

  RegionType InMask(RegionType region) const;

  /** Whether all bands of a pixel stand for none together. */
  bool IsFill(const float* pixel) const;

  std::vector<Band>  m_Bands;
  std::vector<float> m_FillValues;
  std::vector<float> m_FlatFillValues;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbFileValuesImageFilter.hxx"
#endif

#endif
