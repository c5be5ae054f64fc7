// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralResponse_h
#define otbSpectralResponse_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>
#include <string>
#include <vector>

namespace otb
{
/** \class SpectralResponse
 * \brief The spectral response function (SRF) of a multispectral sensor over the bands of a hyperspectral one: R, c x C.
 *
 * A multispectral pixel is M = X R^T of the hyperspectral pixel X. Rows are >= 0 and sum to one, so a constant spectrum keeps its value and unit.
 *
 * It comes about from a matrix (ReadSpectralResponseMatrix()), from response curves projected onto the wavelengths of the hyperspectral image
 * (ProjectResponses()), or from a sensor by the published protocol (StretchedResponse()).
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralResponse
{
public:
  SpectralResponse() = default;

  /** From a matrix (c x C) of non-negative finite numbers; each row is normalised to sum one.
   * \throw std::invalid_argument naming `source`, the row (from 1) and the value when one is negative, not finite, or a row sums to zero. */
  SpectralResponse(SpectraMatrix matrix, std::vector<std::string> bandNames, const std::string& source);

  /** The response over some of the hyperspectral bands, given by their places from 0, all under GetNumberOfHyperspectralBands().
   * \throw std::invalid_argument naming `source` and the row when less than 70 % of a multispectral band's response is to them. */
  SpectralResponse Pick(const std::vector<std::size_t>& bands, const std::string& source) const;

  /** R. */
  const SpectraMatrix& GetMatrix() const
  {
    return m_Matrix;
  }

  /** Names of the c multispectral bands. */
  const std::vector<std::string>& GetBandNames() const
  {
    return m_BandNames;
  }

  unsigned int GetNumberOfMultispectralBands() const
  {
    return static_cast<unsigned int>(m_Matrix.rows());
  }

  unsigned int GetNumberOfHyperspectralBands() const
  {
    return static_cast<unsigned int>(m_Matrix.cols());
  }

  /** M = X R^T for `count` pixels, stored one after the other in both: `spectra` count x C, `multispectral` count x c. The result of a pixel does not depend on
   * the pixels around it. Nothing is allocated. */
  void Apply(const float* spectra, std::size_t count, float* multispectral) const;

private:
  SpectraMatrix            m_Matrix;
  std::vector<std::string> m_BandNames;
};
} // namespace otb

#endif
