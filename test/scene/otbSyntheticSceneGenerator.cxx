// SPDX-License-Identifier: Apache-2.0
// Writes the synthetic scene to an image file, streamed: its size is bounded by the disk, not by memory.
#include "otbSyntheticSceneImageSource.h"

#include "otbImageFileWriter.h"
#include "otbSpatialReference.h"
#include "otbVectorImage.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace
{
const char* const Usage = "Usage: otbSyntheticSceneGenerator -out FILE [options]\n"
                          "  -out FILE       image to write, in any format that OTB writes (extended filenames too)\n"
                          "  -size W H       pixels (256 256)\n"
                          "  -bands N        bands, evenly spaced from 400 to 2500 nm, FWHM = spacing (96)\n"
                          "  -seed N         another seed is another place (1)\n"
                          "  -pixelsize M    metres, in UTM zone 31 north (2.5)\n"
                          "  -type TYPE      float or uint16 (float)\n"
                          "  -scale S        value of reflectance 1 (1; 10000 for uint16)\n"
                          "  -ram MB         memory for streaming (256)\n";

struct Options
{
  std::map<std::string, std::string> values = {{"-width", "256"},     {"-height", "256"}, {"-bands", "96"}, {"-seed", "1"},
                                               {"-pixelsize", "2.5"}, {"-type", "float"}, {"-scale", ""},   {"-ram", "256"}};

  explicit Options(int argc, char* argv[])
  {
    int k = 1;
    // Each argument is taken with a check that it is there.
    const auto next = [&](const std::string& key)
    {
      if (k >= argc)
      {
        throw std::invalid_argument(key + " has no value");
      }
      return std::string(argv[k++]);
    };
    while (k < argc)
    {
      const std::string key = argv[k++];
      if (key == "-size")
      {
        values["-width"]  = next(key);
        values["-height"] = next(key);
      }
      else if (key == "-out" || (values.count(key) != 0 && key != "-width" && key != "-height"))
      {
        values[key] = next(key);
      }
      else
      {
        throw std::invalid_argument("unknown option " + key);
      }
    }
    if (values.count("-out") == 0)
    {
      throw std::invalid_argument("-out is missing");
    }
    if (values["-type"] != "float" && values["-type"] != "uint16")
    {
      throw std::invalid_argument("-type is " + values["-type"] + ", expected float or uint16");
    }
    if (values["-scale"].empty())
    {
      values["-scale"] = values["-type"] == "float" ? "1" : "10000";
    }
  }

  /** A positive number. */
  double Number(const std::string& key) const
  {
    const std::string& text  = values.at(key);
    char*              end   = nullptr;
    const double       value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0' || !(value > 0.) || value > 1e15)
    {
      throw std::invalid_argument(key + " is '" + text + "', expected a positive number");
    }
    return value;
  }

  std::size_t Count(const std::string& key) const
  {
    const double value = this->Number(key);
    if (value != std::floor(value))
    {
      throw std::invalid_argument(key + " is '" + values.at(key) + "', expected a whole number");
    }
    return static_cast<std::size_t>(value);
  }
};

otb::SpectralAxis EvenAxis(std::size_t bands)
{
  otb::SpectralAxis axis;
  const double      spacing = bands > 1 ? 2100. / static_cast<double>(bands - 1) : 100.;
  for (std::size_t band = 0; band < bands; ++band)
  {
    axis.wavelengths.push_back(400. + spacing * static_cast<double>(band));
    axis.widths.push_back(spacing);
  }
  return axis;
}

template <class TValue>
void Write(const Options& options)
{
  using ImageType = otb::VectorImage<TValue, 2>;

  auto source = otb::SyntheticSceneImageSource<ImageType>::New();
  source->SetScene(std::make_shared<const otb::SyntheticScene>(options.Count("-width"), options.Count("-height"), options.Count("-seed"),
                                                               EvenAxis(options.Count("-bands"))));
  source->SetPixelSize(options.Number("-pixelsize"));
  source->SetScale(static_cast<float>(options.Number("-scale")));
  source->SetUpperLeft(600000., 5000000.);
  source->SetProjection(otb::SpatialReference::FromUTM(31, otb::SpatialReference::hemisphere::north).ToWkt());

  auto writer = otb::ImageFileWriter<ImageType>::New();
  writer->SetFileName(options.values.at("-out"));
  writer->SetInput(source->GetOutput());
  writer->SetAutomaticAdaptativeStreaming(static_cast<unsigned int>(options.Count("-ram")));
  writer->Update();
}
} // namespace

int main(int argc, char* argv[])
{
  try
  {
    const Options options(argc, argv);
    if (options.values.at("-type") == "uint16")
    {
      Write<std::uint16_t>(options);
    }
    else
    {
      Write<float>(options);
    }
  }
  catch (const std::invalid_argument& error)
  {
    std::cerr << "otbSyntheticSceneGenerator: " << error.what() << "\n" << Usage;
    return EXIT_FAILURE;
  }
  catch (const std::exception& error)
  {
    std::cerr << "otbSyntheticSceneGenerator: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
