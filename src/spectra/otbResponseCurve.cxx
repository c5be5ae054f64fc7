// SPDX-License-Identifier: Apache-2.0
#include "otbResponseCurve.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace otb
{
namespace
{
const double SqrtOfHalf   = std::sqrt(0.5);
const double SqrtOfHalfPi = std::sqrt(std::acos(0.));
} // namespace

ResponseCurve ResponseCurve::Gaussian(std::string name, double center, double sigma)
{
  if (!std::isfinite(center) || !std::isfinite(sigma) || !(center > 0) || !(sigma > 0))
  {
    throw std::invalid_argument("response of band " + name + ": found centre " + std::to_string(center) + " and standard deviation " + std::to_string(sigma) +
                                ", expected two positive numbers [nm]");
  }
  ResponseCurve curve;
  curve.m_Name   = std::move(name);
  curve.m_Center = center;
  curve.m_Sigma  = sigma;
  return curve;
}

ResponseCurve ResponseCurve::Sampled(std::string name, std::vector<double> wavelengths, std::vector<double> values)
{
  const auto fail = [&name](const std::string& found, const std::string& expected)
  { throw std::invalid_argument("response of band " + name + ": found " + found + ", expected " + expected); };
  if (wavelengths.size() != values.size() || values.size() < 2)
  {
    fail(std::to_string(wavelengths.size()) + " wavelengths and " + std::to_string(values.size()) + " values", "at least two of each and as many of both");
  }
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    if (!std::isfinite(wavelengths[i]) || (i > 0 && !(wavelengths[i] > wavelengths[i - 1])))
    {
      fail("the wavelength " + std::to_string(wavelengths[i]) + " in sample " + std::to_string(i + 1), "strictly increasing wavelengths");
    }
    if (!std::isfinite(values[i]) || values[i] < 0)
    {
      fail("the response " + std::to_string(values[i]) + " in sample " + std::to_string(i + 1), "a finite number that is not negative");
    }
  }
  ResponseCurve curve;
  curve.m_Name        = std::move(name);
  curve.m_Wavelengths = std::move(wavelengths);
  curve.m_Values      = std::move(values);
  if (!(curve.Area() > 0))
  {
    throw std::invalid_argument("response of band " + curve.m_Name + ": found only zeros, expected a band with a response");
  }
  return curve;
}

double ResponseCurve::operator()(double wavelength) const
{
  if (m_Sigma > 0)
  {
    const double z = (wavelength - m_Center) / m_Sigma;
    return std::exp(-0.5 * z * z);
  }
  if (wavelength < m_Wavelengths.front() || wavelength > m_Wavelengths.back())
  {
    return 0;
  }
  const auto   after = std::upper_bound(m_Wavelengths.begin() + 1, m_Wavelengths.end() - 1, wavelength);
  const auto   i     = static_cast<std::size_t>(after - m_Wavelengths.begin());
  const double share = (wavelength - m_Wavelengths[i - 1]) / (m_Wavelengths[i] - m_Wavelengths[i - 1]);
  return m_Values[i - 1] + share * (m_Values[i] - m_Values[i - 1]);
}

double ResponseCurve::Area() const
{
  if (m_Sigma > 0)
  {
    return 2 * SqrtOfHalfPi * m_Sigma;
  }
  return Moments(m_Wavelengths.front(), m_Wavelengths.back()).first;
}

std::pair<double, double> ResponseCurve::Range() const
{
  if (m_Sigma > 0)
  {
    const double half = m_Sigma * std::sqrt(2 * std::log(1000.));
    return {m_Center - half, m_Center + half};
  }
  const double threshold = 1e-3 * *std::max_element(m_Values.begin(), m_Values.end());
  const auto   responds  = [threshold](double value) { return value > threshold; };
  const auto   first     = std::find_if(m_Values.begin(), m_Values.end(), responds) - m_Values.begin();
  const auto   last      = m_Values.rend() - std::find_if(m_Values.rbegin(), m_Values.rend(), responds) - 1;
  return {m_Wavelengths[static_cast<std::size_t>(first)], m_Wavelengths[static_cast<std::size_t>(last)]};
}

std::pair<double, double> ResponseCurve::Moments(double from, double to) const
{
  if (m_Sigma > 0)
  {
    // With z = (lambda - center) / sigma: integral of exp(-z^2/2) dz by erf, integral of z exp(-z^2/2) dz = -exp(-z^2/2).
    const double a      = (from - m_Center) / m_Sigma;
    const double b      = (to - m_Center) / m_Sigma;
    const double zeroth = SqrtOfHalfPi * (std::erf(b * SqrtOfHalf) - std::erf(a * SqrtOfHalf));
    const double first  = std::exp(-0.5 * a * a) - std::exp(-0.5 * b * b) - a * zeroth;
    // Far from the centre the differences cancel: never below zero.
    return {m_Sigma * std::max(0., zeroth), m_Sigma * m_Sigma * std::max(0., first)};
  }
  const double begin  = std::max(from, m_Wavelengths.front());
  const double end    = std::min(to, m_Wavelengths.back());
  double       zeroth = 0;
  double       first  = 0;
  auto         next   = std::upper_bound(m_Wavelengths.begin(), m_Wavelengths.end(), begin);
  for (double left = begin; left < end;)
  {
    // On a piece S is linear and S (lambda - from) quadratic: Simpson's rule is exact for both.
    const double right  = next == m_Wavelengths.end() ? end : std::min(end, *next++);
    const double middle = 0.5 * (left + right);
    const double atLeft = (*this)(left);
    const double atMid  = (*this)(middle);
    const double atEnd  = (*this)(right);
    zeroth += (right - left) / 6 * (atLeft + 4 * atMid + atEnd);
    first += (right - left) / 6 * (atLeft * (left - from) + 4 * atMid * (middle - from) + atEnd * (right - from));
    left = right;
  }
  return {zeroth, first};
}
} // namespace otb
