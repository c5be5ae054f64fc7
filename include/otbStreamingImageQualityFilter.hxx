// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingImageQualityFilter_hxx
#define otbStreamingImageQualityFilter_hxx

#include "otbStreamingImageQualityFilter.h"
#include "otbImageQualityScan.h"

namespace otb
{
template <class TImage>
typename PersistentImageQualityFilter<TImage>::RegionType PersistentImageQualityFilter<TImage>::GetSupport(RegionType region) const
{
  region.PadByRadius(ImageQualityHalo);
  region.Crop(this->GetInput(0)->GetLargestPossibleRegion());
  return region;
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::GenerateInputRequestedRegion()
{
  this->RequestInputs(this->GetSupport(this->GetOutput()->GetRequestedRegion()));
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::Reset()
{
  this->GetOptions().Check();
  this->UpdateOutputInformation();
  m_Quality = ImageQuality();
  m_Total   = ImageQualitySums(this->GetInput(0)->GetNumberOfComponentsPerPixel());
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::Synthetize()
{
  m_Quality = m_Total.Evaluate(this->GetOptions());
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::PrepareLines(std::size_t lines)
{
  m_Lines.resize(lines);
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::ReduceLines(const RegionType& region, std::size_t firstLine)
{
  const TImage*    reference = this->GetInput(0);
  const TImage*    estimate  = this->GetInput(1);
  const RegionType support   = this->GetSupport(region);

  ImagePairView view;
  view.reference       = this->GetFirst(reference, support);
  view.estimate        = this->GetFirst(estimate, support);
  view.referenceStride = this->GetStride(reference);
  view.estimateStride  = this->GetStride(estimate);
  view.rows            = support.GetSize(1);
  view.columns         = support.GetSize(0);
  view.bands           = reference->GetNumberOfComponentsPerPixel();
  view.invalid         = this->FindInvalidPixels(support);
  ScanImageQuality(view, this->GetOptions(), static_cast<std::size_t>(region.GetIndex(1) - support.GetIndex(1)),
                   static_cast<std::size_t>(region.GetIndex(0) - support.GetIndex(0)), region.GetSize(0), m_Lines.data() + firstLine, region.GetSize(1));
}

template <class TImage>
void PersistentImageQualityFilter<TImage>::MergeLines()
{
  for (const ImageQualitySums& line : m_Lines)
  {
    m_Total.Add(line);
  }
}
} // namespace otb

#endif
