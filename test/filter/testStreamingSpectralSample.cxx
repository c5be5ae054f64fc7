// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberImageSource.h"
#include "otbStreamingNMFEndmemberExtractionImageFilter.h"
#include "otbStreamingSpectralSampleImageFilter.h"
#include "testImages.h"


#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace
{
using otb::SpectralSample;
using otb::test::ErrorOf;
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::PixelOf;
using SampleType = otb::StreamingSpectralSampleImageFilter<ImageType>;
using NMFType    = otb::StreamingNMFEndmemberExtractionImageFilter<ImageType>;

struct Options
{
  std::uint64_t maximum = 1u << 20;
  std::uint64_t seed    = 0;
  unsigned int  cell    = 1;
  unsigned int  strips  = 1;
  unsigned int  threads = 2;
  bool          tiles   = false; // in place of strips
};

SampleType::Pointer Sample(ImageType* image, const Options& options)
{
  auto filter = SampleType::New();
  filter->SetInput(image);
  filter->GetFilter()->SetMaximumPixels(options.maximum);
  filter->GetFilter()->SetSeed(options.seed);
  filter->GetFilter()->SetCellSize(options.cell);
  otb::SetThreads(filter->GetFilter(), options.threads);
  if (options.tiles)
  {
    filter->GetStreamer()->SetNumberOfDivisionsTiledStreaming(options.strips);
  }
  else
  {
    filter->GetStreamer()->SetNumberOfDivisionsStrippedStreaming(options.strips);
  }
  filter->Update();
  return filter;
}

bool Same(const SpectralSample& a, const SpectralSample& b)
{
  return a.columns == b.columns && a.rows == b.rows && a.spectra.cols() == b.spectra.cols() && a.spectra == b.spectra;
}

TEST(StreamingSpectralSample, TakesEveryPixelWhenThereIsRoom)
{
  const auto  image  = MakeImage(31, 17, 5);
  const auto  filter = Sample(image, {31 * 17});
  const auto& sample = filter->GetFilter()->GetSample();
  ASSERT_EQ(sample.size(), 31u * 17u);
  EXPECT_EQ(filter->GetFilter()->GetNumberOfValidPixels(), 31u * 17u);
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    ASSERT_EQ(sample.columns[pixel], pixel % 31);
    ASSERT_EQ(sample.rows[pixel], pixel / 31);
  }
  EXPECT_EQ(std::memcmp(sample.spectra.data(), image->GetBufferPointer(), 31 * 17 * 5 * sizeof(float)), 0);
  EXPECT_LT(Sample(image, {31 * 17 - 1})->GetFilter()->GetSample().size(), 31u * 17u);
}

TEST(StreamingSpectralSample, IsTheSameForAnyPiecesAndThreads)
{
  const auto image = MakeImage(83, 61, 3);
  for (const unsigned int cell : {1u, 4u})
  {
    const auto  filter = Sample(image, {1500, 7, cell, 1, 1});
    const auto& whole  = filter->GetFilter()->GetSample();
    EXPECT_GT(whole.size(), 500u);
    for (const unsigned int strips : {2u, 7u, 61u})
    {
      EXPECT_TRUE(Same(Sample(image, {1500, 7, cell, strips, 2})->GetFilter()->GetSample(), whole)) << strips << " strips";
      EXPECT_TRUE(Same(Sample(image, {1500, 7, cell, strips, 2, true})->GetFilter()->GetSample(), whole)) << strips << " tiles";
    }
    EXPECT_TRUE(Same(Sample(image, {1500, 7, cell, 1, 5})->GetFilter()->GetSample(), whole));
    // Once more with the same object.
    const SpectralSample first = whole;
    filter->Update();
    EXPECT_TRUE(Same(filter->GetFilter()->GetSample(), first));
  }
}

TEST(StreamingSpectralSample, TakesWhatWasThere)
{
  const auto  image  = MakeImage(83, 61, 3);
  const auto  filter = Sample(image, {1500, 7});
  const auto& sample = filter->GetFilter()->GetSample();
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    const float* expected = PixelOf(image, sample.columns[pixel], sample.rows[pixel]);
    ASSERT_EQ(std::memcmp(sample.spectra.row(static_cast<Eigen::Index>(pixel)).data(), expected, 3 * sizeof(float)), 0);
  }
}

TEST(StreamingSpectralSample, IsBoundedUniformAndSeeded)
{
  constexpr unsigned int Side = 400, Blocks = 10;
  const auto             image = MakeImage(Side, Side, 1);
  std::set<std::size_t>  sizes;
  std::size_t            shared = 0;
  SpectralSample         previous;
  for (std::uint64_t seed = 0; seed < 6; ++seed)
  {
    const auto  filter = Sample(image, {20000, seed});
    const auto& sample = filter->GetFilter()->GetSample();
    EXPECT_LE(sample.size(), 20000u);
    EXPECT_GT(sample.size(), 18500u);
    sizes.insert(sample.size());

    // Pearson's statistic over 100 blocks: 99 expected, standard deviation 14.
    std::vector<double> counts(Blocks * Blocks, 0.);
    for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
    {
      ++counts[sample.rows[pixel] / (Side / Blocks) * Blocks + sample.columns[pixel] / (Side / Blocks)];
    }
    const double expected  = static_cast<double>(sample.size()) / counts.size();
    double       statistic = 0.;
    for (const double count : counts)
    {
      statistic += (count - expected) * (count - expected) / expected;
    }
    EXPECT_LT(statistic, 170.) << "seed " << seed;
    EXPECT_GT(statistic, 40.) << "seed " << seed << ": too regular to be random";

    // Of two independent samples of an eighth each, an eighth is in common.
    std::set<std::pair<unsigned int, unsigned int>> places;
    for (std::size_t pixel = 0; pixel < previous.size(); ++pixel)
    {
      places.emplace(previous.rows[pixel], previous.columns[pixel]);
    }
    for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
    {
      shared += places.count({sample.rows[pixel], sample.columns[pixel]});
    }
    previous = sample;
  }
  EXPECT_GT(sizes.size(), 3u);
  EXPECT_NEAR(static_cast<double>(shared) / 5. / 19430., 0.121, 0.01);
}

TEST(StreamingSpectralSample, KeepsCellsWhole)
{
  constexpr unsigned int                                        Columns = 83, Rows = 61, Cell = 4;
  const auto                                                    filter = Sample(MakeImage(Columns, Rows, 1), {1500, 3, Cell});
  const auto&                                                   sample = filter->GetFilter()->GetSample();
  std::map<std::pair<unsigned int, unsigned int>, unsigned int> members;
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    ++members[{sample.rows[pixel] / Cell, sample.columns[pixel] / Cell}];
  }
  EXPECT_GT(members.size(), 30u);
  EXPECT_LE(sample.size(), 1500u);
  for (const auto& cell : members)
  {
    const unsigned int height = std::min(Cell, Rows - cell.first.first * Cell), width = std::min(Cell, Columns - cell.first.second * Cell);
    EXPECT_EQ(cell.second, height * width) << "cell " << cell.first.first << ", " << cell.first.second;
  }
}

TEST(StreamingSpectralSample, SkipsInvalidPixels)
{
  const auto image        = MakeImage(9, 7, 4);
  PixelOf(image, 2, 1)[3] = std::nanf("");
  PixelOf(image, 4, 1)[0] = std::numeric_limits<float>::infinity();
  PixelOf(image, 0, 6)[1] = -std::numeric_limits<float>::infinity();
  std::fill_n(PixelOf(image, 5, 5), 4, -1.f);
  PixelOf(image, 6, 5)[2] = -1.f; // one band that happens to have the value is no reason
  auto filter             = SampleType::New();
  filter->SetInput(image);
  filter->GetFilter()->SetNoData(-1.f);
  filter->Update();
  const auto& sample = filter->GetFilter()->GetSample();
  EXPECT_EQ(sample.size(), 9u * 7u - 4u);
  EXPECT_EQ(filter->GetFilter()->GetNumberOfValidPixels(), sample.size());
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    const auto place = std::make_pair(sample.columns[pixel], sample.rows[pixel]);
    EXPECT_TRUE(place != std::make_pair(2u, 1u) && place != std::make_pair(4u, 1u) && place != std::make_pair(0u, 6u) && place != std::make_pair(5u, 5u));
  }
}

TEST(StreamingSpectralSample, OfNothingButInvalidPixelsIsEmpty)
{
  const auto image = MakeImage(5, 4, 3);
  std::fill_n(image->GetBufferPointer(), 60, std::nanf(""));
  const auto filter = Sample(image, {});
  EXPECT_EQ(filter->GetFilter()->GetSample().size(), 0u);
  EXPECT_EQ(filter->GetFilter()->GetSample().spectra.cols(), 3);
  EXPECT_EQ(filter->GetFilter()->GetNumberOfValidPixels(), 0u);
}

/** Mixtures of some spectra with a little noise, some of it negative. */
ImageType::Pointer MakeMixtures(unsigned int columns, unsigned int rows, unsigned int bands, unsigned int endmembers, float unit = 1.f)
{
  const auto image = MakeImage(columns, rows, bands, {}, 1, -0.01f, 0.01f);
  const auto E     = MakeImage(bands, endmembers, 1, {}, 2, 0.05f, 0.25f);
  const auto A     = MakeImage(columns, rows, endmembers, {}, 3);
  for (unsigned int pixel = 0; pixel < columns * rows; ++pixel)
  {
    for (unsigned int band = 0; band < bands; ++band)
    {
      float& value = image->GetBufferPointer()[pixel * bands + band];
      for (unsigned int k = 0; k < endmembers; ++k)
      {
        value += A->GetBufferPointer()[pixel * endmembers + k] * E->GetBufferPointer()[k * bands + band];
      }
      value *= unit;
    }
  }
  return image;
}

NMFType::Pointer MakeNMF(ImageType* image, unsigned int endmembers)
{
  auto filter = NMFType::New();
  filter->SetInput(image);
  filter->GetFilter()->SetNumberOfEndmembers(endmembers);
  return filter;
}

TEST(StreamingNMFEndmemberExtraction, IsTheFactorisationOfTheSample)
{
  const auto image  = MakeMixtures(40, 33, 18, 3);
  const auto filter = MakeNMF(image, 3);
  filter->Update();
  const auto&              found   = filter->GetFilter()->GetResult();
  const otb::SpectraMatrix spectra = Eigen::Map<const otb::SpectraMatrix>(image->GetBufferPointer(), 40 * 33, 18).cwiseMax(0.f);
  ASSERT_GT(spectra.maxCoeff(), 0.5f); // so that one is the power of two above it
  ASSERT_LT(spectra.maxCoeff(), 1.f);
  otb::NonnegativeMatrixFactorization::Settings settings;
  settings.endmembers = 3;
  const auto expected = otb::NonnegativeMatrixFactorization(settings).Factorize(spectra);
  EXPECT_EQ(found.endmembers, expected.endmembers);
  EXPECT_EQ(found.sweeps, expected.sweeps);
  EXPECT_TRUE(found.converged);

  // In another unit, by a power of two: the same but for it.
  const auto counts = MakeMixtures(40, 33, 18, 3, 8192.f);
  const auto other  = MakeNMF(counts, 3);
  other->Update();
  EXPECT_EQ(other->GetFilter()->GetResult().endmembers, otb::SpectraMatrix(8192.f * expected.endmembers));

  // Strips and threads.
  const auto strips = MakeNMF(image, 3);
  strips->GetStreamer()->SetNumberOfDivisionsStrippedStreaming(11);
  otb::SetThreads(strips->GetFilter(), 5);
  strips->Update();
  EXPECT_EQ(strips->GetFilter()->GetResult().endmembers, expected.endmembers);
}

TEST(StreamingNMFEndmemberExtraction, RefusesAnImpossibleNumberBeforeAnyPixel)
{
  const auto image = MakeImage(30, 20, 6);
  EXPECT_EQ(ErrorOf(MakeNMF(image, 6)->GetFilter()), "no error");
  EXPECT_NE(ErrorOf(MakeNMF(image, 7)->GetFilter()).find("The number of endmembers is 7, expected 1 to 6: the image has 6 bands and 600 pixels"),
            std::string::npos);
  EXPECT_NE(ErrorOf(MakeNMF(image, 0)->GetFilter()).find("The number of endmembers is 0"), std::string::npos);
  EXPECT_NE(ErrorOf(MakeNMF(MakeImage(2, 1, 6), 3)->GetFilter()).find("expected 1 to 2: the image has 6 bands and 2 pixels"), std::string::npos);
}

TEST(StreamingNMFEndmemberExtraction, StopsWhenAborted)
{
  const auto filter = MakeNMF(MakeMixtures(40, 33, 18, 3), 3);
  filter->GetFilter()->GetModifiableSolver()->AbortGenerateDataOn();
  // Run() starts with a clean flag, so the abort must come from an observer, as OTB's and QGIS's do.
  struct Abort : itk::Command
  {
    using Self    = Abort;
    using Pointer = itk::SmartPointer<Self>;
    itkNewMacro(Self);
    void Execute(itk::Object* caller, const itk::EventObject&) override
    {
      ++calls;
      dynamic_cast<itk::ProcessObject*>(caller)->AbortGenerateDataOn();
    }
    void Execute(const itk::Object*, const itk::EventObject&) override
    {
    }
    int calls = 0;
  };
  const auto abort = Abort::New();
  filter->GetFilter()->GetModifiableSolver()->AddObserver(itk::ProgressEvent(), abort);
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  EXPECT_EQ(abort->calls, 1);
}

TEST(EndmemberImageSource, ComesBackAsTheSameEndmembers)
{
  const otb::SpectraMatrix endmembers = otb::SpectraMatrix::Random(5, 4);
  auto                     source     = otb::EndmemberImageSource<ImageType>::New();
  source->SetEndmembers(endmembers);
  const otb::SpectralAxis axis{{450, 550, 650, 850}, {10, 11, 12, 13}};
  source->SetSpectralAxis(axis);
  source->UpdateOutputInformation();
  const auto size = source->GetOutput()->GetLargestPossibleRegion().GetSize();
  EXPECT_EQ(size[0], 5u);
  EXPECT_EQ(size[1], 1u);
  EXPECT_EQ(source->GetOutput()->GetNumberOfComponentsPerPixel(), 4u);
  EXPECT_EQ(otb::ReadEndmemberImage(source->GetOutput()), endmembers);
  const auto found = otb::GetSpectralAxis(source->GetOutput()->GetImageMetadata());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->wavelengths, axis.wavelengths);
  EXPECT_EQ(found->widths, axis.widths);

  // A part of it, as a writer that streams asks for.
  auto part = otb::EndmemberImageSource<ImageType>::New();
  part->SetEndmembers(endmembers);
  part->UpdateOutputInformation();
  auto region = part->GetOutput()->GetLargestPossibleRegion();
  region.SetIndex(0, 3);
  region.SetSize(0, 2);
  part->GetOutput()->SetRequestedRegion(region);
  part->Update();
  EXPECT_EQ(std::memcmp(PixelOf(part->GetOutput(), 3, 0), endmembers.row(3).data(), 8 * sizeof(float)), 0);

  try
  {
    otb::ReadEndmemberImage(MakeImage(10, 10, 3).GetPointer(), 99);
    FAIL() << "100 endmembers were read";
  }
  catch (const itk::ExceptionObject& error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("has 100 pixels, expected at most 99"), std::string::npos);
  }
}
} // namespace
