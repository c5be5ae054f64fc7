// SPDX-License-Identifier: Apache-2.0
#ifndef otbNoisyBands_h
#define otbNoisyBands_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <vector>

namespace otb
{
/** What a sample of spectra tells of the noise of each band. */
struct NoisyBands
{
  std::vector<double> shares; ///< of a band's variance, what a regression on its neighbours leaves, 0 to 1
  std::vector<bool>   noisy;  ///< a flag for each band
};

/** Bands that hold noise far above signal, such as those in water vapour after atmospheric correction.
 *
 * Neighbouring bands of an imaging spectrometer see almost the same, and noise is independent from band to band: what a linear regression on the ten nearest
 * bands leaves of a band is its noise (Roger & Arnold 1996; Bioucas-Dias & Nascimento 2008, section III). A band is noisy when that is more than two thirds of
 * its variance and more than four times (in variance) the median of its ten nearest good bands. Of bands in a row that look so, each is judged once more by
 * good bands alone. Values beyond the percentiles 1 and 99 of their band are moved there first, so that single hot or dead pixels make no band noisy.
 *
 * None is noisy where that cannot be told: fewer than 16 bands or 64 spectra, or an image that is noise in most of its bands.
 * \param spectra pixels x bands, finite */
SpectraMorph_EXPORT NoisyBands FindNoisyBands(const SpectraMatrix& spectra);
} // namespace otb

#endif
