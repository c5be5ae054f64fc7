// SPDX-License-Identifier: Apache-2.0
// Chains of the module's applications with OTB's own, in memory: nothing between them but images, which stream, and the result of the same chain by files.
#include "chainTest.h"

#include "ogrsf_frmts.h"

#include <algorithm>

namespace
{
using namespace otb::test;

/** An application of a chain: its parameters but for the image from the one before (`in`) and the one for the next (`out`). */
struct Link
{
  std::string name;
  Parameters  parameters;
  std::string in;
  std::string out;
};

class Chains : public ChainTest
{
protected:
  /** Runs the chain by files; returns the last one. */
  std::string RunByFiles(const std::vector<Link>& links) const
  {
    std::string before;
    for (const Link& link : links)
    {
      const auto application = MakeApplication(link.name, link.parameters);
      Connect(application, link.in, before);
      before = Path("step-" + link.name + ".tif");
      application->SetParameterString(link.out, before);
      application->ExecuteAndWriteOutput();
    }
    return before;
  }

  /** Runs the chain in memory and says into how many pieces the first application's image was cut to write the last one's. */
  static unsigned int RunInMemory(const std::vector<Link>& links, const std::string& file)
  {
    std::vector<Application::Pointer> chain;
    for (const Link& link : links)
    {
      const auto application = MakeApplication(link.name, link.parameters);
      if (!chain.empty() && !application->ConnectImage(link.in, chain.back(), links[chain.size() - 1].out))
      {
        throw std::runtime_error(link.name + " cannot be connected");
      }
      chain.push_back(application);
    }
    chain.back()->SetParameterString(links.back().out, file);
    chain.back()->Execute();
    const PieceCounter counter(chain.front()->GetParameterOutputImage(links.front().out));
    chain.back()->WriteOutput();
    return counter.pieces;
  }

  void ExpectSameInMemory(const std::vector<Link>& links) const
  {
    const std::string  byFiles = RunByFiles(links);
    const auto         before  = List();
    const unsigned int pieces  = RunInMemory(links, Path("memory.tif"));
    auto               after   = before;
    after.insert(std::upper_bound(after.begin(), after.end(), "memory.tif"), "memory.tif");
    EXPECT_EQ(List(), after);
    EXPECT_GT(pieces, 1u);
    ExpectSame(FileContent(byFiles), FileContent(Path("memory.tif")));
    std::filesystem::remove(Path("memory.tif"));
  }

private:
  static void Connect(Application* application, const std::string& key, const std::string& file)
  {
    if (file.empty())
    {
      return;
    }
    if (application->GetParameterType(key) == otb::Wrapper::ParameterType_InputImageList)
    {
      application->AddParameterStringList(key, file);
    }
    else
    {
      application->SetParameterString(key, file);
    }
  }
};

const std::pair<std::string, std::string> LittleMemory = {"ram", "1"};

TEST_F(Chains, SuperimposeInversionDynamicConvert)
{
  ExpectSameInMemory({{"Superimpose", {{"inr", Path("grid.tif")}, {"inm", Path("sharp.tif")}, {"fv", "-9999"}, LittleMemory}, "", "out"},
                      {"SpectralInversion", {{"model", Path("model.json")}, LittleMemory}, "inms", "out"},
                      {"DynamicConvert", {{"outmin", "0"}, {"outmax", "1000"}, LittleMemory}, "in", "out"}});
}

TEST_F(Chains, InversionDynamicConvert)
{
  ExpectSameInMemory({{"SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}, LittleMemory}, "", "out"},
                      {"DynamicConvert",
                       {{"channels", "rgb"}, {"channels.rgb.red", "12"}, {"channels.rgb.green", "7"}, {"channels.rgb.blue", "4"}, LittleMemory},
                       "in",
                       "out"}});
}

TEST_F(Chains, BandMathXSpectralResponseDegradation)
{
  SKIP_WITHOUT("BandMathX");
  ExpectSameInMemory({{"BandMathX", {{"il", Path("truth.tif")}, {"exp", "im1 mlt 2.0"}, LittleMemory}, "", "out"},
                      {"SpectralResponseDegradation", {{"srf", "sensor"}, {"srf.sensor.name", "sentinel2a10m"}, LittleMemory}, "in", "out"}});
}

TEST_F(Chains, SpectralResponseDegradationInversionSpatialDegradation)
{
  ExpectSameInMemory({{"SpectralResponseDegradation", {{"in", Path("truth.tif")}, {"srf", "bands"}, {"srf.bands.list", Bands}, LittleMemory}, "", "out"},
                      {"SpectralInversion", {{"model", Path("model.json")}, LittleMemory}, "inms", "out"},
                      {"SpatialDegradation", {{"ratio", "3"}, {"snr", "30"}, LittleMemory}, "in", "out"}});
}

/** An SVM of three classes of spectra, written to svm.model. */
void TrainClassifier(const std::string& image, const std::string& folder)
{
  const FileContent spectra(image);
  const std::size_t count  = static_cast<std::size_t>(spectra.columns) * spectra.rows;
  const std::string points = folder + "/points.shp";
  {
    GDALDriver* const          driver = GetGDALDriverManager()->GetDriverByName("ESRI Shapefile");
    const GDALDatasetUniquePtr file(driver->Create(points.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    OGRLayer* const            layer = file->CreateLayer("points", nullptr, wkbPoint);
    OGRFieldDefn               kind("class", OFTInteger);
    layer->CreateField(&kind);
    for (int band = 0; band < spectra.bands; ++band)
    {
      OGRFieldDefn field(("band_" + std::to_string(band)).c_str(), OFTReal);
      layer->CreateField(&field);
    }
    for (std::size_t pixel = 0; pixel < count; pixel += 40)
    {
      OGRFeature   feature(layer->GetLayerDefn());
      const double red = spectra.pixels[12 * count + pixel], infrared = spectra.pixels[25 * count + pixel];
      feature.SetField(0, infrared > 2. * red ? 1 : infrared > red ? 2 : 3);
      for (int band = 0; band < spectra.bands; ++band)
      {
        feature.SetField(band + 1, spectra.pixels[static_cast<std::size_t>(band) * count + pixel]);
      }
      OGRPoint point(static_cast<double>(pixel), 0.);
      feature.SetGeometry(&point);
      if (layer->CreateFeature(&feature) != OGRERR_NONE)
      {
        throw std::runtime_error("cannot write " + points);
      }
    }
  }
  std::vector<std::string> names;
  for (int band = 0; band < spectra.bands; ++band)
  {
    names.push_back("band_" + std::to_string(band));
  }
  const auto application = MakeApplication("TrainVectorClassifier", {{"io.out", folder + "/svm.model"}, {"classifier", "libsvm"}});
  application->SetParameterStringList("io.vd", {points});
  application->UpdateParameters();
  application->SetParameterStringList("feat", names);
  application->SetParameterStringList("cfield", {"class"});
  application->ExecuteAndWriteOutput();
}

TEST_F(Chains, InversionImageClassifier)
{
  SKIP_WITHOUT("ImageClassifier");
  TrainClassifier(Path("truth.tif"), Path(""));
  ExpectSameInMemory({{"SpectralInversion", {{"inms", Path("sharp.tif")}, {"model", Path("model.json")}, LittleMemory}, "", "out"},
                      {"ImageClassifier", {{"model", Path("svm.model")}, LittleMemory}, "in", "out"}});
}
} // namespace
