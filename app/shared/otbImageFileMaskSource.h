// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageFileMaskSource_h
#define otbImageFileMaskSource_h

#include "otbImageFileValues.h"

#include "itkImage.h"
#include "itkImageSource.h"

#include <memory>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class ImageFileMaskSource
 * \brief The mask that an image file has for its pixels (ImageFileMask) as an image, read as far as it is asked for. */
class ImageFileMaskSource : public itk::ImageSource<itk::Image<unsigned char, 2>>
{
public:
  using MaskType   = itk::Image<unsigned char, 2>;
  using Self       = ImageFileMaskSource;
  using Superclass = itk::ImageSource<MaskType>;
  using Pointer    = itk::SmartPointer<Self>;

  itkNewMacro(Self);
  itkTypeMacro(ImageFileMaskSource, itk::ImageSource);

  /** The file, by its extended filename, and the region of the image that is read from it. */
  void SetFile(const std::string& filename, const MaskType::RegionType& region)
  {
    m_Mask   = std::make_unique<ImageFileMask>(filename);
    m_Region = region;
    this->Modified();
  }

protected:
  ImageFileMaskSource()           = default;
  ~ImageFileMaskSource() override = default;

  void GenerateOutputInformation() override
  {
    this->GetOutput()->SetLargestPossibleRegion(m_Region);
  }

  void GenerateData() override
  {
    auto* const mask = this->GetOutput();
    mask->SetBufferedRegion(mask->GetRequestedRegion());
    mask->Allocate();
    const auto region = mask->GetRequestedRegion();
    const auto place  = [&](unsigned int axis) { return static_cast<std::size_t>(region.GetIndex(axis) - m_Region.GetIndex(axis)); };
    m_Mask->Read(m_Region.GetSize(0), m_Region.GetSize(1), place(0), place(1), region.GetSize(0), region.GetSize(1), mask->GetBufferPointer());
  }

private:
  ImageFileMaskSource(const Self&) = delete;
  void operator=(const Self&)      = delete;

  std::unique_ptr<ImageFileMask> m_Mask;
  MaskType::RegionType           m_Region;
};
} // namespace Wrapper
} // namespace otb

#endif
