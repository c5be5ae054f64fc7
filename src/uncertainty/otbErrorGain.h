// SPDX-License-Identifier: Apache-2.0
#ifndef otbErrorGain_h
#define otbErrorGain_h

#include "otbRefinementSample.h"
#include "otbSpectralUncertainty.h"

#include <Eigen/Core>

#include <array>
#include <optional>

namespace otb
{
/** What other bands do not foretell of each band of M (SpectralUncertaintyModel::residual), as mean square over bands in units of the contrast. */
struct SharpStructure
{
  double smooth = 0.; // white noise of any origin left out: pixels at distances of one and two tell of what there is without it at none
  double white  = 0.; // the rest

  static SharpStructure Of(const RefinementSample& sample, const SpectralUncertaintyModel& model);
};

/** \class ErrorGain
 * \brief How much larger errors are at sharp pixels than as the coarse sensor sees them. */
struct ErrorGain
{
  double value;   // >= 1
  double scatter; // standard deviation of its logarithm

  /** That of scenes as a rule. */
  static ErrorGain Typical();

  /** By how much larger what the other bands do not foretell of each is in M than in R Y. Nothing where noise hides that.
   * \param sharp of M, smooth \param scaled n x c: R Y in units of the contrast, about its mean \param responseNoise c: variance of the noise in R Y */
  static std::optional<ErrorGain> OfStructure(double sharp, const Eigen::MatrixXd& scaled, const Eigen::VectorXd& responseNoise,
                                              const SpectralUncertaintyModel& model);

  /** By the correlation of innovations (ErrorGrain). Nothing where noise hides it. \param noise variance of Y's, mean over bands */
  static std::optional<ErrorGain> OfGrain(const RefinementSample& sample, double noise);

  /** The mean, as of factors, of those that there are, at least one, each by how well it is known. */
  static double MeanOf(const std::array<std::optional<ErrorGain>, 3>& gains);
};
} // namespace otb

#endif
