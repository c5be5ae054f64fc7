// SPDX-License-Identifier: Apache-2.0
#ifndef chainTest_h
#define chainTest_h

#include "otbSyntheticSceneImageSource.h"

#include "otbImageFileWriter.h"
#include "otbSpatialReference.h"
#include "otbVectorImage.h"
#include "otbWrapperApplication.h"
#include "otbWrapperApplicationRegistry.h"

#include "gdal_priv.h"
#include "itkCommand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace otb
{
namespace test
{
using Wrapper::Application;
using Parameters = std::vector<std::pair<std::string, std::string>>;

inline Application::Pointer MakeApplication(const std::string& name, const Parameters& parameters = {})
{
  Application::Pointer application = Wrapper::ApplicationRegistry::CreateApplicationFaster(name);
  if (application.IsNull())
  {
    throw std::runtime_error("found no application " + name + " in OTB_APPLICATION_PATH");
  }
  for (const auto& parameter : parameters)
  {
    if (application->GetParameterType(parameter.first) == Wrapper::ParameterType_InputImageList)
    {
      application->AddParameterStringList(parameter.first, parameter.second);
    }
    else
    {
      application->SetParameterString(parameter.first, parameter.second);
    }
  }
  return application;
}

/** Skips a test that needs one of OTB's applications where there is none of that name: OTB 10 is installed in parts. */
#define SKIP_WITHOUT(name)                                                                                                                                     \
  if (otb::Wrapper::ApplicationRegistry::CreateApplicationFaster(name).IsNull())                                                                               \
  GTEST_SKIP() << "OTB has no application " << name << " here"

/** All that a file says of an image. */
struct FileContent
{
  int                      columns = 0, rows = 0, bands = 0;
  GDALDataType             type = GDT_Unknown;
  std::array<double, 6>    geotransform{};
  std::string              projection;
  std::vector<double>      noData;      // per band, NaN for none
  std::vector<std::string> wavelengths; // per band
  std::vector<double>      pixels;

  explicit FileContent(const std::filesystem::path& path)
  {
    GDALAllRegister();
    const GDALDatasetUniquePtr file(GDALDataset::Open(path.c_str()));
    if (!file)
    {
      throw std::runtime_error(path.string() + " is no image");
    }
    columns    = file->GetRasterXSize();
    rows       = file->GetRasterYSize();
    bands      = file->GetRasterCount();
    type       = file->GetRasterBand(1)->GetRasterDataType();
    projection = file->GetProjectionRef();
    file->GetGeoTransform(geotransform.data());
    pixels.resize(static_cast<std::size_t>(columns) * rows * bands);
    if (file->RasterIO(GF_Read, 0, 0, columns, rows, pixels.data(), columns, rows, GDT_Float64, bands, nullptr, 0, 0, 0, nullptr) != CE_None)
    {
      throw std::runtime_error(path.string() + " cannot be read");
    }
    for (GDALRasterBand* const band : file->GetBands())
    {
      int          has   = 0;
      const double value = band->GetNoDataValue(&has);
      const char*  item  = band->GetMetadataItem("wavelength");
      noData.push_back(has ? value : std::numeric_limits<double>::quiet_NaN());
      wavelengths.emplace_back(item ? item : "");
    }
  }
};

inline bool SameBits(const std::vector<double>& a, const std::vector<double>& b)
{
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

inline void ExpectSame(const FileContent& a, const FileContent& b)
{
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.bands, b.bands);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.geotransform, b.geotransform);
  EXPECT_EQ(a.projection, b.projection);
  EXPECT_EQ(a.wavelengths, b.wavelengths);
  EXPECT_TRUE(SameBits(a.noData, b.noData));
  EXPECT_TRUE(SameBits(a.pixels, b.pixels));
}

/** Counts how often the source of an image runs while the counter lives, and how many pixels at most it makes at once. */
class PieceCounter
{
public:
  explicit PieceCounter(itk::DataObject* image) : m_Image(dynamic_cast<itk::ImageBase<2>*>(image)), m_Source(m_Image->GetSource())
  {
    const auto command = itk::SimpleMemberCommand<PieceCounter>::New();
    command->SetCallbackFunction(this, &PieceCounter::Count);
    m_Tag = m_Source->AddObserver(itk::EndEvent(), command);
  }

  ~PieceCounter()
  {
    m_Source->RemoveObserver(m_Tag);
  }

  PieceCounter(const PieceCounter&)            = delete;
  PieceCounter& operator=(const PieceCounter&) = delete;

  unsigned int       pieces  = 0;
  itk::SizeValueType largest = 0; // pixels

private:
  void Count()
  {
    ++pieces;
    largest = std::max(largest, m_Image->GetBufferedRegion().GetNumberOfPixels());
  }

  itk::ImageBase<2>::Pointer  m_Image;
  itk::ProcessObject::Pointer m_Source;
  unsigned long               m_Tag = 0;
};

/** A folder of its own with a scene of 96 x 96 pixels and 30 bands (truth.tif, wavelengths in its metadata), and what two sensors see of it: coarse.tif, four
 * times coarser, and sharp.tif with four bands; a model of the two (model.json); and a grid that neither has (grid.tif), which sticks out on two sides. */
class ChainTest : public testing::Test
{
protected:
  static constexpr const char* Bands = "490:65,560:35,665:30,842:115";

  void SetUp() override
  {
    std::string folder = (std::filesystem::temp_directory_path() / "spectramorph-chain-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
    {
      throw std::runtime_error("cannot make a folder in " + std::filesystem::temp_directory_path().string());
    }
    m_Folder = folder;
    WriteScene("truth.tif", 96, 10., 600000., 5000000.);
    WriteScene("grid.tif", 70, 15., 599950., 5000035.);
    Run("SpatialDegradation", {{"in", Path("truth.tif")}, {"ratio", "4"}, {"psf", "delta"}, {"out", Path("coarse.tif")}});
    Run("SpectralResponseDegradation", {{"in", Path("truth.tif")}, {"srf", "bands"}, {"srf.bands.list", Bands}, {"out", Path("sharp.tif")}});
    Run("TrainSpectralInversion", Training({{"out", Path("model.json")}}));
  }

  void TearDown() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string Path(const std::string& name) const
  {
    return (m_Folder / name).string();
  }

  /** Parameters of a short training, and others. */
  Parameters Training(const Parameters& others) const
  {
    Parameters parameters = {{"inhs", Path("coarse.tif")},  {"srf", "bands"},        {"srf.bands.list", Bands}, {"epochs", "40"},
                             {"method.morph.hidden", "32"}, {"method.morph.ne", "4"}};
    parameters.insert(parameters.end(), others.begin(), others.end());
    return parameters;
  }

  static void Run(const std::string& name, const Parameters& parameters)
  {
    MakeApplication(name, parameters)->ExecuteAndWriteOutput();
  }

  /** The names in the folder. */
  std::vector<std::string> List() const
  {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(m_Folder))
    {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  void WriteScene(const std::string& name, std::size_t size, double pixelSize, double left, double top) const
  {
    using ImageType = VectorImage<float, 2>;
    SpectralAxis axis;
    for (int band = 0; band < 30; ++band)
    {
      axis.wavelengths.push_back(420. + 20. * band);
      axis.widths.push_back(20.);
    }
    const auto source = SyntheticSceneImageSource<ImageType>::New();
    source->SetScene(std::make_shared<const SyntheticScene>(size, size, 3, axis));
    source->SetPixelSize(pixelSize);
    source->SetUpperLeft(left, top);
    source->SetProjection(SpatialReference::FromUTM(31, SpatialReference::hemisphere::north).ToWkt());
    const auto writer = ImageFileWriter<ImageType>::New();
    writer->SetFileName(Path(name));
    writer->SetInput(source->GetOutput());
    writer->Update();
  }

  std::filesystem::path m_Folder;
};
} // namespace test
} // namespace otb

#endif
