// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionEstimator.h"
#include "otbQuantile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>

namespace otb
{
namespace
{
// Numbers that training keeps of each value of its sample: the sample, its scaled and sorted copies, and the two layouts of blocks.
constexpr std::uint64_t CopiesOfSample = 5;
constexpr std::uint64_t FewestPixels   = 1024;
} // namespace

void SpectralInversionEstimator::Settings::Visit(SettingVisitor& visitor)
{
  training.Visit(visitor);
  visitor.Whole(
      {"samples", "Most pixels to train on",
       "A hyperspectral image of more pixels than that, or than fit ram, is trained on a uniform random sample of them. Training takes time in proportion."},
      samples, {-1, "A whole number from 1; -1 or 0 for as many as fit ram."});
  visitor.Choice({"scaling", "Scaling", "How values of both images are scaled for training. The output is in the hyperspectral image's unit either way."},
                 scaling, {{"auto", "1st and 99th percentile of the hyperspectral image to 0 and 1"}, {"none", "None, for images with values from 0 to 1"}});
  visitor.Seed(
      {"rand", "Random seed", "Of the network's first weights, the mini-batches and the sample, any whole number; the same seed gives the same model."},
      training.seed);
}

SpectralInversionEstimator::SpectralInversionEstimator(const Settings& settings, const std::string& image, const Log& log)
  : m_Settings(settings), m_Method(settings.method ? settings.method->Clone() : std::move(SpectralInversionMethod::MakeAll().front())), m_Image(image),
    m_Log(log)
{
  SettingCheck check;
  m_Settings.Visit(check);
  SettingCheck checkMethod(m_Method->GetPrefix());
  m_Method->Visit(checkMethod);
}

void SpectralInversionEstimator::CheckImage(std::uint64_t bands, std::uint64_t pixels) const
{
  m_Method->Check({m_Image, bands, pixels});
}

std::uint64_t SpectralInversionEstimator::GetMostPixels(std::uint64_t bands, std::uint64_t bytes)
{
  return std::max(FewestPixels, bytes / (CopiesOfSample * sizeof(float) * bands));
}

SpectralInversionMethod::Task SpectralInversionEstimator::MakeTask(const SpectralSample& sample, const Progress& progress)
{
  return {sample, m_Set, m_Highest, m_Settings.training, m_Model.training, progress, m_Log, m_Image};
}

void SpectralInversionEstimator::SetScalingOf(const SpectralInversionModel& model)
{
  m_Scaling = {model.offset, model.scale};
}

void SpectralInversionEstimator::FindScaling(const SpectraMatrix& spectra)
{
  std::vector<float> values(spectra.data(), spectra.data() + spectra.size());
  const double       low  = InterpolatedQuantile(values, 1. / 100.);
  const double       high = InterpolatedQuantile(values, 99. / 100.);
  if (!(high > low))
  {
    throw std::invalid_argument(m_Image + ": the hyperspectral pixels are constant (1st and 99th percentile are both " + std::to_string(low) +
                                "), expected some contrast");
  }
  if (m_Scaling)
  {
    std::tie(m_Model.offset, m_Model.scale) = *m_Scaling;
  }
  else if (m_Settings.scaling == Scaling::Auto)
  {
    m_Model.offset = low;
    m_Model.scale  = high - low;
  }
  // The published method factorises values clipped to [0, 1]; unscaled ones may be of another unit.
  m_Highest = m_Settings.scaling == Scaling::Auto ? 1.f : static_cast<float>(std::max(1., high));
}

void SpectralInversionEstimator::Prepare(const SpectralSample& sample, const SpectralResponse& response, const SpectralAxis& axis, const Progress& progress)
{
  if (sample.size() == 0)
  {
    throw std::invalid_argument(m_Image + ": found no valid pixel, expected at least one");
  }
  if (sample.spectra.cols() != response.GetNumberOfHyperspectralBands())
  {
    throw std::invalid_argument(m_Image + ": found " + std::to_string(sample.spectra.cols()) + " bands, expected " +
                                std::to_string(response.GetNumberOfHyperspectralBands()) + " as the spectral response has");
  }
  m_Model          = SpectralInversionModel();
  m_Model.response = response;
  m_Model.axis     = axis;
  FindScaling(sample.spectra);
  if (m_Log && !m_Scaling)
  {
    m_Log("Scaling: " + (m_Settings.scaling == Scaling::Auto ? "offset " + ToBriefText(m_Model.offset) + ", scale " + ToBriefText(m_Model.scale) : "none"));
  }

  m_Set         = SpectralTrainingSet();
  m_Set.spectra = (sample.spectra.array() - static_cast<float>(m_Model.offset)) * static_cast<float>(1. / m_Model.scale);
  m_Set.msi.resize(m_Set.spectra.rows(), response.GetNumberOfMultispectralBands());
  response.Apply(m_Set.spectra.data(), sample.size(), m_Set.msi.data());

  CheckImage(static_cast<std::uint64_t>(sample.spectra.cols()), std::numeric_limits<std::uint64_t>::max());
  m_Model.training.pixels = sample.size();
  m_Model.training.seed   = m_Settings.training.seed;
  m_Method->Adapt({response.GetNumberOfMultispectralBands(), true});
  m_Method->Prepare(MakeTask(sample, progress));
}

void SpectralInversionEstimator::Train(const Progress& progress)
{
  const SpectralSample none;
  m_Model.inverse = m_Method->Train(MakeTask(none, progress));
}
} // namespace otb
