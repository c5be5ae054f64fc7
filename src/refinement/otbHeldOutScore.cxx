// SPDX-License-Identifier: Apache-2.0
#include "otbHeldOutScore.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace otb
{
namespace
{
struct Mean
{
  double value = 0., error = std::numeric_limits<double>::infinity();

  explicit Mean(const std::vector<double>& values)
  {
    const double count = static_cast<double>(values.size());
    for (const double number : values)
    {
      value += number / count;
    }
    double squares = 0.;
    for (const double number : values)
    {
      squares += (number - value) * (number - value);
    }
    if (values.size() > 1)
    {
      error = std::sqrt(squares / (count - 1.) / count);
    }
  }
};

// Student's quantile of 97.5 % by its expansion about the normal one (Abramowitz & Stegun 26.7.5), good to 1 % from five degrees on.
double Quantile(double freedom)
{
  constexpr double z = 1.959964;
  return z + (z * z * z + z) / (4. * freedom) + (5. * std::pow(z, 5) + 16. * z * z * z + 3. * z) / (96. * freedom * freedom);
}
} // namespace

HeldOutScore::HeldOutScore(std::vector<double> values) : pixels(std::move(values))
{
  if (!pixels.empty())
  {
    const Mean mean(pixels);
    value         = mean.value;
    standardError = mean.error;
  }
}

bool HeldOutScore::IsBetterThan(const HeldOutScore& other) const
{
  if (pixels.size() != other.pixels.size())
  {
    throw std::invalid_argument("score: found " + std::to_string(other.pixels.size()) + " pixels, expected " + std::to_string(pixels.size()));
  }
  if (pixels.size() < 6 || !(value < other.value))
  {
    return false;
  }
  std::vector<double> differences, ratios;
  constexpr double    Tiny = 1e-12; // a pixel that is met exactly
  for (std::size_t pixel = 0; pixel < pixels.size(); ++pixel)
  {
    differences.push_back(other.pixels[pixel] - pixels[pixel]);
    ratios.push_back(std::log((other.pixels[pixel] + Tiny) / (pixels[pixel] + Tiny)));
  }
  const Mean   difference(differences), ratio(ratios);
  const double quantile = Quantile(static_cast<double>(pixels.size()) - 1.);
  return difference.value > quantile * difference.error || ratio.value > quantile * ratio.error;
}
} // namespace otb
