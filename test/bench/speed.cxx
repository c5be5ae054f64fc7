// SPDX-License-Identifier: Apache-2.0
// The speed of inference and training as ratios, one line each, both sides measured in turns; and single measurements for comparisons with other programs, by
// speed.py.
#include "eigenReference.h"
#include "otbAbundanceEstimator.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbSpectralInversionEstimator.h"
#include "otbSpectraLift.h"
#include "otbSpectraMorph.h"
#include "otbSpectralNetworkTrainer.h"
#include "otbSyntheticScene.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{
using otb::SpectraMatrix;

// The published size: the LR-HSI of Washington DC Mall at ratio 8, a sensor of four bands.
constexpr std::size_t Msi = 4, Hidden = 1024, Endmembers = 7, Bands = 191, Width = 80, Height = 76, CellSide = 4;

const unsigned int PriorBands = otb::SpectraMorph::Settings().priorBands;

bool cpuTime = false;

/** Seconds of wall time, or of processor time over all threads for machines that have other work to do. */
double Now()
{
  return cpuTime ? static_cast<double>(std::clock()) / CLOCKS_PER_SEC
                 : std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Seconds(const std::function<void()>& work)
{
  const double begin = Now();
  work();
  return Now() - begin;
}

/** Each measurement in turn, `rounds` times after one to warm up; the median of each. */
std::vector<double> Medians(unsigned int rounds, const std::vector<std::function<double()>>& measurements)
{
  std::vector<std::vector<double>> values(measurements.size());
  for (unsigned int round = 0; round <= rounds; ++round)
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
    medians.push_back((one[(one.size() - 1) / 2] + one[one.size() / 2]) / 2.);
  }
  return medians;
}

/** work(first, last) over equal parts of [0, size) on that many threads. */
void InParallel(std::size_t threads, std::size_t size, const std::function<void(std::size_t, std::size_t)>& work)
{
  std::vector<std::thread> others;
  for (std::size_t k = 1; k < threads; ++k)
  {
    others.emplace_back([=, &work] { work(k * size / threads, (k + 1) * size / threads); });
  }
  work(0, size / threads);
  for (auto& thread : others)
  {
    thread.join();
  }
}

SpectraMatrix Random(std::size_t rows, std::size_t columns)
{
  static std::mt19937 generator(1);
  return SpectraMatrix::NullaryExpr(rows, columns, [&] { return std::uniform_real_distribution<float>(0.f, 1.f)(generator); });
}

otb::SpectralInversionModel MakeModel(bool prior)
{
  const unsigned int priorBands = prior ? PriorBands : 0;
  auto               network    = otb::SpectraMorphInverse::MakeNetwork(Msi, priorBands, Hidden, Endmembers);
  network.Initialize(1);
  otb::SpectralInversionModel model;
  model.inverse  = std::make_shared<otb::SpectraMorphInverse>(network, priorBands, Random(Endmembers, Bands), otb::AbundanceConstraint::None);
  model.response = otb::SpectralResponse(Random(Msi, Bands), std::vector<std::string>(Msi, "band"), "bench");
  return model;
}

/** From multispectral pixels to spectra in main memory, as the filters do it: abundances of a tile first, block by block, then their mixtures. */
void MeasureInference()
{
  constexpr std::size_t Count = 1 << 12, Block = 256, Cells = otb::AbundanceEstimator::CellsPerBlock, Members = CellSide * CellSide;
  static_assert(Cells * Members == Block, "both ways of inference take the same blocks");
  const auto                    model = MakeModel(false), priorModel = MakeModel(true);
  const otb::AbundanceEstimator estimator(model), priorEstimator(priorModel);
  const otb::LinearMixing       mixing = model.Mixing();
  const SpectraMatrix           msi = Random(Count, Msi), priors = Random(Count / Members, Bands);
  SpectraMatrix                 abundances = SpectraMatrix::Zero(Count, Endmembers), spectra = SpectraMatrix::Zero(Count, Bands);

  const auto mix  = [&](std::size_t first) { mixing.Apply(abundances.row(first).data(), Block, spectra.row(first).data()); };
  const auto ours = [&](std::size_t threads, std::size_t passes)
  {
    InParallel(threads, Count / Block,
               [&](std::size_t begin, std::size_t end)
               {
                 for (std::size_t pass = 0; pass < passes; ++pass)
                 {
                   for (std::size_t first = begin * Block; first < end * Block; first += Block)
                   {
                     estimator.Apply(msi.row(first).data(), Block, abundances.row(first).data());
                     mix(first);
                   }
                 }
               });
  };
  const auto withPrior = [&]
  {
    otb::AbundanceEstimator::Cells cells;
    for (std::size_t first = 0; first < Count; first += Block)
    {
      cells.priors.clear();
      cells.msi.clear();
      cells.abundances.clear();
      for (std::size_t cell = 0; cell < Cells; ++cell)
      {
        cells.priors.push_back(priors.row(first / Members + cell).data());
      }
      for (std::size_t pixel = first; pixel < first + Block; ++pixel)
      {
        cells.msi.push_back(msi.row(pixel).data());
        cells.abundances.push_back(abundances.row(pixel).data());
      }
      priorEstimator.Apply(cells);
      mix(first);
    }
  };
  const auto eigen = [&](const EigenReference& reference)
  {
    const auto& inverse = dynamic_cast<const otb::SpectraMorphInverse&>(*model.inverse);
    reference.infer(msi.data(), Count, inverse.GetNetwork().GetWeights(0), inverse.GetNetwork().GetWeights(1), inverse.GetEndmembers().data(), Msi, Hidden,
                    Endmembers, Bands, spectra.data());
  };

  // That both do the same is part of the claim.
  ours(1, 1);
  const SpectraMatrix expected = spectra;
  eigen(eigenReferenceAvx2);
  const float difference = (spectra - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
  if (!(difference < 1e-4f))
  {
    throw std::runtime_error("the results of both sides differ by " + std::to_string(difference));
  }

  const auto timed = [](auto work) { return [work] { return Seconds(work); }; };
  const auto seconds =
      Medians(9, {timed([&] { ours(1, 1); }), timed([&] { eigen(eigenReferenceAvx2); }), timed([&] { eigen(eigenReferenceNative); }), timed(withPrior)});
  const auto rate = [&](std::size_t k) { return 1e-6 * Count / seconds[k]; };
  std::printf("inference, 1 thread: %.2f Mpixel/s, %.2f times blocked Eigen with AVX2 and FMA (%.2f; expected 4)\n", rate(0), seconds[1] / seconds[0], rate(1));
  std::printf("inference, 1 thread: %.2f times blocked Eigen with native flags (%.2f Mpixel/s)\n", seconds[2] / seconds[0], rate(2));
  std::printf("inference with prior, ratio %zu: %.2f times the time without (expected 1.3 at most)\n", CellSide, seconds[3] / seconds[0]);
  if (!cpuTime)
  {
    // Long enough that it is not the making of threads that is measured.
    const auto threads = Medians(9, {timed([&] { ours(1, 64); }), timed([&] { ours(2, 64); })});
    std::printf("inference, 2 threads: %.2f times one (expected 1.8)\n", threads[0] / threads[1]);
  }
}

enum class Method
{
  Morph,
  MorphWithPrior,
  Lift
};

/** Training without what comes before the first epoch and during it. */
double SecondsPerEpoch(Method method, std::size_t pixels, unsigned int threads, unsigned int epochs)
{
  otb::SpectralTrainingSet set;
  set.msi                       = Random(pixels, Msi);
  set.spectra                   = Random(pixels, Bands);
  const unsigned int priorBands = method == Method::MorphWithPrior ? PriorBands : 0;
  if (priorBands > 0)
  {
    set.priors = Random((pixels / Width + CellSide - 1) / CellSide * (Width / CellSide), PriorBands);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    {
      set.cells.push_back(static_cast<std::uint32_t>(pixel / Width / CellSide * (Width / CellSide) + pixel % Width / CellSide));
    }
  }
  auto network = method == Method::Lift ? otb::SpectraLiftInverse::MakeNetwork(Msi, otb::SpectraLift::Settings().width, Bands)
                                        : otb::SpectraMorphInverse::MakeNetwork(Msi, priorBands, Hidden, Endmembers);
  network.Initialize(1);
  const auto                            objective = method == Method::Lift ? otb::MakeSpectraLiftObjective(network, otb::SpectralLoss::L1)
                                                                           : otb::MakeSpectraMorphObjective(network, priorBands, Random(Endmembers, Bands), otb::AbundanceConstraint::None,
                                                                                                            otb::SpectralLoss::L1);
  otb::SpectralNetworkTrainer::Settings settings;
  settings.epochs  = epochs;
  settings.threads = threads;
  double begin = 0., end = 0.;
  otb::SpectralNetworkTrainer(settings).Train(*objective, set,
                                              [&](unsigned int epoch, double)
                                              {
                                                end   = Now();
                                                begin = epoch == 1 ? end : begin;
                                                return true;
                                              });
  return (end - begin) / (epochs - 1);
}

void MeasureTraining()
{
  constexpr std::size_t Pixels = Width * Height;
  // The hidden layer forward, recomputed and backward; the mixing forward and backward.
  constexpr double GFlop = 2e-9 * Pixels * (3. * (Msi + Endmembers) * Hidden + 2. * Endmembers * Bands);
  const auto       morph = Method::Morph, prior = Method::MorphWithPrior;
  const auto       epoch = [](Method method, std::size_t pixels, unsigned int threads, unsigned int epochs) -> std::function<double()>
  { return [=] { return SecondsPerEpoch(method, pixels, threads, epochs); }; };

  constexpr std::size_t N         = 2048;
  constexpr double      GemmGFlop = 2e-9 * N * N * N;
  const SpectraMatrix   a = Random(N, N), b = Random(N, N);
  SpectraMatrix         product(N, N);
  const auto            gemm = [&](std::size_t threads) -> std::function<double()>
  {
    return [&, threads]
    {
      return Seconds(
          [&] {
            InParallel(threads, N,
                       [&](std::size_t first, std::size_t last) { eigenReferenceNative.multiply(a.data(), b.data(), N, first, last, product.data()); });
          });
    };
  };

  const auto seconds = Medians(7, {epoch(morph, Pixels, 1, 16), gemm(1), epoch(morph, Pixels, 2, 31), gemm(2), epoch(prior, Pixels, 2, 31)});
  const auto print   = [&](unsigned int threads, double ours, double gemms)
  {
    // Processor time is the sum over threads.
    const double share = cpuTime ? threads : 1.;
    std::printf("training, %u thread%s: %.1f GFlop/s, %.2f of the GEMM's %.1f (expected 0.5)\n", threads, threads > 1 ? "s" : "", share * GFlop / ours,
                GFlop / ours / (GemmGFlop / gemms), share * GemmGFlop / gemms);
  };
  print(1, seconds[0], seconds[1]);
  print(2, seconds[2], seconds[3]);
  if (!cpuTime)
  {
    std::printf("training, 2 threads: %.2f times one (expected 1.8)\n", seconds[0] / seconds[2]);
    std::printf("training, 2 threads: %.1f s for 2500 epochs at the speed of 30 (aim: 10)\n", 2500. * seconds[2]);
  }
  std::printf("training with prior: %.2f times the time without (expected 1.5 at most)\n", seconds[4] / seconds[2]);

  const auto growth = Medians(3, {epoch(morph, Pixels, 2, 11), epoch(morph, 2 * Pixels, 2, 11), epoch(morph, 4 * Pixels, 2, 11), epoch(morph, Pixels, 2, 41)});
  std::printf("training, pixels x 2 and x 4: %.2f and %.2f times the time (expected 2 and 4)\n", growth[1] / growth[0], growth[2] / growth[0]);
  std::printf("training, epochs x 4: %.2f times the time (expected 4)\n", 4. * growth[3] / growth[0]);
}

/** Writes the synthetic scene as bare numbers, pixel by pixel, noise added at 35 dB and scaled to [0, 1] by the 1st and 99th percentile over all bands. */
void WriteSpectra(const std::string& path, std::size_t width, std::size_t height)
{
  otb::SpectralAxis axis;
  for (std::size_t band = 0; band < Bands; ++band)
  {
    axis.wavelengths.push_back(400. + 2100. / (Bands - 1) * static_cast<double>(band));
  }
  const otb::SyntheticScene scene(width, height, 1, axis);
  SpectraMatrix             spectra(width * height, Bands);
  for (std::size_t y = 0; y < height; ++y)
  {
    scene.Scanline(0, y, width, spectra.row(y * width).data());
  }
  std::mt19937 generator(1);
  for (std::size_t band = 0; band < Bands; ++band)
  {
    std::normal_distribution<float> noise(0.f, std::sqrt(spectra.col(band).squaredNorm() / static_cast<float>(spectra.rows()) / std::pow(10.f, 3.5f)));
    spectra.col(band) = spectra.col(band).unaryExpr([&](float value) { return value + noise(generator); }).eval();
  }
  std::vector<float> values(spectra.data(), spectra.data() + spectra.size());
  const auto         percentile = [&values](std::size_t percent)
  {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(percent * (values.size() - 1) / 100);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const float low = percentile(1), high = percentile(99);
  spectra = ((spectra.array() - low) / (high - low)).max(0.f).min(1.f);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(spectra.data()), static_cast<std::streamsize>(spectra.size() * sizeof(float)));
}

/** Factorises a file of such numbers; prints wall and processor seconds, sweeps and ||V - W E||_F^2 / 2. */
void MeasureFactorization(const std::string& path, std::size_t bands, unsigned int threads)
{
  std::ifstream     file(path, std::ios::binary | std::ios::ate);
  const std::size_t pixels = static_cast<std::size_t>(file.tellg()) / sizeof(float) / bands;
  SpectraMatrix     V(pixels, bands);
  file.seekg(0).read(reinterpret_cast<char*>(V.data()), static_cast<std::streamsize>(V.size() * sizeof(float)));
  if (!file)
  {
    throw std::runtime_error(path + ": found no whole spectra of " + std::to_string(bands) + " bands");
  }
  otb::NonnegativeMatrixFactorization::Settings settings;
  settings.endmembers  = Endmembers;
  settings.threads     = threads;
  const auto   start   = std::clock();
  const auto   wall    = std::chrono::steady_clock::now();
  const auto   result  = otb::NonnegativeMatrixFactorization(settings).Factorize(V);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  const double cpu     = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double norm    = V.cast<double>().norm() * result.relativeError;
  std::printf("%.4f %.4f %u %.8g\n", seconds, cpu, result.sweeps, norm * norm / 2.);
}

const char* const Usage = "Usage: SpectraMorphSpeed COMMAND [ARGUMENTS]\n"
                          "  inference [cpu]                   ratios of inference; cpu measures processor time, for a busy machine\n"
                          "  training [cpu]                    ratios of training\n"
                          "  epoch morph|lift PIXELS THREADS EPOCHS\n"
                          "                                    seconds per epoch, wall and processor\n"
                          "  spectra FILE WIDTH HEIGHT         writes spectra of 191 bands, bare floats\n"
                          "  nmf FILE BANDS THREADS            factorises such: wall and processor seconds, sweeps, ||V - W E||_F^2 / 2\n";

int Run(const std::vector<std::string>& words)
{
  const auto number  = [&words](std::size_t k) { return std::stoul(words.at(k)); };
  const auto command = words.empty() ? std::string() : words[0];
  cpuTime            = words.size() == 2 && words[1] == "cpu";
  if (command == "inference")
  {
    MeasureInference();
  }
  else if (command == "training")
  {
    MeasureTraining();
  }
  else if (command == "epoch" && words.size() == 5)
  {
    std::printf("%.6g\n", SecondsPerEpoch(words[1] == "lift" ? Method::Lift : Method::Morph, number(2), static_cast<unsigned int>(number(3)),
                                          static_cast<unsigned int>(number(4))));
  }
  else if (command == "spectra" && words.size() == 4)
  {
    WriteSpectra(words[1], number(2), number(3));
  }
  else if (command == "nmf" && words.size() == 4)
  {
    MeasureFactorization(words[1], number(2), static_cast<unsigned int>(number(3)));
  }
  else
  {
    std::cerr << Usage;
    return 1;
  }
  return 0;
}
} // namespace

int main(int argc, char* argv[])
{
  try
  {
    return Run({argv + 1, argv + argc});
  }
  catch (const std::exception& error)
  {
    std::cerr << "SpectraMorphSpeed: " << error.what() << "\n";
    return 1;
  }
}
