// SPDX-License-Identifier: Apache-2.0
#include "otbImageSpectralAxis.h"
#include "otbSpectralResponseImageFilter.h"
#include "testImages.h"

#include "itkImageRegionConstIteratorWithIndex.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace
{
using otb::test::ErrorOf;
using otb::test::ImageType;
using otb::test::InStrips;
using otb::test::SameBits;
using FilterType = otb::SpectralResponseImageFilter<ImageType>;

constexpr unsigned int Bands = 37;

ImageType::Pointer MakeImage(unsigned int columns, unsigned int rows)
{
  auto                image = ImageType::New();
  ImageType::SizeType size;
  size[0] = columns;
  size[1] = rows;
  ImageType::RegionType region;
  region.SetSize(size);
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(Bands);
  image->Allocate();
  ImageType::SpacingType spacing;
  spacing[0] = 30;
  spacing[1] = -30;
  image->SetSignedSpacing(spacing);
  std::mt19937                          generator(1);
  std::uniform_real_distribution<float> uniform(0.f, 1.f);
  float* const                          buffer = image->GetBufferPointer();
  std::generate(buffer, buffer + std::size_t(columns) * rows * Bands, [&] { return uniform(generator); });
  return image;
}

otb::SpectralResponse MakeResponse(unsigned int bands = Bands)
{
  otb::SpectraMatrix matrix(3, bands);
  for (Eigen::Index row = 0; row < 3; ++row)
  {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
    {
      matrix(row, column) = static_cast<float>(1 + (7 * row + 3 * column) % 11);
    }
  }
  return otb::SpectralResponse(matrix, {"Blue", "Green", "Red"}, "test");
}

FilterType::Pointer MakeFilter(ImageType* image)
{
  auto filter = FilterType::New();
  filter->SetSpectralResponse(MakeResponse());
  filter->SetInput(image);
  return filter;
}
} // namespace

TEST(SpectralResponseImageFilter, MultipliesEachPixelByTheResponse)
{
  const auto image  = MakeImage(300, 5); // wider than a block
  const auto filter = MakeFilter(image);
  filter->Update();
  const ImageType* output = filter->GetOutput();
  ASSERT_EQ(output->GetNumberOfComponentsPerPixel(), 3u);
  const auto response = MakeResponse().GetMatrix();
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(output, output->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    const auto input = image->GetPixel(it.GetIndex());
    const auto found = it.Get();
    for (unsigned int row = 0; row < 3; ++row)
    {
      double expected = 0;
      for (unsigned int band = 0; band < Bands; ++band)
      {
        expected += double(response(row, band)) * input[band];
      }
      ASSERT_NEAR(found[row], expected, 1e-6);
    }
  }
}

TEST(SpectralResponseImageFilter, AnyTilingAndAnyThreadsGiveTheSameBits)
{
  const auto image = MakeImage(271, 23);
  const auto whole = MakeFilter(image);
  otb::SetThreads(whole, 1);
  whole->Update();

  for (const unsigned int threads : {2u, 5u, 16u})
  {
    const auto filter = MakeFilter(image);
    otb::SetThreads(filter, threads);
    filter->Update();
    EXPECT_TRUE(SameBits(whole->GetOutput(), filter->GetOutput())) << threads << " threads";
  }
  for (const unsigned int divisions : {2u, 7u, 23u})
  {
    EXPECT_TRUE(SameBits(whole->GetOutput(), InStrips(MakeFilter(image).GetPointer(), divisions))) << divisions << " strips";
  }
  // Tiles that start anywhere in a line.
  for (const unsigned int width : {1u, 64u, 100u, 257u})
  {
    for (unsigned int column = 0; column < 271; column += width)
    {
      const auto            filter = MakeFilter(image);
      ImageType::RegionType tile   = image->GetLargestPossibleRegion();
      tile.SetIndex(0, column);
      tile.SetSize(0, std::min(width, 271 - column));
      tile.SetIndex(1, 3);
      tile.SetSize(1, 2);
      filter->GetOutput()->SetRequestedRegion(tile);
      filter->GetOutput()->UpdateOutputInformation();
      filter->GetOutput()->SetRequestedRegion(tile);
      filter->GetOutput()->PropagateRequestedRegion();
      filter->GetOutput()->UpdateOutputData();
      for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(filter->GetOutput(), tile); !it.IsAtEnd(); ++it)
      {
        const auto expected = whole->GetOutput()->GetPixel(it.GetIndex());
        const auto found    = it.Get();
        ASSERT_EQ(std::memcmp(found.GetDataPointer(), expected.GetDataPointer(), 3 * sizeof(float)), 0)
            << "tile of " << width << " columns at " << it.GetIndex();
      }
    }
  }
}

TEST(SpectralResponseImageFilter, InvalidPixelsBecomeNoData)
{
  const auto   image  = MakeImage(4, 1);
  float* const buffer = image->GetBufferPointer();
  buffer[5]           = std::nanf("");
  buffer[Bands + 36]  = std::numeric_limits<float>::infinity();
  std::fill(buffer + 2 * Bands, buffer + 3 * Bands, -1.f);
  buffer[3 * Bands]  = -1.f; // one band that happens to have the value is no reason
  const auto filter  = MakeFilter(image);
  const auto expects = [&](std::size_t pixel, float value)
  {
    for (std::size_t band = 0; band < 3; ++band)
    {
      EXPECT_EQ(filter->GetOutput()->GetBufferPointer()[3 * pixel + band], value) << "pixel " << pixel;
    }
  };
  filter->SetInputNoData(-1.f);
  filter->SetOutputNoData(-7.f);
  filter->Update();
  expects(0, -7.f);
  expects(1, -7.f);
  expects(2, -7.f);
  EXPECT_GT(filter->GetOutput()->GetBufferPointer()[9], 0.f);
  for (const auto& band : filter->GetOutput()->GetImageMetadata().Bands)
  {
    ASSERT_TRUE(band.Has(otb::MDNum::NoData));
    EXPECT_EQ(band[otb::MDNum::NoData], -7.);
  }
}

TEST(SpectralResponseImageFilter, KeepsTheGridAndDescribesTheBands)
{
  const auto        image = MakeImage(4, 3);
  otb::SpectralAxis axis;
  for (unsigned int band = 0; band < Bands; ++band)
  {
    axis.wavelengths.push_back(400 + 10 * band);
  }
  otb::ImageMetadata metadata = image->GetImageMetadata();
  metadata.Bands.resize(Bands);
  otb::SetSpectralAxis(metadata, axis);
  metadata.Add(otb::MDGeom::ProjectionWKT, std::string("EPSG:32633"));
  image->SetImageMetadata(metadata);

  const auto filter = MakeFilter(image);
  filter->UpdateOutputInformation();
  const auto& described = filter->GetOutput()->GetImageMetadata();
  EXPECT_EQ(described.GetBandNames(), (std::vector<std::string>{"Blue", "Green", "Red"}));
  EXPECT_FALSE(otb::GetSpectralAxis(described).has_value());
  EXPECT_EQ(described.ExtraKeys.count("ENVI/wavelength"), 0u);
  EXPECT_NE(described.GetProjectionWKT().find("UTM zone 33N"), std::string::npos);
  EXPECT_EQ(filter->GetOutput()->GetSignedSpacing(), image->GetSignedSpacing());
  EXPECT_EQ(filter->GetOutput()->GetOrigin(), image->GetOrigin());
}

TEST(SpectralResponseImageFilter, RefusesAWrongBandCountBeforeAnyPixel)
{
  const auto image  = MakeImage(4, 3);
  const auto filter = MakeFilter(image);
  filter->SetSpectralResponse(MakeResponse(40));
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("The hyperspectral image has 37 bands, the spectral response is for 40"), std::string::npos);
  filter->SetSpectralResponse(otb::SpectralResponse());
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("No spectral response was set"), std::string::npos);
  filter->SetSpectralResponse(MakeResponse());
  EXPECT_EQ(ErrorOf(filter.GetPointer()), "no error");
}
