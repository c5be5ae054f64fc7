// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQualityBlock_h
#define otbImageQualityBlock_h

#include "otbImageQualityScan.h"

#include <algorithm>
#include <array>
#include <cmath>

/** The arithmetic of ScanImageQuality() over a block of pixels in the processor's cache: all loops run over neighbouring numbers, bands innermost, and have
 * fixed lengths, so that the compiler vectorises them. Inline, so that it does so for each instruction set that the caller is compiled for. */
namespace otb
{
namespace quality
{
constexpr std::size_t Lanes      = 16; // bands side by side
constexpr std::size_t Block      = 32; // columns side by side
constexpr std::size_t Halo       = ImageQualityHalo;
constexpr std::size_t Window     = 2 * Halo + 1; // of SSIM
constexpr std::size_t BoxBefore  = 3;            // the UIQI window reaches from 3 pixels before its pixel
constexpr std::size_t BoxAfter   = 4;            // to 4 after
constexpr std::size_t BoxSize    = BoxBefore + 1 + BoxAfter;
constexpr std::size_t LoadedSize = (Block + 2 * Halo) * Lanes;
constexpr std::size_t BlockSize  = Block * Lanes;

using LoadedLine = std::array<double, LoadedSize>;
using BlockLine  = std::array<double, BlockSize>;

/** The four moments both indices are made of: x, x', x^2 + x'^2, x x'. */
using LoadedMoments = std::array<LoadedLine, 4>;
using BlockMoments  = std::array<BlockLine, 4>;

/** Half of the Gaussian window, exp(-k^2 / 2 sigma^2) with sigma 1.5, normalised over the whole. */
inline std::array<double, Halo + 1> GaussianWeights()
{
  std::array<double, Halo + 1> weights;
  double                       sum = 0.;
  for (std::size_t k = 0; k <= Halo; ++k)
  {
    weights[k] = std::exp(-static_cast<double>(k * k) / (2 * 1.5 * 1.5));
    sum += (k ? 2 : 1) * weights[k];
  }
  for (double& weight : weights)
  {
    weight /= sum;
  }
  return weights;
}

inline const std::array<double, Halo + 1> Gaussian = GaussianWeights();

struct LaneSums
{
  double values[ImageQualitySums::NumberOfSums][Lanes] = {};
};

/** All that a block needs while it goes down the lines: half a megabyte, one per thread. */
struct Workspace
{
  LoadedLine                                 reference, estimate, quantizedReference, quantizedEstimate;
  LoadedMoments                              moments;
  std::array<BlockMoments, Window>           gaussianLines; // ring of the last lines, filtered along the line
  std::array<BlockMoments, BoxSize>          boxLines;
  LoadedLine                                 pairs, quads;
  BlockMoments                               filtered;
  std::array<std::uint8_t, Block + 2 * Halo> invalid; // of the current line
};

inline void FormMoments(const LoadedLine& x, const LoadedLine& y, LoadedMoments& moments)
{
  for (std::size_t i = 0; i < LoadedSize; ++i)
  {
    moments[0][i] = x[i];
    moments[1][i] = y[i];
    moments[2][i] = x[i] * x[i] + y[i] * y[i];
    moments[3][i] = x[i] * y[i];
  }
}

/** To 0..255 as the published code does: in single precision, truncated. */
inline void Quantize(const LoadedLine& in, float scale, LoadedLine& out)
{
  for (std::size_t i = 0; i < LoadedSize; ++i)
  {
    const float scaled = static_cast<float>(in[i]) * scale * 255.f;
    out[i]             = static_cast<double>(static_cast<int>(std::min(std::max(scaled, 0.f), 255.f)));
  }
}

inline void FilterGaussianAlongLine(const LoadedMoments& in, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* center = in[m].data() + Halo * Lanes;
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      double sum = Gaussian[0] * center[i];
      for (std::size_t k = 1; k <= Halo; ++k)
      {
        sum += Gaussian[k] * (center[i - k * Lanes] + center[i + k * Lanes]);
      }
      out[m][i] = sum;
    }
  }
}

/** Sums of eight by sums of two of sums of two of two: no running sum whose rounding would depend on where it began. */
inline void FilterBoxAlongLine(const LoadedMoments& in, LoadedLine& pairs, LoadedLine& quads, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    for (std::size_t i = 0; i < LoadedSize - Lanes; ++i)
    {
      pairs[i] = in[m][i] + in[m][i + Lanes];
    }
    for (std::size_t i = 0; i < LoadedSize - 3 * Lanes; ++i)
    {
      quads[i] = pairs[i] + pairs[i + 2 * Lanes];
    }
    const double* first = quads.data() + (Halo - BoxBefore) * Lanes;
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      out[m][i] = first[i] + first[i + 4 * Lanes];
    }
  }
}

inline void FilterGaussianAcrossLines(const std::array<BlockMoments, Window>& ring, std::size_t line, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* above[Halo + 1];
    const double* below[Halo + 1];
    for (std::size_t k = 0; k <= Halo; ++k)
    {
      above[k] = ring[(line - k) % Window][m].data();
      below[k] = ring[(line + k) % Window][m].data();
    }
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      double sum = Gaussian[0] * above[0][i];
      for (std::size_t k = 1; k <= Halo; ++k)
      {
        sum += Gaussian[k] * (above[k][i] + below[k][i]);
      }
      out[m][i] = sum;
    }
  }
}

inline void FilterBoxAcrossLines(const std::array<BlockMoments, BoxSize>& ring, std::size_t line, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* lines[BoxSize];
    for (std::size_t k = 0; k < BoxSize; ++k)
    {
      lines[k] = ring[(line - BoxBefore + k) % BoxSize][m].data();
    }
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      out[m][i] = ((lines[0][i] + lines[1][i]) + (lines[2][i] + lines[3][i])) + ((lines[4][i] + lines[5][i]) + (lines[6][i] + lines[7][i]));
    }
  }
}

/** (2 mu mu' + C1)(2 cov + C2) / ((mu^2 + mu'^2 + C1)(var + var' + C2)). */
inline void AddSsim(const BlockMoments& moments, std::size_t column, double range, double* sums)
{
  const double c1 = (0.01 * range) * (0.01 * range);
  const double c2 = (0.03 * range) * (0.03 * range);
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    const std::size_t i          = column * Lanes + lane;
    const double      product    = moments[0][i] * moments[1][i];
    const double      squares    = moments[0][i] * moments[0][i] + moments[1][i] * moments[1][i];
    const double      covariance = moments[3][i] - product;
    const double      variances  = moments[2][i] - squares;
    sums[lane] += (2 * product + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2));
  }
}

/** 4 cov mu mu' / ((var + var')(mu^2 + mu'^2)); of two flat windows what is left of it, 2 mu mu' / (mu^2 + mu'^2); 1 where that is undefined too (Wang and
 * Bovik's own convention). */
inline void AddUiqi(const BlockMoments& moments, std::size_t column, double* sums)
{
  constexpr double PerPixel = 1. / (BoxSize * BoxSize);
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    const std::size_t i          = column * Lanes + lane;
    const double      mean       = moments[0][i] * PerPixel;
    const double      meanEst    = moments[1][i] * PerPixel;
    const double      product    = mean * meanEst;
    const double      squares    = mean * mean + meanEst * meanEst;
    const double      covariance = moments[3][i] * PerPixel - product;
    const double      variances  = moments[2][i] * PerPixel - squares;
    const double      luminance  = squares > 0. ? 2 * product / squares : 1.;
    // What is below is rounding, not variance.
    const bool   flat     = variances <= 1e-13 * squares;
    const double contrast = flat ? 1. : 2 * covariance / variances;
    sums[lane] += squares > 0. ? luminance * contrast : 1.;
  }
}

inline void AddPixel(const Workspace& work, std::size_t column, LaneSums& sums)
{
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    const std::size_t i = (column + Halo) * Lanes + lane;
    const double      x = work.reference[i];
    const double      y = work.estimate[i];
    const double      q = work.quantizedReference[i] - work.quantizedEstimate[i];
    sums.values[ImageQualitySums::Reference][lane] += x;
    sums.values[ImageQualitySums::Estimate][lane] += y;
    sums.values[ImageQualitySums::ReferenceSquared][lane] += x * x;
    sums.values[ImageQualitySums::EstimateSquared][lane] += y * y;
    sums.values[ImageQualitySums::Product][lane] += x * y;
    sums.values[ImageQualitySums::SquaredError][lane] += (x - y) * (x - y);
    sums.values[ImageQualitySums::QuantizedSquaredError][lane] += q * q;
  }
}
} // namespace quality
} // namespace otb

#endif
