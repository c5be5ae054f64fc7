// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNetworkTrainer_h
#define otbSpectralNetworkTrainer_h

#include "otbSpectralInversionMethod.h"
#include "otbSpectralObjective.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace otb
{
/** \class SpectralNetworkTrainer
 * \brief Minimises a SpectralObjective by Adam (Kingma & Ba 2015: beta 0.9, 0.999, epsilon 1e-7) with a one-cycle learning rate.
 *
 * The loss is the mean over pixels and bands. The rate rises linearly from rateStart to ratePeak over the first 30 % of the epochs and falls linearly to
 * rateEnd over the rest (arXiv 2510.20814: 1e-3, 1e-2, 1e-6; 2500 epochs, full batch). With `cycles` it falls from ratePeak to rateEnd by half a cosine, and
 * does so again as often as that says (warm restarts, Loshchilov & Hutter 2017; two cycles in the code of arXiv 2507.13339).
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
  using Settings = SpectralTrainingSettings;

  struct Report
  {
    double       firstLoss = 0.; // mean over the first epoch
    double       loss      = 0.; // mean over the last epoch
    unsigned int epochs    = 0;  // done
    bool         cancelled = false;
  };

  /** Told of each epoch as it ends (counted from 1) and its mean loss; returns false to stop training. */
  using Progress = std::function<bool(unsigned int epoch, double loss)>;

  /** \throw std::invalid_argument for a setting out of range, naming it. */
  explicit SpectralNetworkTrainer(const Settings& settings);

  /** Changes the objective's parameters, from where they are.
   * \throw std::invalid_argument when the shapes disagree; SettingError of lr.peak when the loss ceases to be finite. */
  Report Train(SpectralObjective& objective, const SpectralTrainingSet& set, const Progress& progress = {}) const;

  /** Train() within a method's task: with its settings but for the averaging and the cycles, its progress and log. Notes what there is to know in the task's
   * facts. */
  static void Train(SpectralObjective& objective, const SpectralInversionMethod::Task& task, double averaging, unsigned int cycles = 0);

  /** The learning rate of an epoch, counted from 0. */
  double Rate(unsigned int epoch) const;

private:
  Settings m_Settings;
};
} // namespace otb

#endif
