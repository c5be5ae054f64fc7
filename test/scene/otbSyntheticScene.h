// SPDX-License-Identifier: Apache-2.0
#ifndef otbSyntheticScene_h
#define otbSyntheticScene_h

#include "otbSceneLayout.h"
#include "otbSpectralAxis.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** \class SyntheticScene
 * \brief A hyperspectral image of a place that does not exist, of any size, as a function of the pixel.
 *
 * A pixel's spectrum is the mean over the pixel's area of sum_m w_m(p) E_m (sun(p) (1 - f) + sky(p) f), where E_m are the materials' reflectances, w_m(p) what
 * the point p is made of, sun and sky how it is lit, and f(wavelength) the sky's share of the light: linear mixtures of about two dozen materials, each in two
 * lights. Edges are sharp on the ground, so pixels across them are mixed by their coverage (3 x 3 points).
 *
 * The result depends on the seed and the coordinates alone: any tile, in any order, from any thread gives the same bits, and a scene is a window into every
 * larger one of the same seed. Reflectance lies in (0, 0.95).
 */
class SyntheticScene
{
public:
  /** A scene of width x height pixels with the bands of `axis`; where the axis has widths, reflectances are means over Gaussian responses.
   * \throw std::invalid_argument when the size is zero, the axis is empty, or a wavelength lies outside 380 to 2550 nm. */
  SyntheticScene(std::size_t width, std::size_t height, std::uint64_t seed, const SpectralAxis& axis);

  std::size_t GetWidth() const
  {
    return m_Width;
  }

  std::size_t GetHeight() const
  {
    return m_Height;
  }

  const SpectralAxis& GetSpectralAxis() const
  {
    return m_Axis;
  }

  /** Reflectance of one pixel, one number per band. */
  void Spectrum(std::size_t x, std::size_t y, float* bands) const
  {
    this->Scanline(x, y, 1, bands);
  }

  /** Reflectance of `count` pixels of row y from column x on, pixel after pixel. */
  void Scanline(std::size_t x, std::size_t y, std::size_t count, float* bands) const;

  /** Reflectance of a pure material in each band, in full light. */
  std::vector<float> MaterialSpectrum(SceneMaterial material) const;

private:
  std::size_t  m_Width;
  std::size_t  m_Height;
  SpectralAxis m_Axis;
  SceneLayout  m_Layout;

  // A row per material: E_m (1 - f) and E_m f.
  std::vector<float> m_SunSpectra;
  std::vector<float> m_SkySpectra;
};
} // namespace otb

#endif
