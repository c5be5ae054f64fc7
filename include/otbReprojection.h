// SPDX-License-Identifier: Apache-2.0
#ifndef otbReprojection_h
#define otbReprojection_h

#include "otbGenericRSResampleImageFilter.h"
#include "otbGenericRSTransform.h"

#include "itkLinearInterpolateImageFunction.h"
#include "itkNearestNeighborInterpolateImageFunction.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace otb
{
/** How the pixels of a reprojected image come about: as the nearest of the image, so that spectra are not mixed and no-data values stay, or by bilinear
 * interpolation, which has no jitter of half a pixel; no-data must then be NaN, which spreads by a pixel. */
enum class Resampling
{
  Nearest,
  Linear
};

/** A filter that brings an image into the projection of another: its output has the image's resolution (the length of its pixels' sides, measured at its
 * centre) and extent (what the image covers, and NaN around it), and its axes run as the other's. Works in tiles.
 *
 * \param image, \param reference with up-to-date information, both with a projection.
 * \throw itk::ExceptionObject when coordinates cannot be transformed from one projection to the other. */
template <class TImage>
typename GenericRSResampleImageFilter<TImage, TImage>::Pointer MakeReprojection(TImage* image, const TImage* reference, Resampling resampling)
{
  using FilterType = GenericRSResampleImageFilter<TImage, TImage>;
  auto transform   = GenericRSTransform<>::New();
  transform->SetInputProjectionRef(image->GetProjectionRef());
  transform->SetOutputProjectionRef(reference->GetProjectionRef());
  transform->InstantiateTransform();
  const auto region = image->GetLargestPossibleRegion();
  // Of a place in pixels from the image's upper-left corner.
  const auto transformed = [&](double column, double row)
  {
    GenericRSTransform<>::InputPointType point;
    point[0]         = image->GetOrigin()[0] + (static_cast<double>(region.GetIndex(0)) + column - 0.5) * image->GetSignedSpacing()[0];
    point[1]         = image->GetOrigin()[1] + (static_cast<double>(region.GetIndex(1)) + row - 0.5) * image->GetSignedSpacing()[1];
    const auto place = transform->TransformPoint(point);
    if (!std::isfinite(place[0]) || !std::isfinite(place[1]))
    {
      itkGenericExceptionMacro(<< "The image's coordinates have no counterpart in the other image's projection");
    }
    return place;
  };

  // A straight edge can become a curve.
  constexpr int EdgePoints = 64;
  const double  width = static_cast<double>(region.GetSize(0)), height = static_cast<double>(region.GetSize(1));
  double        low[2]  = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  double        high[2] = {-low[0], -low[1]};
  for (int step = 0; step <= EdgePoints; ++step)
  {
    const double x = width * step / EdgePoints, y = height * step / EdgePoints;
    for (const auto& place : {transformed(x, 0.), transformed(x, height), transformed(0., y), transformed(width, y)})
    {
      for (unsigned int dimension = 0; dimension < 2; ++dimension)
      {
        low[dimension]  = std::min(low[dimension], place[dimension]);
        high[dimension] = std::max(high[dimension], place[dimension]);
      }
    }
  }
  const auto   left = transformed(width / 2. - 0.5, height / 2.), right = transformed(width / 2. + 0.5, height / 2.);
  const auto   upper = transformed(width / 2., height / 2. - 0.5), lower = transformed(width / 2., height / 2. + 0.5);
  const double side[2] = {std::hypot(right[0] - left[0], right[1] - left[1]), std::hypot(lower[0] - upper[0], lower[1] - upper[1])};

  typename TImage::PointType   origin;
  typename TImage::SpacingType spacing;
  typename TImage::SizeType    size;
  for (unsigned int dimension = 0; dimension < 2; ++dimension)
  {
    const double sign  = reference->GetSignedSpacing()[dimension] < 0. ? -1. : 1.;
    spacing[dimension] = sign * side[dimension];
    size[dimension]    = static_cast<itk::SizeValueType>(std::ceil((high[dimension] - low[dimension]) / side[dimension]));
    origin[dimension]  = (sign < 0. ? high[dimension] : low[dimension]) + spacing[dimension] / 2.;
  }
  typename TImage::PixelType outside(image->GetNumberOfComponentsPerPixel());
  outside.Fill(std::numeric_limits<float>::quiet_NaN());

  auto filter = FilterType::New();
  filter->SetInput(image);
  filter->SetInputProjectionRef(image->GetProjectionRef());
  filter->SetOutputProjectionRef(reference->GetProjectionRef());
  filter->SetOutputOrigin(origin);
  filter->SetOutputSpacing(spacing);
  filter->SetOutputSize(size);
  filter->SetEdgePaddingValue(outside);
  if (resampling == Resampling::Nearest)
  {
    filter->SetInterpolator(itk::NearestNeighborInterpolateImageFunction<TImage, double>::New());
  }
  else
  {
    filter->SetInterpolator(itk::LinearInterpolateImageFunction<TImage, double>::New());
  }
  // Displacements between projections vary so slowly that one in four pixels each way gives the others.
  filter->SetDisplacementFieldSpacing(4. * spacing);
  return filter;
}
} // namespace otb

#endif
