// SPDX-License-Identifier: Apache-2.0
#include "otbAdditiveSpectralNoiseImageFilter.h"
#include "otbImageSpectralAxis.h"
#include "otbSpatialDegradationImageFilter.h"
#include "otbStreamingBandPowerImageFilter.h"
#include "testImages.h"

#include "otbSpatialReference.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace
{
using otb::test::ErrorOf;
using otb::test::ImageType;
using otb::test::InTiles;
using otb::test::SameBits;
using FilterType = otb::SpatialDegradationImageFilter<ImageType>;
using NoiseType  = otb::AdditiveSpectralNoiseImageFilter<ImageType>;
using PowerType  = otb::StreamingBandPowerImageFilter<ImageType>;
using BorderType = otb::PointSpreadFunction::Border;

ImageType::Pointer MakeImage(unsigned int columns, unsigned int rows, unsigned int bands)
{
  auto                image = ImageType::New();
  ImageType::SizeType size;
  size[0] = columns;
  size[1] = rows;
  ImageType::RegionType region;
  region.SetSize(size);
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(bands);
  image->Allocate();
  ImageType::SpacingType spacing;
  spacing[0] = 10;
  spacing[1] = -20;
  image->SetSignedSpacing(spacing);
  ImageType::PointType origin;
  origin[0] = 1005; // the upper-left corner is (1000, 2000)
  origin[1] = 1990;
  image->SetOrigin(origin);
  std::mt19937                          generator(1);
  std::uniform_real_distribution<float> uniform(0.f, 1.f);
  float* const                          buffer = image->GetBufferPointer();
  std::generate(buffer, buffer + std::size_t(columns) * rows * bands, [&] { return uniform(generator); });
  return image;
}

/** A kernel without any symmetry. */
otb::PointSpreadFunction MakeKernel()
{
  otb::PointSpreadFunction::KernelType kernel(5, 7);
  for (Eigen::Index i = 0; i < kernel.size(); ++i)
  {
    kernel.data()[i] = 1 + (5 * i) % 11 - (i % 4 == 0 ? 3 : 0);
  }
  return otb::PointSpreadFunction(kernel, "test");
}

FilterType::Pointer MakeFilter(ImageType* image, unsigned int ratio, BorderType border = BorderType::Reflect)
{
  auto filter = FilterType::New();
  filter->SetPointSpreadFunction(MakeKernel());
  filter->SetRatio(ratio);
  filter->SetBorder(border);
  filter->SetInput(image);
  return filter;
}

/** Every definition written out: convolution with k at each fine pixel, then the mean over a block. */
double BruteForce(const ImageType* image, const otb::PointSpreadFunction& psf, long ratio, BorderType border, long row, long column, unsigned int band)
{
  const long height = image->GetLargestPossibleRegion().GetSize(1);
  const long width  = image->GetLargestPossibleRegion().GetSize(0);
  const auto mirror = [](long place, long length)
  {
    while (place < 0 || place >= length)
    {
      place = place < 0 ? -1 - place : 2 * length - 1 - place;
    }
    return place;
  };
  const auto at = [&](long y, long x)
  {
    if (border == BorderType::Zero && (y < 0 || y >= height || x < 0 || x >= width))
    {
      return 0.;
    }
    const ImageType::IndexType index = {{mirror(x, width), mirror(y, height)}};
    return static_cast<double>(image->GetPixel(index)[band]);
  };
  const long radiusY = psf.GetVerticalRadius(), radiusX = psf.GetHorizontalRadius();
  double     sum = 0.;
  for (long v = row * ratio; v < (row + 1) * ratio; ++v)
  {
    for (long u = column * ratio; u < (column + 1) * ratio; ++u)
    {
      for (long y = -radiusY; y <= radiusY; ++y)
      {
        for (long x = -radiusX; x <= radiusX; ++x)
        {
          sum += psf.GetKernel()(y + radiusY, x + radiusX) * at(v - y, u - x);
        }
      }
    }
  }
  return sum / (ratio * ratio);
}

std::vector<double> DeviationsAt(ImageType* image, double snr)
{
  auto power = PowerType::New();
  power->SetInput(image);
  power->Update();
  return otb::SpectralNoise::StandardDeviations(power->GetFilter()->GetMeanSquares(), snr);
}
} // namespace

TEST(SpatialDegradationImageFilter, IsBlurThenBlockAverage)
{
  struct Case
  {
    unsigned int columns, rows, bands, ratio;
  };
  // Also: remainders at the edges, one band, images smaller than the kernel, no decimation.
  for (const Case& size : {Case{26, 31, 3, 4}, {17, 12, 1, 5}, {3, 2, 2, 2}, {1, 1, 2, 1}, {9, 8, 5, 1}})
  {
    const auto image = MakeImage(size.columns, size.rows, size.bands);
    for (const BorderType border : {BorderType::Zero, BorderType::Reflect})
    {
      const auto filter = MakeFilter(image, size.ratio, border);
      filter->Update();
      const ImageType* output = filter->GetOutput();
      const auto       coarse = output->GetLargestPossibleRegion().GetSize();
      ASSERT_EQ(coarse[0], size.columns / size.ratio);
      ASSERT_EQ(coarse[1], size.rows / size.ratio);
      for (long row = 0; row < static_cast<long>(coarse[1]); ++row)
      {
        for (long column = 0; column < static_cast<long>(coarse[0]); ++column)
        {
          for (unsigned int band = 0; band < size.bands; ++band)
          {
            const double expected = BruteForce(image, MakeKernel(), size.ratio, border, row, column, band);
            ASSERT_NEAR(output->GetPixel({{column, row}})[band], expected, 1e-6) << row << ' ' << column << ' ' << band;
          }
        }
      }
    }
  }
}

TEST(SpatialDegradationImageFilter, KeepsTheUpperLeftCorner)
{
  const auto            image    = MakeImage(11, 9, 2);
  ImageType::RegionType region   = image->GetLargestPossibleRegion();
  auto                  metadata = image->GetImageMetadata();
  metadata.Add(otb::MDGeom::ProjectionWKT, otb::SpatialReference::FromEPSG(32633).ToWkt());
  metadata.Bands.resize(2);
  metadata.Bands[1].Add(otb::MDStr::BandName, "Second");
  image->SetImageMetadata(metadata);
  const auto        filter = MakeFilter(image, 4);
  otb::SpectralAxis axis;
  axis.wavelengths = {500., 600.};
  filter->SetSpectralAxis(axis);
  filter->UpdateOutputInformation();
  const ImageType* output = filter->GetOutput();
  EXPECT_EQ(output->GetSignedSpacing()[0], 40);
  EXPECT_EQ(output->GetSignedSpacing()[1], -80);
  EXPECT_EQ(output->GetOrigin()[0] - 0.5 * output->GetSignedSpacing()[0], 1000);
  EXPECT_EQ(output->GetOrigin()[1] - 0.5 * output->GetSignedSpacing()[1], 2000);
  EXPECT_EQ(output->GetProjectionRef(), image->GetProjectionRef());
  EXPECT_NE(output->GetProjectionRef().find("UTM zone 33N"), std::string::npos);
  EXPECT_EQ(output->GetImageMetadata().Bands[1][otb::MDStr::BandName], "Second");
  EXPECT_EQ(otb::GetSpectralAxis(output->GetImageMetadata())->wavelengths, axis.wavelengths);

  // A part of a larger image: its indices do not start at 0.
  region.SetIndex({{100, 200}});
  image->SetRegions(region);
  filter->Modified();
  filter->UpdateOutputInformation();
  EXPECT_EQ(output->GetOrigin()[0] - 0.5 * output->GetSignedSpacing()[0], 1000 + 100 * 10);
  EXPECT_EQ(output->GetOrigin()[1] - 0.5 * output->GetSignedSpacing()[1], 2000 - 200 * 20);
  filter->Update();
  EXPECT_TRUE(SameBits(output,
                       [&]
                       {
                         const auto fresh = MakeFilter(MakeImage(11, 9, 2), 4);
                         fresh->Update();
                         return ImageType::Pointer(fresh->GetOutput());
                       }()));
}

TEST(SpatialDegradationImageFilter, AnyTilingAndAnyThreadsGiveTheSameBits)
{
  for (const unsigned int bands : {1u, 7u, 19u})
  {
    const auto image = MakeImage(61, 83, bands);
    for (const BorderType border : {BorderType::Zero, BorderType::Reflect})
    {
      const auto whole = MakeFilter(image, 3, border);
      otb::SetThreads(whole, 1);
      whole->Update();
      for (const unsigned int threads : {1u, 4u, 16u})
      {
        const auto filter = MakeFilter(image, 3, border);
        otb::SetThreads(filter, threads);
        EXPECT_TRUE(SameBits(whole->GetOutput(), InTiles(filter.GetPointer(), 12)));
      }
    }
  }
}

TEST(SpatialDegradationImageFilter, InvalidPixelsMakeTheirCoarsePixelsInvalid)
{
  const auto image = MakeImage(40, 40, 3);
  // NaN in one band; the no-data value in all bands; in one band it is a value like others.
  image->GetBufferPointer()[(10 * 40 + 10) * 3 + 1] = std::nanf("");
  std::fill_n(image->GetBufferPointer() + (30 * 40 + 31) * 3, 3, -1.f);
  image->GetBufferPointer()[(30 * 40 + 5) * 3] = -1.f;
  const auto filter                            = MakeFilter(image, 4);
  filter->SetInputNoData(-1.f);
  filter->SetOutputNoData(-7.f);
  filter->Update();
  for (long row = 0; row < 10; ++row)
  {
    for (long column = 0; column < 10; ++column)
    {
      // The kernel reaches 2 lines and 3 columns beyond the block.
      const auto reaches = [&](long y, long x) { return y >= 4 * row - 2 && y < 4 * row + 4 + 2 && x >= 4 * column - 3 && x < 4 * column + 4 + 3; };
      const bool invalid = reaches(10, 10) || reaches(30, 31);
      const auto pixel   = filter->GetOutput()->GetPixel({{column, row}});
      for (unsigned int band = 0; band < 3; ++band)
      {
        ASSERT_EQ(pixel[band] == -7.f, invalid) << row << ' ' << column;
        ASSERT_TRUE(std::isfinite(pixel[band]));
      }
    }
  }
}

TEST(SpatialDegradationImageFilter, RefusesImagesSmallerThanTheRatio)
{
  const auto image = MakeImage(8, 3, 1);
  EXPECT_NE(ErrorOf(MakeFilter(image, 4).GetPointer()).find("8 x 3 pixels, expected at least the ratio, 4"), std::string::npos);
  EXPECT_NE(ErrorOf(MakeFilter(image, 0).GetPointer()).find("ratio is 0"), std::string::npos);
  EXPECT_EQ(ErrorOf(MakeFilter(image, 3).GetPointer()), "no error");
}

TEST(AdditiveSpectralNoiseImageFilter, HasTheAskedPowerInEachBand)
{
  const auto image = MakeImage(300, 200, 4);
  // Bands of very different power.
  float* pixel = image->GetBufferPointer();
  for (std::size_t i = 0; i < 300 * 200; ++i, pixel += 4)
  {
    pixel[1] *= 1000.f;
    pixel[2] = -0.01f * pixel[2];
    pixel[3] = 0.f;
  }
  auto noise = NoiseType::New();
  noise->SetInput(image);
  noise->SetStandardDeviations(DeviationsAt(image, 25.));
  noise->Update();
  for (unsigned int band = 0; band < 4; ++band)
  {
    double signal = 0., difference = 0.;
    for (std::size_t i = band; i < 300 * 200 * 4; i += 4)
    {
      const double x = image->GetBufferPointer()[i];
      const double n = noise->GetOutput()->GetBufferPointer()[i] - x;
      signal += x * x;
      difference += n * n;
    }
    if (band == 3)
    {
      EXPECT_EQ(difference, 0.);
      continue;
    }
    // The variance of n samples has a relative standard error of sqrt(2 / n): 0.025 dB here.
    EXPECT_NEAR(10 * std::log10(signal / difference), 25., 0.1) << band;
  }
}

TEST(AdditiveSpectralNoiseImageFilter, AnyTilingAndAnyThreadsGiveTheSameBits)
{
  const auto image = MakeImage(61, 83, 7);
  std::fill_n(image->GetBufferPointer(), 7, std::numeric_limits<float>::infinity());
  const auto make = [&](unsigned int threads, std::uint64_t seed)
  {
    auto noise = NoiseType::New();
    noise->SetInput(image);
    noise->SetStandardDeviations(DeviationsAt(image, 10.));
    noise->SetSeed(seed);
    otb::SetThreads(noise, threads);
    return noise;
  };
  const auto whole = make(1, 5);
  whole->Update();
  EXPECT_EQ(whole->GetOutput()->GetPixel({{0, 0}})[3], std::numeric_limits<float>::infinity());
  for (const unsigned int threads : {1u, 4u, 16u})
  {
    EXPECT_TRUE(SameBits(whole->GetOutput(), InTiles(make(threads, 5).GetPointer(), 12)));
  }
  const auto other = make(1, 6);
  other->Update();
  EXPECT_FALSE(SameBits(whole->GetOutput(), other->GetOutput()));
}

TEST(AdditiveSpectralNoiseImageFilter, RefusesAnotherNumberOfBands)
{
  const auto image = MakeImage(3, 3, 2);
  auto       noise = NoiseType::New();
  noise->SetInput(image);
  noise->SetStandardDeviations({1., 1., 1.});
  EXPECT_NE(ErrorOf(noise.GetPointer()).find("3 standard deviations, expected one for each of the image's 2 bands"), std::string::npos);
  noise->SetStandardDeviations({1., -1.});
  EXPECT_NE(ErrorOf(noise.GetPointer()).find("standard deviation of the noise is -1"), std::string::npos);
}

TEST(StreamingBandPowerImageFilter, GivesTheSameBitsInAnyStrips)
{
  const auto image = MakeImage(61, 83, 7);
  std::fill_n(image->GetBufferPointer() + 70, 7, std::nanf(""));
  std::vector<double> sums(7, 0.);
  float               maximum = 0.f;
  for (std::size_t i = 0; i < 61 * 83 * 7; ++i)
  {
    const float x = image->GetBufferPointer()[i];
    if (std::isfinite(x))
    {
      sums[i % 7] += static_cast<double>(x) * x;
      maximum = std::max(maximum, x);
    }
  }
  std::vector<double> first;
  for (const unsigned int lines : {83u, 1u, 10u})
  {
    for (const unsigned int threads : {1u, 3u, 16u})
    {
      auto power = PowerType::New();
      power->SetInput(image);
      power->GetStreamer()->SetNumberOfLinesStrippedStreaming(lines);
      otb::SetThreads(power->GetFilter(), threads);
      power->Update();
      const auto found = power->GetFilter()->GetMeanSquares();
      first            = first.empty() ? found : first;
      EXPECT_EQ(found, first) << lines << " lines, " << threads << " threads";
      EXPECT_EQ(power->GetFilter()->GetNumberOfValidPixels(), 61u * 83u - 1);
      EXPECT_EQ(power->GetFilter()->GetMaximum(), maximum);
    }
  }
  for (unsigned int band = 0; band < 7; ++band)
  {
    EXPECT_NEAR(first[band], sums[band] / (61 * 83 - 1), 1e-12);
  }
}
