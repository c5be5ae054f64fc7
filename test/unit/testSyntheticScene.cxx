// SPDX-License-Identifier: Apache-2.0
#include "otbSyntheticSceneImageSource.h"

#include "itkStreamingImageFilter.h"
#include "otbVectorImage.h"

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace
{
using otb::SceneMaterial;

otb::SpectralAxis Axis(std::size_t bands)
{
  otb::SpectralAxis axis;
  for (std::size_t band = 0; band < bands; ++band)
  {
    const double spacing = 2100. / static_cast<double>(bands - 1);
    axis.wavelengths.push_back(400. + spacing * static_cast<double>(band));
    axis.widths.push_back(spacing);
  }
  return axis;
}

std::vector<float> Whole(const otb::SyntheticScene& scene)
{
  std::vector<float> image(scene.GetWidth() * scene.GetHeight() * scene.GetSpectralAxis().size());
  for (std::size_t y = 0; y < scene.GetHeight(); ++y)
  {
    scene.Scanline(0, y, scene.GetWidth(), image.data() + y * scene.GetWidth() * scene.GetSpectralAxis().size());
  }
  return image;
}

double At(const otb::SyntheticScene& scene, SceneMaterial material, double wavelength)
{
  const auto& axis    = scene.GetSpectralAxis().wavelengths;
  const auto  nearest = std::min_element(axis.begin(), axis.end(), [=](double a, double b) { return std::abs(a - wavelength) < std::abs(b - wavelength); });
  return scene.MaterialSpectrum(material)[static_cast<std::size_t>(nearest - axis.begin())];
}
} // namespace

TEST(SyntheticScene, PixelsDoNotDependOnTheTile)
{
  const std::size_t         bands = 30;
  const otb::SyntheticScene scene(150, 120, 7, Axis(bands));
  const auto                image = Whole(scene);
  for (std::size_t y = 0; y < 120; ++y)
  {
    // Backwards, one pixel at a time.
    for (std::size_t x = 150; x-- > 0;)
    {
      std::vector<float> pixel(bands);
      scene.Spectrum(x, y, pixel.data());
      ASSERT_TRUE(std::equal(pixel.begin(), pixel.end(), image.begin() + static_cast<std::ptrdiff_t>((y * 150 + x) * bands))) << x << " " << y;
    }
  }
}

TEST(SyntheticScene, LargerScenesContainSmallerOnes)
{
  const otb::SyntheticScene small(40, 30, 3, Axis(10)), large(4000, 3000, 3, Axis(10));
  std::vector<float>        a(400), b(400);
  for (std::size_t y = 0; y < 30; ++y)
  {
    small.Scanline(0, y, 40, a.data());
    large.Scanline(0, y, 40, b.data());
    ASSERT_EQ(a, b) << y;
  }
}

TEST(SyntheticScene, ReflectanceIsPlausibleForAnySeed)
{
  for (std::uint64_t seed = 0; seed < 12; ++seed)
  {
    const auto image = Whole(otb::SyntheticScene(256, 256, seed, Axis(24)));
    const auto range = std::minmax_element(image.begin(), image.end());
    EXPECT_GT(*range.first, 0.f) << seed;
    EXPECT_LT(*range.second, 0.95f) << seed;
    // Not a flat picture either.
    EXPECT_GT(*range.second, 0.4f) << seed;
  }
}

TEST(SyntheticScene, SeedsAreDifferentPlaces)
{
  const auto  a = Whole(otb::SyntheticScene(128, 128, 1, Axis(12))), b = Whole(otb::SyntheticScene(128, 128, 2, Axis(12)));
  std::size_t different = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
  {
    different += std::abs(a[k] - b[k]) > 0.02f;
  }
  EXPECT_GT(different, a.size() / 2);
}

TEST(SyntheticScene, MaterialsShowTheirPhysics)
{
  const otb::SyntheticScene scene(1, 1, 1, Axis(211));
  for (const SceneMaterial plant : {SceneMaterial::Grass, SceneMaterial::Crop, SceneMaterial::Broadleaf, SceneMaterial::Conifer})
  {
    const double red = At(scene, plant, 670), green = At(scene, plant, 550), plateau = At(scene, plant, 860);
    EXPECT_GT((plateau - red) / (plateau + red), 0.7) << "red edge of material " << static_cast<int>(plant);
    EXPECT_GT(green, 1.3 * red);
    EXPECT_LT(At(scene, plant, 970), 0.5 * (At(scene, plant, 920) + At(scene, plant, 1060)) - 0.002) << "leaf water";
    EXPECT_LT(At(scene, plant, 1450), 0.5 * At(scene, plant, 1100));
    EXPECT_LT(At(scene, plant, 1940), 0.5 * At(scene, plant, 1650));
  }
  // Cellulose shows only where water does not hide it.
  const auto cellulose = [&](SceneMaterial m) { return At(scene, m, 2100) / (0.5 * (At(scene, m, 2020) + At(scene, m, 2200))); };
  EXPECT_LT(cellulose(SceneMaterial::Straw), 0.9);
  EXPECT_GT(cellulose(SceneMaterial::Crop), 0.9);
  for (const SceneMaterial water : {SceneMaterial::DeepWater, SceneMaterial::TurbidWater, SceneMaterial::ShallowWater})
  {
    EXPECT_LT(At(scene, water, 1650), 0.02);
    EXPECT_GT(At(scene, water, 560), 1.5 * At(scene, water, 1650));
  }
  EXPECT_GT(At(scene, SceneMaterial::TurbidWater, 650), 2. * At(scene, SceneMaterial::DeepWater, 650)) << "sediment scatters";
  EXPECT_LT(At(scene, SceneMaterial::RedSoil, 2200), 0.9 * At(scene, SceneMaterial::RedSoil, 2120)) << "clay";
  EXPECT_LT(At(scene, SceneMaterial::RedSoil, 880), At(scene, SceneMaterial::RedSoil, 750)) << "ferric oxide";
  EXPECT_GT(At(scene, SceneMaterial::RedTile, 650), 2.5 * At(scene, SceneMaterial::RedTile, 500)) << "ferric oxide";
  EXPECT_LT(At(scene, SceneMaterial::MoistSoil, 1000), At(scene, SceneMaterial::BrownSoil, 1000)) << "moisture darkens";
  EXPECT_LT(At(scene, SceneMaterial::ChalkSoil, 2340), 0.9 * At(scene, SceneMaterial::ChalkSoil, 2250)) << "carbonate";
  EXPECT_GT(otb::SceneSkyFraction(450), 5. * otb::SceneSkyFraction(1600)) << "shadows are bluish";
}

// Fusion by a few endmembers must not be trivial: more components than the seven endmembers of SpectraMorph rise above a sensor's noise (SNR 35 dB).
TEST(SyntheticScene, HasManySpectralDimensions)
{
  const std::size_t bands = 96;
  for (std::uint64_t seed = 1; seed < 4; ++seed)
  {
    const auto image = Whole(otb::SyntheticScene(256, 256, seed, Axis(bands)));
    const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> pixels(image.data(), 256 * 256, bands);
    const Eigen::MatrixXd centred   = (pixels.rowwise() - pixels.colwise().mean()).cast<double>();
    const Eigen::VectorXd variances = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(centred.transpose() * centred / (256. * 256.)).eigenvalues();
    const double          noise     = pixels.cast<double>().squaredNorm() / static_cast<double>(pixels.size()) / std::pow(10., 3.5);
    EXPECT_GT((variances.array() > noise).count(), 9) << "seed " << seed;
    // And one of them is not all there is.
    EXPECT_LT(variances.maxCoeff() / variances.sum(), 0.95) << "seed " << seed;
  }
}

// Across the boundary of two materials the signal changes within two pixels, as coverage does, not gradually.
TEST(SyntheticScene, EdgesAreSharp)
{
  const otb::SyntheticScene scene(256, 256, 1, Axis(24));
  const auto                image    = Whole(scene);
  const auto                infrared = [&](std::size_t x, std::size_t y) { return image[(y * 256 + x) * 24 + 5]; };
  std::size_t               edges = 0, sharp = 0;
  for (std::size_t y = 0; y < 256; ++y)
  {
    for (std::size_t x = 3; x + 4 < 256; ++x)
    {
      // An edge's middle: the largest of the steps around, between two sides that differ.
      const float across   = std::abs(infrared(x + 4, y) - infrared(x - 3, y));
      float       steepest = 0.f;
      for (std::size_t k = x - 3; k < x + 4; ++k)
      {
        steepest = std::max(steepest, std::abs(infrared(k + 1, y) - infrared(k, y)));
      }
      const bool middle = std::abs(infrared(x + 1, y) - infrared(x, y)) == steepest;
      if (middle && across > 0.15f)
      {
        ++edges;
        sharp += std::abs(infrared(x + 2, y) - infrared(x - 1, y)) > 0.8f * across;
      }
    }
  }
  EXPECT_GT(edges, 1000u);
  EXPECT_GT(sharp, edges * 6 / 10);
}

TEST(SyntheticScene, RefusesWhatItCannotMake)
{
  EXPECT_THROW(otb::SyntheticScene(0, 5, 1, Axis(3)), std::invalid_argument);
  EXPECT_THROW(otb::SyntheticScene(5, 5, 1, otb::SpectralAxis()), std::invalid_argument);
  otb::SpectralAxis thermal;
  thermal.wavelengths = {1000., 11000.};
  EXPECT_THROW(otb::SyntheticScene(5, 5, 1, thermal), std::invalid_argument);
}

TEST(SyntheticSceneImageSource, StreamsTheSamePixels)
{
  using ImageType   = otb::VectorImage<float, 2>;
  const auto scene  = std::make_shared<const otb::SyntheticScene>(90, 70, 5, Axis(9));
  auto       source = otb::SyntheticSceneImageSource<ImageType>::New();
  source->SetScene(scene);
  source->SetPixelSize(2.5);
  source->SetUpperLeft(600000., 5000000.);
  auto streamer = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streamer->SetInput(source->GetOutput());
  streamer->SetNumberOfStreamDivisions(7);
  streamer->Update();

  const auto image = Whole(*scene);
  EXPECT_TRUE(std::equal(image.begin(), image.end(), streamer->GetOutput()->GetBufferPointer()));
  EXPECT_DOUBLE_EQ(source->GetOutput()->GetOrigin()[0], 600001.25);
  EXPECT_DOUBLE_EQ(source->GetOutput()->GetOrigin()[1], 4999998.75);
  EXPECT_DOUBLE_EQ(source->GetOutput()->GetSignedSpacing()[1], -2.5);
  const auto axis = otb::GetSpectralAxis(source->GetOutput()->GetImageMetadata());
  ASSERT_TRUE(axis.has_value());
  EXPECT_EQ(axis->wavelengths, scene->GetSpectralAxis().wavelengths);
}

TEST(SyntheticSceneImageSource, IntegersAreRounded)
{
  using ImageType   = otb::VectorImage<unsigned short, 2>;
  const auto scene  = std::make_shared<const otb::SyntheticScene>(20, 20, 5, Axis(9));
  auto       source = otb::SyntheticSceneImageSource<ImageType>::New();
  source->SetScene(scene);
  source->SetScale(10000.f);
  source->Update();
  const auto image = Whole(*scene);
  for (std::size_t k = 0; k < image.size(); ++k)
  {
    ASSERT_NEAR(source->GetOutput()->GetBufferPointer()[k], 10000.f * image[k], 0.501f);
  }
}
