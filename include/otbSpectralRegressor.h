// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRegressor_h
#define otbSpectralRegressor_h

#include "otbSpectralInversionModel.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** \class SpectralRegressor
 * \brief From multispectral pixels straight to spectra by SpectraLift's residual network (arXiv 2507.13339), in the hyperspectral image's unit.
 *
 * The scaling of the output is folded into the last layer: x = s (A7 x6 + b7) + o.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralRegressor
{
public:
  SpectralRegressor() = default;

  /** \throw std::invalid_argument when the model is not one of SpectraLift. The model must outlive this. */
  explicit SpectralRegressor(const SpectralInversionModel& model);

  /** `count` pixels, c bands to C bands each, one after the other. */
  void Apply(const float* msi, std::size_t count, float* spectra) const;

private:
  const SpectralInversionModel* m_Model = nullptr;
  SpectraMatrix                 m_Output; // s A7^T, width x C padded
  std::vector<float>            m_Base;   // s b7 + o, C padded
};
} // namespace otb

#endif
