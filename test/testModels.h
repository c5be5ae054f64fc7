// SPDX-License-Identifier: Apache-2.0
#ifndef testModels_h
#define testModels_h

#include "otbLinearInversion.h"
#include "otbSpectraLift.h"
#include "otbSpectraMorph.h"
#include "otbSpectralInversionModel.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

/** Small models with random weights, and the papers' equations for them written plainly in double precision. */
namespace otb
{
namespace test
{
constexpr unsigned int Msi = 3, Bands = 37, PriorBands = 11, Endmembers = 5, Hidden = 70, Width = 64;

enum class Method
{
  Morph,
  Lift,
  Linear
};

inline const SpectraMorphInverse& MorphOf(const SpectralInversionModel& model)
{
  return dynamic_cast<const SpectraMorphInverse&>(*model.inverse);
}

inline const SpectraLiftInverse& LiftOf(const SpectralInversionModel& model)
{
  return dynamic_cast<const SpectraLiftInverse&>(*model.inverse);
}

/** A response of neither box nor Gaussian form, so that no two bands are alike. */
inline SpectralResponse MakeResponse(unsigned int msi = Msi, unsigned int bands = Bands)
{
  SpectraMatrix            matrix(msi, bands);
  std::vector<std::string> names;
  for (unsigned int row = 0; row < msi; ++row)
  {
    names.push_back("M" + std::to_string(row + 1));
    for (unsigned int column = 0; column < bands; ++column)
    {
      matrix(row, column) = static_cast<float>(1 + (7 * row + 3 * column) % 11);
    }
  }
  return SpectralResponse(matrix, names, "test");
}

inline SpectralAxis MakeAxis(unsigned int bands = Bands)
{
  SpectralAxis axis;
  for (unsigned int band = 0; band < bands; ++band)
  {
    axis.wavelengths.push_back(400.25 + 10. * band);
    axis.widths.push_back(9. + 0.125 * band);
  }
  return axis;
}

/** Untrained: its results mean nothing, but they are particular. */
inline SpectralInversionModel MakeModel(Method method, bool prior = false, AbundanceConstraint constraint = AbundanceConstraint::None)
{
  std::mt19937                          generator(7);
  std::uniform_real_distribution<float> uniform(0.f, 1.f);
  SpectralInversionModel                model;
  model.response   = MakeResponse();
  model.axis       = MakeAxis();
  model.offset     = 12.5;
  model.scale      = 3217.7;
  const auto shake = [&](SpectralNetwork& network)
  {
    for (float& parameter : network.GetParameters())
    {
      parameter += 0.1f * (uniform(generator) - 0.5f); // so that biases are not zero
    }
  };
  if (method == Method::Morph)
  {
    SpectralNetwork network = SpectraMorphInverse::MakeNetwork(Msi, prior ? PriorBands : 0, Hidden, Endmembers);
    network.Initialize(3);
    shake(network);
    const SpectraMatrix endmembers = SpectraMatrix::NullaryExpr(Endmembers, Bands, [&] { return uniform(generator); });
    model.inverse                  = std::make_shared<SpectraMorphInverse>(network, prior ? PriorBands : 0, endmembers, constraint);
  }
  else if (method == Method::Lift)
  {
    SpectralNetwork network = SpectraLiftInverse::MakeNetwork(Msi, Width, Bands);
    SpectraLiftInverse::Initialize(network, 3);
    shake(network);
    model.inverse = std::make_shared<SpectraLiftInverse>(network);
  }
  else
  {
    const SpectraMatrix coefficients = SpectraMatrix::NullaryExpr(Msi, Bands, [&] { return uniform(generator) - 0.5f; });
    std::vector<float>  constant(Bands);
    for (float& value : constant)
    {
      value = uniform(generator);
    }
    model.inverse = std::make_shared<LinearInverse>(coefficients, constant, 0.25);
  }
  model.training.pixels           = 4711;
  model.training.epochs           = 2500;
  model.training.loss             = 0.0123;
  model.training.nmfRelativeError = 0.0456;
  model.training.seed             = 18446744073709551615u;
  return model;
}

/** A x + b of the layer, counted from 1. */
inline Eigen::VectorXd PlainLayer(const SpectralNetwork& network, std::size_t number, const Eigen::VectorXd& x)
{
  const auto&           layer = network.GetLayers()[number - 1];
  const Eigen::MatrixXd matrix =
      Eigen::Map<const SpectraMatrix>(network.GetParameters().data() + layer.offset, layer.outputs, static_cast<Eigen::Index>(layer.stride())).cast<double>();
  return matrix.leftCols(layer.inputs) * x + matrix.col(layer.inputs);
}

/** a = phi(W2 relu(W1 x + b1) + b2), x being the scaled multispectral pixel, followed by the scaled prior if there is one, its adjacent bands averaged. */
inline Eigen::VectorXd PlainAbundances(const SpectralInversionModel& model, const float* msi, const float* prior = nullptr)
{
  const unsigned int bins  = model.inverse->GetPriorBands();
  Eigen::VectorXd    x     = Eigen::VectorXd::Zero(Msi + bins);
  Eigen::VectorXd    count = Eigen::VectorXd::Ones(Msi + bins);
  std::copy_n(msi, Msi, x.data());
  count.tail(bins).setZero();
  for (unsigned int band = 0, bin = 0; bin < bins; ++band)
  {
    x(Msi + bin) += prior[band];
    ++count(Msi + bin);
    bin += band + 1 == (bin + 1) * Bands / bins;
  }
  x                 = (x.array() / count.array() - model.offset) / model.scale;
  Eigen::VectorXd z = PlainLayer(MorphOf(model).GetNetwork(), 2, PlainLayer(MorphOf(model).GetNetwork(), 1, x).cwiseMax(0.));
  if (MorphOf(model).GetConstraint() == AbundanceConstraint::NonNegative)
  {
    z = (1. + z.array().exp()).log();
  }
  else if (MorphOf(model).GetConstraint() == AbundanceConstraint::SumToOne)
  {
    z = (z.array().exp() / z.array().exp().sum()).eval();
  }
  return z;
}

/** SpectraLift's equations, from and to the image's unit. */
inline Eigen::VectorXd PlainSpectrum(const SpectralInversionModel& model, const float* msi)
{
  const auto f     = [](const Eigen::VectorXd& value) -> Eigen::VectorXd { return value.cwiseMax(0.3 * value); };
  const auto layer = [&](std::size_t number, const Eigen::VectorXd& x) { return PlainLayer(LiftOf(model).GetNetwork(), number, x); };

  const Eigen::VectorXd m  = (Eigen::Map<const Eigen::VectorXf>(msi, Msi).cast<double>().array() - model.offset) / model.scale;
  const Eigen::VectorXd x1 = f(layer(1, m));
  const Eigen::VectorXd x2 = f(layer(2, x1)) + x1;
  const Eigen::VectorXd x3 = f(layer(3, x2));
  const Eigen::VectorXd x4 = f(layer(4, x3)) + x2;
  const Eigen::VectorXd x5 = f(layer(5, x4));
  const Eigen::VectorXd x6 = f(layer(6, x5)) + x4;
  return model.scale * layer(7, x6).array() + model.offset;
}

/** Numbers in the unit that MakeModel()'s models expect. */
inline std::vector<float> MakeValues(std::size_t count, unsigned int seed = 1, float low = 10.f, float high = 3300.f)
{
  std::mt19937                          generator(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float>                    values(count);
  for (float& value : values)
  {
    value = uniform(generator);
  }
  return values;
}

/** The message of what `call` throws, if it throws an `Error` as it should. */
template <class Error, class Call>
std::string MessageOf(const Call& call)
{
  try
  {
    call();
  }
  catch (const Error& error)
  {
    return error.what();
  }
  return "no error";
}
} // namespace test
} // namespace otb

#endif
