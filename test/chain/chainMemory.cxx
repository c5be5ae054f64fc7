// SPDX-License-Identifier: Apache-2.0
// Peak memory of a chain in memory: a scene -> SpectralResponseDegradation -> SpectralInversion -> BandMathX -> a file, whose intermediate images would
// not fit.
#include "otbSyntheticSceneImageSource.h"

#include "otbVectorImage.h"
#include "otbWrapperApplicationRegistry.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{
using otb::Wrapper::Application;
using ImageType     = otb::Wrapper::FloatVectorImageType;
using SourceType    = otb::SyntheticSceneImageSource<ImageType>;
constexpr int Bands = 64;

/** VmHWM, in MiB. */
double PeakMemory()
{
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
  {
    if (word == "VmHWM:")
    {
      status >> word;
      return std::stod(word) / 1024.;
    }
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

SourceType::Pointer MakeScene(std::size_t size)
{
  otb::SpectralAxis axis;
  for (int band = 0; band < Bands; ++band)
  {
    axis.wavelengths.push_back(420. + 10. * band);
    axis.widths.push_back(10.);
  }
  const auto source = SourceType::New();
  source->SetScene(std::make_shared<const otb::SyntheticScene>(size, size, 1, axis));
  return source;
}

Application::Pointer Make(const std::string& name, const std::vector<std::pair<std::string, std::string>>& parameters)
{
  const auto application = otb::Wrapper::ApplicationRegistry::CreateApplicationFaster(name);
  if (application.IsNull())
  {
    throw std::runtime_error("found no application " + name + " in OTB_APPLICATION_PATH");
  }
  for (const auto& parameter : parameters)
  {
    application->SetParameterString(parameter.first, parameter.second);
  }
  return application;
}

void Run(std::size_t size, const std::string& ram, const std::string& folder)
{
  const std::pair<std::string, std::string> memory = {"ram", ram}, response = {"srf.bands.list", "490:65,560:35,665:30,842:115"};

  const auto sample   = MakeScene(std::min<std::size_t>(size, 64));
  const auto training = Make("TrainSpectralInversion", {{"srf", "bands"}, response, {"epochs", "10"}, {"out", folder + "/model.json"}, memory});
  training->SetParameterInputImage("inhs", sample->GetOutput());
  training->ExecuteAndWriteOutput();

  const auto scene       = MakeScene(size);
  const auto degradation = Make("SpectralResponseDegradation", {{"srf", "bands"}, response, memory});
  degradation->SetParameterInputImage("in", scene->GetOutput());
  const auto inversion = Make("SpectralInversion", {{"model", folder + "/model.json"}, memory});
  const auto copy      = Make("BandMathX", {{"exp", "im1"}, {"out", folder + "/copy.tif"}, memory});
  copy->SetParameterOutputImagePixelType("out", otb::Wrapper::ImagePixelType_uint8);
  inversion->ConnectImage("inms", degradation, "out");
  copy->ConnectImage("il", inversion, "out");
  copy->ExecuteAndWriteOutput();
}
} // namespace

int main(int argc, char* argv[])
{
  if (argc != 5)
  {
    std::cerr << "Usage: SpectraMorphChainMemory SIZE RAM LIMIT FOLDER: a scene of SIZE x SIZE pixels, " << Bands
              << " bands; fails when the peak of memory is over LIMIT MiB\n";
    return EXIT_FAILURE;
  }
  try
  {
    // By default GDAL keeps as much of what is written as 5 % of the machine's memory, whatever ram.
    setenv("GDAL_CACHEMAX", "32", 1);
    const double before = PeakMemory();
    Run(std::stoul(argv[1]), argv[2], argv[4]);
    const double peak = PeakMemory();
    std::cout << "Peak of memory: " << peak << " MiB, " << before << " at the start\n";
    return peak <= std::stod(argv[3]) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  catch (const std::exception& error)
  {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
