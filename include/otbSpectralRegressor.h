// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRegressor_h
#define otbSpectralRegressor_h

#include "otbSpectralInversionModel.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace otb
{
/** \class SpectralRegressor
 * \brief From multispectral pixels straight to spectra, in the hyperspectral image's unit, by a trained model without abundances and prior.
 *
 * The scaling of the output is folded into the decoder of the latent numbers z: x = s (D^T z + d) + o.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralRegressor
{
public:
  SpectralRegressor() = default;

  /** \throw std::invalid_argument when the model has abundances or a prior. */
  explicit SpectralRegressor(const SpectralInversionModel& model);

  /** `count` pixels, c bands to C bands each, one after the other. */
  void Apply(const float* msi, std::size_t count, float* spectra) const;

private:
  std::shared_ptr<const SpectralInverse> m_Inverse;
  float                                  m_Offset       = 0.f;
  float                                  m_InverseScale = 1.f;
  std::size_t                            m_Bands        = 0; // C
  SpectraMatrix                          m_Output;           // s D, L x C padded
  std::vector<float>                     m_Base;             // s d + o, C padded
};
} // namespace otb

#endif
