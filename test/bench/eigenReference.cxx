// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set; EIGEN_REFERENCE is the name of the table.
#include "eigenReference.h"

#include <Eigen/Core>

#include <algorithm>

namespace
{
using Eigen::MatrixXf;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void Infer(const float* msi, std::size_t count, const float* weights1, const float* weights2, const float* endmembers, std::size_t c, std::size_t hidden,
           std::size_t K, std::size_t C, float* spectra)
{
  constexpr std::size_t            Block = 256;
  const Eigen::Map<const RowMajor> first(weights1, hidden, c + 1), second(weights2, K, hidden + 1), E(endmembers, K, C);
  const MatrixXf                   W1 = first.leftCols(c), W2 = second.leftCols(hidden), mixing = E.transpose();
  const Eigen::VectorXf            b1 = first.col(c), b2 = second.col(hidden);
  MatrixXf                         h(hidden, Block), z(K, Block);
  for (std::size_t begin = 0; begin < count; begin += Block)
  {
    const std::size_t size     = std::min(Block, count - begin);
    h.leftCols(size).noalias() = W1 * Eigen::Map<const MatrixXf>(msi + begin * c, c, size);
    h.leftCols(size)           = (h.leftCols(size).colwise() + b1).cwiseMax(0.f);
    z.leftCols(size).noalias() = W2 * h.leftCols(size);
    z.leftCols(size).colwise() += b2;
    Eigen::Map<MatrixXf>(spectra + begin * C, C, size).noalias() = mixing * z.leftCols(size);
  }
}

void Multiply(const float* a, const float* b, std::size_t n, std::size_t first, std::size_t last, float* product)
{
  const Eigen::Map<const MatrixXf> A(a, n, n), B(b, n, n);
  Eigen::Map<MatrixXf>(product, n, n).middleCols(first, last - first).noalias() = A * B.middleCols(first, last - first);
}
} // namespace

extern "C" __attribute__((visibility("default"))) const EigenReference EIGEN_REFERENCE = {Infer, Multiply};
