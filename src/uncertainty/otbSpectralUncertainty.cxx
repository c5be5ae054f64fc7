// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralUncertainty.h"
#include "otbSpectralKernels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace otb
{
using namespace kernels;

namespace
{
bool IsPositive(float value)
{
  return std::isfinite(value) && value > 0.f;
}

template <class TRange>
bool ArePositive(const TRange& values)
{
  return std::all_of(values.begin(), values.end(), IsPositive);
}
} // namespace

void SpectralUncertaintyModel::Validate() const
{
  const auto check = [](bool condition, const char* message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  const auto c = static_cast<Eigen::Index>(contrast.size());
  check(c > 0 && ArePositive(contrast), "the contrast is not a positive number per multispectral band");
  check(origin.size() == contrast.size() && std::all_of(origin.begin(), origin.end(), [](float value) { return std::isfinite(value); }),
        "the origin is not a number per multispectral band");
  check(examples.rows() > 0 && examples.cols() == c && examples.allFinite(), "the examples are not a number per multispectral band each");
  check(c == 1 ? residual.size() == 0 : residual.rows() == c && residual.cols() == c && residual.allFinite(),
        "the residual is not a square matrix of the multispectral bands");
  check(ArePositive(typical), "a typical term is not positive");
  check(std::all_of(exponents.begin(), exponents.end(), [](float value) { return std::isfinite(value) && std::abs(value) <= 8.f; }),
        "an exponent is not a number from -8 to 8");
  check(IsPositive(scale) && IsPositive(reach), "the scale or the reach is not positive");
  check(!bands.empty() && ArePositive(bands), "the share of the error is not a positive number per hyperspectral band");
  check(outside >= 0.f && outside <= 1.f && farAway >= 0.f && farAway <= 1.f, "a share of pixels is not from 0 to 1");
}

SpectralUncertainty::SpectralUncertainty(const SpectralUncertaintyModel& model) : m_Model(model)
{
  model.Validate();
  const auto         k      = model.examples.rows();
  const Eigen::Index padded = static_cast<Eigen::Index>(PaddedSize(static_cast<std::size_t>(k)));
  m_Table                   = SpectraMatrix::Zero(model.examples.cols(), padded);
  m_Table.leftCols(k)       = -2.f * model.examples.transpose();
  m_Norms.assign(static_cast<std::size_t>(padded), std::numeric_limits<float>::max());
  for (Eigen::Index example = 0; example < k; ++example)
  {
    m_Norms[static_cast<std::size_t>(example)] = model.examples.row(example).squaredNorm();
  }
  m_Precision.resize(model.contrast.size());
  std::transform(model.contrast.begin(), model.contrast.end(), m_Precision.begin(), [](float contrast) { return 1.f / contrast; });
  m_Unit = *std::max_element(m_Precision.begin(), m_Precision.end());
  std::transform(model.typical.begin(), model.typical.end(), m_Inverse.begin(), [](float typical) { return 1.f / typical; });
}

void SpectralUncertainty::FindDeviations(const Lines& lines, std::size_t first, std::size_t count, float* deviations) const
{
  const std::size_t c = m_Precision.size();
  for (std::size_t column = first; column < first + count; ++column, ++deviations)
  {
    *deviations = 0.f;
    if (lines.valid[1][column] == 0)
    {
      continue;
    }
    const std::size_t begin = column == 0 ? 0 : column - 1, end = std::min(lines.columns, column + 2);
    const float*      neighbours[9];
    std::size_t       number = 0;
    for (std::size_t line = 0; line < 3; ++line)
    {
      for (std::size_t x = begin; lines.pixels[line] != nullptr && x < end; ++x)
      {
        if (lines.valid[line][x] != 0)
        {
          neighbours[number++] = lines.pixels[line] + x * c;
        }
      }
    }
    const float* const here = lines.pixels[1] + column * c;
    const float        part = 1.f / static_cast<float>(number);
    float              sum  = 0.f;
    for (std::size_t band = 0; band < c; ++band)
    {
      // Of differences from the pixel itself, which are as small as the deviation.
      float mean = 0.f, squares = 0.f;
      for (std::size_t neighbour = 0; neighbour < number; ++neighbour)
      {
        const float difference = (neighbours[neighbour][band] - here[band]) * m_Precision[band];
        mean += difference;
        squares += difference * difference;
      }
      mean *= part;
      sum += std::max(0.f, squares * part - mean * mean);
    }
    *deviations = std::sqrt(sum / static_cast<float>(c));
  }
}

void SpectralUncertainty::FindTerms(const float* multispectral, const float* deviations, std::size_t count, SpectralUncertaintyModel::Terms* terms) const
{
  using Model                           = SpectralUncertaintyModel;
  constexpr std::size_t           Chunk = 64;
  const std::size_t               c = m_Precision.size(), k = static_cast<std::size_t>(m_Model.examples.rows()), padded = m_Norms.size();
  const float                     part = 1.f / static_cast<float>(c);
  thread_local std::vector<float> scratch;
  scratch.resize(Chunk * (c + padded));
  float* const scaled    = scratch.data();
  float* const distances = scratch.data() + Chunk * c;
  for (std::size_t begin = 0; begin < count; begin += Chunk)
  {
    const std::size_t  pixels = std::min(Chunk, count - begin);
    const float* const from   = multispectral + begin * c;
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    {
      for (std::size_t band = 0; band < c; ++band)
      {
        scaled[pixel * c + band] = (from[pixel * c + band] - m_Model.origin[band]) * m_Precision[band];
      }
    }
    // Squared distances but for the pixel's own norm.
    Multiply({scaled, c}, {m_Table.data(), padded}, pixels, c, k, {Addend::Kind::PerLane, m_Norms.data(), 0}, Activation::Identity, {distances, padded});
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    {
      const float* const spectrum = scaled + pixel * c;
      float              bright = 0.f, unforeseen = 0.f;
      float              away = Eigen::Map<const Eigen::ArrayXf>(distances + pixel * padded, static_cast<Eigen::Index>(k)).minCoeff();
      for (std::size_t band = 0; band < c; ++band)
      {
        const float value = from[pixel * c + band] * m_Unit;
        bright += value * value;
        away += spectrum[band] * spectrum[band];
        float residual = 0.f;
        for (std::size_t other = 0; c > 1 && other < c; ++other)
        {
          residual += m_Model.residual(static_cast<Eigen::Index>(band), static_cast<Eigen::Index>(other)) * spectrum[other];
        }
        unforeseen += residual * residual;
      }
      Model::Terms& out          = terms[begin + pixel];
      out[Model::LocalDeviation] = deviations[begin + pixel];
      out[Model::Brightness]     = std::sqrt(bright * part);
      out[Model::Distance]       = std::sqrt(std::max(0.f, away) * part);
      out[Model::Residual]       = std::sqrt(unforeseen * part);
    }
  }
}

float SpectralUncertainty::Predict(const SpectralUncertaintyModel::Terms& terms) const
{
  float exponent = 0.f;
  for (std::size_t term = 0; term < terms.size(); ++term)
  {
    exponent += m_Model.exponents[term] * std::log(terms[term] * m_Inverse[term] + SpectralUncertaintyModel::Least);
  }
  return m_Model.scale * std::exp(exponent);
}
} // namespace otb
