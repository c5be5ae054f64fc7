// SPDX-License-Identifier: Apache-2.0
#include "otbNonnegativeMatrixFactorization.h"
#include "otbFactorizationKernel.h"
#include "otbParallelFor.h"

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
constexpr std::size_t MaximumSlices = 16;

// Single precision sums that many panels, 32 numbers for each partial sum; double precision what is more.
constexpr std::size_t PanelsPerSum = 16;

using Gram = Eigen::MatrixXd;

/** Numbers that vector registers are loaded from without crossing a line of the cache. */
class AlignedArray
{
public:
  void Reset(std::size_t size)
  {
    m_Lines.assign((size + FloatsPerLine - 1) / FloatsPerLine, Line());
  }
  float* data()
  {
    return m_Lines.data()->values;
  }
  const float* data() const
  {
    return m_Lines.data()->values;
  }

private:
  static constexpr std::size_t FloatsPerLine = 16;
  struct alignas(sizeof(float) * FloatsPerLine) Line
  {
    float values[FloatsPerLine] = {};
  };
  std::vector<Line> m_Lines;
};

// The pixels in panels: V C x PanelPixels, W K x PanelPixels, one panel after the other. What is behind the last pixel is and remains zero.
struct Panels
{
  Panels(const SpectraMatrix& V, std::size_t endmembers) : pixels(V.rows()), bands(V.cols()), K(endmembers), count((pixels + PanelPixels - 1) / PanelPixels)
  {
    spectra.Reset(count * bands * PanelPixels);
    abundances.Reset(count * K * PanelPixels);
    for (std::size_t panel = 0; panel < count; ++panel)
    {
      Eigen::Map<SpectraMatrix>(Spectra(panel), bands, PanelPixels).leftCols(Size(panel)) = V.middleRows(panel * PanelPixels, Size(panel)).transpose();
    }
  }
  std::size_t Size(std::size_t panel) const
  {
    return std::min(PanelPixels, pixels - panel * PanelPixels);
  }
  float* Spectra(std::size_t panel)
  {
    return spectra.data() + panel * bands * PanelPixels;
  }
  float* Abundances(std::size_t panel)
  {
    return abundances.data() + panel * K * PanelPixels;
  }

  std::size_t  pixels, bands, K, count;
  AlignedArray spectra, abundances;
};

// NNDSVDa: of each pair of singular vectors the larger of the positive and the negative part; zeros become the mean of V.
void Start(const SpectraMatrix& V, std::size_t K, ParallelFor& parallelFor, Panels& panels, SpectraMatrix& E)
{
  const Eigen::Index n    = V.rows();
  const Eigen::Index C    = V.cols();
  const float        mean = static_cast<float>(V.cast<double>().mean());

  // The right singular vectors are the eigenvectors of V^T V, and V v = sigma u.
  constexpr Eigen::Index Slices = MaximumSlices, PartPixels = 512;
  std::vector<Gram>      parts(Slices, Gram::Zero(C, C));
  parallelFor(Slices,
              [&](std::size_t number)
              {
                const auto slice = static_cast<Eigen::Index>(number);
                const auto last  = (slice + 1) * n / Slices;
                for (Eigen::Index first = slice * n / Slices; first < last; first += PartPixels)
                {
                  const Gram part = V.middleRows(first, std::min(PartPixels, last - first)).cast<double>();
                  parts[number].selfadjointView<Eigen::Lower>().rankUpdate(part.transpose());
                }
              });
  for (Eigen::Index slice = 1; slice < Slices; ++slice)
  {
    parts[0] += parts[static_cast<std::size_t>(slice)];
  }
  const Eigen::SelfAdjointEigenSolver<Gram> solver(parts[0]);

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
    for (Eigen::Index pixel = 0; pixel < n; ++pixel)
    {
      const auto   number = static_cast<std::size_t>(pixel);
      const double value  = uNorm > 0. ? scale * uPart(pixel) / uNorm : 0.;

      panels.Abundances(number / PanelPixels)[k * PanelPixels + number % PanelPixels] = value < Zero ? mean : static_cast<float>(value);
    }
  }
}

// One descent in each row of E: e_k <- max(0, e_k - gradient_k / G_kk), gradient = G E - W^T V, G = W^T W. Returns the sum of |projected gradient|.
double DescendEndmembers(const Gram& G, const Gram& products, Gram& E)
{
  double violation = 0.;
  for (Eigen::Index k = 0; k < E.rows(); ++k)
  {
    const Eigen::ArrayXd e        = E.row(k);
    const Eigen::ArrayXd gradient = (G.row(k) * E - products.row(k)).transpose();
    violation += (e == 0.).select(gradient.min(0.), gradient).abs().sum();
    if (G(k, k) > 0.)
    {
      E.row(k) = (e - gradient / G(k, k)).max(0.).matrix();
    }
  }
  return violation;
}

// A range of panels, and what they add up to.
class Slice
{
public:
  Slice(std::size_t first, std::size_t last) : m_First(first), m_Last(last)
  {
  }

  /** The abundances' turn, and at once what the endmembers' needs of the new ones. */
  void Descend(Panels& panels, const SpectraMatrix& E, const SpectraMatrix& gramE)
  {
    const std::size_t C = panels.bands, K = panels.K;
    products.setZero(K, C);
    gram.setZero(K, K);
    violation = 0.;
    m_Scratch.Reset(K * PanelPixels);
    for (std::size_t panel = m_First; panel < m_Last;)
    {
      m_Products.Reset(C * K * PartialSums);
      m_Gram.Reset(K * K * PartialSums);
      for (const std::size_t end = std::min(m_Last, panel + PanelsPerSum); panel < end; ++panel)
      {
        violation += DescendAbundances(
            {C, K, E.data(), gramE.data(), panels.Spectra(panel), panels.Abundances(panel), m_Scratch.data(), m_Products.data(), m_Gram.data()});
      }
      AddPartialSums(m_Products, products);
      AddPartialSums(m_Gram, gram);
    }
  }

  Gram   products; // W^T V, K x C
  Gram   gram;     // W^T W, K x K
  double violation = 0.;

private:
  static void AddPartialSums(const AlignedArray& partial, Gram& sums)
  {
    Eigen::Map<Eigen::VectorXd>(sums.data(), sums.size()) +=
        Eigen::Map<const Eigen::Matrix<float, PartialSums, Eigen::Dynamic>>(partial.data(), PartialSums, sums.size())
            .colwise()
            .sum()
            .transpose()
            .cast<double>();
  }

  std::size_t  m_First, m_Last;
  AlignedArray m_Products, m_Gram, m_Scratch;
};

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
  SpectraMatrix& E = result.endmembers;
  Panels         panels(spectra, K);
  ParallelFor    parallelFor(m_Settings.threads);
  Start(spectra, K, parallelFor, panels, E);

  const std::size_t  count = std::min(MaximumSlices, panels.count);
  std::vector<Slice> slices;
  for (std::size_t number = 0; number < count; ++number)
  {
    slices.emplace_back(number * panels.count / count, (number + 1) * panels.count / count);
  }

  double first = 0.;
  while (result.sweeps < m_Settings.sweeps && !result.converged && !result.cancelled)
  {
    Gram                doubleE = E.cast<double>();
    const SpectraMatrix gramE   = (doubleE * doubleE.transpose()).cast<float>();
    parallelFor(count, [&](std::size_t number) { slices[number].Descend(panels, E, gramE); });

    Gram   products = Gram::Zero(K, C), gramW = Gram::Zero(K, K);
    double violation = 0.;
    for (const Slice& slice : slices)
    {
      products += slice.products;
      gramW += slice.gram;
      violation += slice.violation;
    }
    violation += DescendEndmembers(gramW, products, doubleE);
    E = doubleE.cast<float>();

    ++result.sweeps;
    first                 = result.sweeps == 1 ? violation : first;
    const double relative = first > 0. ? violation / first : 0.;
    result.converged      = relative <= m_Settings.tolerance;
    result.cancelled      = progress && !progress(relative);
  }

  result.abundances.resize(spectra.rows(), static_cast<Eigen::Index>(K));
  double residual = 0.;
  for (std::size_t panel = 0; panel < panels.count; ++panel)
  {
    const auto first = static_cast<Eigen::Index>(panel * PanelPixels), size = static_cast<Eigen::Index>(panels.Size(panel));
    auto       W = result.abundances.middleRows(first, size);
    W            = Eigen::Map<const SpectraMatrix>(panels.Abundances(panel), K, PanelPixels).leftCols(size).transpose();
    residual += (spectra.middleRows(first, size) - W * E).cast<double>().squaredNorm();
  }
  result.relativeError = std::sqrt(residual / spectra.cast<double>().squaredNorm());
  E *= unit;
  return result;
}
} // namespace otb
