// SPDX-License-Identifier: Apache-2.0
#ifndef otbCoarseGridMap_h
#define otbCoarseGridMap_h

#include "otbCoarseGridAxis.h"
#include "otbSameProjection.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace otb
{
/** \class CoarseGridMap
 * \brief How a fine and a coarse grid over the same ground lie, for any ratio and offset: which coarse pixel holds the centre of a fine one (nearest-neighbour
 * up-sampling), and which fine pixels a coarse one covers.
 *
 * Columns and rows are mapped apart: the coarse pixel of fine column x is floor(first + step x), counted from the coarse image's first, or -1 outside of it.
 *
 * Where both images are georeferenced, physical coordinates decide; without georeferencing equal footprints are assumed. A grid's origin is the centre of its
 * first pixel.
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
    map.physical          = AreComparable(fine, coarse);
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

private:
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
