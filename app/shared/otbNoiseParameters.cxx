// SPDX-License-Identifier: Apache-2.0
#include "otbNoiseParameters.h"
#include "otbSpectralApplication.h"

#include "otbAdditiveSpectralNoiseImageFilter.h"
#include "otbSpectralNoise.h"
#include "otbStreamingBandPowerImageFilter.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Noise of 10^15 times the signal, or of so small a part of it, is no longer a number of single precision. */
constexpr int MaximumDecibels = 300;
} // namespace

NoiseParameters::NoiseParameters(SpectralApplication& application) : m_Application(application)
{
}

void NoiseParameters::Add()
{
  m_Application.AddParameter(ParameterType_Float, "snr", "Signal-to-noise ratio");
  m_Application.SetParameterDescription(
      "snr", "Adds white Gaussian noise to each band, so that 10 log10(mean square of the band / variance of the noise) is that many decibels, from -300 to "
             "300, 20 to 40 as a rule. No noise by default. The image is computed twice.");
  m_Application.MandatoryOff("snr");
  m_Application.AddRANDParameter("rand", "Seed of the noise", 0);
  m_Application.SetParameterDescription("rand", "Any whole number; the same seed gives the same noise, however the image is cut into tiles. Default 0.");
}

std::vector<double> NoiseParameters::Measure(const MarkedImage& image)
{
  const auto power = StreamingBandPowerImageFilter<FloatVectorImageType>::New();
  power->GetFilter()->SetNoData(image.noData);
  power->SetInput(image.image);
  if (m_Application.HasValue("ram"))
  {
    power->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(m_Application.GetParameterInt("ram")));
  }
  m_Application.Pass(power.GetPointer(), "Measuring the bands for the noise");
  return power->GetFilter()->GetMeanSquares();
}

FloatVectorImageType::Pointer NoiseParameters::MakeNoisy(const MarkedImage& image)
{
  if (!m_Application.HasValue("snr"))
  {
    return image.image;
  }
  // OTB turns NaN and infinity into the greatest numbers.
  const float snr = m_Application.GetParameterFloat("snr");
  if (!(std::abs(snr) <= MaximumDecibels))
  {
    throw std::invalid_argument("snr: found " + ToText(snr) + ", expected a number of dB from " + std::to_string(-MaximumDecibels) + " to " +
                                std::to_string(MaximumDecibels));
  }
  image.image->UpdateOutputInformation();
  const auto meanSquares = m_Application.GetScene().TakeMeanSquares(image.image->GetNumberOfComponentsPerPixel(), [&] { return this->Measure(image); });

  const auto noise = m_Application.Keep(AdditiveSpectralNoiseImageFilter<FloatVectorImageType>::New());
  noise->SetInput(image.image);
  noise->SetNoData(image.noData);
  noise->SetSeed(static_cast<std::uint64_t>(m_Application.GetParameterInt("rand")));
  const auto         deviations = SpectralNoise::StandardDeviations(meanSquares, snr);
  const auto         ends       = std::minmax_element(deviations.begin(), deviations.end());
  std::ostringstream text;
  text << "Noise: standard deviation " << *ends.first << " to " << *ends.second << " over the bands, for " << snr << " dB";
  m_Application.Inform(text.str());
  noise->SetStandardDeviations(deviations);
  return noise->GetOutput();
}
} // namespace Wrapper
} // namespace otb
