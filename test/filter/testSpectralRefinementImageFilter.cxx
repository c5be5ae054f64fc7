// SPDX-License-Identifier: Apache-2.0

// The pipeline's side of the refinement; testSpectralRefinement.cxx has the mathematics.

#include "otbLinearMixingImageFilter.h"
#include "otbSpectralRefinementImageFilter.h"
#include "testImages.h"
#include "../testRefinementScene.h"

#include <gtest/gtest.h>

namespace
{
using namespace otb::test;
using otb::SensorBlur;
using otb::SpectralRefinement;
using otb::SpectraMatrix;
using FilterType = otb::SpectralRefinementImageFilter<ImageType>;
using MixingType = otb::LinearMixingImageFilter<ImageType>;

constexpr unsigned int C = 5, q = 2, c = 2, Ratio = 4;

ImageType::Pointer ToImage(const SpectraMatrix& pixels, long columns, const Grid& grid)
{
  const auto image =
      MakeImage(static_cast<unsigned int>(columns), static_cast<unsigned int>(pixels.rows() / columns), static_cast<unsigned int>(pixels.cols()), grid);
  std::copy_n(pixels.data(), pixels.size(), image->GetBufferPointer());
  SetProjection(image);
  return image;
}

/** A scene of which the LR-HSI covers the part from a fine pixel on. */
struct Images
{
  std::shared_ptr<const otb::SpectralRefinementModel> model;
  ImageType::Pointer                                  fused, multispectral, hyperspectral;

  Images(long rows, long columns, long coarseRows, long coarseColumns, long top = 0, long left = 0, unsigned int components = q)
    : model(std::make_shared<otb::SpectralRefinementModel>(MakeRefinementModel(C, components, c, SensorBlur::Gaussian(Ratio, Ratio, 1.5, 1.5, 0., 0.))))
  {
    const RefinementScene     scene(*model, rows, columns, 19);
    const otb::CoarseGridAxis vertical   = {(0.5 - static_cast<double>(top)) / Ratio, 1. / Ratio, coarseRows};
    const otb::CoarseGridAxis horizontal = {(0.5 - static_cast<double>(left)) / Ratio, 1. / Ratio, coarseColumns};
    const Grid                grid;
    fused         = ToImage(scene.fused, columns, grid);
    multispectral = ToImage(scene.multispectral, columns, grid);
    hyperspectral = ToImage(scene.Coarse(otb::SensorOperator(model->blur, vertical, horizontal, rows, columns)), coarseColumns,
                            {grid.left + 10. * static_cast<double>(left), grid.top - 10. * static_cast<double>(top), 10. * Ratio, -10. * Ratio});
  }

  FilterType::Pointer Filter() const
  {
    auto filter = FilterType::New();
    filter->SetModel(model);
    filter->SetInput(fused);
    filter->SetMultispectral(multispectral);
    filter->SetHyperspectral(hyperspectral);
    filter->SetFusedNoData(-1.f);
    filter->SetMultispectralNoData(-2.f);
    filter->SetHyperspectralNoData(-3.f);
    return filter;
  }
};

ImageType::Pointer Copy(const ImageType* image)
{
  const auto copy = MakeImage(static_cast<unsigned int>(image->GetLargestPossibleRegion().GetSize(0)),
                              static_cast<unsigned int>(image->GetLargestPossibleRegion().GetSize(1)), image->GetNumberOfComponentsPerPixel());
  copy->CopyInformation(image);
  std::copy_n(image->GetBufferPointer(), image->GetLargestPossibleRegion().GetNumberOfPixels() * image->GetNumberOfComponentsPerPixel(),
              copy->GetBufferPointer());
  return copy;
}

TEST(SpectralRefinementImageFilter, SameBitsForAnyTilingAndThreads)
{
  // Four cores of unequal size; coarse pixels end within.
  const Images images(270, 530, 66, 120, 3, 9);
  ExpectSameBitsForAnyTilingAndThreads([&] { return images.Filter(); });
}

// Abundances that a filter makes when asked, so that what is asked for is all there is.
TEST(SpectralRefinementImageFilter, AbundancesGiveTheSameImageAsTheirSpectra)
{
  const Images        images(270, 530, 66, 130);
  const auto          abundances = MakeImage(530, 270, 3, Grid(), 5);
  const SpectraMatrix endmembers =
      SpectraMatrix::NullaryExpr(3, C, [](Eigen::Index row, Eigen::Index band) { return 0.1f * static_cast<float>(1 + (7 * band + 4 * row) % 11); });
  const otb::LinearMixing mixing(endmembers, 0.2f);
  SetProjection(abundances);
  PixelOf(abundances, 280, 265)[1] = std::nanf("");
  std::vector<itk::ProcessObject::Pointer> alive;
  const auto                               make = [&](bool kept)
  {
    auto filter = images.Filter();
    if (kept)
    {
      filter->SetInput(abundances);
      filter->SetMixing(mixing);
      return filter;
    }
    const auto spectra = MixingType::New();
    alive.push_back(spectra.GetPointer());
    spectra->SetInput(abundances);
    spectra->SetMixing(mixing);
    spectra->SetOutputNoData(-1.f);
    filter->SetInput(spectra->GetOutput());
    return filter;
  };
  {
    SCOPED_TRACE("abundances");
    ExpectSameBitsForAnyTilingAndThreads([&] { return make(true); });
  }
  {
    SCOPED_TRACE("spectra");
    ExpectSameBitsForAnyTilingAndThreads([&] { return make(false); });
  }
  const auto one = make(true), other = make(false);
  one->Update();
  other->Update();
  double largest = 0.;
  for (std::size_t i = 0; i < 270 * 290 * C; ++i)
  {
    largest = std::max(largest, static_cast<double>(std::abs(one->GetOutput()->GetBufferPointer()[i] - other->GetOutput()->GetBufferPointer()[i])));
  }
  EXPECT_LT(largest, 1e-3);
  EXPECT_TRUE(IsAll(one->GetOutput(), 280, 265, -9999.f));
  EXPECT_TRUE(IsAll(other->GetOutput(), 280, 265, -9999.f));
}

TEST(SpectralRefinementImageFilter, IsTheSolutionOfItsOnlyBlock)
{
  const Images images(60, 70, 15, 17);
  const auto   filter = images.Filter();
  filter->Update();
  const SpectralRefinement   refinement(*images.model, filter->GetGridMap().rows, filter->GetGridMap().columns, 60, 70);
  SpectraMatrix              summaries(60 * 70, refinement.GetSummarySize()), projections(15 * 17, q), z(60 * 70, q), expected(60 * 70, C);
  std::vector<unsigned char> valid(60 * 70, 1), usable(15 * 17, 1);
  refinement.Summarise(images.fused->GetBufferPointer(), 60 * 70, summaries.data());
  refinement.SummariseCoarse(images.hyperspectral->GetBufferPointer(), 15 * 17, projections.data());
  SpectralRefinement::Workspace workspace;
  refinement.Solve(
      {{0, 0, 60, 70}, summaries.data(), images.multispectral->GetBufferPointer(), valid.data(), 70, {0, 0, 15, 17}, projections.data(), usable.data(), 17},
      {0, 0, 60, 70}, workspace, z.data(), 70);
  refinement.Refine(images.fused->GetBufferPointer(), z.data(), 60 * 70, expected.data());
  const Eigen::Map<const SpectraMatrix> found(filter->GetOutput()->GetBufferPointer(), 60 * 70, C), before(images.fused->GetBufferPointer(), 60 * 70, C);
  EXPECT_LT((found - expected).norm(), 1e-4f * (expected - before).norm());
  EXPECT_GT((expected - before).norm(), 0.f);
}

TEST(SpectralRefinementImageFilter, WhatIsNoDataStaysSoAndSaysNothing)
{
  Images images(60, 64, 15, 16);
  std::fill_n(PixelOf(images.fused, 20, 20), C, -1.f);
  PixelOf(images.fused, 21, 20)[3] = std::nanf("");
  std::fill_n(PixelOf(images.multispectral, 40, 41), c, -2.f);
  std::fill_n(PixelOf(images.hyperspectral, 3, 4), C, -3.f);
  PixelOf(images.hyperspectral, 9, 9)[2] = 7.f;
  const auto filter                      = images.Filter();
  filter->SetHyperspectralSaturation(6.f);
  filter->Update();
  for (const auto& pixel : {std::pair<long, long>{20, 20}, {21, 20}, {40, 41}})
  {
    EXPECT_TRUE(IsAll(filter->GetOutput(), pixel.first, pixel.second, -9999.f));
  }

  // The same, whatever stands where nothing is said.
  Images other(60, 64, 15, 16);
  std::fill_n(PixelOf(other.fused, 20, 20), C, std::numeric_limits<float>::infinity());
  std::fill_n(PixelOf(other.fused, 21, 20), C, -1.f);
  PixelOf(other.multispectral, 40, 41)[0] = std::nanf("");
  PixelOf(other.hyperspectral, 3, 4)[0]   = std::nanf("");
  PixelOf(other.hyperspectral, 9, 9)[0]   = 6.f;
  const auto second                       = other.Filter();
  second->SetHyperspectralSaturation(6.f);
  second->Update();
  EXPECT_TRUE(SameBits(filter->GetOutput(), second->GetOutput()));

  // They did say something when they had data.
  const auto whole = Images(60, 64, 15, 16).Filter();
  whole->Update();
  EXPECT_NE(PixelOf(whole->GetOutput(), 24, 22)[0], PixelOf(filter->GetOutput(), 24, 22)[0]);
}

TEST(SpectralRefinementImageFilter, CoarsePixelsWhereTheImagesDisagreeSayNothing)
{
  Images images(60, 64, 15, 16);
  auto   model = std::make_shared<otb::SpectralRefinementModel>(*images.model);
  for (long row = 24; row < 36; ++row)
  {
    for (long column = 20; column < 32; ++column)
    {
      PixelOf(images.multispectral, column, row)[0] += 3.f;
    }
  }
  const auto refined = [&](std::vector<float> tolerance)
  {
    model->tolerance  = std::move(tolerance);
    const auto filter = images.Filter();
    filter->SetModel(std::make_shared<otb::SpectralRefinementModel>(*model));
    filter->Update();
    return Copy(filter->GetOutput());
  };
  const auto tolerant = refined({1e3f, 1e3f}), strict = refined({0.15f, 0.15f});
  EXPECT_FALSE(SameBits(tolerant, strict));

  // As if those had no data.
  const auto filter = images.Filter();
  filter->UpdateOutputInformation();
  const otb::SensorOperator sensor(model->blur, filter->GetGridMap().rows, filter->GetGridMap().columns, 60, 64);
  int                       excluded = 0;
  for (long row = 0; row < 15; ++row)
  {
    for (long column = 0; column < 16; ++column)
    {
      float* const       spectrum = PixelOf(images.hyperspectral, column, row);
      std::vector<float> seen(c);
      model->response.Apply(spectrum, 1, seen.data());
      bool agrees = true;
      for (unsigned int band = 0; band < c && sensor.IsInside(row, column); ++band)
      {
        agrees = agrees && std::abs(seen[band] - sensor.ApplyAt(row, column, images.multispectral->GetBufferPointer() + band, 64 * c, c)) <= 0.15;
      }
      if (!agrees)
      {
        std::fill_n(spectrum, C, -3.f);
        ++excluded;
      }
    }
  }
  EXPECT_GT(excluded, 8);
  EXPECT_LT(excluded, 50);
  images.hyperspectral->Modified();
  EXPECT_TRUE(SameBits(strict, refined({})));
}

TEST(SpectralRefinementImageFilter, WithoutComponentsItCopies)
{
  const Images images(30, 40, 7, 10, 0, 0, 0);
  const auto   filter = images.Filter();
  filter->Update();
  EXPECT_TRUE(SameBits(filter->GetOutput(), images.fused));
  ExpectSameBitsForAnyTilingAndThreads([&] { return images.Filter(); });
}

TEST(SpectralRefinementImageFilter, FadesOutsideOfTheOverlap)
{
  // The LR-HSI covers fine columns 0 to 99 of 240; nothing has edges, and the error is the same everywhere.
  Images images(120, 240, 30, 25);
  for (unsigned int i = 0; i < 120 * 240; ++i)
  {
    std::fill_n(images.fused->GetBufferPointer() + i * C, C, 0.3f);
    std::fill_n(images.multispectral->GetBufferPointer() + i * c, c, 0.4f);
  }
  const SpectraMatrix spectrum = SpectraMatrix::Constant(1, C, 0.3f) + images.model->basis.col(0).transpose();
  for (unsigned int i = 0; i < 30 * 25; ++i)
  {
    std::copy_n(spectrum.data(), C, images.hyperspectral->GetBufferPointer() + i * C);
  }
  const auto filter = images.Filter();
  filter->Update();
  const auto update = [&](long column)
  { return (Eigen::Map<const Eigen::RowVectorXf>(PixelOf(filter->GetOutput(), column, 60), C) - Eigen::RowVectorXf::Constant(C, 0.3f)).eval(); };
  const float inside = update(50).norm();
  EXPECT_GT(inside, 0.5f * images.model->basis.col(0).norm());
  for (long column = 50; column < 239; ++column)
  {
    EXPECT_LT((update(column) - update(column + 1)).norm(), 0.15f * inside) << column;
  }
  EXPECT_LT(update(170).norm(), 0.02f * inside);
  for (long column = 190; column < 240; ++column)
  {
    EXPECT_EQ(update(column).norm(), 0.f) << column;
  }
}

TEST(SpectralRefinementImageFilter, DescribesItsOutputAndRounds)
{
  const Images      images(30, 40, 7, 10);
  const auto        filter = images.Filter();
  otb::OutputFormat format;
  format.integers    = true;
  format.tileColumns = 8;
  format.tileLines   = 4;
  filter->SetOutputFormat(format);
  filter->Update();
  const auto& metadata = filter->GetOutput()->GetImageMetadata();
  EXPECT_EQ(filter->GetOutput()->GetNumberOfComponentsPerPixel(), C);
  EXPECT_EQ(filter->GetOutput()->GetOrigin(), images.fused->GetOrigin());
  EXPECT_EQ(metadata[otb::MDNum::TileHintX], 8.);
  EXPECT_EQ(metadata[otb::MDNum::TileHintY], 4.);
  EXPECT_EQ(metadata.Bands.size(), C);
  const float value = PixelOf(filter->GetOutput(), 3, 3)[1];
  EXPECT_EQ(value, std::nearbyint(value));
}

TEST(SpectralRefinementImageFilter, FindsAgainWhatHasChanged)
{
  const Images images(60, 64, 15, 16);
  const auto   filter = images.Filter();
  filter->Update();
  const auto before = Copy(filter->GetOutput());
  PixelOf(images.hyperspectral, 7, 7)[0] += 0.2f;
  images.hyperspectral->Modified();
  filter->Update();
  EXPECT_FALSE(SameBits(before, filter->GetOutput()));
}

TEST(SpectralRefinementImageFilter, SaysWhatItCannotRefine)
{
  const Images images(30, 40, 7, 10);
  auto         filter = images.Filter();
  filter->SetInput(images.multispectral);
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("The fused image has 2 bands, expected 5 as the model"), std::string::npos);
  filter = images.Filter();
  filter->SetMultispectral(images.hyperspectral);
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("expected [40, 30] as the fused image"), std::string::npos);
  filter = images.Filter();
  filter->SetModel(nullptr);
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("There is no model"), std::string::npos);
  filter = FilterType::New();
  filter->SetModel(images.model);
  filter->SetInput(images.fused);
  EXPECT_NE(ErrorOf(filter.GetPointer()).find("There is no multispectral image"), std::string::npos);
}
} // namespace
