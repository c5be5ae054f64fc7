// SPDX-License-Identifier: Apache-2.0
#ifndef otbNoisyBands_h
#define otbNoisyBands_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** Pixels of an image, and what lies near them: pixels x bands each. */
struct NoisyBandSample
{
  SpectraMatrix spectra;
  /** Two columns to the right and two lines below, in which resampled noise is no longer alike; NaN where there is no pixel. Without rows when that is not
   * known.
   */
  SpectraMatrix right, below;
};

/** What other bands foretell of a band: constant + sum over i of weights[i] times the value of others[i]. */
struct BandPrediction
{
  std::size_t              band = 0;
  std::vector<std::size_t> others;
  std::vector<double>      weights;
  double                   constant = 0;
};

/** What a sample of spectra tells of the noise of each band. */
struct SpectraMorph_EXPORT NoisyBands
{
  std::vector<double>         shares;      ///< of a band's variance, what a regression on its neighbours leaves, 0 to 1
  std::vector<double>         noise;       ///< variance of the noise of the bands that hold some, 0 of others, in the image's unit squared
  std::vector<bool>           noisy;       ///< a flag for each band
  std::vector<BandPrediction> predictions; ///< of the bands that hold noise, but not far above signal; by good bands

  /** The predictions in an image that is without the noisy bands. */
  std::vector<BandPrediction> GetPredictionsWithoutNoisy() const;
};

/** Bands that hold noise, such as those in water vapour after atmospheric correction.
 *
 * Neighbouring bands of an imaging spectrometer see almost the same, and noise is independent from band to band: what a linear regression on the ten nearest
 * bands leaves of a band is its noise (Roger & Arnold 1996; Bioucas-Dias & Nascimento 2008, section III). A band holds noise when that is more than a twentieth
 * of its variance and more than four times (in variance) the median of its ten nearest good bands; it is noisy when it is more than two thirds of its variance.
 * Of bands in a row that look so, each is judged once more by good bands alone. Values beyond the percentiles 1 and 99 of their band are moved there first, so
 * that single hot or dead pixels make no band noisy.
 *
 * But a band may be the only one that sees something: the first or last of the spectrum, or one in a narrow feature. What it sees has a place in the image, and
 * noise has none: what is left of a band is no noise when its correlation with itself two columns, and two lines, away is more than a quarter of what is usual
 * for good bands. Where that is not known, or good bands show no such correlation either, the bands alone decide.
 *
 * There is none where that cannot be told: fewer than 16 bands or 64 spectra, or an image that is noise in most of its bands.
 * \param sample whose `spectra` are finite */
SpectraMorph_EXPORT NoisyBands FindNoisyBands(const NoisyBandSample& sample);

/** Replaces the bands of spectra (pixels x bands) by what the others foretell, which has their signal without their noise. */
SpectraMorph_EXPORT void ApplyPredictions(const std::vector<BandPrediction>& predictions, SpectraMatrix& spectra);
} // namespace otb

#endif
