// SPDX-License-Identifier: Apache-2.0
#ifndef otbEndmemberNumber_h
#define otbEndmemberNumber_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

namespace otb
{
/** Number of endmembers of spectra (n x C): the dimensions of the signal that stand out of the noise; 0 when there is no signal, or fewer than 1.2
 * pixels per band, which do not tell one from the other.
 *
 * The noise of a band is what the other bands do not predict by linear regression, as in HySime (Bioucas-Dias & Nascimento, IEEE TGRS 46(8), 2008), and the
 * spectra are divided by it. HySime keeps a direction where the signal has more power than the noise: an eigenvalue of the correlation matrix over 2. Of few
 * pixels noise alone has eigenvalues up to (1 + sqrt(C / n))^2 (Marchenko & Pastur 1967), so those must be exceeded, too. The unit of the spectra does not
 * matter, nor that of a band. OTB's eigenvalue likelihood maximisation depends on both and, where there is hardly any noise, on rounding.
 *
 * \ingroup SpectraMorph
 */
SpectraMorph_EXPORT unsigned int EstimateNumberOfEndmembers(const SpectraMatrix& spectra);
} // namespace otb

#endif
