// SPDX-License-Identifier: Apache-2.0
#ifndef testImages_h
#define testImages_h

#include "otbVectorImage.h"
#include "otbToolkitVersion.h"

#include "itkImageRegionSplitterMultidimensional.h"
#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

/** Images made in memory, and what most filters' tests ask of them. */
namespace otb
{
namespace test
{
using ImageType = otb::VectorImage<float, 2>;

struct Grid
{
  double left = 1000., top = 2000.; // of the upper-left corner
  double columnSpacing = 10., rowSpacing = -10.;
};

/** An image of uniform random numbers in [low, high) on the grid. */
inline ImageType::Pointer MakeImage(unsigned int columns, unsigned int rows, unsigned int bands, const Grid& grid = Grid(), unsigned int seed = 1,
                                    float low = 0.f, float high = 1.f)
{
  auto                  image = ImageType::New();
  ImageType::RegionType region;
  region.SetSize(0, columns);
  region.SetSize(1, rows);
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(bands);
  image->Allocate();
  ImageType::SpacingType spacing;
  spacing[0] = grid.columnSpacing;
  spacing[1] = grid.rowSpacing;
  image->SetSignedSpacing(spacing);
  ImageType::PointType origin; // the first pixel's centre
  origin[0] = grid.left + grid.columnSpacing / 2.;
  origin[1] = grid.top + grid.rowSpacing / 2.;
  image->SetOrigin(origin);
  std::mt19937                          generator(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::generate_n(image->GetBufferPointer(), std::size_t{columns} * rows * bands, [&] { return uniform(generator); });
  return image;
}

inline void SetProjection(ImageType* image, const std::string& projection = "EPSG:32633")
{
  auto metadata = image->GetImageMetadata();
  metadata.Add(otb::MDGeom::ProjectionWKT, projection);
  image->SetImageMetadata(metadata);
}

inline float* PixelOf(ImageType* image, long column, long row)
{
  const ImageType::IndexType index = {{column, row}};
  return image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * image->GetNumberOfComponentsPerPixel();
}

inline bool SameBits(const ImageType* a, const ImageType* b)
{
  const auto count = a->GetLargestPossibleRegion().GetNumberOfPixels() * a->GetNumberOfComponentsPerPixel();
  return a->GetLargestPossibleRegion() == b->GetLargestPossibleRegion() && a->GetNumberOfComponentsPerPixel() == b->GetNumberOfComponentsPerPixel() &&
         std::memcmp(a->GetBufferPointer(), b->GetBufferPointer(), count * sizeof(float)) == 0;
}

/** Whether all bands of a pixel are `value`. */
inline bool IsAll(ImageType* image, long column, long row, float value)
{
  const float* pixel = PixelOf(image, column, row);
  return std::all_of(pixel, pixel + image->GetNumberOfComponentsPerPixel(), [value](float band) { return band == value; });
}

/** The filter's output computed in strips of full lines. */
template <class TFilter>
ImageType::Pointer InStrips(TFilter* filter, unsigned int divisions)
{
  auto streaming = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streaming->SetInput(filter->GetOutput());
  streaming->SetNumberOfStreamDivisions(divisions);
  streaming->Update();
  return streaming->GetOutput();
}

/** The filter's output computed in square tiles. */
template <class TFilter>
ImageType::Pointer InTiles(TFilter* filter, unsigned int divisions)
{
  auto streaming = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streaming->SetInput(filter->GetOutput());
  streaming->SetNumberOfStreamDivisions(divisions);
  streaming->SetRegionSplitter(itk::ImageRegionSplitterMultidimensional::New());
  streaming->Update();
  return streaming->GetOutput();
}

/** `make` gives a new, equal filter at each call. */
template <class TMake>
void ExpectSameBitsForAnyTilingAndThreads(const TMake& make)
{
  const auto whole = make();
  otb::SetThreads(whole, 1);
  whole->Update();
  for (const unsigned int threads : {2u, 5u})
  {
    const auto filter = make();
    otb::SetThreads(filter, threads);
    filter->Update();
    EXPECT_TRUE(SameBits(whole->GetOutput(), filter->GetOutput())) << threads << " threads";
  }
  for (const unsigned int divisions : {3u, 1000u})
  {
    const auto filter = make();
    EXPECT_TRUE(SameBits(whole->GetOutput(), InStrips(filter.GetPointer(), divisions))) << divisions << " strips";
  }
  for (const unsigned int divisions : {7u, 60u})
  {
    const auto filter = make();
    EXPECT_TRUE(SameBits(whole->GetOutput(), InTiles(filter.GetPointer(), divisions))) << divisions << " tiles";
  }
}

/** Why a filter refuses to start: before any pixel is computed. */
template <class TFilter>
std::string ErrorOf(TFilter* filter)
{
  try
  {
    filter->UpdateOutputInformation();
  }
  catch (const itk::ExceptionObject& error)
  {
    return error.GetDescription();
  }
  return "no error";
}
} // namespace test
} // namespace otb

#endif
