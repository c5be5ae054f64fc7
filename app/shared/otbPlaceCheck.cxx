// SPDX-License-Identifier: Apache-2.0
#include "otbPlaceCheck.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbImageFileChecks.h"
#include "otbSettingVisitor.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
// Relative; sizes in whole pixels cut the footprint.
constexpr double SameRatio = 0.05;

bool Differ(double one, double other)
{
  return std::abs(one - other) > SameRatio * std::max(one, other);
}

/** Tells an image what its reader does not tell it. The reader does so once, unless it is told another file. */
void SetPlace(FloatVectorImageType* image, const ImageFilePlace& place)
{
  image->UpdateOutputInformation();
  // Of a reduced resolution a pixel is larger than one of the file.
  const auto                        size      = image->GetLargestPossibleRegion().GetSize();
  const auto&                       transform = *place.transform;
  FloatVectorImageType::SpacingType spacing;
  FloatVectorImageType::PointType   origin;
  spacing[0] = transform[1] * place.columns / static_cast<double>(size[0]);
  spacing[1] = transform[5] * place.rows / static_cast<double>(size[1]);
  origin[0]  = transform[0] + spacing[0] / 2.;
  origin[1]  = transform[3] + spacing[1] / 2.;
  image->SetSignedSpacing(spacing);
  image->SetOrigin(origin);
  ImageMetadata metadata = image->GetImageMetadata();
  metadata.Remove(MDGeom::GCP);
  image->SetImageMetadata(metadata);
  image->SetProjectionRef(place.projection);
}

std::string ByTwo(double columns, double rows)
{
  return ToBriefText(columns, 3) + " x " + ToBriefText(rows, 3);
}
} // namespace

void CheckPlace(SpectralApplication& application, const std::string& key)
{
  auto* const image = application.GetParameterFloatVectorImage(key);
  if (!IsFromFile(image))
  {
    return;
  }
  const ImageFilePlace place = FindPlaceOfImage(application.GetParameterString(key));
  if (!place.lost.empty())
  {
    throw std::invalid_argument(key + ": " + place.lost);
  }
  if (place.transform)
  {
    SetPlace(image, place);
    application.Inform("Place: " + key + " lies where its ground control points say, which are those of an upright grid");
  }
}

void WarnOfGuessedPlaces(SpectralApplication& application, const InputImage& fine, const InputImage& coarse)
{
  CoarseGridMap map;
  try
  {
    map = CoarseGridMap::Between<FloatVectorImageType>(fine.image, coarse.image);
  }
  catch (const itk::ExceptionObject&)
  {
    return; // told where it matters
  }
  const bool  fineProjected = fine.image->GetImageMetadata().HasProjectedGeometry(), coarseProjected = coarse.image->GetImageMetadata().HasProjectedGeometry();
  const auto& without = fineProjected ? coarse : fine;
  const auto& with    = fineProjected ? fine : coarse;
  if (map.adopted)
  {
    application.Warn(without.key + ": found coordinates without a projection, which overlap those of " + with.key + ": that of " + with.key + " is taken");
    return;
  }
  if (map.physical)
  {
    return;
  }
  const std::string guess = "equal footprints are assumed, by which a pixel of " + coarse.key + " is " +
                            ByTwo(1. / std::abs(map.columns.step), 1. / std::abs(map.rows.step)) + " of " + fine.key;
  if (fineProjected != coarseProjected && CoarseGridMap::HasGrid<FloatVectorImageType>(without.image))
  {
    application.Warn(without.key + ": found coordinates without a projection, which do not overlap those of " + with.key + ": " + guess);
    return;
  }
  const auto   fineSpacing = fine.image->GetSignedSpacing(), coarseSpacing = coarse.image->GetSignedSpacing();
  const double columns = std::abs(coarseSpacing[0] / fineSpacing[0]), rows = std::abs(coarseSpacing[1] / fineSpacing[1]);
  if (CoarseGridMap::HasGrid<FloatVectorImageType>(fine.image) && CoarseGridMap::HasGrid<FloatVectorImageType>(coarse.image) &&
      (Differ(columns, 1. / std::abs(map.columns.step)) || Differ(rows, 1. / std::abs(map.rows.step))))
  {
    application.Warn(coarse.key + ": found pixels of " + ByTwo(columns, rows) + " of " + fine.key + " by their sizes, but " + guess);
  }
  else if (Differ(std::abs(map.columns.step), std::abs(map.rows.step)))
  {
    application.Warn(coarse.key + ": " + guess + ": do both images show the same ground from edge to edge?");
  }
}

void WarnOfDisplacement(SpectralApplication& application, const SensorBlurEstimate& estimate, const CoarseGridMap& map, const InputImage& fine,
                        const InputImage& coarse)
{
  if (estimate.found && (std::abs(estimate.shiftColumn * map.columns.step) > 1. || std::abs(estimate.shiftRow * map.rows.step) > 1.))
  {
    application.Warn(coarse.key + ": found displaced by " + ToBriefText(estimate.shiftColumn, 3) + " columns and " + ToBriefText(estimate.shiftRow, 3) +
                     " rows of " + fine.key +
                     ", more than one of its pixels: the comparison of the images makes up for that, a coarse spectral prior does not");
  }
}
} // namespace Wrapper
} // namespace otb
