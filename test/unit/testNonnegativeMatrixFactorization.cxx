// SPDX-License-Identifier: Apache-2.0

// The factorisation against the conditions that any minimum satisfies, against factors that are known, and its start against singular vectors from elsewhere.

#include "../testModels.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbInstructionSet.h"

#include <Eigen/SVD>
#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

namespace
{
using otb::NonnegativeMatrixFactorization;
using otb::SpectraMatrix;
using Matrix   = Eigen::MatrixXd;
using Result   = NonnegativeMatrixFactorization::Result;
using Settings = NonnegativeMatrixFactorization::Settings;

class Random
{
public:
  explicit Random(unsigned int seed) : m_Generator(seed)
  {
  }
  SpectraMatrix Uniform(Eigen::Index rows, Eigen::Index columns)
  {
    return SpectraMatrix::NullaryExpr(rows, columns, [&] { return std::uniform_real_distribution<float>(0.f, 1.f)(m_Generator); });
  }

private:
  std::mt19937 m_Generator;
};

/** Spectra with more than one mixture's worth of structure, of no exact rank. */
SpectraMatrix MakeSpectra(Eigen::Index pixels, Eigen::Index bands)
{
  Random random(3);
  return random.Uniform(pixels, 6) * random.Uniform(6, bands) + 0.5f * random.Uniform(pixels, bands);
}

Settings With(unsigned int endmembers, double tolerance = 1e-4, unsigned int sweeps = 5000, unsigned int threads = 1)
{
  Settings settings;
  settings.endmembers = endmembers;
  settings.tolerance  = tolerance;
  settings.sweeps     = sweeps;
  settings.threads    = threads;
  return settings;
}

Result Factorize(const SpectraMatrix& V, const Settings& settings)
{
  return NonnegativeMatrixFactorization(settings).Factorize(V);
}

struct Gradients
{
  Matrix W, E; // of ||V - W E||^2 / 2
};

Gradients GradientsAt(const SpectraMatrix& V, const Result& result)
{
  const Matrix W = result.abundances.cast<double>(), E = result.endmembers.cast<double>();
  const Matrix residual = W * E - V.cast<double>();
  return {residual * E.transpose(), W.transpose() * residual};
}

/** What is left of a gradient where x >= 0 must hold. */
double ProjectedSum(const SpectraMatrix& x, const Matrix& gradient)
{
  return (x.array() > 0.f).select(gradient.array(), gradient.array().min(0.)).abs().sum();
}

double RelativeError(const SpectraMatrix& V, const Result& result)
{
  return (V.cast<double>() - result.abundances.cast<double>() * result.endmembers.cast<double>()).norm() / V.cast<double>().norm();
}

TEST(NonnegativeMatrixFactorization, SatisfiesTheConditionsOfAMinimum)
{
  const SpectraMatrix V     = MakeSpectra(1300, 33); // neither blocks nor registers are full
  const Result        start = Factorize(V, With(5, 1e-4, 0));
  const Result        end   = Factorize(V, With(5));
  ASSERT_TRUE(end.converged);
  EXPECT_GE(end.abundances.minCoeff(), 0.f);
  EXPECT_GE(end.endmembers.minCoeff(), 0.f);
  const Gradients first = GradientsAt(V, start), last = GradientsAt(V, end);
  EXPECT_LT(ProjectedSum(end.abundances, last.W), 1e-3 * ProjectedSum(start.abundances, first.W));
  EXPECT_LT(ProjectedSum(end.endmembers, last.E), 1e-3 * ProjectedSum(start.endmembers, first.E));
  // Complementary slackness: a factor that is not zero has no gradient.
  const auto slack = [](const SpectraMatrix& x, const Matrix& gradient) { return (x.cast<double>().array() * gradient.array()).abs().sum(); };
  EXPECT_LT(slack(end.abundances, last.W), 1e-3 * slack(start.abundances, first.W));
  EXPECT_LT(slack(end.endmembers, last.E), 1e-3 * slack(start.endmembers, first.E));
  EXPECT_NEAR(end.relativeError, RelativeError(V, end), 1e-6);
  EXPECT_LT(end.relativeError, 0.5 * start.relativeError);
}

TEST(NonnegativeMatrixFactorization, NeverGetsWorse)
{
  const SpectraMatrix V     = MakeSpectra(700, 20);
  double              error = std::numeric_limits<double>::infinity(); // the start overshoots: two matrices of means
  for (const unsigned int sweeps : {0u, 1u, 2u, 5u, 20u, 60u})
  {
    const Result result = Factorize(V, With(4, 0., sweeps));
    EXPECT_EQ(result.sweeps, sweeps);
    EXPECT_LT(result.relativeError, error) << sweeps << " sweeps";
    error = result.relativeError;
  }
}

/** One sweep of hierarchical alternating least squares, plainly: Cichocki & Phan 2009. */
void Sweep(const Matrix& V, Matrix& W, Matrix& E)
{
  for (Eigen::Index k = 0; k < W.cols(); ++k)
  {
    W.col(k) = (W.col(k) + (V - W * E) * E.row(k).transpose() / E.row(k).squaredNorm()).cwiseMax(0.).eval();
  }
  for (Eigen::Index k = 0; k < E.rows(); ++k)
  {
    E.row(k) = (E.row(k) + W.col(k).transpose() * (V - W * E) / W.col(k).squaredNorm()).cwiseMax(0.).eval();
  }
}

TEST(NonnegativeMatrixFactorization, SweepsAsThePaperDoes)
{
  const SpectraMatrix V = MakeSpectra(2 * 16 * 128 + 77, 31) / 8.f; // more than one panel in each slice
  for (const std::string& instructionSet : otb::kernels::InstructionSets())
  {
    ASSERT_TRUE(otb::kernels::ForceInstructionSet(instructionSet));
    for (const unsigned int K : {1u, 5u, 7u, 8u, 17u})
    {
      const Result start = Factorize(V, With(K, 1e-4, 0));
      const Result end   = Factorize(V, With(K, 1e-4, 3));
      Matrix       W = start.abundances.cast<double>(), E = start.endmembers.cast<double>();
      for (unsigned int sweep = 0; sweep < 3; ++sweep)
      {
        Sweep(V.cast<double>(), W, E);
      }
      EXPECT_LT((end.abundances.cast<double>() - W).cwiseAbs().maxCoeff(), 1e-3 * W.maxCoeff()) << K << " endmembers, " << instructionSet;
      EXPECT_LT((end.endmembers.cast<double>() - E).cwiseAbs().maxCoeff(), 1e-3 * E.maxCoeff()) << K << " endmembers, " << instructionSet;
    }
  }
  otb::kernels::ForceInstructionSet("");
}

TEST(NonnegativeMatrixFactorization, StartsFromSingularVectors)
{
  // Boutsidis & Gallopoulos 2008, section 2: of each singular pair the heavier of its positive and its negative part; zeros filled with the mean.
  constexpr Eigen::Index      K     = 4;
  const SpectraMatrix         raw   = MakeSpectra(620, 19);
  const SpectraMatrix         V     = raw / raw.maxCoeff(); // other units are brought to about one first
  const Result                start = Factorize(V, With(K, 1e-4, 0));
  const Eigen::BDCSVD<Matrix> svd(V.cast<double>(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const double                mean = V.cast<double>().mean();
  for (Eigen::Index k = 0; k < K; ++k)
  {
    Eigen::VectorXd u = svd.matrixU().col(k), v = svd.matrixV().col(k);
    if (u.cwiseMax(0.).norm() * v.cwiseMax(0.).norm() < u.cwiseMin(0.).norm() * v.cwiseMin(0.).norm())
    {
      u = -u;
      v = -v;
    }
    u                  = u.cwiseMax(0.);
    v                  = v.cwiseMax(0.);
    const double scale = std::sqrt(svd.singularValues()(k) * u.norm() * v.norm());
    const auto   fill  = [mean](double value) { return value < 1e-6 ? mean : value; };
    u                  = (scale * u / u.norm()).unaryExpr(fill);
    v                  = (scale * v / v.norm()).unaryExpr(fill);
    EXPECT_LT((start.abundances.col(k).cast<double>() - u).cwiseAbs().maxCoeff(), 2e-4 * u.maxCoeff()) << "pair " << k;
    EXPECT_LT((start.endmembers.row(k).transpose().cast<double>() - v).cwiseAbs().maxCoeff(), 2e-4 * v.maxCoeff()) << "pair " << k;
  }
}

TEST(NonnegativeMatrixFactorization, DoesNotDependOnTheUnit)
{
  const SpectraMatrix V   = MakeSpectra(620, 19);
  const Result        one = Factorize(V, With(4));
  for (const float unit : {1.f / 1024.f, 16384.f})
  {
    const Result other = Factorize(V * unit, With(4));
    EXPECT_EQ(other.sweeps, one.sweeps);
    EXPECT_EQ(other.relativeError, one.relativeError);
    EXPECT_EQ(other.abundances, one.abundances);
    EXPECT_EQ(other.endmembers, (one.endmembers * unit).eval());
  }
}

TEST(NonnegativeMatrixFactorization, FindsPlantedFactors)
{
  // Unique but for order and scale: each endmember has pure pixels, and bands that it alone reflects.
  constexpr Eigen::Index K = 4, Pixels = 800, Bands = 30;
  Random                 random(11);
  SpectraMatrix          W = random.Uniform(Pixels, K), E = random.Uniform(K, Bands);
  W.topRows(3 * K)           = SpectraMatrix::Identity(K, K).replicate(3, 1);
  E.leftCols(3 * K)          = SpectraMatrix::Identity(K, K).replicate(1, 3);
  const SpectraMatrix V      = W * E;
  const Result        result = Factorize(V, With(K, 1e-7));
  EXPECT_LT(result.relativeError, 1e-4);
  std::vector<bool> taken(K, false);
  for (Eigen::Index k = 0; k < K; ++k)
  {
    double       best  = 0.;
    Eigen::Index which = 0;
    for (Eigen::Index found = 0; found < K; ++found)
    {
      const double cosine = E.row(k).normalized().dot(result.endmembers.row(found).normalized());
      which               = cosine > best ? found : which;
      best                = std::max(best, cosine);
    }
    EXPECT_GT(best, 0.99999) << "endmember " << k;
    EXPECT_FALSE(taken[which]);
    taken[which] = true;
  }
}

TEST(NonnegativeMatrixFactorization, AnyThreadsGiveTheSameBits)
{
  const SpectraMatrix V         = MakeSpectra(9000, 21); // 18 blocks, more than there are slices
  const auto          factorize = [&V](unsigned int threads, std::vector<double>& violations)
  {
    return NonnegativeMatrixFactorization(With(3, 1e-4, 20, threads))
        .Factorize(V,
                   [&violations](double violation)
                   {
                     violations.push_back(violation);
                     return true;
                   });
  };
  std::vector<double> expected; // in double precision, these show an order of summation that single precision hides
  const Result        one = factorize(1, expected);
  for (const unsigned int threads : {2u, 3u, 5u})
  {
    std::vector<double> violations;
    const Result        more = factorize(threads, violations);
    EXPECT_EQ(more.abundances, one.abundances) << threads << " threads";
    EXPECT_EQ(more.endmembers, one.endmembers) << threads << " threads";
    EXPECT_EQ(more.relativeError, one.relativeError) << threads << " threads";
    EXPECT_EQ(violations, expected) << threads << " threads";
  }
}

TEST(NonnegativeMatrixFactorization, SurvivesDegenerateSpectra)
{
  const auto expectFinite = [](const SpectraMatrix& V, unsigned int K, double largestError)
  {
    const Result result = Factorize(V, With(K, 1e-4, 500));
    EXPECT_TRUE(result.endmembers.allFinite());
    EXPECT_TRUE(result.abundances.allFinite());
    EXPECT_LT(result.relativeError, largestError);
  };
  Random              random(5);
  const SpectraMatrix two = random.Uniform(600, 2) * random.Uniform(2, 12);
  {
    SCOPED_TRACE("rank 2, five endmembers");
    expectFinite(two, 5, 1e-3);
  }
  {
    SCOPED_TRACE("one pixel over and over");
    expectFinite(two.row(0).replicate(600, 1), 3, 1e-3);
  }
  {
    SCOPED_TRACE("a band of zeros and a constant one");
    SpectraMatrix V = two;
    V.col(3).setZero();
    V.col(4).setOnes();
    expectFinite(V, 3, 1e-2);
  }
  {
    SCOPED_TRACE("one pixel that is not zero");
    SpectraMatrix V = SpectraMatrix::Zero(600, 12);
    V(17, 5)        = 1e-3f;
    expectFinite(V, 2, 1e-2);
  }
  {
    SCOPED_TRACE("one pixel of one band");
    expectFinite(SpectraMatrix::Constant(1, 1, 0.25f), 1, 1e-6);
  }
  {
    SCOPED_TRACE("as many endmembers as bands");
    expectFinite(random.Uniform(40, 4), 4, 0.05);
  }
}

TEST(NonnegativeMatrixFactorization, RefusesWhatItCannotFactorise)
{
  const auto errorOf = [](const SpectraMatrix& V, unsigned int K) { return otb::test::MessageOf<std::invalid_argument>([&] { Factorize(V, With(K)); }); };
  EXPECT_EQ(errorOf(SpectraMatrix::Ones(3, 9), 4), "the number of endmembers is 4, expected at most 3, since there are 3 valid pixels of 9 bands");
  EXPECT_EQ(errorOf(SpectraMatrix::Ones(20, 5), 6), "the number of endmembers is 6, expected at most 5, since there are 20 valid pixels of 5 bands");
  EXPECT_EQ(errorOf(SpectraMatrix(0, 5), 1), "the number of endmembers is 1, expected at most 0, since there are 0 valid pixels of 5 bands");
  EXPECT_EQ(errorOf(SpectraMatrix::Ones(20, 5), 0), "the number of endmembers is 0, expected at least 1");
  SpectraMatrix V = SpectraMatrix::Ones(20, 5);
  V(7, 2)         = -0.5f;
  EXPECT_EQ(errorOf(V, 2), "pixel 8 of the spectra to factorise is -0.500000 in band 3, expected finite numbers that are not negative");
  V(7, 2) = std::nanf("");
  EXPECT_EQ(errorOf(V, 2), "pixel 8 of the spectra to factorise is nan in band 3, expected finite numbers that are not negative");
  V(7, 2) = std::numeric_limits<float>::infinity();
  EXPECT_EQ(errorOf(V, 2), "pixel 8 of the spectra to factorise is inf in band 3, expected finite numbers that are not negative");
  EXPECT_EQ(errorOf(SpectraMatrix::Zero(20, 5), 2), "all 20 spectra to factorise are zero in all 5 bands, expected some signal");
}

TEST(NonnegativeMatrixFactorization, TellsEachSweepAndStopsWhenAsked)
{
  const SpectraMatrix V = MakeSpectra(300, 15);
  std::vector<double> violations;
  const auto          whole = NonnegativeMatrixFactorization(With(3)).Factorize(V,
                                                                                [&](double violation)
                                                                                {
                                                                         violations.push_back(violation);
                                                                         return true;
                                                                       });
  EXPECT_FALSE(whole.cancelled);
  EXPECT_EQ(violations.size(), whole.sweeps);
  EXPECT_EQ(violations.front(), 1.);
  EXPECT_LE(violations.back(), 1e-4);
  EXPECT_GT(violations[violations.size() - 2], 1e-4);

  unsigned int told = 0;
  const auto   part = NonnegativeMatrixFactorization(With(3)).Factorize(V, [&](double) { return ++told < 3; });
  EXPECT_TRUE(part.cancelled);
  EXPECT_FALSE(part.converged);
  EXPECT_EQ(part.sweeps, 3u);
  EXPECT_EQ(told, 3u);
}

TEST(NonnegativeMatrixFactorization, ComesAsNearToNoisySpectraAsAnyFactorsOfThatRank)
{
  // No factors of rank K are nearer than the truncated singular value decomposition, non-negative or not (Eckart & Young 1936), and the factors that the
  // spectra were made of are an example of how near non-negative ones can be.
  constexpr Eigen::Index K = 7;
  Random                 random(23);
  SpectraMatrix          abundances = random.Uniform(2000, K).array().square().square();
  abundances.array().colwise() /= abundances.rowwise().sum().array();
  const SpectraMatrix         clean = abundances * random.Uniform(K, 60);
  const SpectraMatrix         V     = (clean + 0.05f * (random.Uniform(2000, 60).array() - 0.5f).matrix()).cwiseMax(0.f);
  const Eigen::BDCSVD<Matrix> svd(V.cast<double>());
  const double                all = svd.singularValues().norm(), least = svd.singularValues().tail(svd.singularValues().size() - K).norm() / all;
  const double                planted = (V - clean).cast<double>().norm() / all;
  const Result                result  = Factorize(V, With(K, 1e-5));
  EXPECT_GE(result.relativeError, least);
  EXPECT_LE(result.relativeError, 1.01 * planted);
}

SpectraMatrix ReadClipped(const std::string& path)
{
  GDALAllRegister();
  const GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER));
  if (!dataset)
  {
    return {};
  }
  const int     width = dataset->GetRasterXSize(), height = dataset->GetRasterYSize(), bands = dataset->GetRasterCount();
  SpectraMatrix spectra(width * height, bands);
  const auto    step = static_cast<GSpacing>(sizeof(float));
  if (dataset->RasterIO(GF_Read, 0, 0, width, height, spectra.data(), width, height, GDT_Float32, bands, nullptr, step * bands, step * bands * width, step,
                        nullptr) != CE_None)
  {
    return {};
  }
  return spectra.cwiseMax(0.f).cwiseMin(1.f);
}

TEST(NonnegativeMatrixFactorization, IsAsGoodAsTheReferenceOnSharedCases)
{
  const std::string folder = std::string(SPECTRAMORPH_SOURCE_DIR) + "/../shared/cases";
  std::ifstream     scores(folder + "/reference-scores.csv");
  if (!scores)
  {
    GTEST_SKIP() << "there are no shared cases beside the source folder";
  }
  std::string line;
  std::getline(scores, line);
  ASSERT_EQ(line.substr(0, 57), "case,method,psnr_db,sam_deg,rmse,nmf_relative_error_k7,ps");
  while (std::getline(scores, line))
  {
    std::istringstream       cells(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(cells, field, ',');)
    {
      fields.push_back(field);
    }
    if (fields[1] == "morph")
    {
      const SpectraMatrix V = ReadClipped(folder + "/" + fields[0] + "/hsi.tif");
      ASSERT_GT(V.size(), 0) << fields[0];
      const Result result = Factorize(V, With(7, 1e-4, 5000, 2));
      EXPECT_LE(result.relativeError, 1.01 * std::stod(fields[5])) << fields[0];
    }
  }
}
} // namespace
