// SPDX-License-Identifier: Apache-2.0

// Noise and errors of known size, drawn at random, are found again in what a sample of coarse pixels tells.

#include "otbRefinementStatistics.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace
{
using otb::RefinementMoments;
using otb::RefinementStatistics;
using otb::SpectraMatrix;

Eigen::MatrixXd Normal(Eigen::Index rows, Eigen::Index columns, unsigned int seed)
{
  std::mt19937_64                  generator(seed);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd                  matrix(rows, columns);
  std::generate_n(matrix.data(), matrix.size(), [&] { return normal(generator); });
  return matrix;
}

/** Spectra of a few materials, and noise that grows with the band: 0.01 to 0.03. */
struct Scene
{
  Eigen::VectorXd noise;
  Eigen::MatrixXd spectra;

  Scene(Eigen::Index pixels, Eigen::Index bands, unsigned int seed)
  {
    noise                           = Eigen::VectorXd::LinSpaced(bands, 0.01, 0.03);
    const Eigen::MatrixXd materials = 0.3 * Normal(5, bands, seed).cwiseAbs();
    const Eigen::MatrixXd shares    = Normal(pixels, 5, seed + 1).cwiseAbs();
    spectra                         = shares * materials + Normal(pixels, bands, seed + 2) * noise.asDiagonal();
  }
};

RefinementMoments MomentsOf(const Eigen::MatrixXd& spectra, const Eigen::MatrixXd& innovations)
{
  RefinementMoments moments(static_cast<unsigned int>(spectra.cols()));
  moments.Add(spectra.cast<float>(), innovations.cast<float>());
  return moments;
}

TEST(RefinementMoments, AreTheSumsOfProductsAndAdd)
{
  const Eigen::MatrixXd y = Normal(600, 7, 1), e = Normal(600, 7, 2);
  RefinementMoments     moments = MomentsOf(y.topRows(450), e.topRows(450));
  moments += MomentsOf(y.bottomRows(150), e.bottomRows(150));
  EXPECT_EQ(moments.pixels, 600u);
  EXPECT_LT((moments.spectra.transpose() - y.colwise().sum()).cwiseAbs().maxCoeff(), 1e-4);
  EXPECT_LT((moments.products - y.transpose() * y).cwiseAbs().maxCoeff(), 1e-4);
  EXPECT_LT((moments.innovations - e.transpose() * e).cwiseAbs().maxCoeff(), 1e-4);
}

TEST(RefinementStatistics, FindsTheNoiseOfEachBand)
{
  Scene                 scene(4000, 60, 11);
  const Eigen::VectorXd found = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra));
  // The components that no material needs take the noisiest bands' noise first.
  EXPECT_NEAR(found.sum(), scene.noise.squaredNorm(), 0.25 * scene.noise.squaredNorm());
  EXPECT_LT(found(0), 0.5 * found(50));

  // Of one size in all bands it is found in each.
  scene.spectra += Normal(4000, 60, 21) * (0.05 * 0.05 - scene.noise.array().square()).sqrt().matrix().asDiagonal();
  const Eigen::VectorXd even = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).cwiseSqrt();
  EXPECT_LT((even.array() / 0.05 - 1.).abs().maxCoeff(), 0.2);
  EXPECT_NEAR(even.squaredNorm(), 60. * 0.05 * 0.05, 0.06 * 60. * 0.05 * 0.05);
}

TEST(RefinementStatistics, FindsTheNoiseFromFewerPixelsThanBands)
{
  double ratio = 0.;
  for (unsigned int seed = 0; seed < 20; ++seed)
  {
    const Scene scene(48, 120, 100 * seed);
    ratio += RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).sum() / scene.noise.squaredNorm() / 20.;
  }
  // Leading components of few pixels take more than their share of the noise.
  EXPECT_NEAR(ratio, 1., 0.35);
}

TEST(RefinementStatistics, BandsWhoseNoiseIsKnownLeaveThatOfOthersAsItIs)
{
  const Scene                     scene(2000, 60, 51);
  const std::vector<Eigen::Index> noisy   = {0, 1, 26, 27, 28, 29, 38, 39, 40, 41};
  Eigen::MatrixXd                 spectra = scene.spectra;
  spectra(Eigen::all, noisy) += 3. * Normal(2000, 10, 52);
  RefinementMoments moments = MomentsOf(spectra, spectra);
  // Each has a component to itself, which leaves nothing of it.
  EXPECT_LT(RefinementStatistics::NoiseVariance(moments)(26), 0.1);

  moments.noise               = Eigen::VectorXd::Zero(60);
  moments.noise(noisy)        = Eigen::VectorXd::Constant(10, 9.);
  Eigen::VectorXd       found = RefinementStatistics::NoiseVariance(moments);
  const Eigen::VectorXd alone = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra));
  EXPECT_EQ(found(26), 9.);
  found(noisy) = alone(noisy);
  EXPECT_LT((found.array() / alone.array()).log().abs().maxCoeff(), std::log(1.3));
}

TEST(RefinementStatistics, NoBandWeighsWithoutBounds)
{
  Scene scene(400, 30, 5);
  scene.spectra.col(3).setZero();
  scene.spectra.col(4).setConstant(0.5);
  const Eigen::VectorXd found = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).cwiseSqrt();
  EXPECT_GT(found(3), 0.);
  EXPECT_NEAR(found(4), 0.0005, 1e-5); // 60 dB
}

TEST(RefinementStatistics, SpikeSolvesTheEquationOfBaikAndSilverstein)
{
  for (const double g : {0., 0.1, 1., 4.})
  {
    for (const double s : {3., 10., 500.})
    {
      if (s > std::sqrt(g))
      {
        EXPECT_NEAR(RefinementStatistics::Variance((1. + s) * (1. + g / s), g), s, 1e-9 * s) << g << " " << s;
      }
    }
  }
  EXPECT_GT(RefinementStatistics::Variance(0.1, 1.), 0.); // under the edge there is no such s
}

TEST(RefinementStatistics, NoiseAloneHasNoComponents)
{
  for (const Eigen::Index pixels : {40, 200, 3000})
  {
    const Scene scene(pixels, 80, 40 + static_cast<unsigned int>(pixels));
    // Innovations of an X0 that is right are the noise that W whitens; the estimate of W is not what is tested here.
    const Eigen::VectorXd deviation = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).cwiseSqrt();
    const Eigen::MatrixXd e         = Normal(pixels, 80, 9) * deviation.asDiagonal();
    EXPECT_EQ(RefinementStatistics::Of(MomentsOf(scene.spectra, e)).GetComponents(), 0u) << pixels << " pixels";
  }
}

// Errors along two known directions, from many and from few pixels: their variances, free of the bias that sample eigenvalues have.
TEST(RefinementStatistics, FindsErrorsOfKnownDirectionsAndSizes)
{
  for (const Eigen::Index pixels : {120, 4000})
  {
    constexpr Eigen::Index Bands = 100;
    constexpr double       Large = 80., Small = 20.;
    double                 large = 0., small = 0., aligned = 0.;
    constexpr int          Runs = 12;
    for (int run = 0; run < Runs; ++run)
    {
      const auto            seed = static_cast<unsigned int>(1000 * run) + static_cast<unsigned int>(pixels);
      const Scene           scene(pixels, Bands, seed);
      const Eigen::VectorXd deviation = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).cwiseSqrt();
      const Eigen::MatrixXd u         = Eigen::HouseholderQR<Eigen::MatrixXd>(Normal(Bands, 2, seed + 5)).householderQ() * Eigen::MatrixXd::Identity(Bands, 2);
      Eigen::MatrixXd       whitened  = Normal(pixels, Bands, seed + 6);
      whitened += Normal(pixels, 2, seed + 7) * Eigen::Vector2d(std::sqrt(Large), std::sqrt(Small)).asDiagonal() * u.transpose();
      const auto statistics = RefinementStatistics::Of(MomentsOf(scene.spectra, whitened * deviation.asDiagonal()));
      ASSERT_EQ(statistics.GetComponents(), 2u) << pixels << " pixels";
      large += statistics.variances(0) / Runs;
      small += statistics.variances(1) / Runs;
      aligned += std::abs(u.col(0).dot(statistics.directions.col(0))) / Runs;

      const Eigen::MatrixXd product = statistics.GetProjection(2).cast<double>().transpose() * statistics.GetBasis(2).cast<double>();
      EXPECT_NEAR(product(0, 0), statistics.GetSizes(2)[0], 1e-3 * product(0, 0));
      EXPECT_NEAR(product(0, 1), 0., 1e-3 * product(0, 0));
    }
    // The mean of 12 runs of n pixels knows a variance to sqrt(2 / 12 n) of it.
    const double tolerance = 4. * std::sqrt(2. / (Runs * static_cast<double>(pixels)));
    EXPECT_NEAR(large, Large, tolerance * Large) << pixels << " pixels";
    EXPECT_NEAR(small, Small, 1.5 * tolerance * Small) << pixels << " pixels";
    EXPECT_GT(aligned, 0.98);
  }
}

TEST(RefinementStatistics, KeepsTheLargestComponentsAndAtMostTwelve)
{
  const Scene           scene(2000, 40, 3);
  const Eigen::VectorXd deviation = RefinementStatistics::NoiseVariance(MomentsOf(scene.spectra, scene.spectra)).cwiseSqrt();
  const Eigen::MatrixXd u         = Eigen::HouseholderQR<Eigen::MatrixXd>(Normal(40, 15, 4)).householderQ() * Eigen::MatrixXd::Identity(40, 15);
  const Eigen::VectorXd sizes     = Eigen::VectorXd::LinSpaced(15, 4., 12.);
  const Eigen::MatrixXd whitened  = Normal(2000, 40, 5) + Normal(2000, 15, 6) * sizes.asDiagonal() * u.transpose();
  const auto            all       = RefinementStatistics::Of(MomentsOf(scene.spectra, whitened * deviation.asDiagonal()));
  EXPECT_EQ(all.GetComponents(), 12u);
  EXPECT_TRUE(std::is_sorted(all.variances.data(), all.variances.data() + 12, std::greater<double>()));
  EXPECT_EQ(all.GetBasis(4), all.GetBasis(12).leftCols(4));
  EXPECT_EQ(RefinementStatistics::Of(MomentsOf(scene.spectra, whitened * deviation.asDiagonal()), 3).GetComponents(), 3u);
}

TEST(RefinementStatistics, FindsWhatErrorsWithinTheBasisDoNotExplain)
{
  // Four bands, two components: the noise of a factor analysis with known loadings.
  Eigen::MatrixXd loadings(4, 2);
  loadings << 0.05, 0.01, 0.02, -0.04, -0.03, 0.02, 0.01, 0.03;
  const Eigen::Vector4d noise(0.004, 0.02, 0.01, 0.03);
  const Eigen::MatrixXd products = loadings * loadings.transpose() + Eigen::MatrixXd(noise.cwiseAbs2().asDiagonal());
  const Eigen::VectorXd found    = RefinementStatistics::UnexplainedDeviation(products, loadings, Eigen::Vector4d::Constant(1e-4));
  EXPECT_LT((found - noise).cwiseAbs().maxCoeff(), 0.004); // a band that the errors fill converges slowly
  // What lies under the bounds is raised to them.
  EXPECT_NEAR(RefinementStatistics::UnexplainedDeviation(products, loadings, Eigen::Vector4d::Constant(0.05))(0), 0.05, 1e-12);
  // Without a basis nothing is explained.
  EXPECT_LT((RefinementStatistics::UnexplainedDeviation(products, Eigen::MatrixXd(4, 0), Eigen::Vector4d::Constant(1e-4)).cwiseAbs2() - products.diagonal())
                .cwiseAbs()
                .maxCoeff(),
            1e-12);
}
} // namespace
