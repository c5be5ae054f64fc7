// SPDX-License-Identifier: Apache-2.0
#ifndef otbCoarseGridMap_h
#define otbCoarseGridMap_h

#include "otbCoarseGridAxis.h"
#include "otbSameProjection.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace otb
{
/** \class CoarseGridMap
 * \brief How a fine and a coarse grid over the same ground lie, for any ratio and offset: which coarse pixel holds the centre of a fine one (nearest-neighbour
 * up-sampling), and which fine pixels a coarse one covers.
 *
 * Columns and rows are mapped apart: the coarse pixel of fine column x is floor(first + step x), counted from the coarse image's first, or -1 outside of it.
 *
 * Where both images are georeferenced, physical coordinates decide; without georeferencing equal footprints are assumed. An image without a projection whose
 * coordinates overlap those of one that has a projection is taken to be in it. A grid's origin is the centre of its first pixel.
 *
 * \ingroup SpectraMorph
 */
class CoarseGridMap
{
public:
  using Span = CoarseGridSpan;
  using Axis = CoarseGridAxis;

  Axis columns;
  Axis rows;
  bool physical = false; // by coordinates, rather than by equal footprints
  bool adopted  = false; // and that though only one has a projection, which the other is taken to have as well

  /** Fine pixels are counted from the fine image's first. \throw itk::ExceptionObject when the images, which it calls by these names, do not overlap or
   * have different projections. */
  template <class TImage>
  static CoarseGridMap Between(const TImage* fine, const TImage* coarse, const std::string& fineName = "the fine image",
                               const std::string& coarseName = "the coarse image")
  {
    if (!HaveSameProjection(fine, coarse))
    {
      itkGenericExceptionMacro(<< fineName << " and " << coarseName << " have different projections, expected one");
    }
    CoarseGridMap map;
    map.adopted           = IsAdopted(fine, coarse);
    map.physical          = map.adopted || AreComparable(fine, coarse);
    const auto fineSize   = fine->GetLargestPossibleRegion().GetSize();
    const auto coarseSize = coarse->GetLargestPossibleRegion().GetSize();
    for (unsigned int dimension = 0; dimension < 2; ++dimension)
    {
      Axis& axis = dimension == 0 ? map.columns : map.rows;
      axis.size  = static_cast<long>(coarseSize[dimension]);
      axis.step  = static_cast<double>(coarseSize[dimension]) / static_cast<double>(fineSize[dimension]);
      axis.first = axis.step / 2.;
      if (map.physical)
      {
        // The physical point of index i is origin + i spacing, at the pixel's centre.
        const double fineCentre = fine->GetOrigin()[dimension] + fine->GetSignedSpacing()[dimension] * fine->GetLargestPossibleRegion().GetIndex(dimension);
        const double coarseCentre =
            coarse->GetOrigin()[dimension] + coarse->GetSignedSpacing()[dimension] * coarse->GetLargestPossibleRegion().GetIndex(dimension);
        axis.step         = fine->GetSignedSpacing()[dimension] / coarse->GetSignedSpacing()[dimension];
        axis.first        = (fineCentre - coarseCentre) / coarse->GetSignedSpacing()[dimension] + 0.5;
        const double last = axis.first + axis.step * static_cast<double>(fineSize[dimension] - 1);
        if (std::max(axis.first, last) < 0. || std::min(axis.first, last) >= static_cast<double>(axis.size))
        {
          itkGenericExceptionMacro(<< fineName << " and " << coarseName << " do not overlap, expected images of the same ground: in pixels of " << coarseName
                                   << ", " << fineName << " spans " << std::min(axis.first, last) << " to " << std::max(axis.first, last) << " of 0 to "
                                   << axis.size << " along " << (dimension == 0 ? "x" : "y"));
        }
      }
    }
    return map;
  }

  /** The region of the coarse image, of this map, that the pixels of a region of the fine one fall into; of pixels outside of it the nearest, so that there is
   * something for a pipeline to update. */
  template <class TImage>
  typename TImage::RegionType GetCells(const TImage* fine, const typename TImage::RegionType& fineRegion, const TImage* coarse) const
  {
    const auto start  = fine->GetLargestPossibleRegion().GetIndex();
    auto       region = coarse->GetLargestPossibleRegion();
    for (unsigned int dimension = 0; dimension < 2; ++dimension)
    {
      const Axis& axis  = dimension == 0 ? columns : rows;
      const long  first = fineRegion.GetIndex(dimension) - start[dimension], last = first + static_cast<long>(fineRegion.GetSize(dimension)) - 1;
      const auto  cell = [&axis](long x)
      { return std::clamp(static_cast<long>(std::floor(axis.first + axis.step * static_cast<double>(x))), 0L, axis.size - 1); };
      const long low = std::min(cell(first), cell(last)), high = std::max(cell(first), cell(last));
      region.SetIndex(dimension, region.GetIndex(dimension) + low);
      region.SetSize(dimension, static_cast<itk::SizeValueType>(high - low + 1));
    }
    return region;
  }

  /** Whether an image has coordinates, in whatever projection: another grid than that of an image that has none. */
  template <class TImage>
  static bool HasGrid(const TImage* image)
  {
    const auto spacing = image->GetSignedSpacing();
    return std::abs(spacing[0]) != 1. || std::abs(spacing[1]) != 1. || std::abs(image->GetOrigin()[0]) > 0.5 || std::abs(image->GetOrigin()[1]) > 0.5;
  }

private:
  // Whether one image alone has a projection, and their coordinates overlap nevertheless.
  template <class TImage>
  static bool IsAdopted(const TImage* fine, const TImage* coarse)
  {
    if (fine->GetImageMetadata().HasProjectedGeometry() == coarse->GetImageMetadata().HasProjectedGeometry() || !HasGrid(fine) || !HasGrid(coarse))
    {
      return false;
    }
    const auto extent = [](const TImage* image, unsigned int dimension)
    {
      const auto   region = image->GetLargestPossibleRegion();
      const double first  = image->GetOrigin()[dimension] + (static_cast<double>(region.GetIndex(dimension)) - 0.5) * image->GetSignedSpacing()[dimension];
      const double last   = first + static_cast<double>(region.GetSize(dimension)) * image->GetSignedSpacing()[dimension];
      return std::make_pair(std::min(first, last), std::max(first, last));
    };
    for (unsigned int dimension = 0; dimension < 2; ++dimension)
    {
      const std::pair<double, double> one = extent(fine, dimension), other = extent(coarse, dimension);
      const double                    common = std::min(one.second, other.second) - std::max(one.first, other.first);
      // By a tenth of the smaller one at least: coordinates of another kind meet by chance at most.
      if (!(common > 0.1 * std::min(one.second - one.first, other.second - other.first)))
      {
        return false;
      }
    }
    return true;
  }

  // Whether the two images' physical coordinates say how they lie: in a projection, or in none but on grids that differ (two default grids say nothing).
  template <class TImage>
  static bool AreComparable(const TImage* fine, const TImage* coarse)
  {
    const bool fineProjected   = fine->GetImageMetadata().HasProjectedGeometry();
    const bool coarseProjected = coarse->GetImageMetadata().HasProjectedGeometry();
    return fineProjected == coarseProjected && (fineProjected || fine->GetSignedSpacing() != coarse->GetSignedSpacing());
  }
};
} // namespace otb

#endif
