// SPDX-License-Identifier: Apache-2.0

// The gradient of both networks against central finite differences, for every block of parameters, and their forward pass against the papers' equations written
// plainly.

#include "otbSpectraLift.h"
#include "otbSpectraMorph.h"
#include "otbSpectralObjective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>
#include <random>
#include <string>

namespace
{
using otb::AbundanceConstraint;
using otb::SpectraLiftInverse;
using otb::SpectralLoss;
using otb::SpectralNetwork;
using otb::SpectralObjective;
using otb::SpectralTrainingBlock;
using otb::SpectraMorphInverse;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr unsigned int Msi = 3, Bands = 37, Endmembers = 5, Hidden = 70;

enum class Method
{
  Morph,
  Lift
};

struct Case
{
  std::string         name;
  Method              method;
  AbundanceConstraint constraint;
  SpectralLoss        loss;
  bool                prior;
  unsigned int        width = 64; // of Lift
};

std::ostream& operator<<(std::ostream& stream, const Case& test)
{
  return stream << test.name;
}

class Random
{
public:
  float operator()(float low, float high)
  {
    return std::uniform_real_distribution<float>(low, high)(m_Generator);
  }
  std::vector<float> Vector(std::size_t size, float low, float high)
  {
    std::vector<float> values(size);
    for (float& value : values)
    {
      value = (*this)(low, high);
    }
    return values;
  }

private:
  std::mt19937 m_Generator{7};
};

SpectralTrainingBlock MakeBlock(bool prior, Random& random)
{
  SpectralTrainingBlock block;
  block.cells              = 16;
  block.members            = prior ? 3 : 1;
  const std::size_t pixels = block.cells * block.members;
  block.msi                = random.Vector(Msi * pixels, 0.f, 1.f);
  block.target             = random.Vector(Bands * pixels, 0.f, 1.f);
  block.weights            = random.Vector(pixels, 0.1f, 1.f);
  block.weights[5]         = 0.f; // a slot without a pixel
  if (prior)
  {
    constexpr std::size_t padded = 48;
    block.prior                  = random.Vector(Bands * block.cells, 0.f, 1.f);
    block.priorSpectra.assign(block.cells * padded, 0.f);
    for (std::size_t cell = 0; cell < block.cells; ++cell)
    {
      for (std::size_t band = 0; band < Bands; ++band)
      {
        block.priorSpectra[cell * padded + band] = block.prior[band * block.cells + cell];
      }
    }
  }
  return block;
}

Matrix Weights(const SpectralNetwork& network, const Vector& parameters, std::size_t number)
{
  const auto& layer = network.GetLayers()[number];
  return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(parameters.data() + layer.offset, layer.outputs,
                                                                                                  static_cast<Eigen::Index>(layer.stride()));
}

Vector Affine(const Matrix& layer, const Vector& x)
{
  return layer.leftCols(x.size()) * x + layer.col(x.size());
}

// The papers' equations for one pixel in double precision: what the kernels are held against.
Vector Estimate(const SpectralNetwork& network, const Vector& parameters, const Matrix& endmembers, const Case& test, const Vector& x)
{
  const auto layer = [&](std::size_t number, const Vector& input) { return Affine(Weights(network, parameters, number - 1), input); };
  if (test.method == Method::Morph)
  {
    Vector z = layer(2, layer(1, x).cwiseMax(0.));
    if (test.constraint == AbundanceConstraint::NonNegative)
    {
      z = (1. + z.array().exp()).log();
    }
    else if (test.constraint == AbundanceConstraint::SumToOne)
    {
      z = z.array().exp() / z.array().exp().sum();
    }
    return endmembers.transpose() * z;
  }
  const auto   f  = [](const Vector& value) -> Vector { return value.cwiseMax(0.3 * value); };
  const Vector x1 = f(layer(1, x));
  const Vector x2 = f(layer(2, x1)) + x1;
  const Vector x3 = f(layer(3, x2));
  const Vector x4 = f(layer(4, x3)) + x2;
  const Vector x5 = f(layer(5, x4));
  const Vector x6 = f(layer(6, x5)) + x4;
  return layer(7, x6);
}

Vector Input(const SpectralTrainingBlock& block, std::size_t pixel)
{
  const std::size_t pixels = block.cells * block.members;
  const bool        prior  = !block.prior.empty();
  Vector            x(Msi + (prior ? Bands : 0));
  for (std::size_t band = 0; band < Msi; ++band)
  {
    x(band) = block.msi[band * pixels + pixel];
  }
  for (std::size_t band = 0; prior && band < Bands; ++band)
  {
    x(Msi + band) = block.prior[band * block.cells + pixel % block.cells];
  }
  return x;
}

double PlainLoss(const SpectralNetwork& network, const Vector& parameters, const Matrix& endmembers, const Case& test, const SpectralTrainingBlock& block)
{
  const std::size_t pixels = block.cells * block.members;
  double            loss   = 0.;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
  {
    const Vector estimate = Estimate(network, parameters, endmembers, test, Input(block, pixel));
    for (std::size_t band = 0; band < Bands; ++band)
    {
      const double residual = estimate(band) - block.target[band * pixels + pixel];
      loss += block.weights[pixel] * (test.loss == SpectralLoss::L1 ? std::abs(residual) : residual * residual);
    }
  }
  return loss;
}

SpectralNetwork MakeNetwork(const Case& test)
{
  return test.method == Method::Morph ? SpectraMorphInverse::MakeNetwork(Msi, test.prior ? Bands : 0, Hidden, Endmembers)
                                      : SpectraLiftInverse::MakeNetwork(Msi, test.width, Bands);
}

std::unique_ptr<SpectralObjective> MakeObjective(const Case& test, SpectralNetwork& network, const otb::SpectraMatrix& endmembers)
{
  return test.method == Method::Morph ? otb::MakeSpectraMorphObjective(network, test.prior ? Bands : 0, endmembers, test.constraint, test.loss)
                                      : otb::MakeSpectraLiftObjective(network, test.loss);
}

class GradientTest : public testing::TestWithParam<Case>
{
};

TEST_P(GradientTest, EqualsFiniteDifferencesInEveryBlockOfParameters)
{
  const Case& test = GetParam();
  Random      random;
  auto        network = MakeNetwork(test);
  network.Initialize(3);
  for (float& parameter : network.GetParameters())
  {
    parameter += random(-0.05f, 0.05f); // so that biases are not zero
  }
  const auto               block      = MakeBlock(test.prior, random);
  const otb::SpectraMatrix E          = otb::SpectraMatrix::NullaryExpr(Endmembers, Bands, [&] { return random(0.f, 1.f); });
  const Matrix             endmembers = E.cast<double>();

  std::vector<float> gradient(network.GetParameters().size(), 0.f);
  const auto         computed = MakeObjective(test, network, E);
  const double       loss     = computed->Accumulate(block, gradient.data());

  const Vector parameters = Eigen::Map<const Eigen::VectorXf>(network.GetParameters().data(), static_cast<Eigen::Index>(gradient.size())).cast<double>();
  EXPECT_NEAR(loss, PlainLoss(network, parameters, endmembers, test, block), 1e-5 * loss);

  // A dozen parameters of each block: each layer's weights (of the MSI and of the prior) and its biases.
  for (std::size_t number = 0; number < network.GetLayers().size(); ++number)
  {
    const auto& layer       = network.GetLayers()[number];
    const auto  compareWith = [&](const std::string& name, unsigned int firstColumn, unsigned int columns)
    {
      double largest = 0., worst = 0.;
      for (int trial = 0; trial < 12; ++trial)
      {
        const auto        row    = static_cast<std::size_t>(random(0.f, 0.999f) * static_cast<float>(layer.outputs));
        const auto        column = firstColumn + static_cast<std::size_t>(random(0.f, 0.999f) * static_cast<float>(columns));
        const std::size_t index  = layer.offset + row * layer.stride() + column;
        constexpr double  Step   = 1e-6;
        Vector            moved  = parameters;
        moved(static_cast<Eigen::Index>(index)) += Step;
        const double above = PlainLoss(network, moved, endmembers, test, block);
        moved(static_cast<Eigen::Index>(index)) -= 2 * Step;
        const double below    = PlainLoss(network, moved, endmembers, test, block);
        const double expected = (above - below) / (2 * Step);
        largest               = std::max(largest, std::abs(expected));
        worst                 = std::max(worst, std::abs(expected - gradient[index]));
      }
      EXPECT_GT(largest, 1e-6) << name << " of layer " << number + 1;
      EXPECT_LT(worst, 1e-3 * largest + 1e-5) << name << " of layer " << number + 1;
    };
    const unsigned int wide = number == 0 && test.prior ? Bands : 0;
    compareWith("weights", 0, layer.inputs - wide);
    if (wide > 0)
    {
      compareWith("weights of the prior", layer.inputs - wide, wide);
    }
    compareWith("biases", layer.inputs, 1);
  }
}

TEST_P(GradientTest, AddsUpOverBlocks)
{
  const Case& test = GetParam();
  Random      random;
  auto        network = MakeNetwork(test);
  network.Initialize(3);
  const auto               block    = MakeBlock(test.prior, random);
  const otb::SpectraMatrix E        = otb::SpectraMatrix::NullaryExpr(Endmembers, Bands, [&] { return random(0.f, 1.f); });
  const auto               computed = MakeObjective(test, network, E);
  std::vector<float>       once(network.GetParameters().size(), 0.f), twice = once;
  computed->Accumulate(block, once.data());
  computed->Accumulate(block, twice.data());
  computed->Accumulate(block, twice.data());
  for (std::size_t i = 0; i < once.size(); ++i)
  {
    ASSERT_NEAR(twice[i], 2.f * once[i], 1e-5f * (1.f + std::abs(once[i])));
  }
}

const Case Cases[] = {
    {"MorphL1", Method::Morph, AbundanceConstraint::None, SpectralLoss::L1, false},
    {"MorphL2", Method::Morph, AbundanceConstraint::None, SpectralLoss::L2, false},
    {"MorphNonNegative", Method::Morph, AbundanceConstraint::NonNegative, SpectralLoss::L2, false},
    {"MorphSumToOne", Method::Morph, AbundanceConstraint::SumToOne, SpectralLoss::L2, false},
    {"MorphPrior", Method::Morph, AbundanceConstraint::None, SpectralLoss::L2, true},
    {"MorphPriorL1", Method::Morph, AbundanceConstraint::None, SpectralLoss::L1, true},
    {"LiftL1", Method::Lift, AbundanceConstraint::None, SpectralLoss::L1, false},
    {"LiftL2", Method::Lift, AbundanceConstraint::None, SpectralLoss::L2, false},
    {"LiftOfAnotherWidth", Method::Lift, AbundanceConstraint::None, SpectralLoss::L2, false, 20},
};

INSTANTIATE_TEST_SUITE_P(Networks, GradientTest, testing::ValuesIn(Cases), [](const auto& info) { return info.param.name; });

TEST(SpectralNetwork, StartsWithGlorotUniformWeightsAndZeroBiases)
{
  auto network = SpectraMorphInverse::MakeNetwork(4, 0, 1024, 7);
  network.Initialize(1);
  EXPECT_EQ(network.GetParameters().size(), 12295u); // the published size for c = 4, K = 7
  for (const auto& layer : network.GetLayers())
  {
    const double limit  = std::sqrt(6. / (layer.inputs + layer.outputs));
    double       square = 0.;
    for (unsigned int output = 0; output < layer.outputs; ++output)
    {
      const float* row = network.GetParameters().data() + layer.offset + output * layer.stride();
      for (unsigned int input = 0; input < layer.inputs; ++input)
      {
        ASSERT_LE(std::abs(row[input]), limit);
        square += static_cast<double>(row[input]) * row[input];
      }
      ASSERT_EQ(row[layer.inputs], 0.f);
    }
    // The variance of U(-a, a) is a^2 / 3.
    EXPECT_NEAR(square / (layer.inputs * layer.outputs), limit * limit / 3., 0.05 * limit * limit / 3.);
  }
  auto same = SpectraMorphInverse::MakeNetwork(4, 0, 1024, 7), other = same;
  same.Initialize(1);
  other.Initialize(2);
  EXPECT_EQ(same.GetParameters(), network.GetParameters());
  EXPECT_NE(other.GetParameters(), network.GetParameters());
}

TEST(SpectralNetwork, OfLiftStartsWithHalfOfThatInItsHiddenLayers)
{
  auto lift = SpectraLiftInverse::MakeNetwork(4, 64, 100), glorot = lift;
  SpectraLiftInverse::Initialize(lift, 1);
  glorot.Initialize(1);
  const std::size_t last = lift.GetLayers().back().offset;
  for (std::size_t i = 0; i < lift.GetParameters().size(); ++i)
  {
    ASSERT_EQ(lift.GetParameters()[i], (i < last ? 0.5f : 1.f) * glorot.GetParameters()[i]);
  }
}

TEST(SpectralNetwork, RefusesImpossibleSizes)
{
  EXPECT_THROW(SpectraMorphInverse::MakeNetwork(0, 0, 8, 3), std::invalid_argument);
  EXPECT_THROW(SpectraMorphInverse::MakeNetwork(4, 0, 0, 3), std::invalid_argument);
  EXPECT_THROW(SpectraLiftInverse::MakeNetwork(4, 64, 0), std::invalid_argument);
  EXPECT_THROW(SpectraMorphInverse::MakeNetwork(4, 2000000000, 2000000000, 3), std::invalid_argument);
}
} // namespace
