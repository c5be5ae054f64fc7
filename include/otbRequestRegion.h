// SPDX-License-Identifier: Apache-2.0
#ifndef otbRequestRegion_h
#define otbRequestRegion_h

#include "itkIntTypes.h"

namespace otb
{
/** Asks an image for a region. ITK's buffers grow by copying: for a moment there are two of them, which `ram` knows nothing of. An image that can be made again
 * gives its buffer back first. */
template <class TImage>
void RequestRegion(const TImage* constImage, const typename TImage::RegionType& region)
{
  auto* const image = const_cast<TImage*>(constImage);
  if (image->GetSource() && region.GetNumberOfPixels() > image->GetBufferedRegion().GetNumberOfPixels())
  {
    image->ReleaseData();
  }
  image->SetRequestedRegion(region);
}

/** Has an image make a region at once. Its pipeline's information is up to date. */
template <class TImage>
void UpdateRegion(TImage* image, const typename TImage::RegionType& region)
{
  RequestRegion(image, region);
  image->PropagateRequestedRegion();
  image->UpdateOutputData();
}

/** The region of an image whose line and column are counted from its first pixel. */
template <class TImage>
typename TImage::RegionType GetRegionFromFirst(const TImage* image, long top, long left, long rows, long columns)
{
  const auto                  start = image->GetLargestPossibleRegion().GetIndex();
  typename TImage::RegionType region;
  region.SetIndex(0, start[0] + left);
  region.SetIndex(1, start[1] + top);
  region.SetSize(0, static_cast<itk::SizeValueType>(columns));
  region.SetSize(1, static_cast<itk::SizeValueType>(rows));
  return region;
}
} // namespace otb

#endif
