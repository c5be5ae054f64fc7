// SPDX-License-Identifier: Apache-2.0
#ifndef eigenReference_h
#define eigenReference_h

#include <cstddef>

/** What the kernels are measured against: the same products written in Eigen, compiled for a wider instruction set than the module is. Each instruction set is
 * a library of its own that shows nothing but this table, so that no inline function of Eigen's is shared between them. */
struct EigenReference
{
  /** SpectraMorph's inference, blocks of 256 pixels: count x c to count x C numbers. Matrices are row-major: W1 hidden x (c + 1) and W2 K x (hidden + 1), the
   * bias being the last column, E K x C. */
  void (*infer)(const float* msi, std::size_t count, const float* W1, const float* W2, const float* E, std::size_t c, std::size_t hidden, std::size_t K,
                std::size_t C, float* spectra);

  /** Columns [first, last) of the product of two column-major n x n matrices. */
  void (*multiply)(const float* a, const float* b, std::size_t n, std::size_t first, std::size_t last, float* product);
};

extern "C" const EigenReference eigenReferenceAvx2;
extern "C" const EigenReference eigenReferenceNative;

#endif
