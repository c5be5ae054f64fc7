// SPDX-License-Identifier: Apache-2.0
#include "otbNonnegativeMatrixFactorization.h"
#include "otbParallelFor.h"
#include "otbSpectralKernels.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace otb
{
using namespace kernels;

namespace
{
constexpr std::size_t BlockPixels   = 512;
constexpr std::size_t MaximumSlices = 16;

using Gram = Eigen::MatrixXd;

// Pixels in lanes: V block C x BlockPixels, W block K x BlockPixels; slots behind the last pixel are and remain zero.
struct Block
{
  std::size_t        first;
  std::size_t        count;
  std::vector<float> spectra;
  std::vector<float> abundances;
};

std::vector<Block> MakeBlocks(const SpectraMatrix& V, std::size_t K)
{
  const std::size_t  n = V.rows();
  const std::size_t  C = V.cols();
  std::vector<Block> blocks;
  for (std::size_t first = 0; first < n; first += BlockPixels)
  {
    const std::size_t count = std::min(BlockPixels, n - first);
    blocks.push_back({first, count, std::vector<float>(C * BlockPixels, 0.f), std::vector<float>(K * BlockPixels, 0.f)});
    Eigen::Map<SpectraMatrix>(blocks.back().spectra.data(), C, BlockPixels).leftCols(count) = V.middleRows(first, count).transpose();
  }
  return blocks;
}

// NNDSVDa: of each pair of singular vectors the larger of the positive and the negative part; zeros become the mean of V.
void Start(const SpectraMatrix& V, std::size_t K, std::vector<Block>& blocks, SpectraMatrix& E)
{
  const Eigen::Index n    = V.rows();
  const Eigen::Index C    = V.cols();
  const float        mean = static_cast<float>(V.cast<double>().mean());

  // The right singular vectors are the eigenvectors of V^T V, and V v = sigma u.
  Gram gram = Gram::Zero(C, C);
  for (const Block& block : blocks)
  {
    const Gram part = V.middleRows(block.first, block.count).cast<double>();
    gram.selfadjointView<Eigen::Lower>().rankUpdate(part.transpose());
  }
  const Eigen::SelfAdjointEigenSolver<Gram> solver(gram);

  E.resize(K, C);
  for (std::size_t k = 0; k < K; ++k)
  {
    const Eigen::VectorXd v     = solver.eigenvectors().col(C - 1 - static_cast<Eigen::Index>(k));
    const double          sigma = std::sqrt(std::max(0., solver.eigenvalues()(C - 1 - static_cast<Eigen::Index>(k))));
    Eigen::VectorXd       u     = Eigen::VectorXd::Zero(n);
    if (sigma > 0.)
    {
      u = (V * v.cast<float>()).cast<double>() / sigma;
    }

    Eigen::VectorXd uPart = u.cwiseAbs(), vPart = v.cwiseAbs();
    double          weight = 1.;
    if (k > 0)
    {
      const Eigen::VectorXd uPlus = u.cwiseMax(0.), vPlus = v.cwiseMax(0.), uMinus = (-u).cwiseMax(0.), vMinus = (-v).cwiseMax(0.);
      const double          plus = uPlus.norm() * vPlus.norm(), minus = uMinus.norm() * vMinus.norm();
      uPart  = plus > minus ? uPlus : uMinus;
      vPart  = plus > minus ? vPlus : vMinus;
      weight = std::max(plus, minus);
    }
    const double     uNorm = uPart.norm(), vNorm = vPart.norm();
    const double     scale = std::sqrt(sigma * weight);
    constexpr double Zero  = 1e-6; // what counts as zero, as in the implementations that published figures rest on

    for (Eigen::Index band = 0; band < C; ++band)
    {
      const double value                    = vNorm > 0. ? scale * vPart(band) / vNorm : 0.;
      E(static_cast<Eigen::Index>(k), band) = value < Zero ? mean : static_cast<float>(value);
    }
    for (Block& block : blocks)
    {
      for (std::size_t i = 0; i < block.count; ++i)
      {
        const double value                    = uNorm > 0. ? scale * uPart(static_cast<Eigen::Index>(block.first + i)) / uNorm : 0.;
        block.abundances[k * BlockPixels + i] = value < Zero ? mean : static_cast<float>(value);
      }
    }
  }
}

// One pass over the columns of x (K x lanes): x_k <- max(0, x_k - gradient_k / G_kk), gradient = G x - product, G the other factor's Gram matrix.
// Returns the sum of |projected gradient|.
template <class Rows, class Product>
double Descend(const Gram& G, const Product& product, Rows&& x)
{
  using Scalar     = typename std::decay_t<Rows>::Scalar;
  double violation = 0.;
  for (Eigen::Index k = 0; k < x.rows(); ++k)
  {
    Eigen::Array<Scalar, 1, Eigen::Dynamic> gradient = -product.row(k).array();
    for (Eigen::Index other = 0; other < x.rows(); ++other)
    {
      gradient += static_cast<Scalar>(G(k, other)) * x.row(other).array();
    }
    violation += static_cast<double>((x.row(k).array() == Scalar(0)).select(gradient.min(Scalar(0)), gradient).abs().sum());
    if (G(k, k) > 0.)
    {
      x.row(k) = (x.row(k).array() - gradient / static_cast<Scalar>(G(k, k))).max(Scalar(0)).matrix();
    }
  }
  return violation;
}

void Check(const SpectraMatrix& V, std::size_t K)
{
  const std::size_t most = static_cast<std::size_t>(std::min(V.rows(), V.cols()));
  if (K > most)
  {
    throw std::invalid_argument("the number of endmembers is " + std::to_string(K) + ", expected at most " + std::to_string(most) + ", since there are " +
                                std::to_string(V.rows()) + " valid pixels of " + std::to_string(V.cols()) + " bands");
  }
  const auto counts  = [](float value) { return std::isfinite(value) && value >= 0.f; };
  const auto invalid = std::find_if_not(V.data(), V.data() + V.size(), counts) - V.data();
  if (invalid < V.size())
  {
    throw std::invalid_argument("pixel " + std::to_string(invalid / V.cols() + 1) + " of the spectra to factorise is " + std::to_string(V.data()[invalid]) +
                                " in band " + std::to_string(invalid % V.cols() + 1) + ", expected finite numbers that are not negative");
  }
  if (V.maxCoeff() == 0.f)
  {
    throw std::invalid_argument("all " + std::to_string(V.rows()) + " spectra to factorise are zero in all " + std::to_string(V.cols()) +
                                " bands, expected some signal");
  }
}
} // namespace

NonnegativeMatrixFactorization::NonnegativeMatrixFactorization(const Settings& settings) : m_Settings(settings)
{
  if (settings.endmembers == 0)
  {
    throw std::invalid_argument("the number of endmembers is 0, expected at least 1");
  }
  m_Settings.threads = std::max(1u, settings.threads);
}

double NonnegativeMatrixFactorization::Fraction(double relativeViolation) const
{
  return relativeViolation > 0. ? std::clamp(std::log(relativeViolation) / std::log(m_Settings.tolerance), 0., 1.) : 1.;
}

NonnegativeMatrixFactorization::Result NonnegativeMatrixFactorization::Factorize(SpectraMatrix spectra, const Progress& progress) const
{
  const std::size_t K = m_Settings.endmembers;
  const std::size_t C = spectra.cols();
  Check(spectra, K);

  // The start puts the mean of the spectra where the factors, which are of the order of their square root, have zeros: that suits values of about one alone. A
  // power of two makes them so and leaves their digits as they are.
  const float unit = std::exp2(std::min(std::ceil(std::log2(spectra.maxCoeff())), 127.f));
  spectra /= unit;

  Result         result;
  SpectraMatrix& E      = result.endmembers;
  auto           blocks = MakeBlocks(spectra, K);
  Start(spectra, K, blocks, E);

  struct Slice
  {
    Gram               products; // V^T W, C x K
    Gram               gram;     // W^T W
    double             violation;
    std::vector<float> blockProducts, blockGram, VE;
  };
  const std::size_t  slices = std::min(MaximumSlices, blocks.size());
  std::vector<Slice> sums(slices);
  ParallelFor        parallelFor(m_Settings.threads);

  double first = 0.;
  while (result.sweeps < m_Settings.sweeps && !result.converged && !result.cancelled)
  {
    // W, block by block, and at once what E's turn needs of the new W.
    const Gram gramE = E.cast<double>() * E.cast<double>().transpose();
    parallelFor(slices,
                [&](std::size_t number)
                {
                  Slice& slice = sums[number];
                  slice.products.setZero(C, K);
                  slice.gram.setZero(K, K);
                  slice.violation = 0.;
                  slice.VE.resize(K * BlockPixels);
                  for (std::size_t b = number * blocks.size() / slices; b < (number + 1) * blocks.size() / slices; ++b)
                  {
                    Block&            block = blocks[b];
                    const ConstMatrix V     = {block.spectra.data(), BlockPixels};
                    const ConstMatrix W     = {block.abundances.data(), BlockPixels};
                    Multiply({E.data(), C}, V, K, C, BlockPixels, {}, Activation::Identity, {slice.VE.data(), BlockPixels});
                    slice.violation += Descend(gramE, Eigen::Map<const SpectraMatrix>(slice.VE.data(), K, BlockPixels),
                                               Eigen::Map<SpectraMatrix>(block.abundances.data(), K, BlockPixels));
                    slice.blockProducts.assign(C * K, 0.f);
                    slice.blockGram.assign(K * K, 0.f);
                    MultiplyTransposed(V, W, C, K, BlockPixels, {slice.blockProducts.data(), K});
                    MultiplyTransposed(W, W, K, K, BlockPixels, {slice.blockGram.data(), K});
                    slice.products += Eigen::Map<const SpectraMatrix>(slice.blockProducts.data(), C, K).cast<double>();
                    slice.gram += Eigen::Map<const SpectraMatrix>(slice.blockGram.data(), K, K).cast<double>();
                  }
                });

    // E.
    Gram   products = Gram::Zero(C, K), gramW = Gram::Zero(K, K);
    double violation = 0.;
    for (const Slice& slice : sums)
    {
      products += slice.products;
      gramW += slice.gram;
      violation += slice.violation;
    }
    Gram newE = E.cast<double>();
    violation += Descend(gramW, products.transpose().eval(), newE);
    E = newE.cast<float>();

    ++result.sweeps;
    first                 = result.sweeps == 1 ? violation : first;
    const double relative = first > 0. ? violation / first : 0.;
    result.converged      = relative <= m_Settings.tolerance;
    result.cancelled      = progress && !progress(relative);
  }

  result.abundances.resize(spectra.rows(), static_cast<Eigen::Index>(K));
  double residual = 0.;
  for (const Block& block : blocks)
  {
    auto W = result.abundances.middleRows(block.first, block.count);
    W      = Eigen::Map<const SpectraMatrix>(block.abundances.data(), K, BlockPixels).leftCols(block.count).transpose();
    residual += (spectra.middleRows(block.first, block.count) - W * E).cast<double>().squaredNorm();
  }
  result.relativeError = std::sqrt(residual / spectra.cast<double>().squaredNorm());
  E *= unit;
  return result;
}
} // namespace otb
