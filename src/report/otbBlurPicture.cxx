// SPDX-License-Identifier: Apache-2.0
#include "otbBlurPicture.h"

#include <cmath>

namespace otb
{
namespace
{
// The ends of the scale; in between it is linear to a middle colour, and from that to white.
struct Colour
{
  float red, green, blue;
};
constexpr Colour White{1.f, 1.f, 1.f};
constexpr Colour Positive[] = {White, {0.26f, 0.58f, 0.76f}, {0.02f, 0.19f, 0.38f}};
constexpr Colour Negative[] = {White, {0.84f, 0.38f, 0.30f}, {0.40f, 0.f, 0.12f}};

/** \param share of the greatest absolute weight, from -1 to 1 */
Colour FindColour(double share)
{
  const Colour* const scale = share < 0. ? Negative : Positive;
  const double        place = 2. * std::abs(share);
  const int           step  = place < 1. ? 0 : 1;
  const auto mix = [&](float Colour::*part) { return static_cast<float>(scale[step].*part + (place - step) * (scale[step + 1].*part - scale[step].*part)); };
  return {mix(&Colour::red), mix(&Colour::green), mix(&Colour::blue)};
}
} // namespace

Quicklook DrawBlur(const SensorBlur& blur)
{
  const Eigen::MatrixXd& knots = blur.knots;
  Quicklook              picture{static_cast<std::size_t>(knots.cols()), static_cast<std::size_t>(knots.rows()), 3, {}};
  const double           greatest = knots.cwiseAbs().maxCoeff();
  for (Eigen::Index row = 0; row < knots.rows(); ++row)
  {
    for (Eigen::Index column = 0; column < knots.cols(); ++column)
    {
      const Colour colour = FindColour(greatest > 0. ? knots(row, column) / greatest : 0.);
      picture.values.insert(picture.values.end(), {colour.red, colour.green, colour.blue});
    }
  }
  return picture;
}
} // namespace otb
