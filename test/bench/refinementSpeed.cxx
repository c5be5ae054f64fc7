// SPDX-License-Identifier: Apache-2.0
// What refining costs beside the network's own inference, both by their filters, piece by piece as a writer asks for them.
#include "otbAbundanceEstimationImageFilter.h"
#include "otbLinearMixingImageFilter.h"
#include "otbSpectraMorph.h"
#include "otbSpectralInversionModel.h"
#include "otbSpectralRefinementImageFilter.h"
#include "otbToolkitVersion.h"
#include "otbVectorImage.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace
{
using ImageType = otb::VectorImage<float, 2>;
using otb::SpectraMatrix;

// Four bands to 191, seven endmembers, twelve components of the error, four sharp pixels along a coarse one.
constexpr unsigned int Msi = 4, Hidden = 1024, Endmembers = 7, Bands = 191, Components = 12, Ratio = 4;
constexpr unsigned int Columns = 1024, Rows = 1024, Lines = 32; // of the image, and of a piece

std::mt19937 generator(1);

SpectraMatrix Random(Eigen::Index rows, Eigen::Index columns)
{
  return SpectraMatrix::NullaryExpr(rows, columns, [] { return std::uniform_real_distribution<float>(0.f, 1.f)(generator); });
}

ImageType::Pointer MakeImage(unsigned int columns, unsigned int rows, unsigned int bands, double spacing)
{
  auto                  image = ImageType::New();
  ImageType::RegionType region;
  region.SetSize(0, columns);
  region.SetSize(1, rows);
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(bands);
  image->Allocate();
  ImageType::SpacingType spacings;
  spacings.Fill(spacing);
  image->SetSignedSpacing(spacings);
  ImageType::PointType origin;
  origin.Fill(spacing / 2.);
  image->SetOrigin(origin);
  std::uniform_real_distribution<float> uniform(0.f, 1.f);
  std::generate_n(image->GetBufferPointer(), std::size_t{columns} * rows * bands, [&] { return uniform(generator); });
  return image;
}

otb::SpectralRefinementModel MakeModel(const otb::SpectralResponse& response, unsigned int rank)
{
  otb::SpectralRefinementModel model;
  model.blur = otb::SensorBlur::Gaussian(Ratio, Ratio, 2., 2., 0., 0.);
  for (unsigned int term = 1; term < rank; ++term)
  {
    // A ripple across the kernel, which no fewer products make.
    for (Eigen::Index v = 0; v < model.blur.knots.rows(); ++v)
    {
      for (Eigen::Index u = 0; u < model.blur.knots.cols(); ++u)
      {
        model.blur.knots(v, u) *= 1. + 0.5 * std::sin(0.7 * term * static_cast<double>(v)) * std::sin(0.5 * term * static_cast<double>(u));
      }
    }
  }
  model.blur.Normalise();
  model.basis      = 0.1f * (Random(Bands, Components).array() - 0.5f);
  model.projection = Random(Bands, Components).array() - 0.5f;
  model.sizes.assign(Components, 3.f);
  model.response           = response;
  model.multispectralNoise = std::vector<float>(Msi, 0.01f);
  model.contrast           = std::vector<float>(Msi, 0.3f);
  return model;
}

bool cpuTime = false;

double Now()
{
  return cpuTime ? static_cast<double>(std::clock()) / CLOCKS_PER_SEC
                 : std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** Seconds of making an image in pieces of full lines. */
double Seconds(ImageType* image)
{
  const double begin = Now();
  image->UpdateOutputInformation();
  for (unsigned int line = 0; line < Rows; line += Lines)
  {
    auto region = image->GetLargestPossibleRegion();
    region.SetIndex(1, line);
    region.SetSize(1, Lines);
    image->SetRequestedRegion(region);
    image->PropagateRequestedRegion();
    image->UpdateOutputData();
  }
  return Now() - begin;
}

/** The median of each, measured in turns. */
std::vector<double> Medians(const std::vector<std::function<double()>>& measurements)
{
  constexpr unsigned int           Rounds = 5;
  std::vector<std::vector<double>> values(measurements.size());
  for (unsigned int round = 0; round <= Rounds; ++round)
  {
    for (std::size_t k = 0; k < measurements.size(); ++k)
    {
      const double value = measurements[k]();
      if (round > 0)
      {
        values[k].push_back(value);
      }
    }
  }
  std::vector<double> medians;
  for (auto& one : values)
  {
    std::sort(one.begin(), one.end());
    medians.push_back(one[one.size() / 2]);
  }
  return medians;
}
} // namespace

int main(int argc, char* argv[])
{
  cpuTime      = argc == 2 && std::string(argv[1]) == "cpu";
  auto network = otb::SpectraMorphInverse::MakeNetwork(Msi, 0, Hidden, Endmembers);
  network.Initialize(1);
  auto model      = std::make_shared<otb::SpectralInversionModel>();
  model->inverse  = std::make_shared<otb::SpectraMorphInverse>(network, 0, Random(Endmembers, Bands), otb::AbundanceConstraint::None);
  model->response = otb::SpectralResponse(Random(Msi, Bands), std::vector<std::string>(Msi, "band"), "bench");
  const auto msi = MakeImage(Columns, Rows, Msi, 1.), hyperspectral = MakeImage(Columns / Ratio, Rows / Ratio, Bands, Ratio);

  // A new pipeline each time, or what has been found is there already.
  const auto abundancesOf = [&](unsigned int threads)
  {
    auto filter = otb::AbundanceEstimationImageFilter<ImageType>::New();
    filter->SetModel(model);
    filter->SetInput(msi);
    otb::SetThreads(filter, threads);
    return filter;
  };
  const auto mixed = [&](unsigned int threads)
  {
    return [=]
    {
      const auto abundances = abundancesOf(threads);
      const auto mixing     = otb::LinearMixingImageFilter<ImageType>::New();
      mixing->SetMixing(model->Mixing());
      mixing->SetInput(abundances->GetOutput());
      otb::SetThreads(mixing, threads);
      return Seconds(mixing->GetOutput());
    };
  };
  const auto refined = [&](unsigned int threads, unsigned int rank, bool kept)
  {
    const auto refinement = std::make_shared<otb::SpectralRefinementModel>(MakeModel(model->response, rank));
    return [=]
    {
      const auto abundances = abundancesOf(threads);
      const auto mixing     = otb::LinearMixingImageFilter<ImageType>::New();
      const auto filter     = otb::SpectralRefinementImageFilter<ImageType>::New();
      mixing->SetMixing(model->Mixing());
      mixing->SetInput(abundances->GetOutput());
      otb::SetThreads(mixing, threads);
      filter->SetModel(refinement);
      filter->SetMultispectral(msi);
      filter->SetHyperspectral(hyperspectral);
      filter->SetInput(kept ? abundances->GetOutput() : mixing->GetOutput());
      otb::SetThreads(filter, threads);
      if (kept)
      {
        filter->SetMixing(model->Mixing());
      }
      return Seconds(filter->GetOutput());
    };
  };

  std::vector<std::function<double()>> measurements = {mixed(1), refined(1, 1, true), refined(1, 2, true), refined(1, 1, false)};
  if (!cpuTime)
  {
    measurements.push_back(refined(2, 1, true));
  }
  const auto   seconds = Medians(measurements);
  const double rate    = 1e-6 * Columns * Rows;
  std::printf("inference, 1 thread: %.2f Mpixel/s\n", rate / seconds[0]);
  std::printf("refined, a separable kernel: %.2f times the time without (expected 2 at most)\n", seconds[1] / seconds[0]);
  std::printf("refined, a kernel of two terms: %.2f times the time without\n", seconds[2] / seconds[0]);
  std::printf("refined, from spectra: %.2f times the time without\n", seconds[3] / seconds[0]);
  if (!cpuTime)
  {
    std::printf("refined, 2 threads: %.2f times one (expected 1.8)\n", seconds[1] / seconds[4]);
  }
  return EXIT_SUCCESS;
}
