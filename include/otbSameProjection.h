// SPDX-License-Identifier: Apache-2.0
#ifndef otbSameProjection_h
#define otbSameProjection_h

#include "otbImageMetadata.h"
#include "otbSpatialReference.h"

#include <exception>
#include <string>

namespace otb
{
/** Whether no reprojection is needed between two images: they have the same projection, or one of them has none. */
template <class TImage>
bool HaveSameProjection(const TImage* one, const TImage* other)
{
  if (!one->GetImageMetadata().HasProjectedGeometry() || !other->GetImageMetadata().HasProjectedGeometry())
  {
    return true;
  }
  const std::string first = one->GetProjectionRef(), second = other->GetProjectionRef();
  if (first == second)
  {
    return true;
  }
  try
  {
    return SpatialReference::FromDescription(first) == SpatialReference::FromDescription(second);
  }
  catch (const std::exception&)
  {
    return false; // a description that cannot be understood is another one
  }
}
} // namespace otb

#endif
