// SPDX-License-Identifier: Apache-2.0
// Applications as objects: outputs that are images in memory and nothing else, and one object run again with other parameters.
#include "chainTest.h"

#include "otbImageSpectralAxis.h"

#include <algorithm>
#include <cmath>

namespace
{
using namespace otb::test;
using otb::Wrapper::FloatVectorImageType;

class InMemory : public ChainTest
{
protected:
  /** The content of a file that an application, as it is now, writes its output to. */
  FileContent Written(Application* application, const std::string& key = "out") const
  {
    application->SetParameterString(key, Path("written.tif"));
    application->ExecuteAndWriteOutput();
    return FileContent(Path("written.tif"));
  }

  static const otb::ImageMetadata& Metadata(Application* application, const std::string& key)
  {
    auto* const image = dynamic_cast<FloatVectorImageType*>(application->GetParameterOutputImage(key));
    return image->GetImageMetadata();
  }

  /** Each band of an output image says the same value for no data. */
  static void ExpectNoData(Application* application, const std::string& key, double value)
  {
    for (const auto& band : Metadata(application, key).Bands)
    {
      ASSERT_TRUE(band.Has(otb::MDNum::NoData));
      EXPECT_EQ(band[otb::MDNum::NoData], value);
    }
  }
};

TEST_F(InMemory, NothingIsWrittenWithoutANameForIt)
{
  SKIP_WITHOUT("BandMathX");
  const auto before      = List();
  const auto application = MakeApplication("HyperspectralSuperResolution", Training({{"inms", Path("sharp.tif")}}));
  application->Execute();
  application->WriteOutput();
  EXPECT_EQ(List(), before);

  // Each output reaches another application, and a file, as if it had been written first.
  const auto files = MakeApplication(
      "HyperspectralSuperResolution",
      Training({{"inms", Path("sharp.tif")}, {"out", Path("hsr-out.tif")}, {"outab", Path("hsr-outab.tif")}, {"outem", Path("hsr-outem.tif")}}));
  files->ExecuteAndWriteOutput();
  for (const std::string key : {"out", "outab", "outem"})
  {
    const auto copy = MakeApplication("BandMathX", {{"exp", "im1"}, {"ram", "1"}});
    ASSERT_TRUE(copy->ConnectImage("il", application, key));
    copy->SetParameterString("out", Path("copy.tif"));
    copy->ExecuteAndWriteOutput();
    const FileContent expected(Path("hsr-" + key + ".tif")), found(Path("copy.tif"));
    EXPECT_TRUE(SameBits(expected.pixels, found.pixels)) << key;
    EXPECT_EQ(expected.geotransform, found.geotransform) << key;
  }
}

TEST_F(InMemory, OnDiskByConnectMode)
{
  const auto inversion = MakeApplication("SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}});
  const auto convert   = MakeApplication("DynamicConvert");
  ASSERT_TRUE(convert->ConnectImage("in", inversion, "out"));
  const FileContent memory = Written(convert);
  inversion->SetParameterString("out", Path("between.tif"));
  inversion->SetParameterString("outab", Path("beside.tif"));
  convert->PropagateConnectMode(false);
  ExpectSame(memory, Written(convert));
  EXPECT_EQ(FileContent(Path("between.tif")).bands, 30);
  EXPECT_EQ(FileContent(Path("beside.tif")).bands, 4);
}

TEST_F(InMemory, WavelengthsAndNoDataTravel)
{
  SKIP_WITHOUT("BandMathX");
  const auto fusion = MakeApplication("HyperspectralSuperResolution", Training({{"inms", Path("sharp.tif")}, {"nodata", "-5"}}));
  fusion->Execute();
  for (const std::string key : {"out", "outem"})
  {
    const auto axis = otb::GetSpectralAxis(Metadata(fusion, key));
    ASSERT_TRUE(axis) << key;
    EXPECT_EQ(axis->wavelengths.front(), 420.) << key;
    EXPECT_EQ(axis->wavelengths.back(), 1000.) << key;
  }
  EXPECT_FALSE(otb::GetSpectralAxis(Metadata(fusion, "outab")));
  ExpectNoData(fusion, "out", -5.);

  // A hole in the multispectral image is one in what is made of its fusion, through applications that look for its value and for wavelengths.
  const auto holes = MakeApplication("BandMathX", {{"il", Path("sharp.tif")}, {"exp", "(idxX == 10 && idxY == 20) ? {-9999, -9999, -9999, -9999} : im1"}});
  holes->Execute();
  const auto inversion = MakeApplication("SpectralInversion", {{"model", Path("model.json")}, {"nodata", "-5"}});
  inversion->SetParameterInputImage("inms", holes->GetParameterOutputImage("out"));
  inversion->Execute();
  const auto response = MakeApplication("SpectralResponseDegradation", {{"srf", "bands"}, {"srf.bands.list", Bands}, {"nodata", "-7"}});
  response->SetParameterInputImage("in", inversion->GetParameterOutputImage("out"));
  const FileContent content = Written(response);
  const std::size_t pixels  = 96 * 96;
  for (std::size_t band = 0; band < 4; ++band)
  {
    EXPECT_EQ(content.pixels[band * pixels + 20 * 96 + 10], -7.);
    EXPECT_EQ(std::count(content.pixels.begin() + band * pixels, content.pixels.begin() + (band + 1) * pixels, -7.), 1);
    EXPECT_EQ(content.noData[band], -7.);
  }
}

TEST_F(InMemory, EndmembersServeUnmixing)
{
  SKIP_WITHOUT("HyperspectralUnmixing");
  const auto inversion = [this](const Parameters& others)
  {
    Parameters parameters = {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}};
    parameters.insert(parameters.end(), others.begin(), others.end());
    return MakeApplication("SpectralInversion", parameters);
  };
  inversion({{"out", Path("fused.tif")}})->ExecuteAndWriteOutput();
  MakeApplication("NMFEndmemberExtraction", {{"in", Path("fused.tif")}, {"ne", "4"}, {"outendm", Path("em.tif")}})->ExecuteAndWriteOutput();
  const auto byFiles  = MakeApplication("HyperspectralUnmixing", {{"in", Path("fused.tif")}, {"ie", Path("em.tif")}});
  const auto expected = Written(byFiles);

  const auto source     = inversion({});
  const auto endmembers = MakeApplication("NMFEndmemberExtraction", {{"ne", "4"}});
  const auto unmixing   = MakeApplication("HyperspectralUnmixing");
  ASSERT_TRUE(endmembers->ConnectImage("in", source, "out"));
  ASSERT_TRUE(unmixing->ConnectImage("in", source, "out"));
  ASSERT_TRUE(unmixing->ConnectImage("ie", endmembers, "outendm"));
  ExpectSame(expected, Written(unmixing));

  // And back to spectra: the abundances of least squares, with what they are of.
  const auto synthesis = MakeApplication("LinearMixingSynthesis");
  synthesis->SetParameterInputImage("in", unmixing->GetParameterOutputImage("out"));
  synthesis->SetParameterInputImage("ie", endmembers->GetParameterOutputImage("outendm"));
  const FileContent mixed = Written(synthesis), fused(Path("fused.tif"));
  ASSERT_EQ(mixed.pixels.size(), fused.pixels.size());
  EXPECT_EQ(mixed.wavelengths, fused.wavelengths);
  double worst = 0.;
  for (std::size_t i = 0; i < fused.pixels.size(); ++i)
  {
    worst = std::max(worst, std::abs(mixed.pixels[i] - fused.pixels[i]));
  }
  EXPECT_LT(worst, 0.05);
}

TEST_F(InMemory, MapsOfQualityAreImagesToo)
{
  SKIP_WITHOUT("BandMathX");
  const auto inversion = MakeApplication("SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}, {"ram", "1"}});
  inversion->Execute();
  const auto quality = MakeApplication("HyperspectralQuality", {{"ref", Path("truth.tif")}, {"ram", "1"}});
  quality->SetParameterInputImage("in", inversion->GetParameterOutputImage("out"));
  quality->Execute();
  const double angle = quality->GetParameterFloat("sam");
  EXPECT_GT(angle, 0.);

  // The mean of the map is the score.
  const auto mean = MakeApplication("BandMathX", {{"exp", "im1b1"}});
  ASSERT_NE(quality->GetParameterOutputImage("outsam"), nullptr);
  ASSERT_NE(quality->GetParameterOutputImage("outerr"), nullptr);
  ASSERT_TRUE(mean->ConnectImage("il", quality, "outsam"));
  const FileContent map = Written(mean);
  double            sum = 0.;
  for (const double value : map.pixels)
  {
    sum += value;
  }
  EXPECT_NEAR(sum / static_cast<double>(map.pixels.size()), angle, 1e-4);
}

/** An application and two sets of its parameters. */
struct Rerun
{
  std::string name;
  Parameters  first, second;
};

TEST_F(InMemory, AnObjectRunsAgain)
{
  Run("NMFEndmemberExtraction", {{"in", Path("coarse.tif")}, {"ne", "3"}, {"outendm", Path("em3.tif")}, {"outab", Path("ab3.tif")}});
  Run("NMFEndmemberExtraction", {{"in", Path("coarse.tif")}, {"ne", "4"}, {"outendm", Path("em4.tif")}, {"outab", Path("ab4.tif")}});
  Run("SpatialDegradation", {{"in", Path("coarse.tif")}, {"ratio", "2"}, {"out", Path("coarser.tif")}});
  Run("TrainSpectralInversion", Training({{"method", "lift"}, {"epochs", "2"}, {"out", Path("lift.json")}}));
  const std::vector<Rerun> reruns = {
      {"HyperspectralSuperResolution", Training({{"inms", Path("sharp.tif")}}), {{"method", "lift"}, {"epochs", "2"}}},
      {"HyperspectralSuperResolution", Training({{"inms", Path("sharp.tif")}, {"method", "lift"}, {"epochs", "2"}}), {{"method", "morph"}}},
      {"SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}}, {{"model", Path("lift.json")}}},
      {"SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("lift.json")}}, {{"model", Path("model.json")}}},
      {"LinearMixingSynthesis", {{"in", Path("ab3.tif")}, {"ie", Path("em3.tif")}}, {{"in", Path("ab4.tif")}, {"ie", Path("em4.tif")}}},
      {"SpatialDegradation", {{"in", Path("truth.tif")}, {"snr", "30"}}, {{"in", Path("sharp.tif")}, {"ratio", "2"}, {"snr", "40"}}},
      {"SpectralResponseDegradation",
       {{"in", Path("truth.tif")}, {"srf", "sensor"}},
       {{"in", Path("coarse.tif")}, {"srf", "bands"}, {"srf.bands.list", Bands}}},
  };
  for (const Rerun& rerun : reruns)
  {
    Parameters both = rerun.first;
    both.insert(both.end(), rerun.second.begin(), rerun.second.end());
    const FileContent expected    = Written(MakeApplication(rerun.name, both));
    const auto        application = MakeApplication(rerun.name, rerun.first);
    const FileContent first       = Written(application);
    for (const auto& parameter : rerun.second)
    {
      application->SetParameterString(parameter.first, parameter.second);
    }
    SCOPED_TRACE(rerun.name);
    const FileContent second = Written(application);
    EXPECT_FALSE(SameBits(first.pixels, second.pixels));
    ExpectSame(expected, second);
  }
}

TEST_F(InMemory, AnImageInMemoryTakesThePlaceOfAFile)
{
  // The file has wavelengths that the image, of as many bands, has not.
  const auto application = MakeApplication("SpectralResponseDegradation", {{"in", Path("truth.tif")}, {"srf", "bands"}, {"srf.bands.list", Bands}});
  Written(application);
  const auto                       bare = FloatVectorImageType::New();
  FloatVectorImageType::RegionType region;
  region.SetSize(0, 3);
  region.SetSize(1, 2);
  bare->SetRegions(region);
  bare->SetNumberOfComponentsPerPixel(30);
  bare->Allocate();
  std::fill_n(bare->GetBufferPointer(), 3 * 2 * 30, 0.5f);
  application->SetParameterInputImage("in", bare);
  try
  {
    application->Execute();
    FAIL() << "took the wavelengths of an image that it no longer reads";
  }
  catch (const otb::ApplicationException& error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("wl: found no wavelengths in the image of in"), std::string::npos) << error.GetDescription();
  }
}

TEST_F(InMemory, AnObjectServesAfterAFailure)
{
  const auto application = MakeApplication("SpatialDegradation", {{"in", Path("truth.tif")}, {"ratio", "0"}});
  EXPECT_THROW(application->Execute(), otb::ApplicationException);
  application->SetParameterInt("ratio", 2);
  application->SetParameterFloat("snr", 30.f);
  application->SetParameterFloat("nodata", -3.f);
  const auto fresh = MakeApplication("SpatialDegradation", {{"in", Path("truth.tif")}, {"ratio", "2"}, {"snr", "30"}, {"nodata", "-3"}});
  ExpectSame(Written(fresh), Written(application));
}
} // namespace
