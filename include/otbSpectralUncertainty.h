// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralUncertainty_h
#define otbSpectralUncertainty_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <array>
#include <cstddef>
#include <vector>

namespace otb
{
/** \class SpectralUncertaintyModel
 * \brief What the error of a fused image is expected to be where the HR-MSI looks like this: found for a scene without a truth (SpectralUncertaintyFit).
 *
 * The expected root mean square error over bands of the pixel x of the HR-MSI M is
 * \f[ \sigma(x) = s \prod_k \left( \frac{\phi_k(x)}{\bar\phi_k} + 0.05 \right)^{a_k} \f]
 * with
 * - \f$\phi_1\f$ the standard deviation of M over the 3 x 3 pixels about x, each band in units of its contrast: edges, mixed pixels and what a scene has of
 *   noise are where the LR-HSI, which saw their mean, says least,
 * - \f$\phi_2\f$ the root mean square of M over its bands, in units of the least contrast: errors grow with brightness,
 * - \f$\phi_3\f$ the distance of M(x) from the nearest example of R Y, what training saw, per band in units of its contrast,
 * - \f$\phi_4\f$ what the other bands do not foretell of each band of M(x) by the linear regression that holds in R Y: spectra of a kind that training did not
 *   see. With one band there is none, and the factor is left out.
 *
 * It looks at M alone: errors are as cheap to predict as M is to read. Of band b the error is \f$\sigma(x) p_b\f$.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralUncertaintyModel
{
  enum Term
  {
    LocalDeviation,
    Brightness,
    Distance,
    Residual,
    NumberOfTerms
  };
  using Terms = std::array<float, NumberOfTerms>;

  /** What is added to a term in units of its typical value, so that none makes an error zero. */
  static constexpr float Least = 0.05f;

  /** A pixel that is as far from all that training saw as that, in each band's standard deviations there, is as far from it as training's pixels are from their
   * mean: what is said of its spectrum, and of the error of that, is a guess. */
  static constexpr float FarAway = 1.f;

  std::vector<float> origin;   // c: mean of R Y per band, in the image's unit
  std::vector<float> contrast; // c: standard deviation of R Y per band, > 0, in the image's unit
  SpectraMatrix      examples; // k x c, k >= 1: what training saw, as (R Y - origin) / contrast
  SpectraMatrix residual;  // c x c: U, so that U (M - origin) / contrast is what the other bands do not foretell, in units of the contrast; 0 x 0 with one band
  Terms         typical{}; // > 0: root mean square of each term over the scene
  Terms         exponents{};        // a_k, finite
  float         scale = 0.f;        // s, > 0, in the image's unit
  float         reach = 0.f;        // > 0: 99 of 100 pixels of training are nearer to an example than that
  std::vector<float> bands;         // p_b, C, > 0: their root mean square is 1
  float              outside = 0.f; // the share of the scene's pixels that are farther away than the reach
  float              farAway = 0.f; // and farther than FarAway

  unsigned int GetMultispectralBands() const
  {
    return static_cast<unsigned int>(contrast.size());
  }

  unsigned int GetSpectralBands() const
  {
    return static_cast<unsigned int>(bands.size());
  }

  /** \throw std::invalid_argument when the parts do not fit each other or a number is not in its range; the message says which. */
  void Validate() const;
};

/** \class SpectralUncertainty
 * \brief Predicts errors by a SpectralUncertaintyModel, pixel by pixel; any number of threads may do so at once.
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralUncertainty
{
public:
  SpectralUncertainty() = default;

  /** \throw std::invalid_argument as Validate() does. */
  explicit SpectralUncertainty(const SpectralUncertaintyModel& model);

  const SpectralUncertaintyModel& GetModel() const
  {
    return m_Model;
  }

  /** A line of the HR-MSI with its neighbours. */
  struct Lines
  {
    const float* pixels[3] = {nullptr, nullptr, nullptr}; // c numbers per pixel, of the line before, the line and the line behind; null where there is none
    const unsigned char* valid[3] = {nullptr, nullptr, nullptr}; // per pixel, 0 where it has no data
    std::size_t          columns  = 0;                           // pixels along a line
  };

  /** \f$\phi_1\f$ of `count` pixels from column `first` on, over those neighbours that have data. Pixels that have none get 0. */
  void FindDeviations(const Lines& lines, std::size_t first, std::size_t count, float* deviations) const;

  /** All terms of `count` pixels, c numbers each; their local deviations are given. Numbers of no data give some number. */
  void FindTerms(const float* multispectral, const float* deviations, std::size_t count, SpectralUncertaintyModel::Terms* terms) const;

  /** \f$\sigma\f$, in the image's unit. */
  float Predict(const SpectralUncertaintyModel::Terms& terms) const;

private:
  SpectralUncertaintyModel        m_Model;
  std::vector<float>              m_Precision;  // c: 1 / contrast
  float                           m_Unit = 1.f; // of the brightness, whose squares would be too large or small for a float in some images' units
  SpectraMatrix                   m_Table;      // c x k padded: -2 times the examples
  std::vector<float>              m_Norms;      // k padded: their squared norms; those that pad are far away
  SpectralUncertaintyModel::Terms m_Inverse{};  // 1 / typical
};
} // namespace otb

#endif
