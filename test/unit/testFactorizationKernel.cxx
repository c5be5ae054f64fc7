// SPDX-License-Identifier: Apache-2.0

// Every instruction set's descent in the abundances against the same, one coordinate after the other, in double precision.

#include "kernelTest.h"
#include "otbFactorizationKernel.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace
{
using namespace otb::kernels;
using otb::SpectraMatrix;
using FactorizationKernelTest = otb::test::KernelTest;

/** Contiguous rows of floats, aligned as the kernel asks for. */
class Panel
{
public:
  explicit Panel(const SpectraMatrix& values) : m_Rows(values.rows()), m_Columns(values.cols()), m_Lines(static_cast<std::size_t>(values.size()) / PartialSums)
  {
    Values() = values;
  }
  Eigen::Map<SpectraMatrix> Values()
  {
    return {data(), m_Rows, m_Columns};
  }
  float* data()
  {
    return m_Lines.front().values;
  }

private:
  struct alignas(64) Line
  {
    float values[PartialSums];
  };
  Eigen::Index      m_Rows, m_Columns;
  std::vector<Line> m_Lines;
};

TEST_P(FactorizationKernelTest, DescendsInOneAbundanceAfterTheOtherAndAddsTheProducts)
{
  constexpr auto Pixels = static_cast<Eigen::Index>(PanelPixels), Partial = static_cast<Eigen::Index>(PartialSums);
  for (const Eigen::Index K : {1, 2, 4, 5, 7, 8, 12, 15})
  {
    for (const Eigen::Index C : {1, 9})
    {
      SpectraMatrix E = Random(K, C).cwiseAbs();
      if (K > 2)
      {
        E.row(1).setZero(); // an endmember that has vanished: its abundances stay as they are
      }
      const SpectraMatrix gram = E * E.transpose(), spectra = Random(C, Pixels).cwiseAbs();
      const SpectraMatrix start         = Random(K, Pixels).cwiseMax(0.f); // half of the abundances are zero
      const SpectraMatrix startProducts = Random(C * K, Partial), startGram = Random(K * K, Partial);
      Panel               V(spectra), W(start), VE(SpectraMatrix::Zero(K, Pixels)), products(startProducts), gramW(startGram);
      const double        found = DescendAbundances(
                 {static_cast<std::size_t>(C), static_cast<std::size_t>(K), E.data(), gram.data(), V.data(), W.data(), VE.data(), products.data(), gramW.data()});

      const Eigen::MatrixXd G = gram.cast<double>(), VEt = E.cast<double>() * spectra.cast<double>();
      Eigen::MatrixXd       w        = start.cast<double>();
      double                expected = 0.;
      for (Eigen::Index pixel = 0; pixel < Pixels; ++pixel)
      {
        for (Eigen::Index k = 0; k < K; ++k)
        {
          const double gradient = G.row(k).dot(w.col(pixel)) - VEt(k, pixel);
          expected += std::abs(w(k, pixel) == 0. ? std::min(gradient, 0.) : gradient);
          w(k, pixel) = G(k, k) > 0. ? std::max(w(k, pixel) - gradient / G(k, k), 0.) : w(k, pixel);
        }
      }
      const double scale = 1. + w.maxCoeff();
      EXPECT_NEAR(found, expected, 2e-5 * scale * expected) << K << " endmembers, " << C << " bands";
      EXPECT_LT((W.Values().cast<double>() - w).cwiseAbs().maxCoeff(), 1e-4 * scale) << K << " endmembers, " << C << " bands";
      EXPECT_EQ(V.Values(), spectra);

      // Of the abundances as they are now.
      const Eigen::MatrixXd now = W.Values().cast<double>();
      for (Eigen::Index k = 0; k < K; ++k)
      {
        for (Eigen::Index band = 0; band < C; ++band)
        {
          const double sum = startProducts.row(band * K + k).cast<double>().sum() + spectra.row(band).cast<double>().dot(now.row(k));
          EXPECT_NEAR(products.Values().row(band * K + k).cast<double>().sum(), sum, 1e-4 * scale);
        }
        for (Eigen::Index other = 0; other < K; ++other)
        {
          const double sum = startGram.row(other * K + k).cast<double>().sum() + now.row(other).dot(now.row(k));
          EXPECT_NEAR(gramW.Values().row(other * K + k).cast<double>().sum(), sum, 1e-4 * scale * scale);
        }
      }
    }
  }
}

TEST_P(FactorizationKernelTest, FollowsTheRestriction)
{
  if (!HasProbe())
  {
    GTEST_SKIP() << "nothing is known of how " << GetParam() << " rounds";
  }
  // The gradient is the Gram matrix's element times the abundance, less what the spectrum asks for.
  constexpr auto      Pixels = static_cast<Eigen::Index>(PanelPixels), Partial = static_cast<Eigen::Index>(PartialSums);
  const SpectraMatrix E = SpectraMatrix::Constant(1, 1, 1.f), gram = SpectraMatrix::Constant(1, 1, ProbeFactor);
  Panel        V(SpectraMatrix::Constant(1, Pixels, ProbeProduct)), W(SpectraMatrix::Constant(1, Pixels, ProbeFactor)), VE(SpectraMatrix::Zero(1, Pixels));
  Panel        products(SpectraMatrix::Zero(1, Partial)), gramW(SpectraMatrix::Zero(1, Partial));
  const double violation = DescendAbundances({1, 1, E.data(), gram.data(), V.data(), W.data(), VE.data(), products.data(), gramW.data()});
  EXPECT_EQ(violation, static_cast<double>(Pixels) * ProbeRest());
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, FactorizationKernelTest, otb::test::AllInstructionSets, otb::test::NameOfInstructionSet);
} // namespace
