// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbEndmemberImageSource.h"
#include "otbEndmemberNumber.h"
#include "otbEndmemberTable.h"
#include "otbPhysicalMemory.h"
#include "otbStreamingSpectralSampleImageFilter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace otb
{
namespace Wrapper
{
namespace
{
// Numbers that training keeps of each value of its sample: the sample, its scaled and sorted copies, and the two layouts of blocks.
constexpr std::uint64_t CopiesOfSample = 5;
// Of each weight training keeps the value, its two moments, its sum and up to 16 gradients.
constexpr double BytesPerWeight = 3 * sizeof(float) + sizeof(double) + 16 * sizeof(float);
} // namespace

void SpectralInversionApplication::Forget()
{
  Superclass::Forget();
  m_Report      = SpectralInversionReport();
  m_SinceReport = Stopwatch();
}

void SpectralInversionApplication::AfterAppearing()
{
  m_Style.Write();
}

void SpectralInversionApplication::CheckBands(const InputImage& image, unsigned int expected, const std::string& reason)
{
  const unsigned int found = image.GetNumberOfBands();
  if (found != expected)
  {
    throw std::invalid_argument(image.key + ": found " + std::to_string(found) + " bands, expected " + std::to_string(expected) + " as " + reason);
  }
}

void SpectralInversionApplication::RunWithProgress(const std::string& text, const std::function<void(const CallbackProcess::Report&)>& computation)
{
  auto process = CallbackProcess::New();
  AddProcess(process, text);
  TimeStep(text, [&] { process->Run(computation); });
}

SpectralSample SpectralInversionApplication::ReadSample(const InputImage& hyperspectral, const SpectralInversionEstimator::Settings& settings)
{
  auto                image  = hyperspectral.image;
  const std::uint64_t bands  = hyperspectral.GetNumberOfBands();
  const auto          ram    = static_cast<std::uint64_t>(GetParameterInt("ram"));
  const std::uint64_t fits   = std::max<std::uint64_t>(1024, (ram << 20) / (CopiesOfSample * sizeof(float) * bands));
  const int           wanted = GetIntegerFrom("samples", -1);

  using SamplerType = StreamingSpectralSampleImageFilter<FloatVectorImageType>;
  auto sampler      = SamplerType::New();
  sampler->SetInput(image);
  sampler->GetFilter()->SetNoData(hyperspectral.noData);
  sampler->GetFilter()->SetSeed(settings.training.seed);
  sampler->GetFilter()->SetMaximumPixels(wanted <= 0 ? fits : std::min<std::uint64_t>(fits, wanted));
  sampler->GetFilter()->SetCellSize(settings.prior ? settings.priorRatio : 1);
  // The sample, while it grows, takes the other half.
  sampler->GetStreamer()->SetAutomaticAdaptativeStreaming(static_cast<unsigned int>(std::max<std::uint64_t>(1, ram / 2)));
  Pass(sampler.GetPointer(), "Reading the hyperspectral image");

  SpectralSample sample = sampler->GetFilter()->TakeSample();
  if (sample.size() == 0)
  {
    throw std::invalid_argument("inhs: found no valid pixel (all are NaN, infinite, no data, masked or saturated), expected at least one");
  }
  otbAppLogINFO(<< "Training on " << sample.size() << " of " << sampler->GetFilter()->GetNumberOfValidPixels() << " valid pixels of "
                << image->GetLargestPossibleRegion().GetNumberOfPixels() << ", " << bands << " bands");
  return sample;
}

unsigned int SpectralInversionApplication::EstimateNumberOfEndmembers(const SpectraMatrix& spectra)
{
  const unsigned int estimate = otb::EstimateNumberOfEndmembers(spectra);
  if (estimate == 0)
  {
    const auto fallback = static_cast<unsigned int>(std::min<Eigen::Index>({7, spectra.rows(), spectra.cols()}));
    otbAppLogINFO(<< "Number of endmembers: " << fallback << ", since " << spectra.rows() << " pixels of " << spectra.cols()
                  << " bands do not tell signal from noise");
    return fallback;
  }
  otbAppLogINFO(<< "Number of endmembers: " << estimate << ", by the dimensions of the signal that stand out of the noise");
  return estimate;
}

SpectralInversionApplication::ModelPointer SpectralInversionApplication::Train(const InputImage& hyperspectral, const SpectralResponse& response)
{
  auto       settings = GetSettings();
  const bool morph    = settings.method == SpectralInversionMethod::Morph;
  const int  ne       = GetParameterInt("method.morph.ne");
  const auto image    = hyperspectral.image;
  const auto most     = std::min<std::uint64_t>(hyperspectral.GetNumberOfBands(), image->GetLargestPossibleRegion().GetNumberOfPixels());
  if (morph && ne != -1 && (ne < 1 || static_cast<std::uint64_t>(ne) > most))
  {
    throw std::invalid_argument("method.morph.ne: found " + std::to_string(ne) + ", expected 1 to " + std::to_string(most) +
                                " (the fewer of bands and pixels of inhs), or -1 to estimate it");
  }
  for (const char* key : {"lr.start", "lr.peak", "lr.end"})
  {
    if (!(GetParameterFloat(key) > 0.f && GetParameterFloat(key) <= 1.f))
    {
      throw std::invalid_argument(std::string(key) + ": found " + ToText(GetParameterFloat(key)) + ", expected a learning rate over 0, up to 1");
    }
  }

  const auto           axis   = hyperspectral.axis;
  const SpectralSample sample = ReadSample(hyperspectral, settings);
  if (morph)
  {
    settings.endmembers = ne == -1 ? EstimateNumberOfEndmembers(sample.spectra) : static_cast<unsigned int>(ne);
    if (settings.endmembers > sample.size())
    {
      throw std::invalid_argument("method.morph.ne: found " + std::to_string(settings.endmembers) + ", expected at most the " + std::to_string(sample.size()) +
                                  " valid pixels of inhs");
    }
    const std::uint64_t K = settings.endmembers;
    const std::uint64_t inputs =
        response.GetNumberOfMultispectralBands() + (settings.prior ? std::min(response.GetNumberOfHyperspectralBands(), settings.priorBands) : 0);
    const std::uint64_t widest = (SpectralNetwork::MaximumParameters - K) / (inputs + 1 + K);
    if (settings.hiddenUnits > widest)
    {
      throw std::invalid_argument("method.morph.hidden: found " + std::to_string(settings.hiddenUnits) + ", expected at most " + std::to_string(widest) +
                                  " for images of these bands and " + std::to_string(K) + " endmembers");
    }
    CheckFitsMemory("method.morph.hidden: found " + std::to_string(settings.hiddenUnits),
                static_cast<double>(settings.hiddenUnits) * (inputs + 1 + K) * BytesPerWeight);
  }

  SpectralInversionEstimator estimator(settings);
  const auto                 prepare = [&](const CallbackProcess::Report& report)
  {
    try
    {
      estimator.Prepare(sample, response, axis, [&report](double fraction, double) { return report(fraction); });
    }
    catch (const std::invalid_argument& error)
    {
      throw std::invalid_argument(std::string("inhs: ") + error.what());
    }
  };
  if (morph)
  {
    RunWithProgress("Finding endmembers (NMF)", prepare);
  }
  else
  {
    prepare([](double) { return true; });
  }
  const SpectralInversionModel& model = estimator.GetModel();
  otbAppLogINFO(<< "Scaling: "
                << (settings.scaling == SpectralInversionEstimator::Scaling::Auto ? "offset " + ToText(model.offset) + ", scale " + ToText(model.scale)
                                                                                  : "none"));
  if (morph)
  {
    otbAppLogINFO(<< "Endmembers: " << settings.endmembers << ", relative residual " << model.training.nmfRelativeError << " after " << estimator.GetSweeps()
                  << " sweeps");
  }
  double firstLoss = std::numeric_limits<double>::quiet_NaN();
  RunWithProgress("Training the network",
                  [&](const CallbackProcess::Report& report)
                  {
                    try
                    {
                      estimator.Train(
                          [&](double fraction, double loss)
                          {
                            firstLoss = std::isnan(firstLoss) ? loss : firstLoss;
                            m_Report.losses.push_back(loss);
                            return report(fraction);
                          });
                    }
                    catch (const SpectralInversionEstimator::CancelledError&)
                    {
                      throw;
                    }
                    catch (const std::runtime_error& error)
                    {
                      throw std::invalid_argument("lr.peak: found " + ToText(GetParameterFloat("lr.peak")) + ", expected less: " + error.what());
                    }
                  });
  otbAppLogINFO(<< "Trained " << model.training.epochs << " epochs, mean " << (settings.training.loss == SpectralLoss::L1 ? "absolute" : "squared")
                << " difference from " << firstLoss << " to " << model.training.loss << " in scaled units");
  return std::make_shared<SpectralInversionModel>(model);
}

void SpectralInversionApplication::SetEndmemberOutput(const SpectralInversionModel& model)
{
  if (model.network.GetMethod() == SpectralInversionMethod::Morph)
  {
    auto source = Keep(EndmemberImageSource<FloatVectorImageType>::New());
    source->SetEndmembers(model.Mixing().GetEndmembers());
    source->SetSpectralAxis(model.axis);
    SetParameterOutputImage("outem", source->GetOutput());
    WriteFile("outcsv", ToEndmemberTable(model.Mixing().GetEndmembers(), model.axis));
  }
  else
  {
    SkipOutput("outem", "the method lift has no endmembers");
    SkipOutput("outcsv", "the method lift has no endmembers");
  }
}

void SpectralInversionApplication::SkipOutput(const std::string& key, const std::string& reason)
{
  // Not an error: QGIS asks for every optional output unless the user unticks it.
  if (IsParameterEnabled(key) && HasValue(key))
  {
    otbAppLogINFO(<< key << " is not written: " << reason);
  }
  DisableParameter(key);
}
} // namespace Wrapper
} // namespace otb
