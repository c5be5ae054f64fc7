// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementSample_h
#define otbRefinementSample_h

#include "SpectraMorphExport.h"
#include "otbSpectralRefinement.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** \class RefinementBlock
 * \brief A rectangle of a scene in memory, with what the refinement's statistics and its score need to know of a fused image X0 there.
 *
 * No spectrum of X0 is kept: D X0 at coarse pixels and R X0 at fine ones tell all, and are as small as the images that they are compared with. Pixels are
 * stored by lines.
 *
 * \ingroup SpectraMorph
 */
struct RefinementBlock
{
  SpectralRefinement::Region fine;          // of the fine image
  SpectralRefinement::Region coarse;        // coarse pixels that see nothing but `fine`
  SpectraMatrix              multispectral; // M, fine pixels x c
  SpectraMatrix              response;      // R X0, fine pixels x c
  std::vector<unsigned char> valid;         // per fine pixel: both M and X0 have data
  SpectraMatrix              hyperspectral; // Y, coarse pixels x C
  SpectraMatrix              innovations;   // Y - D X0, coarse pixels x C; zero where not usable
  SpectraMatrix              differences;   // R Y - D M, coarse pixels x c
  std::vector<unsigned char> usable;        // per coarse pixel: it has data, and so has all that it sees, and both images agree there
};

/** \class RefinementSample
 * \brief Blocks of a scene, the whole of it when it is small, and how its two images lie.
 *
 * Everything in it is linear in X0: the sample of the mean of several fused images is the mean of their samples.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RefinementSample
{
  CoarseGridAxis               rows, columns; // how the coarse image lies on the fine one
  long                         fineRows = 0, fineColumns = 0;
  SensorBlur                   blur;
  SpectralResponse             response;
  std::vector<RefinementBlock> blocks;
  std::vector<float>           tolerance; // c: how far the two images may differ where they agree; empty: no matter how far
  Eigen::VectorXd              noise;     // C: variance of Y's noise in bands that hold far more than others, 0 in those; empty: there are no such bands

  /** Finds that tolerance, and takes the coarse pixels that exceed it out. */
  void ExcludeDisagreement();

  /** Finds that noise (FindNoisyBands). */
  void FindNoise();

  /** Coarse pixels that are usable, of all blocks. */
  std::size_t GetNumberOfUsablePixels() const;

  /** The sample of the mean of several fused images, from samples that were read at the same places.
   * \param weights one of each, over zero and relative to each other; none: all count alike
   * \throw std::invalid_argument when there is none or they were not. */
  static RefinementSample MeanOf(const std::vector<const RefinementSample*>& samples, const std::vector<double>& weights = {});
};
} // namespace otb

#endif
