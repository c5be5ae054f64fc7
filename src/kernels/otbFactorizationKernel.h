// SPDX-License-Identifier: Apache-2.0
#ifndef otbFactorizationKernel_h
#define otbFactorizationKernel_h

#include "SpectraMorphExport.h"

#include <cstddef>

namespace otb
{
namespace kernels
{
/** Pixels that the factorisation takes side by side. */
constexpr std::size_t PanelPixels = 128;

/** Each sum over pixels is kept as this many partial ones. */
constexpr std::size_t PartialSums = 16;

/** What a sweep of non-negative matrix factorisation, V ~ W E, does with a panel of pixels. Matrices are contiguous, row after row, those that vary
 * by pixel or by partial sum aligned to 64 bytes. */
struct FactorizationPanel
{
  std::size_t  bands;      // C
  std::size_t  endmembers; // K
  const float* E;          // K x C
  const float* gramE;      // E E^T, K x K
  const float* V;          // C x PanelPixels
  float*       W;          // K x PanelPixels, updated
  float*       VE;         // scratch, K x PanelPixels
  float*       products;   // V^T W, C x K x PartialSums, added to
  float*       gramW;      // W^T W, K x K x PartialSums, added to
};

/** One descent in each abundance, w_k <- max(0, w_k - gradient_k / G_kk), gradient = w G - v E^T; and at once what the endmembers' turn needs of the new ones.
 * \return the sum of |projected gradient|. */
SpectraMorph_EXPORT double DescendAbundances(const FactorizationPanel& panel);
} // namespace kernels
} // namespace otb

#endif
