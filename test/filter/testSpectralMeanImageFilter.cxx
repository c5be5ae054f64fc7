// SPDX-License-Identifier: Apache-2.0
#include "testImages.h"

#include "otbSpectralMeanImageFilter.h"

#include <cmath>
#include <limits>

namespace
{
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::PixelOf;
using FilterType = otb::SpectralMeanImageFilter<ImageType>;

struct Images
{
  ImageType::Pointer one = MakeImage(31, 17, 5), two = MakeImage(31, 17, 5, {}, 2), three = MakeImage(31, 17, 5, {}, 3);

  FilterType::Pointer Filter() const
  {
    const auto filter = FilterType::New();
    filter->AddInput(one, 2.);
    filter->AddInput(two, 2.);
    filter->AddInput(three, 1.);
    return filter;
  }
};

TEST(SpectralMeanImageFilter, IsTheWeightedMean)
{
  const Images images;
  const auto   filter = images.Filter();
  filter->Update();
  for (long column = 0; column < 31; ++column)
  {
    for (unsigned int band = 0; band < 5; ++band)
    {
      const double mean =
          0.4 * PixelOf(images.one, column, 9)[band] + 0.4 * PixelOf(images.two, column, 9)[band] + 0.2 * PixelOf(images.three, column, 9)[band];
      EXPECT_NEAR(PixelOf(filter->GetOutput(), column, 9)[band], mean, 1e-6);
    }
  }
}

TEST(SpectralMeanImageFilter, IsInvalidWhereOneInputIs)
{
  const Images images;
  PixelOf(images.two, 4, 3)[2] = std::numeric_limits<float>::quiet_NaN();
  std::fill_n(PixelOf(images.three, 5, 3), 5, -1.f);
  const auto filter = images.Filter();
  filter->SetInputNoData(-1.f);
  filter->Update();
  EXPECT_TRUE(otb::test::IsAll(filter->GetOutput(), 4, 3, -9999.f));
  EXPECT_TRUE(otb::test::IsAll(filter->GetOutput(), 5, 3, -9999.f));
  EXPECT_FALSE(otb::test::IsAll(filter->GetOutput(), 6, 3, -9999.f));
}

TEST(SpectralMeanImageFilter, SameBitsForAnyTilingAndThreads)
{
  const Images images;
  otb::test::ExpectSameBitsForAnyTilingAndThreads([&images] { return images.Filter(); });
}

TEST(SpectralMeanImageFilter, RefusesImagesThatDoNotGoTogether)
{
  const Images images;
  auto         filter = images.Filter();
  filter->AddInput(MakeImage(31, 17, 4), 1.);
  EXPECT_THROW(filter->UpdateOutputInformation(), itk::ExceptionObject);
  filter = images.Filter();
  filter->AddInput(images.one, 0.);
  EXPECT_THROW(filter->UpdateOutputInformation(), itk::ExceptionObject);
}
} // namespace
