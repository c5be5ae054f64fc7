// SPDX-License-Identifier: Apache-2.0

// The windows of the image quality: their moments, filtered along a line and across lines, and the indices made of them. All loops run over neighbouring
// numbers, bands innermost, and have fixed lengths, so that the compiler vectorises them.

// Once per instruction set: Highway flips HWY_TARGET_TOGGLE before each.
#if defined(otbImageQualityWindows_inl_h) == defined(HWY_TARGET_TOGGLE)
#ifdef otbImageQualityWindows_inl_h
#undef otbImageQualityWindows_inl_h
#else
#define otbImageQualityWindows_inl_h
#endif

#include "otbImageQualityBlock.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace otb
{
namespace quality
{
namespace HWY_NAMESPACE
{
HWY_INLINE void FormMoments(const LoadedLine& x, const LoadedLine& y, LoadedMoments& moments)
{
  for (std::size_t i = 0; i < LoadedSize; ++i)
  {
    moments[0][i] = x[i];
    moments[1][i] = y[i];
    moments[2][i] = x[i] * x[i] + y[i] * y[i];
    moments[3][i] = x[i] * y[i];
  }
}

// To 0..255 as the published code does: in single precision, truncated.
HWY_INLINE void Quantize(const LoadedLine& in, float scale, LoadedLine& out)
{
  for (std::size_t i = 0; i < LoadedSize; ++i)
  {
    const float scaled = static_cast<float>(in[i]) * scale * 255.f;
    const float low    = scaled < 0.f ? 0.f : scaled;
    out[i]             = static_cast<double>(static_cast<int>(255.f < low ? 255.f : low));
  }
}

HWY_INLINE void FilterGaussianAlongLine(const LoadedMoments& in, const double (&gaussian)[Halo + 1], BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* center = in[m] + Halo * Lanes;
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      double sum = gaussian[0] * center[i];
      for (std::size_t k = 1; k <= Halo; ++k)
      {
        sum += gaussian[k] * (center[i - k * Lanes] + center[i + k * Lanes]);
      }
      out[m][i] = sum;
    }
  }
}

// Sums of eight by sums of two of sums of two of two: no running sum whose rounding would depend on where it began.
HWY_INLINE void FilterBoxAlongLine(const LoadedMoments& in, LoadedLine& pairs, LoadedLine& quads, BlockMoments& out)
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
    const double* first = quads + (Halo - BoxBefore) * Lanes;
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      out[m][i] = first[i] + first[i + 4 * Lanes];
    }
  }
}

HWY_INLINE void FilterGaussianAcrossLines(const BlockMoments (&ring)[Window], const double (&gaussian)[Halo + 1], std::size_t line, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* above[Halo + 1];
    const double* below[Halo + 1];
    for (std::size_t k = 0; k <= Halo; ++k)
    {
      above[k] = ring[(line - k) % Window][m];
      below[k] = ring[(line + k) % Window][m];
    }
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      double sum = gaussian[0] * above[0][i];
      for (std::size_t k = 1; k <= Halo; ++k)
      {
        sum += gaussian[k] * (above[k][i] + below[k][i]);
      }
      out[m][i] = sum;
    }
  }
}

HWY_INLINE void FilterBoxAcrossLines(const BlockMoments (&ring)[BoxSize], std::size_t line, BlockMoments& out)
{
  for (std::size_t m = 0; m < 4; ++m)
  {
    const double* lines[BoxSize];
    for (std::size_t k = 0; k < BoxSize; ++k)
    {
      lines[k] = ring[(line - BoxBefore + k) % BoxSize][m];
    }
    for (std::size_t i = 0; i < BlockSize; ++i)
    {
      out[m][i] = ((lines[0][i] + lines[1][i]) + (lines[2][i] + lines[3][i])) + ((lines[4][i] + lines[5][i]) + (lines[6][i] + lines[7][i]));
    }
  }
}

// (2 mu mu' + C1)(2 cov + C2) / ((mu^2 + mu'^2 + C1)(var + var' + C2)).
HWY_INLINE void AddSsim(const BlockMoments& moments, std::size_t column, double range, double* sums)
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

// 4 cov mu mu' / ((var + var')(mu^2 + mu'^2)); of two flat windows what is left of it, 2 mu mu' / (mu^2 + mu'^2); 1 where that is undefined too (Wang and
// Bovik's own convention).
HWY_INLINE void AddUiqi(const BlockMoments& moments, std::size_t column, double* sums)
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

HWY_INLINE void AddPixel(const Workspace& work, std::size_t column, double (&sums)[ImageQualitySums::NumberOfSums][Lanes])
{
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    const std::size_t i = (column + Halo) * Lanes + lane;
    const double      x = work.reference[i];
    const double      y = work.estimate[i];
    const double      q = work.quantizedReference[i] - work.quantizedEstimate[i];
    sums[ImageQualitySums::Reference][lane] += x;
    sums[ImageQualitySums::Estimate][lane] += y;
    sums[ImageQualitySums::ReferenceSquared][lane] += x * x;
    sums[ImageQualitySums::EstimateSquared][lane] += y * y;
    sums[ImageQualitySums::Product][lane] += x * y;
    sums[ImageQualitySums::SquaredError][lane] += (x - y) * (x - y);
    sums[ImageQualitySums::QuantizedSquaredError][lane] += q * q;
  }
}
} // namespace HWY_NAMESPACE
} // namespace quality
} // namespace otb
HWY_AFTER_NAMESPACE();

#endif
