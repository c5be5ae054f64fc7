// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNetworkTrainer_h
#define otbSpectralNetworkTrainer_h

#include "otbSpectralNetworkGradient.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace otb
{
/** What a network learns from: multispectral pixels and the spectra they should give; with a coarse spectral prior also the prior's spectra and, for each
 * pixel, the one it has. */
struct SpectraMorph_EXPORT SpectralTrainingSet
{
  SpectraMatrix              msi;     // n x c
  SpectraMatrix              spectra; // n x C
  SpectraMatrix              priors;  // cells x B, or empty
  std::vector<std::uint32_t> cells;   // n row numbers of `priors`, or empty

  std::size_t size() const
  {
    return static_cast<std::size_t>(msi.rows());
  }
};

/** \class SpectralNetworkTrainer
 * \brief Fits a SpectralNetwork by Adam (Kingma & Ba 2015: beta 0.9, 0.999, epsilon 1e-7) with a one-cycle learning rate.
 *
 * The loss is the mean over pixels and bands. The rate rises linearly from rateStart to ratePeak over the first 30 % of the epochs and falls linearly to
 * rateEnd over the rest (arXiv 2510.20814: 1e-3, 1e-2, 1e-6; 2500 epochs, full batch).
 *
 * With `averaging` the result is the mean of the weights after each of the last epochs (Polyak & Juditsky 1992) instead of the last weights. It smooths what
 * the data leave open, which is how the network extrapolates.
 *
 * The result depends on the data, the settings and the instruction set alone, not on the number of threads: the pixels are cut into a fixed number of slices,
 * whose gradients are summed in order.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralNetworkTrainer
{
public:
  struct Settings
  {
    unsigned int  epochs    = 2500;
    double        rateStart = 1e-3;
    double        ratePeak  = 1e-2;
    double        rateEnd   = 1e-6;
    SpectralLoss  loss      = SpectralLoss::L1;
    std::size_t   batch     = 0; // pixels per step, drawn anew each epoch; 0 for all at once
    std::uint64_t seed      = 0; // of the mini-batches
    unsigned int  threads   = 1;
    double        averaging = 0.; // share of the epochs, the last ones, whose weights are averaged; 0 keeps the last weights
  };

  struct Report
  {
    double       loss      = 0.; // mean over the last epoch
    unsigned int epochs    = 0;  // done
    bool         cancelled = false;
  };

  /** Told of each epoch as it ends (counted from 1) and its mean loss; returns false to stop training. */
  using Progress = std::function<bool(unsigned int epoch, double loss)>;

  /** \throw std::invalid_argument for a setting out of range, naming it. */
  explicit SpectralNetworkTrainer(const Settings& settings);

  /** \param endmembers K x C for Morph, ignored for Lift.
   * \throw std::invalid_argument when the shapes disagree; std::runtime_error when the loss ceases to be finite. */
  Report Train(SpectralNetwork& network, const SpectraMatrix& endmembers, AbundanceConstraint constraint, const SpectralTrainingSet& set,
               const Progress& progress = {}) const;

  /** The learning rate of an epoch, counted from 0. */
  double Rate(unsigned int epoch) const;

private:
  Settings m_Settings;
};
} // namespace otb

#endif
