// SPDX-License-Identifier: Apache-2.0

// The filter gives what the value gives, the same bits in any tiling, and no data where its inputs have none.

#include "testImages.h"

#include "otbSpectralUncertaintyImageFilter.h"

#include <cmath>
#include <limits>

namespace
{
using otb::test::ImageType;
using otb::test::MakeImage;
using otb::test::PixelOf;
using FilterType = otb::SpectralUncertaintyImageFilter<ImageType>;
using Model      = otb::SpectralUncertaintyModel;

constexpr long         Columns = 41, Rows = 23;
constexpr unsigned int Multi = 3, Bands = 4;

Model MakeModel()
{
  Model model;
  model.origin   = {0.5f, 0.5f, 0.5f};
  model.contrast = {0.3f, 0.3f, 0.2f};
  model.examples = otb::SpectraMatrix::Zero(2, Multi);
  model.examples.row(1).setConstant(1.5f);
  model.residual       = otb::SpectraMatrix::Identity(Multi, Multi);
  model.residual(0, 1) = -0.5f;
  model.typical        = {1.f, 0.5f, 0.8f, 0.7f};
  model.exponents      = {0.3f, 0.25f, 0.1f, 0.08f};
  model.scale          = 0.02f;
  model.reach          = 0.7f;
  model.bands          = {0.5f, 1.f, 1.2f, 1.15f};
  return model;
}

struct Scene
{
  ImageType::Pointer sharp = MakeImage(Columns, Rows, Multi);

  FilterType::Pointer Filter(FilterType::Content content = FilterType::Content::Error) const
  {
    const auto filter = FilterType::New();
    filter->SetModel(MakeModel());
    filter->SetContent(content);
    filter->SetInput(sharp);
    return filter;
  }

  /** What the value says of a pixel that is not at the border. */
  Model::Terms TermsAt(long column, long row) const
  {
    const otb::SpectralUncertainty   uncertainty(MakeModel());
    const std::vector<unsigned char> valid(Columns, 1);
    otb::SpectralUncertainty::Lines  lines;
    lines.columns = Columns;
    for (long line = 0; line < 3; ++line)
    {
      lines.pixels[line] = PixelOf(sharp, 0, row + line - 1);
      lines.valid[line]  = valid.data();
    }
    float        deviation = 0.f;
    Model::Terms terms;
    uncertainty.FindDeviations(lines, static_cast<std::size_t>(column), 1, &deviation);
    uncertainty.FindTerms(PixelOf(sharp, column, row), &deviation, 1, &terms);
    return terms;
  }
};

TEST(SpectralUncertaintyImageFilter, GivesWhatTheValueGives)
{
  const Scene                    scene;
  const otb::SpectralUncertainty uncertainty(MakeModel());
  const auto                     error = scene.Filter(), bands = scene.Filter(FilterType::Content::Bands), both = scene.Filter(FilterType::Content::Both),
             distance = scene.Filter(FilterType::Content::Distance);
  for (const auto& filter : {error, bands, both, distance})
  {
    filter->Update();
  }
  ASSERT_EQ(bands->GetOutput()->GetNumberOfComponentsPerPixel(), Bands);
  for (long row = 1; row < Rows - 1; row += 3)
  {
    for (long column = 1; column < Columns - 1; ++column)
    {
      const Model::Terms terms    = scene.TermsAt(column, row);
      const float        expected = uncertainty.Predict(terms);
      EXPECT_EQ(*PixelOf(error->GetOutput(), column, row), expected);
      EXPECT_EQ(*PixelOf(distance->GetOutput(), column, row), terms[Model::Distance]);
      EXPECT_EQ(PixelOf(both->GetOutput(), column, row)[0], expected);
      EXPECT_EQ(PixelOf(both->GetOutput(), column, row)[1], terms[Model::Distance]);
      for (unsigned int band = 0; band < Bands; ++band)
      {
        EXPECT_EQ(PixelOf(bands->GetOutput(), column, row)[band], expected * MakeModel().bands[band]);
      }
    }
  }
}

TEST(SpectralUncertaintyImageFilter, SameBitsForAnyTilingAndThreads)
{
  const Scene scene;
  for (const auto content : {FilterType::Content::Error, FilterType::Content::Bands})
  {
    otb::test::ExpectSameBitsForAnyTilingAndThreads([&] { return scene.Filter(content); });
  }
}

TEST(SpectralUncertaintyImageFilter, IsNoDataWhereTheImageIs)
{
  const Scene scene;
  PixelOf(scene.sharp, 7, 5)[1] = std::numeric_limits<float>::quiet_NaN();
  std::fill_n(PixelOf(scene.sharp, 9, 5), Multi, -1.f);
  const auto filter = scene.Filter();
  filter->SetInputNoData(-1.f);
  filter->Update();
  EXPECT_TRUE(otb::test::IsAll(filter->GetOutput(), 7, 5, -9999.f));
  EXPECT_TRUE(otb::test::IsAll(filter->GetOutput(), 9, 5, -9999.f));
  for (long row = 4; row <= 6; ++row)
  {
    for (const long column : {6L, 8L, 10L})
    {
      EXPECT_GT(*PixelOf(filter->GetOutput(), column, row), 0.f);
      EXPECT_LT(*PixelOf(filter->GetOutput(), column, row), 1.f);
    }
  }
  otb::test::ExpectSameBitsForAnyTilingAndThreads(
      [&scene]
      {
        const auto again = scene.Filter();
        again->SetInputNoData(-1.f);
        return again;
      });
}

TEST(SpectralUncertaintyImageFilter, IsNoDataWhereThePriorHasNone)
{
  const Scene scene;
  // Coarse pixels of five by five sharp ones, which reach up to the 35th column and the 15th line.
  otb::test::Grid grid;
  grid.columnSpacing = 50.;
  grid.rowSpacing    = -50.;
  const auto prior   = MakeImage(7, 3, Bands, grid, 9);
  std::fill_n(PixelOf(prior, 2, 1), Bands, -5.f);
  const auto make = [&]
  {
    const auto filter = scene.Filter();
    filter->SetPrior(prior);
    filter->SetPriorNoData(-5.f);
    return filter;
  };
  const auto filter = make(), without = scene.Filter();
  filter->Update();
  without->Update();
  for (long row = 0; row < Rows; ++row)
  {
    for (long column = 0; column < Columns; ++column)
    {
      const bool known = column < 35 && row < 15 && (column / 5 != 2 || row / 5 != 1);
      EXPECT_EQ(*PixelOf(filter->GetOutput(), column, row), known ? *PixelOf(without->GetOutput(), column, row) : -9999.f) << column << ", " << row;
    }
  }
  otb::test::ExpectSameBitsForAnyTilingAndThreads(make);
}

TEST(SpectralUncertaintyImageFilter, RefusesAnImageOfOtherBands)
{
  const auto filter = FilterType::New();
  filter->SetInput(MakeImage(5, 5, Multi + 1));
  EXPECT_NE(otb::test::ErrorOf(filter.GetPointer()).find("no model of errors"), std::string::npos);
  filter->SetModel(MakeModel());
  EXPECT_NE(otb::test::ErrorOf(filter.GetPointer()).find("4 bands, expected 3"), std::string::npos);
}
} // namespace
