// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementKernels_h
#define otbRefinementKernels_h

#include "SpectraMorphExport.h"

#include <cstddef>

/** What an iteration of the refinement does besides products of matrices, for one line of pixels at a time.
 *
 * A line of an unknown holds its components one after the other, each as `lanes` floats, the pixels. Lanes are a multiple of LaneMultiple
 * (otbSpectralKernels.h), those behind the image's last pixel being zero. One float before and one behind each line must be readable: it is multiplied by a
 * weight of zero.
 */
namespace otb
{
namespace kernels
{
/** The smoothness of the unknowns at one line of pixels. Arrays have one float per lane. */
struct RefinementLine
{
  std::size_t  components; // q
  std::size_t  lanes;
  const float* left;     // the coupling to the pixel before; one more float, the coupling of what is behind the last lane, is zero
  const float* above;    // to the line above
  const float* below;    // to the line below
  const float* diagonal; // the four couplings and the damping, > 0
  const float* data;     // q: what the data add to a component's diagonal, near enough
};

/** w = coupling * exp(-sum over bands of (a - b)^2) * validA * validB for each lane; bands are `stride` floats apart. */
SpectraMorph_EXPORT void EdgeWeights(const float* a, const float* b, std::size_t bands, std::size_t stride, const float* validA, const float* validB,
                                     float coupling, std::size_t lanes, float* w);

/** image += (smoothness + damping) p at a line; the lines above and below p are needed.
 * \return the sum of p * image. */
SpectraMorph_EXPORT double AddCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* image);

/** rest -= (smoothness + damping) p at a line; the lines above and below p are needed. */
SpectraMorph_EXPORT void SubtractCouplings(const RefinementLine& line, const float* above, const float* p, const float* below, float* rest);

/** rest -= step * image. \return the sum of rest * rest / (diagonal + data). */
SpectraMorph_EXPORT double AdvanceRest(const RefinementLine& line, float step, const float* image, float* rest);

/** What becomes of the solution when the direction moves on. */
enum class SolutionStep
{
  None,  // p is none yet: it becomes rest / (diagonal + data)
  First, // solution = step * p
  Next   // solution += step * p
};

/** The solution's step along p, then p = rest / (diagonal + data) + factor * p: together, since p is read for both. \return the sum of rest * rest / (diagonal
 * + data). */
SpectraMorph_EXPORT double AdvanceDirection(const RefinementLine& line, float factor, const float* rest, float* p, SolutionStep kind, float step,
                                            float* solution);
} // namespace kernels
} // namespace otb

#endif
