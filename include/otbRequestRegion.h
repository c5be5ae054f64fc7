// SPDX-License-Identifier: Apache-2.0
#ifndef otbRequestRegion_h
#define otbRequestRegion_h

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
} // namespace otb

#endif
