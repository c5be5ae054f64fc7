// SPDX-License-Identifier: Apache-2.0
#include "otbImageSpectralAxis.h"

#include "otbImageFileReader.h"
#include "otbImageFileWriter.h"
#include "otbVectorImage.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace
{
using ImageType = otb::VectorImage<float, 2>;

const otb::SpectralAxis Axis{{418.24, 423.87, 2445.5, 401.125}, {7, 6.67, 10.5, 6.5}};

ImageType::Pointer MakeImage(unsigned int bands)
{
  auto                image = ImageType::New();
  ImageType::SizeType size;
  size.Fill(3);
  ImageType::RegionType region;
  region.SetSize(size);
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(bands);
  image->Allocate();
  std::fill_n(image->GetBufferPointer(), 9 * bands, 1.f);
  ImageType::SpacingType spacing;
  spacing[0] = 30;
  spacing[1] = -30;
  image->SetSignedSpacing(spacing);
  auto metadata = image->GetImageMetadata();
  metadata.Bands.assign(bands, otb::ImageMetadataBase());
  image->SetImageMetadata(metadata);
  return image;
}

void Write(ImageType* image, const std::string& filename)
{
  auto writer = otb::ImageFileWriter<ImageType>::New();
  writer->SetFileName(filename);
  writer->SetInput(image);
  writer->Update();
}

ImageType::Pointer Read(const std::string& filename)
{
  auto reader = otb::ImageFileReader<ImageType>::New();
  reader->SetFileName(filename);
  reader->Update();
  ImageType::Pointer image = reader->GetOutput();
  image->DisconnectPipeline();
  return image;
}

std::size_t Count(const std::string& text, const std::string& part)
{
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
  {
    ++count;
  }
  return count;
}

std::string Slurp(const std::string& filename)
{
  std::ostringstream text;
  text << std::ifstream(filename).rdbuf();
  return text.str();
}

void ExpectAxis(const std::optional<otb::SpectralAxis>& found, const otb::SpectralAxis& expected)
{
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->wavelengths, expected.wavelengths);
  EXPECT_EQ(found->widths, expected.widths);
}

/** A folder that is gone afterwards. */
class ImageSpectralAxisFile : public testing::TestWithParam<const char*>
{
protected:
  ImageSpectralAxisFile()
  {
    std::filesystem::create_directories(m_Folder);
  }

  ~ImageSpectralAxisFile() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string Path(const std::string& name) const
  {
    return (m_Folder / name).string();
  }

private:
  std::filesystem::path m_Folder = std::filesystem::path(testing::TempDir()) / ("spectral-axis-" + std::to_string(std::hash<std::string>()(GetParam())) + "-" +
                                                                                testing::UnitTest::GetInstance()->current_test_info()->test_suite_name());
};
} // namespace

TEST_P(ImageSpectralAxisFile, SurvivesWritingAndReading)
{
  const auto image    = MakeImage(4);
  auto       metadata = image->GetImageMetadata();
  otb::SetSpectralAxis(metadata, Axis);
  image->SetImageMetadata(metadata);
  const std::string path = Path(std::string("first") + GetParam());
  Write(image, path);
  ExpectAxis(otb::ReadSpectralAxisOfImage(path), Axis);
  ExpectAxis(otb::ReadSpectralAxisOfImage(path + "?&bands=2:3"), {{423.87, 2445.5}, {6.67, 10.5}});
  ExpectAxis(otb::GetSpectralAxis(Read(path)->GetImageMetadata()), Axis);
}

TEST_P(ImageSpectralAxisFile, AnotherAxisReplacesTheOneThatWasRead)
{
  const auto image    = MakeImage(4);
  auto       metadata = image->GetImageMetadata();
  otb::SetSpectralAxis(metadata, Axis);
  image->SetImageMetadata(metadata);
  const std::string path = Path(std::string("first") + GetParam());
  Write(image, path);

  const auto narrow = MakeImage(2);
  metadata          = Read(path)->GetImageMetadata();
  metadata.Bands.resize(2);
  otb::SetSpectralAxis(metadata, {{500, 600.5}, {}});
  narrow->SetImageMetadata(metadata);
  const std::string second = Path(std::string("second") + GetParam());
  Write(narrow, second);
  ExpectAxis(otb::ReadSpectralAxisOfImage(second), {{500, 600.5}, {}});
  ExpectAxis(otb::GetSpectralAxis(Read(second)->GetImageMetadata()), {{500, 600.5}, {}});
}

INSTANTIATE_TEST_SUITE_P(Formats, ImageSpectralAxisFile, testing::Values(".tif", ".hdr"));

using ImageSpectralAxisHeader = ImageSpectralAxisFile;

TEST_P(ImageSpectralAxisHeader, HasEachListOnce)
{
  const auto image    = MakeImage(4);
  auto       metadata = image->GetImageMetadata();
  otb::SetSpectralAxis(metadata, Axis);
  image->SetImageMetadata(metadata);
  Write(image, Path(std::string("image") + GetParam()));
  const std::string header = Slurp(Path("image.hdr"));
  EXPECT_EQ(Count(header, "wavelength = {418.24, 423.87, 2445.5, 401.125}"), 1u) << header;
  EXPECT_EQ(Count(header, "wavelength ="), 1u) << header;
  EXPECT_EQ(Count(header, "wavelength units = Nanometers"), 1u) << header;
  EXPECT_EQ(Count(header, "fwhm = {7, 6.67, 10.5, 6.5}"), 1u) << header;
}

INSTANTIATE_TEST_SUITE_P(Formats, ImageSpectralAxisHeader, testing::Values(".hdr"));
