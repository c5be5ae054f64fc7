// SPDX-License-Identifier: Apache-2.0

// What a refinement's statistics are found from is read from images of any size in bounded memory, the same however it is read.

#include "otbRefinementSampleReader.h"
#include "testImages.h"

#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace
{
using otb::RefinementPlaces;
using otb::RefinementSample;
using otb::SpectralRefinement;
using otb::test::ImageType;
using ReaderType = otb::RefinementSampleReader<ImageType>;

constexpr unsigned int Bands = 6, Multi = 2;
constexpr long         Ratio = 4;

otb::CoarseGridAxis MakeAxis(long coarse)
{
  return {0.5 / Ratio, 1. / Ratio, coarse};
}

otb::SpectralResponse MakeResponse()
{
  otb::SpectraMatrix matrix = otb::SpectraMatrix::Zero(Multi, Bands);
  matrix.row(0).head(3).setConstant(1.f);
  matrix.row(1).tail(4).setConstant(1.f);
  return otb::SpectralResponse(matrix, {"a", "b"}, "test");
}

/** Three images of one scene, which read from anywhere in pieces of so many lines. */
struct Scene
{
  ImageType::Pointer fused, multispectral, hyperspectral;
  long               coarse;

  explicit Scene(long size) : coarse(size)
  {
    const auto fine = static_cast<unsigned int>(size * Ratio), small = static_cast<unsigned int>(size);
    fused         = otb::test::MakeImage(fine, fine, Bands, {}, 1);
    multispectral = otb::test::MakeImage(fine, fine, Multi, {}, 2);
    hyperspectral = otb::test::MakeImage(small, small, Bands, {}, 3);
  }

  ReaderType Reader() const
  {
    ReaderType reader;
    reader.fused.image         = fused;
    reader.multispectral.image = multispectral;
    reader.hyperspectral.image = hyperspectral;
    reader.rows = reader.columns = MakeAxis(coarse);
    reader.blur                  = otb::SensorBlur::Gaussian(Ratio, Ratio, 1.5, 1.5, 0.2, 0.);
    reader.response              = MakeResponse();
    return reader;
  }
};

void ExpectSame(const RefinementSample& one, const RefinementSample& other)
{
  ASSERT_EQ(one.blocks.size(), other.blocks.size());
  for (std::size_t k = 0; k < one.blocks.size(); ++k)
  {
    EXPECT_EQ(one.blocks[k].fine.top, other.blocks[k].fine.top);
    EXPECT_EQ(one.blocks[k].fine.left, other.blocks[k].fine.left);
    EXPECT_EQ(one.blocks[k].innovations, other.blocks[k].innovations);
    EXPECT_EQ(one.blocks[k].response, other.blocks[k].response);
    EXPECT_EQ(one.blocks[k].multispectral, other.blocks[k].multispectral);
    EXPECT_EQ(one.blocks[k].usable, other.blocks[k].usable);
    EXPECT_EQ(one.blocks[k].valid, other.blocks[k].valid);
  }
}

TEST(RefinementSampleReader, ReadsASmallSceneWhole)
{
  const Scene scene(12);
  const auto  sample = scene.Reader().Read();
  ASSERT_EQ(sample.blocks.size(), 1u);
  const auto&               block = sample.blocks.front();
  const otb::SensorOperator sensor(sample.blur, sample.rows, sample.columns, sample.fineRows, sample.fineColumns);
  EXPECT_EQ(sample.GetNumberOfUsablePixels(), block.usable.size());
  std::size_t pixel = 0, inside = 0;
  for (long row = 0; row < 12; ++row)
  {
    for (long column = 0; column < 12; ++column)
    {
      if (!sensor.IsInside(row, column))
      {
        continue;
      }
      ++inside;
      for (unsigned int band = 0; band < Bands; ++band)
      {
        const double seen = sensor.ApplyAt(row, column, scene.fused->GetBufferPointer() + band, 48 * Bands, Bands);
        const float  y    = otb::test::PixelOf(scene.hyperspectral, column, row)[band];
        EXPECT_NEAR(block.innovations(static_cast<Eigen::Index>(pixel), band), y - seen, 1e-5);
        EXPECT_EQ(block.hyperspectral(static_cast<Eigen::Index>(pixel), band), y);
      }
      ++pixel;
    }
  }
  EXPECT_EQ(inside, block.usable.size());
  // R X0 and M at a fine pixel.
  const long         row = block.fine.top + 3, column = block.fine.left + 5;
  const auto         place = static_cast<Eigen::Index>(3 * block.fine.columns + 5);
  std::vector<float> expected(Multi);
  sample.response.Apply(otb::test::PixelOf(scene.fused, column, row), 1, expected.data());
  EXPECT_EQ(block.response(place, 1), expected[1]);
  EXPECT_EQ(block.multispectral(place, 0), otb::test::PixelOf(scene.multispectral, column, row)[0]);
}

TEST(RefinementSampleReader, InvalidPixelsSayNothing)
{
  const Scene scene(14);
  const float nan                                    = std::numeric_limits<float>::quiet_NaN();
  otb::test::PixelOf(scene.fused, 20, 20)[2]         = nan;
  otb::test::PixelOf(scene.multispectral, 40, 30)[0] = nan;
  std::fill_n(otb::test::PixelOf(scene.hyperspectral, 4, 8), Bands, -9999.f);
  auto reader                      = scene.Reader();
  reader.hyperspectral.noData      = -9999.f;
  reader.isExcluded                = [](long row, long column) { return row == 6 && column == 6; };
  const auto                sample = reader.Read();
  const auto&               block  = sample.blocks.front();
  const otb::SensorOperator sensor(sample.blur, sample.rows, sample.columns, sample.fineRows, sample.fineColumns);
  EXPECT_TRUE(block.innovations.allFinite());
  EXPECT_TRUE(block.multispectral.allFinite());
  EXPECT_TRUE(block.response.allFinite());
  const auto sees = [&sensor](const otb::SensorOperator::Axis& axis, long line, long fine)
  { return fine >= axis.first[line] && fine < axis.first[line] + static_cast<long>(axis.taps); };
  std::size_t taken = 0;
  for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
  {
    const long row    = block.coarse.top + static_cast<long>(pixel) / block.coarse.columns,
               column = block.coarse.left + static_cast<long>(pixel) % block.coarse.columns;
    const bool out    = (row == 8 && column == 4) || (row == 6 && column == 6) || (sees(sensor.GetRows(), row, 20) && sees(sensor.GetColumns(), column, 20)) ||
                     (sees(sensor.GetRows(), row, 30) && sees(sensor.GetColumns(), column, 40));
    EXPECT_EQ(block.usable[pixel] == 0, out) << row << " " << column;
    taken += block.usable[pixel];
  }
  EXPECT_EQ(sample.GetNumberOfUsablePixels(), taken);
}

TEST(RefinementSampleReader, AnyNumberOfThreadsGivesTheSameBits)
{
  const Scene scene(20);
  auto        reader = scene.Reader();
  const auto  one    = reader.Read();
  for (const unsigned int threads : {2u, 5u})
  {
    reader.threads = threads;
    ExpectSame(one, reader.Read());
  }
}

// A large scene is seen in some places only, which the seed decides, and not its tiles: here a pipeline that makes strips.
TEST(RefinementSampleReader, ReadsALargeSceneInPlaces)
{
  const Scene scene(256);
  auto        reader = scene.Reader();
  const auto  sample = reader.Read();
  EXPECT_GT(sample.blocks.size(), 10u);
  std::size_t pixels = 0;
  for (const auto& block : sample.blocks)
  {
    pixels += block.valid.size();
    EXPECT_GT(block.usable.size(), 500u);
  }
  EXPECT_LE(pixels, RefinementPlaces::MaximumPixels);
  EXPECT_GT(pixels, RefinementPlaces::MaximumPixels / 2);

  auto streamed = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streamed->SetInput(scene.fused);
  streamed->SetNumberOfStreamDivisions(5);
  reader.fused.image = streamed->GetOutput();
  ExpectSame(sample, reader.Read());

  reader.seed      = 1;
  const auto other = reader.Read();
  const auto same  = [](const otb::RefinementBlock& one, const otb::RefinementBlock& two)
  { return one.fine.top == two.fine.top && one.fine.left == two.fine.left; };
  EXPECT_FALSE(std::equal(sample.blocks.begin(), sample.blocks.end(), other.blocks.begin(), other.blocks.end(), same));
}

TEST(RefinementSampleReader, NumbersOfBandsThatDoNotFitAreRefused)
{
  const Scene scene(12);
  auto        reader         = scene.Reader();
  reader.multispectral.image = scene.hyperspectral;
  EXPECT_THROW(reader.Read(), std::invalid_argument);
}
} // namespace
