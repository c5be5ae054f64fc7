// SPDX-License-Identifier: Apache-2.0
#include "otbSyntheticScene.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
// Where the materials are defined [nm].
constexpr double ShortestWavelength = 380., LongestWavelength = 2550.;

/** Mean of f over a Gaussian response of that full width at half maximum, cut off where materials end; f itself when the width is 0. */
template <class TFunction>
double BandMean(TFunction f, double center, double width)
{
  double sum = 0., weights = 0.;
  for (int k = -4; k <= 4; ++k)
  {
    const double offset     = 0.25 * k; // in widths
    const double weight     = std::exp2(-4. * offset * offset);
    const double wavelength = center + offset * width;
    if (wavelength >= ShortestWavelength && wavelength <= LongestWavelength)
    {
      sum += weight * f(wavelength);
      weights += weight;
    }
  }
  return sum / weights;
}
} // namespace

SyntheticScene::SyntheticScene(std::size_t width, std::size_t height, std::uint64_t seed, const SpectralAxis& axis)
  : m_Width(width), m_Height(height), m_Axis(axis), m_Layout(seed)
{
  if (width == 0 || height == 0)
  {
    throw std::invalid_argument("Synthetic scene: size is " + std::to_string(width) + " x " + std::to_string(height) + ", expected at least one pixel");
  }
  if (axis.size() == 0 || (!axis.widths.empty() && axis.widths.size() != axis.size()))
  {
    throw std::invalid_argument("Synthetic scene: spectral axis has " + std::to_string(axis.size()) + " wavelengths and " + std::to_string(axis.widths.size()) +
                                " widths, expected at least one band and as many widths or none");
  }
  for (const double wavelength : axis.wavelengths)
  {
    if (!(wavelength >= ShortestWavelength && wavelength <= LongestWavelength))
    {
      throw std::invalid_argument("Synthetic scene: wavelength is " + std::to_string(wavelength) + " nm, expected 380 to 2550");
    }
  }

  m_SunSpectra.reserve(SceneMaterialCount * axis.size());
  m_SkySpectra.reserve(SceneMaterialCount * axis.size());
  for (std::size_t material = 0; material < SceneMaterialCount; ++material)
  {
    const std::vector<float> spectrum = this->MaterialSpectrum(static_cast<SceneMaterial>(material));
    for (std::size_t band = 0; band < axis.size(); ++band)
    {
      const float sky = static_cast<float>(SceneSkyFraction(axis.wavelengths[band]));
      m_SunSpectra.push_back(spectrum[band] * (1.f - sky));
      m_SkySpectra.push_back(spectrum[band] * sky);
    }
  }
}

std::vector<float> SyntheticScene::MaterialSpectrum(SceneMaterial material) const
{
  std::vector<float> spectrum(m_Axis.size());
  for (std::size_t band = 0; band < spectrum.size(); ++band)
  {
    const double width = m_Axis.widths.empty() ? 0. : m_Axis.widths[band];
    spectrum[band]     = static_cast<float>(BandMean([material](double l) { return SceneReflectance(material, l); }, m_Axis.wavelengths[band], width));
  }
  return spectrum;
}

void SyntheticScene::Scanline(std::size_t x, std::size_t y, std::size_t count, float* bands) const
{
  // Farther than this from every edge, the pixel's middle stands for all of it.
  constexpr double  PixelReach = 0.75;
  const std::size_t size       = m_Axis.size();
  const double      middleY    = static_cast<double>(y) + 0.5;
  for (std::size_t pixel = 0; pixel < count; ++pixel, bands += size)
  {
    const double        middleX  = static_cast<double>(x + pixel) + 0.5;
    const SceneGround   ground   = m_Layout.GroundAt(middleX, middleY);
    const SceneDistrict district = m_Layout.DistrictAt(middleX, middleY);

    float      sun[SceneMaterialCount] = {}, sky[SceneMaterialCount] = {};
    const auto accumulate = [&](const SceneSample& sample, float share)
    {
      for (unsigned int k = 0; k < sample.count; ++k)
      {
        const auto  material = static_cast<std::size_t>(sample.materials[k]);
        const float weight   = share * sample.weights[k];
        sun[material] += weight * sample.sun;
        sky[material] += weight * sample.sky;
      }
    };

    const SceneSample middle = m_Layout.At(middleX, middleY, district, ground);
    if (middle.clearance > PixelReach)
    {
      accumulate(middle, static_cast<float>(ground.brightness));
    }
    else
    {
      const float share = static_cast<float>(ground.brightness / 9.);
      for (int k = 0; k < 9; ++k)
      {
        const double pointX = middleX + (k % 3 - 1) / 3., pointY = middleY + (k / 3 - 1) / 3.;
        // Only next to a border can a part of the pixel lie in another district; the distance to the border must be the point's own near a road's edge.
        const bool nearRoad = district.border < 2.5;
        accumulate(m_Layout.At(pointX, pointY, nearRoad ? m_Layout.DistrictAt(pointX, pointY) : district, ground), share);
      }
    }

    std::fill(bands, bands + size, 0.f);
    for (std::size_t material = 0; material < SceneMaterialCount; ++material)
    {
      if (sky[material] > 0.f)
      {
        const float  direct = sun[material], diffuse = sky[material];
        const float* sunSpectrum = m_SunSpectra.data() + material * size;
        const float* skySpectrum = m_SkySpectra.data() + material * size;
        for (std::size_t band = 0; band < size; ++band)
        {
          bands[band] += direct * sunSpectrum[band] + diffuse * skySpectrum[band];
        }
      }
    }
  }
}
} // namespace otb
