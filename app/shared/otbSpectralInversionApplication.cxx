// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbAbundanceEstimationImageFilter.h"
#include "otbCoarseGridMap.h"
#include "otbEndmemberImageSource.h"
#include "otbFileBlock.h"
#include "otbLinearMixingImageFilter.h"
#include "otbSpectralRegressionImageFilter.h"
#include "otbStreamingSpectralSampleImageFilter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace Wrapper
{
void SpectralInversionApplication::CheckBands(const std::string& imageKey, unsigned int expected, const std::string& reason)
{
  const unsigned int found = GetNumberOfBands(imageKey);
  if (found != expected)
  {
    throw std::invalid_argument(imageKey + ": found " + std::to_string(found) + " bands, expected " + std::to_string(expected) + " as " + reason);
  }
}

void SpectralInversionApplication::RunWithProgress(const std::string& text, const std::function<void(const CallbackProcess::Report&)>& computation)
{
  auto process = CallbackProcess::New();
  AddProcess(process, text);
  TimeStep(text, [&] { process->Run(computation); });
}

SpectralSample SpectralInversionApplication::ReadSample(const SpectralInversionEstimator::Settings& settings)
{
  auto                image  = GetImage("inhs");
  const std::uint64_t bands  = GetNumberOfBands("inhs");
  const auto          ram    = static_cast<std::uint64_t>(GetParameterInt("ram"));
  const std::uint64_t fits   = SpectralInversionEstimator::GetMostPixels(bands, ram << 20);
  const int           wanted = settings.samples;

  using SamplerType = StreamingSpectralSampleImageFilter<FloatVectorImageType>;
  auto sampler      = SamplerType::New();
  sampler->SetInput(image);
  sampler->GetFilter()->SetNoData(InputNoData("inhs"));
  sampler->GetFilter()->SetSeed(settings.training.seed);
  sampler->GetFilter()->SetMaximumPixels(wanted <= 0 ? fits : std::min<std::uint64_t>(fits, wanted));
  sampler->GetFilter()->SetCellSize(std::max(1u, settings.method->GetPriorRatio()));
  // The sample, while it grows, takes the other half.
  sampler->GetStreamer()->SetAutomaticAdaptativeStreaming(static_cast<unsigned int>(std::max<std::uint64_t>(1, ram / 2)));
  TimeStep("Reading the hyperspectral image", [&] { Pass(sampler.GetPointer(), "Reading the hyperspectral image"); });

  SpectralSample sample = sampler->GetFilter()->TakeSample();
  if (sample.size() == 0)
  {
    throw std::invalid_argument("inhs: found no valid pixel (all are NaN, infinite, no data, masked or saturated), expected at least one");
  }
  otbAppLogINFO(<< "Training on " << sample.size() << " of " << sampler->GetFilter()->GetNumberOfValidPixels() << " valid pixels of "
                << image->GetLargestPossibleRegion().GetNumberOfPixels() << ", " << bands << " bands");
  return sample;
}

SpectralInversionApplication::ModelPointer SpectralInversionApplication::Train(const SpectralResponse& response)
{
  m_Report      = SpectralInversionReport();
  m_SinceReport = Stopwatch();

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
  const auto                     settings = GetSettings();
  SpectralInversionEstimator     estimator(settings, "inhs", [&lines](const std::string& line) { lines.push_back(line); });
  const SpectralInversionMethod& method = estimator.GetMethod();
  estimator.CheckImage(GetNumberOfBands("inhs"), GetImage("inhs")->GetLargestPossibleRegion().GetNumberOfPixels());
  TellWhatIsNotUsed(method);

  const auto           axis    = ReadSpectralAxis("inhs").value_or(SpectralAxis());
  const SpectralSample sample  = ReadSample(settings);
  const auto           prepare = [&](const CallbackProcess::Report& report)
  { estimator.Prepare(sample, response, axis, [&report](double fraction, double) { return report(fraction); }); };
  if (method.GetPreparationTitle().empty())
  {
    prepare([](double) { return true; });
  }
  else
  {
    RunWithProgress(method.GetPreparationTitle(), prepare);
  }
  tell();
  RunWithProgress(method.GetTrainingTitle(),
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
  if (model.HasAbundances())
  {
    auto source = EndmemberImageSource<FloatVectorImageType>::New();
    source->SetEndmembers(model.Mixing().GetEndmembers());
    source->SetSpectralAxis(model.axis);
    m_Filters.push_back(source.GetPointer());
    SetParameterOutputImage("outem", source->GetOutput());
    WriteEndmemberTable(model.Mixing().GetEndmembers(), model.axis);
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

void SpectralInversionApplication::CheckGrids()
{
  auto* const multispectral = GetImage("inms");
  multispectral->UpdateOutputInformation();
  try
  {
    CoarseGridMap::Between(multispectral, GetRegisteredHyperspectralImage());
  }
  catch (const itk::ExceptionObject& error)
  {
    throw std::invalid_argument("inms: " + GetMessage(error.GetDescription()));
  }
}

void SpectralInversionApplication::ConnectInversion(const ModelPointer& model)
{
  CheckBands("inms", model->GetMultispectralBands(), "the spectral response of the model has rows");
  auto       multispectral = GetImage("inms");
  const bool outputIsInt   = IsIntegerOutput("out");
  const auto block         = GetFileBlock(GetParameterString("out"), multispectral->GetLargestPossibleRegion().GetSize(0));

  if (!model->HasAbundances())
  {
    SkipOutput("outab", "the method " + model->inverse->GetMethod() + " has no abundances");
    auto regression = SpectralRegressionImageFilter<FloatVectorImageType>::New();
    regression->SetModel(model);
    regression->SetInput(multispectral);
    regression->SetInputNoData(InputNoData("inms"));
    regression->SetOutputNoData(OutputNoData("out"));
    regression->SetRoundToIntegers(outputIsInt);
    regression->SetTileHint(block.columns, block.lines);
    m_Filters.push_back(regression.GetPointer());
    SetParameterOutputImage("out", regression->GetOutput());
    return;
  }

  auto abundances = AbundanceEstimationImageFilter<FloatVectorImageType>::New();
  abundances->SetModel(model);
  abundances->SetInput(multispectral);
  abundances->SetInputNoData(InputNoData("inms"));
  abundances->SetOutputNoData(OutputNoData("outab"));
  if (model->HasPrior())
  {
    if (!HasValue("inhs"))
    {
      throw std::invalid_argument("inhs: found no image, expected one, since the model was trained with a coarse spectral prior");
    }
    CheckBands("inhs", model->GetHyperspectralBands(), "the model was trained on");
    CheckGrids();
    abundances->SetPrior(GetRegisteredHyperspectralImage());
    abundances->SetPriorNoData(InputNoData("inhs"));
  }
  auto mixing = LinearMixingImageFilter<FloatVectorImageType>::New();
  mixing->SetMixing(model->Mixing());
  mixing->SetSpectralAxis(model->axis);
  mixing->SetInput(abundances->GetOutput());
  mixing->SetInputNoData(abundances->GetOutputNoData());
  mixing->SetOutputNoData(OutputNoData("out"));
  mixing->SetRoundToIntegers(outputIsInt);
  mixing->SetTileHint(block.columns, block.lines);
  m_Filters.push_back(abundances.GetPointer());
  m_Filters.push_back(mixing.GetPointer());
  KeepFractions("outab");
  SetParameterOutputImage("outab", abundances->GetOutput());
  SetParameterOutputImage("out", mixing->GetOutput());

  if (model->HasPrior())
  {
    abundances->UpdateOutputInformation();
    const auto& map = abundances->GetGridMap();
    otbAppLogINFO(<< "Grids: a hyperspectral pixel is " << 1. / std::abs(map.columns.step) << " x " << 1. / std::abs(map.rows.step)
                  << " multispectral ones, by " << (map.physical ? "physical coordinates" : "equal footprints, since the images are not both georeferenced"));
  }
}
} // namespace Wrapper
} // namespace otb
