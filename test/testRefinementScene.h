// SPDX-License-Identifier: Apache-2.0
#ifndef testRefinementScene_h
#define testRefinementScene_h

#include "otbSpectralRefinement.h"

#include <Eigen/QR>

#include <cmath>
#include <random>
#include <string>
#include <vector>

/** Small scenes with a known basis of the error, for tests of the refinement. */
namespace otb
{
namespace test
{
/** Two Gaussians that are turned against the axes, so that no single product of profiles makes the kernel. */
inline SensorBlur ObliqueBlur()
{
  SensorBlur blur;
  blur.knots = Eigen::MatrixXd(7, 7);
  for (int v = 0; v < 7; ++v)
  {
    for (int u = 0; u < 7; ++u)
    {
      const double dy = v - 3.2, dx = u - 2.7;
      blur.knots(v, u) = std::exp(-0.25 * (dy * dy + dx * dx + dy * dx));
    }
  }
  blur.top  = -3.;
  blur.left = -3.;
  blur.Normalise();
  return blur;
}

/** Bands whose noise differs, and a basis that is orthogonal once whitened. */
inline SpectralRefinementModel MakeRefinementModel(unsigned int bands, unsigned int components, unsigned int multispectral, const SensorBlur& blur)
{
  std::mt19937                     generator(3);
  std::normal_distribution<double> normal;
  SpectralRefinementModel          model;
  model.blur                   = blur;
  const Eigen::MatrixXd random = Eigen::MatrixXd::NullaryExpr(bands, bands, [&] { return normal(generator); });
  const Eigen::MatrixXd axes   = Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ() * Eigen::MatrixXd::Identity(bands, components);
  Eigen::VectorXd       noise(bands), sizes(components);
  for (unsigned int band = 0; band < bands; ++band)
  {
    noise(band) = 0.01 * (1. + band % 3);
  }
  for (unsigned int k = 0; k < components; ++k)
  {
    sizes(k) = 12. / (1. + k);
  }
  model.basis      = (noise.asDiagonal() * axes * sizes.asDiagonal()).cast<float>();
  model.projection = (noise.cwiseInverse().asDiagonal() * axes).cast<float>();
  model.sizes.assign(sizes.data(), sizes.data() + components);
  SpectraMatrix            response(multispectral, bands);
  std::vector<std::string> names;
  for (unsigned int row = 0; row < multispectral; ++row)
  {
    names.push_back("M" + std::to_string(row + 1));
    for (unsigned int band = 0; band < bands; ++band)
    {
      response(row, band) = static_cast<float>(1 + (7 * row + 3 * band) % 11);
    }
  }
  model.response           = SpectralResponse(response, names, "test");
  model.multispectralNoise = std::vector<float>(multispectral, 0.02f);
  model.contrast           = std::vector<float>(multispectral, 0.2f);
  return model;
}

/** Fields with borders: a fused image (rows * columns x C) that is wrong by the basis times a constant per field, the multispectral image of the truth. */
struct RefinementScene
{
  long                       rows, columns;
  SpectraMatrix              truth, fused, multispectral;
  std::vector<unsigned char> valid;

  RefinementScene(const SpectralRefinementModel& model, long height, long width, long fieldSize) : rows(height), columns(width)
  {
    std::mt19937                          generator(9);
    std::uniform_real_distribution<float> uniform(0.1f, 0.9f);
    std::normal_distribution<float>       normal;
    const Eigen::Index                    C = model.basis.rows(), q = model.components();
    const long                            across = (width + fieldSize - 1) / fieldSize, fields = across * ((height + fieldSize - 1) / fieldSize);
    const SpectraMatrix                   spectra = SpectraMatrix::NullaryExpr(fields, C, [&] { return uniform(generator); });
    const SpectraMatrix                   errors  = SpectraMatrix::NullaryExpr(fields, q, [&] { return normal(generator); });
    truth.resize(height * width, C);
    fused.resize(height * width, C);
    for (long y = 0; y < height; ++y)
    {
      for (long x = 0; x < width; ++x)
      {
        // Fields that lean, so that borders are nowhere those of coarse pixels.
        const long field         = std::min(fields - 1, y / fieldSize * across + (x + y / 3) % width / fieldSize);
        truth.row(y * width + x) = spectra.row(field) + 0.01f * SpectraMatrix::NullaryExpr(1, C, [&] { return normal(generator); });
        fused.row(y * width + x) = truth.row(y * width + x);
        if (q > 0)
        {
          fused.row(y * width + x) -= errors.row(field) * model.basis.transpose();
        }
      }
    }
    multispectral.resize(height * width, model.response.GetNumberOfMultispectralBands());
    model.response.Apply(truth.data(), static_cast<std::size_t>(height * width), multispectral.data());
    multispectral = multispectral.unaryExpr([&](float value) { return value + 0.01f * normal(generator); }).eval();
    valid.assign(static_cast<std::size_t>(height * width), 1);
  }

  /** What the sensor sees of the truth: coarse pixels x C. */
  SpectraMatrix Coarse(const SensorOperator& sensor) const
  {
    SpectraMatrix coarse(sensor.GetRows().size * sensor.GetColumns().size, truth.cols());
    for (long i = 0; i < sensor.GetRows().size; ++i)
    {
      for (long j = 0; j < sensor.GetColumns().size; ++j)
      {
        for (Eigen::Index band = 0; band < truth.cols(); ++band)
        {
          coarse(i * sensor.GetColumns().size + j, band) = static_cast<float>(sensor.ApplyAt(i, j, truth.data() + band, columns * truth.cols(), truth.cols()));
        }
      }
    }
    return coarse;
  }
};
} // namespace test
} // namespace otb

#endif
