// SPDX-License-Identifier: Apache-2.0
#include "../testModels.h"
#include "otbAbundanceEstimationImageFilter.h"
#include "otbLinearMixingImageFilter.h"
#include "otbNonnegativeUnmixingImageFilter.h"
#include "otbSpectralRegressionImageFilter.h"
#include "testImages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace
{
using otb::SpectralInversionModel;
using otb::SpectraMatrix;
using otb::test::Bands;
using otb::test::Endmembers;
using otb::test::ErrorOf;
using otb::test::ExpectSameBitsForAnyTilingAndThreads;
using otb::test::Grid;
using otb::test::ImageType;
using otb::test::IsAll;
using otb::test::MakeModel;
using otb::test::Method;
using otb::test::MorphOf;
using otb::test::Msi;
using otb::test::PixelOf;
using otb::test::SetProjection;
using AbundanceType  = otb::AbundanceEstimationImageFilter<ImageType>;
using MixingType     = otb::LinearMixingImageFilter<ImageType>;
using RegressionType = otb::SpectralRegressionImageFilter<ImageType>;
using UnmixingType   = otb::NonnegativeUnmixingImageFilter<ImageType>;
using ModelPointer   = std::shared_ptr<const SpectralInversionModel>;

constexpr float NoData = -9999.f;

ModelPointer Morph(bool prior = false)
{
  return std::make_shared<SpectralInversionModel>(MakeModel(Method::Morph, prior, otb::AbundanceConstraint::NonNegative));
}

/** Numbers in the unit that the models expect. */
ImageType::Pointer MakeCounts(unsigned int columns, unsigned int rows, unsigned int bands, const Grid& grid = Grid())
{
  return otb::test::MakeImage(columns, rows, bands, grid, bands, 10.f, 3300.f);
}

AbundanceType::Pointer MakeAbundances(ImageType* msi, const ModelPointer& model, ImageType* prior = nullptr)
{
  auto filter = AbundanceType::New();
  filter->SetModel(model);
  filter->SetInput(msi);
  if (prior != nullptr)
  {
    filter->SetPrior(prior);
  }
  return filter;
}

otb::LinearMixing MakeMixing()
{
  return otb::LinearMixing(MorphOf(MakeModel(Method::Morph)).GetEndmembers(), 0.25f);
}

MixingType::Pointer MakeMixingFilter(ImageType* abundances)
{
  auto filter = MixingType::New();
  filter->SetMixing(MakeMixing());
  filter->SetInput(abundances);
  return filter;
}

RegressionType::Pointer MakeRegression(ImageType* msi)
{
  auto filter = RegressionType::New();
  filter->SetModel(std::make_shared<SpectralInversionModel>(MakeModel(Method::Lift)));
  filter->SetInput(msi);
  return filter;
}

UnmixingType::Pointer MakeUnmixing(ImageType* hyperspectral)
{
  auto filter = UnmixingType::New();
  filter->SetUnmixing(otb::NonnegativeUnmixing(MorphOf(MakeModel(Method::Morph)).GetEndmembers()));
  filter->SetInput(hyperspectral);
  return filter;
}

/** Every pixel by the papers' equations; `cell` gives the coarse pixel of a fine one, or -1. */
template <class TCell>
void ExpectPriorAbundances(AbundanceType* filter, ImageType* msi, ImageType* prior, const SpectralInversionModel& model, const TCell& cell)
{
  filter->Update();
  ImageType* output = filter->GetOutput();
  ASSERT_EQ(output->GetNumberOfComponentsPerPixel(), Endmembers);
  const auto size   = msi->GetLargestPossibleRegion().GetSize();
  int        inside = 0;
  for (long row = 0; row < static_cast<long>(size[1]); ++row)
  {
    for (long column = 0; column < static_cast<long>(size[0]); ++column)
    {
      const auto coarse = cell(column, row);
      if (coarse.first < 0 || coarse.second < 0 || std::isnan(*PixelOf(prior, coarse.first, coarse.second)))
      {
        ASSERT_TRUE(IsAll(output, column, row, NoData)) << column << ", " << row;
        continue;
      }
      ++inside;
      const auto expected = otb::test::PlainAbundances(model, PixelOf(msi, column, row), PixelOf(prior, coarse.first, coarse.second));
      const auto found    = Eigen::Map<const Eigen::VectorXf>(PixelOf(output, column, row), Endmembers).cast<double>();
      ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5) << column << ", " << row;
    }
  }
  EXPECT_GT(inside, 0);
}

TEST(AbundanceEstimationImageFilter, IsTheNetworkPixelByPixel)
{
  const auto model  = Morph();
  const auto msi    = MakeCounts(300, 4, Msi); // wider than a block
  const auto filter = MakeAbundances(msi, model);
  filter->Update();
  for (long row = 0; row < 4; ++row)
  {
    for (long column = 0; column < 300; ++column)
    {
      const auto expected = otb::test::PlainAbundances(*model, PixelOf(msi, column, row));
      const auto found    = Eigen::Map<const Eigen::VectorXf>(PixelOf(filter->GetOutput(), column, row), Endmembers).cast<double>();
      ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5) << column << ", " << row;
    }
  }
}

TEST(AbundanceEstimationImageFilter, TakesThePriorOfTheCoarsePixelBelow)
{
  const auto model = Morph(true);
  {
    SCOPED_TRACE("ratio 4, with an invalid coarse pixel");
    const auto msi = MakeCounts(76, 20, Msi, {1000., 2000., 10., -10.}), prior = MakeCounts(19, 5, Bands, {1000., 2000., 40., -40.});
    PixelOf(prior, 7, 2)[0] = std::nanf("");
    ExpectPriorAbundances(MakeAbundances(msi, model, prior), msi, prior, *model, [](long x, long y) { return std::make_pair(x / 4, y / 4); });
  }
  {
    SCOPED_TRACE("ratio 2.5");
    const auto msi = MakeCounts(50, 15, Msi, {1000., 2000., 10., -10.}), prior = MakeCounts(20, 6, Bands, {1000., 2000., 25., -25.});
    ExpectPriorAbundances(MakeAbundances(msi, model, prior), msi, prior, *model,
                          [](long x, long y) { return std::make_pair((2 * x + 1) / 5, (2 * y + 1) / 5); });
  }
  {
    SCOPED_TRACE("shifted by 13 m and 7 m, overlapping in part, with a row from south to north");
    const auto msi = MakeCounts(30, 24, Msi, {1000., 2000., 10., -10.}), prior = MakeCounts(5, 4, Bands, {1013., 2000. - 7. - 160., 40., 40.});
    ExpectPriorAbundances(MakeAbundances(msi, model, prior), msi, prior, *model,
                          [](long x, long y)
                          {
                            const double column = (10. * x + 5. - 13.) / 40., row = (10. * y + 5. - 7.) / 40.;
                            return std::make_pair(column < 0. || column >= 5. ? -1L : static_cast<long>(column),
                                                  row < 0. || row >= 4. ? -1L : 3L - static_cast<long>(row));
                          });
  }
  {
    SCOPED_TRACE("coarse pixels larger than a block of members");
    const auto msi = MakeCounts(90, 14, Msi, {0., 0., 1., 1.}), prior = MakeCounts(3, 1, Bands, {0., 0., 30., 30.});
    ExpectPriorAbundances(MakeAbundances(msi, model, prior), msi, prior, *model, [](long x, long) { return std::make_pair(x / 30, 0L); });
  }
  {
    SCOPED_TRACE("no coordinates: equal footprints");
    const auto msi = MakeCounts(30, 12, Msi, {-.5, -.5, 1., 1.}), prior = MakeCounts(10, 4, Bands, {-.5, -.5, 1., 1.});
    ExpectPriorAbundances(MakeAbundances(msi, model, prior), msi, prior, *model, [](long x, long y) { return std::make_pair(x / 3, y / 3); });
  }
}

TEST(SpectralInversionFilters, AnyTilingAndAnyThreadsGiveTheSameBits)
{
  const auto msi = MakeCounts(271, 23, Msi), fine = MakeCounts(133, 37, Msi);
  const auto morph = Morph(), withPrior = Morph(true);
  {
    SCOPED_TRACE("abundances");
    ExpectSameBitsForAnyTilingAndThreads([&] { return MakeAbundances(msi, morph); });
  }
  const Grid grids[] = {{1000., 2000., 40., -40.}, {1000., 2000., 25., -25.}, {1113., 1907., 40., -40.}};
  for (const Grid& grid : grids)
  {
    SCOPED_TRACE("abundances with a prior from " + std::to_string(grid.left) + " in steps of " + std::to_string(grid.columnSpacing));
    const auto prior        = MakeCounts(34, 9, Bands, grid);
    PixelOf(prior, 3, 4)[9] = std::nanf("");
    ExpectSameBitsForAnyTilingAndThreads([&] { return MakeAbundances(fine, withPrior, prior); });
  }
  {
    SCOPED_TRACE("mixing");
    const auto abundances = MakeCounts(271, 23, Endmembers);
    ExpectSameBitsForAnyTilingAndThreads([&] { return MakeMixingFilter(abundances); });
  }
  {
    SCOPED_TRACE("regression");
    ExpectSameBitsForAnyTilingAndThreads([&] { return MakeRegression(msi); });
  }
  {
    SCOPED_TRACE("unmixing");
    const auto hyperspectral = MakeCounts(71, 23, Bands);
    ExpectSameBitsForAnyTilingAndThreads([&] { return MakeUnmixing(hyperspectral); });
  }
}

/** Invalid pixels become no-data, and all others are what they are without them. */
template <class TMake>
void ExpectInvalidPixelsStayAlone(const TMake& make, unsigned int bands)
{
  const auto image = MakeCounts(40, 6, bands);
  const auto clean = make(image);
  clean->Update();
  const auto damaged                 = MakeCounts(40, 6, bands);
  PixelOf(damaged, 3, 1)[bands - 1]  = std::nanf("");
  PixelOf(damaged, 4, 2)[0]          = std::numeric_limits<float>::infinity();
  PixelOf(damaged, 39, 2)[bands / 2] = -std::numeric_limits<float>::infinity();
  std::fill_n(PixelOf(damaged, 17, 5), bands, -1.f);
  PixelOf(damaged, 18, 5)[0] = PixelOf(image, 18, 5)[0] = -1.f;    // one band that happens to have the value is no reason
  PixelOf(damaged, 0, 0)[0]                             = 3.4e38f; // absurd, but a number: it may be anything, also infinite
  clean->Modified();
  clean->Update();
  const auto filter = make(damaged);
  filter->SetInputNoData(-1.f);
  filter->SetOutputNoData(-7.f);
  filter->Update();
  const std::size_t outputBands = filter->GetOutput()->GetNumberOfComponentsPerPixel();
  for (long row = 0; row < 6; ++row)
  {
    for (long column = 0; column < 40; ++column)
    {
      const auto place = std::make_pair(column, row);
      if (place == std::make_pair(3L, 1L) || place == std::make_pair(4L, 2L) || place == std::make_pair(39L, 2L) || place == std::make_pair(17L, 5L))
      {
        ASSERT_TRUE(IsAll(filter->GetOutput(), column, row, -7.f)) << column << ", " << row;
      }
      else if (place != std::make_pair(0L, 0L))
      {
        ASSERT_EQ(std::memcmp(PixelOf(filter->GetOutput(), column, row), PixelOf(clean->GetOutput(), column, row), outputBands * sizeof(float)), 0)
            << column << ", " << row;
      }
    }
  }
  for (const auto& band : filter->GetOutput()->GetImageMetadata().Bands)
  {
    ASSERT_TRUE(band.Has(otb::MDNum::NoData));
    EXPECT_EQ(band[otb::MDNum::NoData], -7.);
  }
  EXPECT_EQ(filter->GetOutput()->GetImageMetadata().Bands.size(), outputBands);
}

TEST(SpectralInversionFilters, InvalidPixelsBecomeNoDataAndLeaveTheirNeighboursAlone)
{
  {
    SCOPED_TRACE("abundances");
    ExpectInvalidPixelsStayAlone([](ImageType* image) { return MakeAbundances(image, Morph()); }, Msi);
  }
  {
    SCOPED_TRACE("abundances with a prior");
    const auto prior = MakeCounts(10, 2, Bands, {1000., 2000., 40., -40.});
    ExpectInvalidPixelsStayAlone([&](ImageType* image) { return MakeAbundances(image, Morph(true), prior); }, Msi);
  }
  {
    SCOPED_TRACE("mixing");
    ExpectInvalidPixelsStayAlone([](ImageType* image) { return MakeMixingFilter(image); }, Endmembers);
  }
  {
    SCOPED_TRACE("regression");
    ExpectInvalidPixelsStayAlone([](ImageType* image) { return MakeRegression(image); }, Msi);
  }
  {
    SCOPED_TRACE("unmixing");
    ExpectInvalidPixelsStayAlone([](ImageType* image) { return MakeUnmixing(image); }, Bands);
  }
}

TEST(AbundanceEstimationImageFilter, PriorsNoDataIsNoPrior)
{
  const auto msi = MakeCounts(8, 4, Msi), prior = MakeCounts(2, 1, Bands, {1000., 2000., 40., -40.});
  std::fill_n(PixelOf(prior, 1, 0), Bands, -3.f);
  const auto filter = MakeAbundances(msi, Morph(true), prior);
  filter->SetPriorNoData(-3.f);
  filter->Update();
  EXPECT_FALSE(IsAll(filter->GetOutput(), 3, 3, NoData));
  EXPECT_TRUE(IsAll(filter->GetOutput(), 4, 0, NoData));
}

TEST(AbundanceEstimationImageFilter, AsksForNoMoreOfThePriorThanItNeeds)
{
  const auto msi = MakeCounts(100, 80, Msi), prior = MakeCounts(20, 16, Bands, {1030., 1960., 40., -40.});
  const auto requested = [&](long column, long row, unsigned int width, unsigned int height)
  {
    const auto filter = MakeAbundances(msi, Morph(true), prior);
    filter->UpdateOutputInformation();
    ImageType::RegionType region;
    region.SetIndex(0, column);
    region.SetIndex(1, row);
    region.SetSize(0, width);
    region.SetSize(1, height);
    filter->GetOutput()->SetRequestedRegion(region);
    filter->GetOutput()->PropagateRequestedRegion();
    EXPECT_EQ(msi->GetRequestedRegion(), region);
    return prior->GetRequestedRegion();
  };
  const auto region = [](long column, long row, unsigned int width, unsigned int height)
  {
    ImageType::RegionType result;
    result.SetIndex(0, column);
    result.SetIndex(1, row);
    result.SetSize(0, width);
    result.SetSize(1, height);
    return result;
  };
  // Coarse column i begins at fine column 3 + 4 i, coarse row i at fine row 4 + 4 i.
  EXPECT_EQ(requested(3, 4, 4, 4), region(0, 0, 1, 1));
  EXPECT_EQ(requested(3, 4, 5, 5), region(0, 0, 2, 2));
  EXPECT_EQ(requested(42, 51, 2, 2), region(9, 11, 2, 2));
  EXPECT_EQ(requested(0, 0, 20, 10), region(0, 0, 5, 2));
  EXPECT_EQ(requested(0, 0, 100, 80), region(0, 0, 20, 16));
  // Beside it: one pixel, for the pipeline's sake.
  EXPECT_EQ(requested(90, 70, 5, 5), region(19, 15, 1, 1));
}

TEST(AbundanceEstimationImageFilter, IgnoresAPriorThatTheModelDoesNotKnow)
{
  const auto msi = MakeCounts(20, 12, Msi), prior = MakeCounts(5, 3, 2 * Bands, {1000., 2000., 40., -40.});
  const auto with = MakeAbundances(msi, Morph(), prior), without = MakeAbundances(msi, Morph());
  with->Update();
  without->Update();
  EXPECT_TRUE(otb::test::SameBits(with->GetOutput(), without->GetOutput()));
  EXPECT_TRUE(prior->GetLargestPossibleRegion().IsInside(prior->GetRequestedRegion()));
}

TEST(SpectralInversionFilters, RefuseWrongInputsBeforeAnyPixel)
{
  const auto refuses = [](const std::string& error, const std::string& expected) { EXPECT_NE(error.find(expected), std::string::npos) << error; };
  const auto msi     = MakeCounts(8, 8, Msi);
  const auto coarse  = MakeCounts(2, 2, Bands, {1000., 2000., 40., -40.});

  EXPECT_EQ(ErrorOf(MakeAbundances(msi, Morph()).GetPointer()), "no error");
  EXPECT_EQ(ErrorOf(MakeAbundances(msi, Morph(true), coarse).GetPointer()), "no error");
  refuses(ErrorOf(MakeAbundances(MakeCounts(8, 8, 4), Morph()).GetPointer()), "The multispectral image has 4 bands, expected 3");
  refuses(ErrorOf(MakeAbundances(msi, Morph(true)).GetPointer()), "There is no hyperspectral image");
  refuses(ErrorOf(MakeAbundances(msi, Morph(true), MakeCounts(2, 2, 36)).GetPointer()), "The hyperspectral image has 36 bands, expected 37");
  refuses(ErrorOf(MakeAbundances(msi, Morph(true), MakeCounts(2, 2, Bands, {9000., 2000., 40., -40.})).GetPointer()), "do not overlap");
  const auto modelless = AbundanceType::New();
  modelless->SetInput(msi);
  refuses(ErrorOf(modelless.GetPointer()), "There is no model");
  EXPECT_THROW(MakeAbundances(msi, std::make_shared<SpectralInversionModel>()), std::invalid_argument);
  const auto latents = MakeAbundances(msi, std::make_shared<SpectralInversionModel>(MakeModel(Method::Lift)));
  EXPECT_EQ(ErrorOf(latents.GetPointer()), "no error");
  EXPECT_EQ(latents->GetOutput()->GetNumberOfComponentsPerPixel(), MakeModel(Method::Lift).inverse->GetNumberOfLatents());

  EXPECT_EQ(ErrorOf(MakeRegression(msi).GetPointer()), "no error");
  refuses(ErrorOf(MakeRegression(MakeCounts(8, 8, 2)).GetPointer()), "The multispectral image has 2 bands, expected 3");
  const auto untaught = RegressionType::New();
  untaught->SetInput(msi);
  refuses(ErrorOf(untaught.GetPointer()), "There is no model");
  EXPECT_THROW(RegressionType::New()->SetModel(Morph()), std::invalid_argument);

  EXPECT_EQ(ErrorOf(MakeMixingFilter(MakeCounts(8, 8, Endmembers)).GetPointer()), "no error");
  refuses(ErrorOf(MakeMixingFilter(MakeCounts(8, 8, 6)).GetPointer()), "The abundance image has 6 bands, expected 5");
  const auto axis = MakeMixingFilter(MakeCounts(8, 8, Endmembers));
  axis->SetSpectralAxis(otb::test::MakeAxis(36));
  refuses(ErrorOf(axis.GetPointer()), "The spectral axis has 36 wavelengths, expected 37");
  const auto empty = MixingType::New();
  empty->SetInput(msi);
  refuses(ErrorOf(empty.GetPointer()), "expected 0");

  EXPECT_EQ(ErrorOf(MakeUnmixing(MakeCounts(8, 8, Bands)).GetPointer()), "no error");
  refuses(ErrorOf(MakeUnmixing(MakeCounts(8, 8, 36)).GetPointer()), "The hyperspectral image has 36 bands, expected 37");
}

/** The output lies where the input does; of its bands it says the axis, or nothing. */
template <class TFilter>
void ExpectDescribed(TFilter* filter, ImageType* input, unsigned int bands, bool hasAxis)
{
  auto metadata = input->GetImageMetadata();
  metadata.Add(otb::MDGeom::ProjectionWKT, std::string("EPSG:32633"));
  metadata.Bands.resize(input->GetNumberOfComponentsPerPixel());
  otb::SetSpectralAxis(metadata, otb::test::MakeAxis(input->GetNumberOfComponentsPerPixel()));
  input->SetImageMetadata(metadata);

  filter->UpdateOutputInformation();
  const ImageType* output = filter->GetOutput();
  EXPECT_EQ(output->GetNumberOfComponentsPerPixel(), bands);
  EXPECT_EQ(output->GetLargestPossibleRegion(), input->GetLargestPossibleRegion());
  EXPECT_EQ(output->GetSignedSpacing(), input->GetSignedSpacing());
  EXPECT_EQ(output->GetOrigin(), input->GetOrigin());
  EXPECT_NE(output->GetImageMetadata().GetProjectionWKT().find("UTM zone 33N"), std::string::npos);
  EXPECT_EQ(output->GetImageMetadata().Bands.size(), bands);
  const auto axis = otb::GetSpectralAxis(output->GetImageMetadata());
  EXPECT_EQ(axis.has_value(), hasAxis);
  if (axis && hasAxis)
  {
    EXPECT_EQ(axis->wavelengths, otb::test::MakeAxis().wavelengths);
    EXPECT_EQ(axis->widths, otb::test::MakeAxis().widths);
  }
  if (!hasAxis)
  {
    EXPECT_EQ(output->GetImageMetadata().ExtraKeys.count("ENVI/wavelength"), 0u);
  }
}

TEST(SpectralInversionFilters, KeepTheGridAndDescribeTheBands)
{
  const auto msi = MakeCounts(8, 6, Msi), abundances = MakeCounts(8, 6, Endmembers), hyperspectral = MakeCounts(8, 6, Bands);
  const auto coarse = MakeCounts(2, 2, Bands, {1000., 2000., 40., -40.});
  SetProjection(coarse);
  {
    SCOPED_TRACE("abundances");
    ExpectDescribed(MakeAbundances(msi, Morph()).GetPointer(), msi, Endmembers, false);
    ExpectDescribed(MakeAbundances(msi, Morph(true), coarse).GetPointer(), msi, Endmembers, false);
  }
  {
    SCOPED_TRACE("regression");
    ExpectDescribed(MakeRegression(msi).GetPointer(), msi, Bands, true);
  }
  {
    SCOPED_TRACE("mixing");
    const auto filter = MakeMixingFilter(abundances);
    ExpectDescribed(filter.GetPointer(), abundances, Bands, false);
    filter->SetSpectralAxis(otb::test::MakeAxis());
    ExpectDescribed(filter.GetPointer(), abundances, Bands, true);
  }
  {
    SCOPED_TRACE("unmixing");
    ExpectDescribed(MakeUnmixing(hyperspectral).GetPointer(), hyperspectral, Endmembers, false);
  }
}

TEST(SpectralInversionFilters, AskForPiecesOfTheirOwnBlocks)
{
  const auto abundances = MakeCounts(8, 6, Endmembers);
  const auto filter     = MakeMixingFilter(abundances);
  filter->UpdateOutputInformation();
  EXPECT_FALSE(filter->GetOutput()->GetImageMetadata().Has(otb::MDNum::TileHintX));
  otb::OutputFormat format;
  format.tileColumns = 4;
  format.tileLines   = 2;
  filter->SetOutputFormat(format);
  filter->UpdateOutputInformation();
  EXPECT_EQ(filter->GetOutput()->GetImageMetadata()[otb::MDNum::TileHintX], 4.);
  EXPECT_EQ(filter->GetOutput()->GetImageMetadata()[otb::MDNum::TileHintY], 2.);
}

TEST(SpectralInversionFilters, RoundToTheNearestInteger)
{
  const auto expectRounded = [](auto plain, auto rounded)
  {
    otb::OutputFormat format;
    format.integers = true;
    rounded->SetOutputFormat(format);
    plain->Update();
    rounded->Update();
    const std::size_t count = plain->GetOutput()->GetLargestPossibleRegion().GetNumberOfPixels() * plain->GetOutput()->GetNumberOfComponentsPerPixel();
    std::size_t       moved = 0;
    for (std::size_t i = 0; i < count; ++i)
    {
      const float before = plain->GetOutput()->GetBufferPointer()[i], after = rounded->GetOutput()->GetBufferPointer()[i];
      ASSERT_EQ(after, std::nearbyint(before));
      moved += after != before;
    }
    EXPECT_GT(moved, count / 2);
  };
  const auto msi        = MakeCounts(30, 8, Msi);
  PixelOf(msi, 2, 2)[0] = std::nanf("");
  const auto abundances = MakeCounts(30, 8, Endmembers);
  const auto coarse     = MakeCounts(8, 2, Bands, {1000., 2000., 40., -40.});
  expectRounded(MakeRegression(msi), MakeRegression(msi));
  expectRounded(MakeMixingFilter(abundances), MakeMixingFilter(abundances));
  expectRounded(MakeAbundances(msi, Morph()), MakeAbundances(msi, Morph()));
  expectRounded(MakeAbundances(msi, Morph(true), coarse), MakeAbundances(msi, Morph(true), coarse));
}

TEST(LinearMixingImageFilter, MixesEachPixel)
{
  const auto abundances = otb::test::MakeImage(300, 3, Endmembers); // wider than a block
  const auto filter     = MakeMixingFilter(abundances);
  filter->Update();
  const Eigen::MatrixXd directions = MakeMixing().GetEndmembers().cast<double>().array() - 0.25;
  const Eigen::MatrixXd a          = Eigen::Map<const SpectraMatrix>(abundances->GetBufferPointer(), 900, Endmembers).cast<double>();
  const Eigen::MatrixXd expected   = (a * directions).array() + 0.25;
  const auto            found      = Eigen::Map<const SpectraMatrix>(filter->GetOutput()->GetBufferPointer(), 900, Bands).cast<double>();
  EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(SpectralRegressionImageFilter, IsTheNetworkPixelByPixel)
{
  const auto model  = MakeModel(Method::Lift);
  const auto msi    = MakeCounts(300, 2, Msi);
  const auto filter = MakeRegression(msi);
  filter->Update();
  for (long column = 0; column < 300; ++column)
  {
    const auto expected = otb::test::PlainSpectrum(model, PixelOf(msi, column, 1));
    const auto found    = Eigen::Map<const Eigen::VectorXf>(PixelOf(filter->GetOutput(), column, 1), Bands).cast<double>();
    ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5 * model.scale) << "column " << column;
  }
}

TEST(SpectralRegressionImageFilter, TakesAnyModelThatGivesSpectraAtOnce)
{
  const auto model  = std::make_shared<SpectralInversionModel>(MakeModel(Method::Linear));
  const auto msi    = MakeCounts(300, 2, Msi);
  const auto filter = RegressionType::New();
  filter->SetModel(model);
  filter->SetInput(msi);
  filter->Update();
  const Eigen::MatrixXd B = model->inverse->GetDecoder().cast<double>();
  const auto            b = model->inverse->GetDecoderBias();
  for (long column = 0; column < 300; ++column)
  {
    const Eigen::VectorXd m        = (Eigen::Map<const Eigen::VectorXf>(PixelOf(msi, column, 1), Msi).cast<double>().array() - model->offset) / model->scale;
    const Eigen::VectorXd scaled   = B.transpose() * m + Eigen::Map<const Eigen::VectorXf>(b.data(), Bands).cast<double>();
    const Eigen::VectorXd expected = scaled.array() * model->scale + model->offset;
    const auto            found    = Eigen::Map<const Eigen::VectorXf>(PixelOf(filter->GetOutput(), column, 1), Bands).cast<double>();
    ASSERT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5 * model->scale) << "column " << column;
  }
}

TEST(NonnegativeUnmixingImageFilter, UndoesTheMixing)
{
  const auto abundances = otb::test::MakeImage(300, 3, Endmembers);
  auto       mixing     = MixingType::New();
  mixing->SetMixing(otb::LinearMixing(MorphOf(MakeModel(Method::Morph)).GetEndmembers(), 0.f));
  mixing->SetInput(abundances);
  const auto filter = MakeUnmixing(mixing->GetOutput());
  filter->Update();
  for (std::size_t i = 0; i < 900 * Endmembers; ++i)
  {
    ASSERT_NEAR(filter->GetOutput()->GetBufferPointer()[i], abundances->GetBufferPointer()[i], 1e-5);
  }
}
} // namespace
