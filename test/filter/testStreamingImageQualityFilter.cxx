// SPDX-License-Identifier: Apache-2.0
#include "otbImageQualityScan.h"
#include "otbSpectralDifferenceImageFilter.h"
#include "otbStreamingImageQualityFilter.h"
#include "otbToolkitVersion.h"

#include "otbImage.h"
#include "otbVectorImage.h"

#include "gtest/gtest.h"

#include <cmath>

namespace
{
using ImageType   = otb::VectorImage<float, 2>;
using QualityType = otb::StreamingImageQualityFilter<ImageType>;
using MaskType    = QualityType::FilterType::MaskType;
using MapType     = otb::SpectralDifferenceImageFilter<ImageType, otb::Image<float, 2>>;

constexpr unsigned int Columns = 70;
constexpr unsigned int Rows    = 45;
constexpr unsigned int Bands   = 18;

template <class TImage>
typename TImage::Pointer Allocate(unsigned int columns, unsigned int rows, unsigned int bands, long firstColumn = 0)
{
  auto                      image = TImage::New();
  typename TImage::SizeType size;
  size[0] = columns;
  size[1] = rows;
  typename TImage::IndexType index;
  index[0] = firstColumn;
  index[1] = 0;
  image->SetRegions(typename TImage::RegionType(index, size));
  image->SetNumberOfComponentsPerPixel(bands);
  image->Allocate();
  return image;
}

ImageType::Pointer MakeImage(double error, unsigned int columns = Columns, unsigned int rows = Rows, unsigned int bands = Bands, long firstColumn = 0)
{
  const auto image = Allocate<ImageType>(columns, rows, bands, firstColumn);
  float*     pixel = image->GetBufferPointer();
  for (std::size_t i = 0; i < std::size_t(columns) * rows * bands; ++i)
  {
    pixel[i] = static_cast<float>(0.5 + 0.4 * std::sin(0.011 * i) + error * std::cos(1.7 * i));
  }
  return image;
}

/** Gives all bands of the i-th pixel one value. */
void SetPixel(ImageType* image, std::size_t i, float value)
{
  auto index = image->GetLargestPossibleRegion().GetIndex();
  index[0] += static_cast<long>(i % Columns);
  index[1] += static_cast<long>(i / Columns);
  ImageType::PixelType pixel(Bands);
  pixel.Fill(value);
  image->SetPixel(index, pixel);
}

QualityType::Pointer MakeQuality(ImageType* reference, ImageType* estimate)
{
  auto quality = QualityType::New();
  quality->GetFilter()->SetReference(reference);
  quality->GetFilter()->SetEstimate(estimate);
  return quality;
}

void ExpectSame(const otb::ImageQuality& a, const otb::ImageQuality& b, double tolerance)
{
  EXPECT_EQ(a.pixels, b.pixels);
  EXPECT_NEAR(a.overall.sam, b.overall.sam, tolerance);
  ASSERT_EQ(a.bands.size(), b.bands.size());
  const auto same = [tolerance](const otb::ImageQuality::Scores& x, const otb::ImageQuality::Scores& y)
  {
    EXPECT_NEAR(x.rmse, y.rmse, tolerance);
    EXPECT_NEAR(x.psnr, y.psnr, 10 * tolerance);
    EXPECT_NEAR(x.ssim, y.ssim, tolerance);
    EXPECT_NEAR(x.uiqi, y.uiqi, tolerance);
    EXPECT_NEAR(x.ergas, y.ergas, tolerance);
    EXPECT_NEAR(x.cc, y.cc, tolerance);
  };
  same(a.overall, b.overall);
  for (std::size_t band = 0; band < a.bands.size(); ++band)
  {
    same(a.bands[band], b.bands[band]);
  }
}

std::string ErrorOf(QualityType* quality)
{
  try
  {
    quality->Update();
  }
  catch (const itk::ExceptionObject& error)
  {
    return error.GetDescription();
  }
  return "no error";
}
} // namespace

TEST(StreamingImageQualityFilter, AgreesWithTheScanOfTheWholeImage)
{
  const auto reference = MakeImage(0.), estimate = MakeImage(0.05);
  const auto quality = MakeQuality(reference, estimate);
  quality->Update();

  const otb::ImageQualityOptions     options;
  std::vector<otb::ImageQualitySums> lines(Rows);
  const auto                         stride = static_cast<std::ptrdiff_t>(Columns * Bands);
  otb::ScanImageQuality(
      {reference->GetBufferPointer(), estimate->GetBufferPointer(), stride, stride, Rows, Columns, Bands, std::vector<std::uint8_t>(Rows * Columns, 0)},
      options, 0, 0, Columns, lines.data(), Rows);
  otb::ImageQualitySums total(Bands);
  for (const auto& line : lines)
  {
    total.Add(line);
  }
  ExpectSame(quality->GetFilter()->GetQuality(), total.Evaluate(options), 0.);
  EXPECT_GT(quality->GetFilter()->GetQuality().overall.rmse, 0.03);
}

TEST(StreamingImageQualityFilter, StripsAndThreadsGiveTheSameBitsTilesTheSameScores)
{
  const auto reference = MakeImage(0.), estimate = MakeImage(0.05);
  reference->GetBufferPointer()[(20 * Columns + 33) * Bands + 2] = std::nanf("");
  const auto whole                                               = MakeQuality(reference, estimate);
  otb::SetThreads(whole->GetFilter(), 1);
  whole->GetStreamer()->SetNumberOfDivisionsStrippedStreaming(1);
  whole->Update();
  EXPECT_EQ(whole->GetFilter()->GetQuality().pixels, Rows * Columns - 1);
  for (const unsigned int threads : {1u, 3u, 16u})
  {
    for (const unsigned int lines : {1u, 7u, 45u})
    {
      const auto quality = MakeQuality(reference, estimate);
      otb::SetThreads(quality->GetFilter(), threads);
      quality->GetStreamer()->SetNumberOfLinesStrippedStreaming(lines);
      quality->Update();
      ExpectSame(quality->GetFilter()->GetQuality(), whole->GetFilter()->GetQuality(), 0.);
    }
    const auto tiled = MakeQuality(reference, estimate);
    otb::SetThreads(tiled->GetFilter(), threads);
    tiled->GetStreamer()->SetTileDimensionTiledStreaming(16);
    tiled->Update();
    ExpectSame(tiled->GetFilter()->GetQuality(), whole->GetFilter()->GetQuality(), 1e-12);
  }
}

TEST(StreamingImageQualityFilter, CanRunTwice)
{
  const auto reference = MakeImage(0.), estimate = MakeImage(0.05);
  const auto quality = MakeQuality(reference, estimate);
  quality->Update();
  const otb::ImageQuality first = quality->GetFilter()->GetQuality();
  quality->Update();
  ExpectSame(quality->GetFilter()->GetQuality(), first, 0.);
}

TEST(StreamingImageQualityFilter, MaskAndNoDataTakePixelsOut)
{
  const auto reference = MakeImage(0.), estimate = MakeImage(0.05, Columns, Rows, Bands, 1000); // indices that start elsewhere
  const auto mask = Allocate<MaskType>(Columns, Rows, 1);
  mask->FillBuffer(255);
  // A wild error in pixels that the mask hides, no data in others.
  for (const std::size_t pixel : {std::size_t(0), std::size_t(10 * Columns + 10)})
  {
    SetPixel(estimate, pixel, 1e6f);
    mask->GetBufferPointer()[pixel] = 0;
  }
  SetPixel(estimate, 30 * Columns + 69, -5.f);
  SetPixel(reference, 31 * Columns + 69, -6.f);
  const auto quality = MakeQuality(reference, estimate);
  quality->GetFilter()->SetMask(mask);
  quality->GetFilter()->SetEstimateNoData(-5.f);
  quality->GetFilter()->SetReferenceNoData(-6.f);
  quality->Update();
  const otb::ImageQuality& scores = quality->GetFilter()->GetQuality();
  EXPECT_EQ(scores.pixels, Rows * Columns - 4);
  EXPECT_LT(scores.overall.rmse, 0.04);
  EXPECT_GT(scores.overall.ssim, 0.2);

  quality->GetFilter()->SetMask(nullptr);
  quality->Update();
  EXPECT_EQ(quality->GetFilter()->GetQuality().pixels, Rows * Columns - 2);
  EXPECT_GT(quality->GetFilter()->GetQuality().overall.rmse, 1e4);
}

TEST(StreamingImageQualityFilter, RefusesImagesThatDiffer)
{
  const auto contains  = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos ? "" : text; };
  const auto reference = MakeImage(0.);
  EXPECT_EQ(contains(ErrorOf(MakeQuality(reference, MakeImage(0., 69))),
                     "The image has 69 x 45 pixels and 18 bands, expected 70 x 45 pixels and 18 bands, those of the reference"),
            "");
  EXPECT_EQ(contains(ErrorOf(MakeQuality(reference, MakeImage(0., Columns, Rows, 4))),
                     "45 pixels and 4 bands, expected 70 x 45 pixels and 18 bands, those of the reference"),
            "");
  const auto quality = MakeQuality(reference, reference);
  quality->GetFilter()->SetMask(Allocate<MaskType>(Columns, 44, 1));
  EXPECT_EQ(contains(ErrorOf(quality), "The mask has 70 x 44 pixels, expected 70 x 45"), "");
}

TEST(StreamingImageQualityFilter, NothingToCompareIsNaN)
{
  const auto reference = MakeImage(0.);
  const auto estimate  = MakeImage(0.);
  for (std::size_t i = 0; i < Rows * Columns; ++i)
  {
    SetPixel(estimate, i, std::nanf(""));
  }
  const auto quality = MakeQuality(reference, estimate);
  quality->Update();
  EXPECT_EQ(quality->GetFilter()->GetQuality().pixels, 0u);
  EXPECT_TRUE(std::isnan(quality->GetFilter()->GetQuality().overall.rmse));
  EXPECT_TRUE(std::isnan(quality->GetFilter()->GetQuality().overall.sam));
}

TEST(SpectralDifferenceImageFilter, MapsAverageToTheScores)
{
  const auto reference = MakeImage(0.), estimate = MakeImage(0.7); // some values leave [0, 1]
  SetPixel(estimate, 7, 0.f);                                      // no angle
  SetPixel(estimate, 9, std::nanf(""));
  otb::ImageQualityOptions options;
  options.clip       = true;
  const auto quality = MakeQuality(reference, estimate);
  quality->GetFilter()->SetOptions(options);
  quality->Update();
  for (const auto measure : {MapType::Measure::Angle, MapType::Measure::RootMeanSquareError})
  {
    auto map = MapType::New();
    map->SetReference(reference);
    map->SetEstimate(estimate);
    map->SetOptions(options);
    map->SetMeasure(measure);
    map->Update();
    const bool   angle = measure == MapType::Measure::Angle;
    const float* value = map->GetOutput()->GetBufferPointer();
    EXPECT_EQ(value[9], MapType::NoData);
    EXPECT_EQ(value[7] == MapType::NoData, angle);
    double      sum   = 0.;
    std::size_t count = 0;
    for (std::size_t i = 0; i < Rows * Columns; ++i)
    {
      if (value[i] != MapType::NoData)
      {
        sum += angle ? value[i] : static_cast<double>(value[i]) * value[i];
        ++count;
      }
    }
    const double expected = angle ? quality->GetFilter()->GetQuality().overall.sam : std::pow(quality->GetFilter()->GetQuality().overall.rmse, 2);
    EXPECT_NEAR(sum / count, expected, 1e-6 * expected);
    EXPECT_EQ(count, Rows * Columns - (angle ? 2 : 1));
  }
}
