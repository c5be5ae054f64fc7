// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbBandList.h"
#include "otbEndmemberImageSource.h"
#include "otbEndmemberTable.h"
#include "otbStreamingSpectralSampleImageFilter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace Wrapper
{
namespace
{
// Fewer do not tell endmembers and a network's weights, whatever the image.
constexpr int FewestSamples = 16;
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
  m_Uncertainty.WriteStyles();
}

void SpectralInversionApplication::CheckBands(const InputImage& image, unsigned int expected, const std::string& reason)
{
  const unsigned int found = image.GetNumberOfBands();
  if (found != expected)
  {
    throw std::invalid_argument(image.key + ": found " + std::to_string(found) + " bands" + (image.alpha > 0 ? " besides alpha" : "") + ", expected " +
                                std::to_string(expected) + " as " + reason);
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
  const std::uint64_t fits   = SpectralInversionEstimator::GetMostPixels(bands, ram << 20);
  const int           wanted = settings.samples;

  using SamplerType = StreamingSpectralSampleImageFilter<FloatVectorImageType>;
  auto sampler      = SamplerType::New();
  sampler->SetInput(image);
  sampler->GetFilter()->SetNoData(hyperspectral.noData);
  sampler->GetFilter()->SetSeed(settings.training.seed);
  sampler->GetFilter()->SetMaximumPixels(wanted <= 0 ? fits : std::min<std::uint64_t>(fits, wanted));
  sampler->GetFilter()->SetCellSize(std::max(1u, settings.method->GetPriorRatio()));
  // The sample, while it grows, takes the other half.
  sampler->GetStreamer()->SetAutomaticAdaptativeStreaming(static_cast<unsigned int>(std::max<std::uint64_t>(1, ram / 2)));
  Pass(sampler.GetPointer(), "Reading the hyperspectral image");

  SpectralSample sample = sampler->GetFilter()->TakeSample();
  if (sample.size() == 0)
  {
    throw std::invalid_argument(hyperspectral.key + ": found no valid pixel (all are NaN, infinite, no data, masked or saturated), expected at least one");
  }
  otbAppLogINFO(<< "Training on " << sample.size() << " of " << sampler->GetFilter()->GetNumberOfValidPixels() << " valid pixels of "
                << image->GetLargestPossibleRegion().GetNumberOfPixels() << ", " << bands << " bands");
  return sample;
}

SpectralInversionApplication::ModelPointer SpectralInversionApplication::Train(const InputImage& hyperspectral, const SpectralResponse& response,
                                                                               const SpectralInversionMethod& wanted)
{
  const auto                       settings = GetSettings(wanted);
  const SpectralInversionEstimator estimator(settings, hyperspectral.key);
  estimator.CheckImage(hyperspectral.GetNumberOfBands(), hyperspectral.image->GetLargestPossibleRegion().GetNumberOfPixels());
  TellWhatIsNotUsed(estimator.GetMethod());
  if (settings.samples > 0 && settings.samples < FewestSamples)
  {
    throw std::invalid_argument("samples: found " + std::to_string(settings.samples) + ", expected at least " + std::to_string(FewestSamples) +
                                " pixels to learn from, or 0 for as many as fit ram");
  }

  SpectralSample sample = ReadSample(hyperspectral, settings);
  if (!hyperspectral.predictions.empty())
  {
    const auto        good = OtherBands(hyperspectral.bad);
    std::vector<bool> noisy(hyperspectral.bad.size(), false);
    for (const auto& prediction : hyperspectral.predictions)
    {
      noisy[good[prediction.band]] = true;
    }
    Inform("Noise: bands " + otb::ToText(noisy) + " of " + hyperspectral.key + " hold noise, and are learnt as other bands foretell them");
    ApplyPredictions(hyperspectral.predictions, sample.spectra);
  }
  return Learn(sample, response, hyperspectral, settings, nullptr);
}

SpectralInversionApplication::ModelPointer SpectralInversionApplication::Learn(const SpectralSample& sample, const SpectralResponse& response,
                                                                               const InputImage&                           hyperspectral,
                                                                               const SpectralInversionEstimator::Settings& settings,
                                                                               const SpectralInversionModel*               earlier)
{
  // What is found while progress is shown is told after it.
  std::vector<std::string> lines;
  const auto               tell = [&]
  {
    for (const std::string& line : lines)
    {
      otbAppLogINFO(<< line);
    }
    lines.clear();
  };
  SpectralInversionEstimator     estimator(settings, hyperspectral.key, [&lines](const std::string& line) { lines.push_back(line); });
  const SpectralInversionMethod& method = estimator.GetMethod();
  if (earlier != nullptr)
  {
    estimator.SetScalingOf(*earlier);
  }
  const std::string round   = earlier == nullptr ? "" : "Second round: ";
  const auto        prepare = [&](const CallbackProcess::Report& report)
  { estimator.Prepare(sample, response, hyperspectral.axis, [&report](double fraction, double) { return report(fraction); }); };
  if (method.GetPreparationTitle().empty())
  {
    prepare([](double) { return true; });
  }
  else
  {
    RunWithProgress(round + method.GetPreparationTitle(), prepare);
  }
  tell();
  RunWithProgress(round + method.GetTrainingTitle(),
                  [&](const CallbackProcess::Report& report)
                  {
                    estimator.Train(
                        [&](double fraction, double loss)
                        {
                          if (method.IsIterative())
                          {
                            m_Report.losses.push_back(loss);
                          }
                          return report(fraction);
                        });
                  });
  tell();
  return std::make_shared<SpectralInversionModel>(estimator.GetModel());
}

void SpectralInversionApplication::SetEndmemberOutput(const SpectralInversionModel& model)
{
  if (const auto mixed = model.FindAbundances())
  {
    const SpectraMatrix endmembers = mixed->Mixing().GetEndmembers();
    auto                source     = Keep(EndmemberImageSource<FloatVectorImageType>::New());
    source->SetEndmembers(endmembers);
    source->SetSpectralAxis(model.axis);
    SetParameterOutputImage("outem", source->GetOutput());
    WriteFile("outcsv", ToEndmemberTable(endmembers, model.axis));
  }
  else
  {
    for (const char* key : {"outem", "outcsv"})
    {
      SkipOutput(key, "the method " + model.inverse->GetMethod() + " has no endmembers");
    }
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
