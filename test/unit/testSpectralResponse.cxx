// SPDX-License-Identifier: Apache-2.0
#include "otbResponseCurve.h"
#include "otbSpectralResponse.h"

#include "gtest/gtest.h"

#include <cmath>
#include <functional>

namespace
{
using otb::ResponseCurve;
using Values = std::vector<double>;

std::string ErrorOf(const std::function<void()>& action)
{
  try
  {
    action();
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
  return "no error";
}

/** The one row of the response of one curve. */
Values Project(const ResponseCurve& curve, const otb::SpectralAxis& axis)
{
  const auto response = otb::ProjectResponses({curve}, axis, "srf");
  const auto row      = response.GetMatrix().row(0);
  return Values(row.data(), row.data() + row.size());
}

void ExpectNear(const Values& found, const Values& expected, double tolerance)
{
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
  {
    EXPECT_NEAR(found[i], expected[i], tolerance) << "band " << i;
  }
}

/** The mean of a spectrum under a curve, by brute force: the oracle of the projection. */
double MeanUnder(const ResponseCurve& curve, const std::function<double(double)>& spectrum, double from, double to)
{
  constexpr int steps    = 400000;
  double        weighted = 0;
  double        weight   = 0;
  for (int i = 0; i < steps; ++i)
  {
    const double wavelength = from + (i + 0.5) * (to - from) / steps;
    weighted += curve(wavelength) * spectrum(wavelength);
    weight += curve(wavelength);
  }
  return weighted / weight;
}
} // namespace

TEST(ResponseProjection, BoxOnAnIrregularAxis)
{
  // S = 1 on [410, 440]; hats at 400, 420, 430, 460. w_400 = 10/4 (area of the falling hat beyond its middle: integral over [410,420] of (420-x)/20 = 2.5).
  const auto box = ResponseCurve::Sampled("box", {410 - 1e-7, 410, 440, 440 + 1e-7}, {0, 1, 1, 0});
  // [410,420]: 2.5 to 400, 7.5 to 420; [420,430]: 5 and 5; [430,440] of [430,460]: rising x/30 from 0 to 1/3 over 10 = 5/3 to 460, 25/3 to 430.
  ExpectNear(Project(box, {{400, 420, 430, 460}, {}}), {2.5 / 30, 12.5 / 30, (5 + 25. / 3) / 30, 5. / 3 / 30}, 1e-7);
}

TEST(ResponseProjection, TriangleOnAnUnsortedAxis)
{
  // S rises from 400 to 410 and falls to 420; hats at 400, 410, 420: integral of t * t over a side of ten = 10/3, of t (1 - t) = 10/6.
  const auto triangle = ResponseCurve::Sampled("triangle", {400, 410, 420}, {0, 1, 0});
  ExpectNear(Project(triangle, {{420, 400, 410}, {}}), {1. / 6, 1. / 6, 2. / 3}, 1e-7);
}

TEST(ResponseProjection, CurveNarrowerThanTheSampling)
{
  // A band of 0.1 nm at 412.5 between 400 and 450: a quarter and three quarters.
  const auto narrow = ResponseCurve::Gaussian("laser", 412.5, 0.1);
  ExpectNear(Project(narrow, {{400, 450}, {}}), {0.75, 0.25}, 1e-6);
}

TEST(ResponseProjection, BandsOfTheSameCentreShareItsWeight)
{
  const auto triangle = ResponseCurve::Sampled("triangle", {400, 410, 420}, {0, 1, 0});
  ExpectNear(Project(triangle, {{400, 410, 420, 410}, {}}), {1. / 6, 1. / 3, 1. / 6, 1. / 3}, 1e-7);
}

TEST(ResponseProjection, ExactForEverySpectrumLinearBetweenBandCentres)
{
  // Overlapping detectors, irregular and unsorted; a measured and a Gaussian band.
  const otb::SpectralAxis axis{{700, 500, 541, 560, 552, 553.5, 610, 640, 480}, {}};
  const Values            spectrum{0.9, 0.1, 0.4, 0.2, 0.8, 0.3, 0.5, 0.05, 0.6};
  const auto              value = [&](double wavelength)
  {
    Values::size_type below = 8;
    Values::size_type above = 0;
    for (std::size_t i = 0; i < axis.size(); ++i)
    {
      below = axis.wavelengths[i] <= wavelength && axis.wavelengths[i] > axis.wavelengths[below] ? i : below;
      above = axis.wavelengths[i] > wavelength && axis.wavelengths[i] < axis.wavelengths[above] ? i : above;
    }
    const double share = (wavelength - axis.wavelengths[below]) / (axis.wavelengths[above] - axis.wavelengths[below]);
    return spectrum[below] + share * (spectrum[above] - spectrum[below]);
  };
  const auto sampled  = ResponseCurve::Sampled("sampled", {505, 520, 530, 549, 566, 600, 630}, {0, 0.2, 1, 0.7, 0.9, 0.1, 0});
  const auto gaussian = ResponseCurve::Gaussian("gaussian", 563, 11);
  for (const auto& curve : {sampled, gaussian})
  {
    const Values row  = Project(curve, axis);
    double       mean = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
    {
      mean += row[i] * spectrum[i];
    }
    EXPECT_NEAR(mean, MeanUnder(curve, value, 481, 699), 1e-6) << curve.GetName();
  }
}

TEST(ResponseProjection, GaussianAgainstTheErrorFunction)
{
  // On a fine axis the share of the bands up to a wavelength is the normal distribution, to the second order of the spacing over sigma (1/20).
  otb::SpectralAxis axis;
  for (double wavelength = 400; wavelength <= 700; wavelength += 1)
  {
    axis.wavelengths.push_back(wavelength);
  }
  const Values row = Project(ResponseCurve::Gaussian("green", 555, 20), axis);
  double       sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
  {
    const double upTo = axis.wavelengths[i] + 0.5;
    sum += row[i];
    EXPECT_NEAR(sum, 0.5 * std::erfc((555 - upTo) / 20 / std::sqrt(2.)), 3e-5);
  }
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(ResponseProjection, MomentsOfAGaussian)
{
  const auto   curve   = ResponseCurve::Gaussian("g", 500, 10);
  const auto   moments = curve.Moments(490, 530);
  double       zeroth  = 0;
  double       first   = 0;
  const double step    = 1e-4;
  for (double x = 490 + step / 2; x < 530; x += step)
  {
    zeroth += curve(x) * step;
    first += curve(x) * (x - 490) * step;
  }
  EXPECT_NEAR(moments.first, zeroth, 1e-6);
  EXPECT_NEAR(moments.second, first, 1e-5);
  EXPECT_NEAR(curve.Area(), 10 * std::sqrt(2 * std::acos(-1.)), 1e-12);
}

TEST(ResponseProjection, RefusesABandTheImageDoesNotSee)
{
  const otb::SpectralAxis axis{{420, 430, 440}, {}};
  const auto              outside = ResponseCurve::Sampled("B12", {2000, 2100, 2200}, {0, 1, 0});
  const std::string       message = ErrorOf([&] { otb::ProjectResponses({outside}, axis, "srf.file.in"); });
  EXPECT_EQ(message, "srf.file.in, B12 (2100 to 2100 nm): found 0 % of its response within the wavelengths of the hyperspectral image (415 to 445 nm), "
                     "expected at least 70 %");
}

TEST(ResponseProjection, CoverageCountsHalfASpacingOrHalfAWidthBeyondTheEnds)
{
  const auto box = [](double from, double to) { return ResponseCurve::Sampled("box", {from, from + 1e-6, to, to + 1e-6}, {0, 1, 1, 0}); };
  // Seen: 415 to 445. A box of 10 nm may stick out by 3 nm.
  EXPECT_EQ(ErrorOf([&] { Project(box(437.9, 447.9), {{420, 430, 440}, {}}); }), "no error");
  EXPECT_NE(ErrorOf([&] { Project(box(438.1, 448.1), {{420, 430, 440}, {}}); }), "no error");
  // With a FWHM of 14 nm: 413 to 447.
  EXPECT_EQ(ErrorOf([&] { Project(box(439.1, 449.1), {{420, 430, 440}, {14, 14, 14}}); }), "no error");
  EXPECT_EQ(ErrorOf([&] { Project(box(410.1, 420.1), {{420, 430, 440}, {14, 14, 14}}); }), "no error");
  EXPECT_NE(ErrorOf([&] { Project(box(409.9, 419.9), {{420, 430, 440}, {14, 14, 14}}); }), "no error");
  // A single band sees its width.
  EXPECT_EQ(ErrorOf([&] { Project(box(496, 504), {{500}, {10}}); }), "no error");
  EXPECT_NE(ErrorOf([&] { Project(box(496, 504), {{500}, {}}); }), "no error");
}

TEST(ResponseProjection, RemovedBandsAreAGap)
{
  otb::SpectralAxis axis;
  for (int i = 0; i < 20; ++i)
  {
    axis.wavelengths.push_back(1150 + 10 * i);
    axis.wavelengths.push_back(1480 + 10 * i);
  }
  const auto cirrus = ResponseCurve::Gaussian("B10", 1375, 12);
  EXPECT_NE(ErrorOf([&] { Project(cirrus, axis); }).find("B10"), std::string::npos);
  const auto swir = ResponseCurve::Gaussian("B11", 1580, 20);
  EXPECT_EQ(ErrorOf([&] { Project(swir, axis); }), "no error");
}

TEST(SpectralResponse, NormalisesRowsAndRefusesBadOnes)
{
  otb::SpectraMatrix matrix(2, 3);
  matrix << 1, 2, 1, 0, 5, 0;
  const otb::SpectralResponse response(matrix, {"a", "b"}, "srf");
  EXPECT_EQ(response.GetMatrix(), (otb::SpectraMatrix(2, 3) << 0.25f, 0.5f, 0.25f, 0, 1, 0).finished());
  matrix(1, 1) = 0;
  EXPECT_EQ(ErrorOf([&] { otb::SpectralResponse(matrix, {"a", "b"}, "srf"); }), "srf, row 2: found a row that sums to zero, expected a band with a response");
  matrix(0, 2) = -1;
  EXPECT_NE(ErrorOf([&] { otb::SpectralResponse(matrix, {"a", "b"}, "srf"); }).find("srf, row 1, column 3: found -1"), std::string::npos);
  matrix(0, 2) = std::nanf("");
  EXPECT_NE(ErrorOf([&] { otb::SpectralResponse(matrix, {"a", "b"}, "srf"); }).find("row 1, column 3: found nan"), std::string::npos);
  EXPECT_NE(ErrorOf([&] { otb::SpectralResponse(otb::SpectraMatrix::Ones(2, 3), {"a"}, "srf"); }).find("found 1 band names, expected 2"), std::string::npos);
  EXPECT_NE(ErrorOf([&] { otb::SpectralResponse(otb::SpectraMatrix(), {}, "srf"); }).find("empty"), std::string::npos);
}

TEST(SpectralResponse, AppliesTheMatrixToEachPixelAlone)
{
  for (const Eigen::Index bands : {1, 15, 16, 33, 191})
  {
    const otb::SpectraMatrix    spectra = otb::SpectraMatrix::Random(37, bands);
    const otb::SpectralResponse response(otb::SpectraMatrix::Random(5, bands).cwiseAbs() + otb::SpectraMatrix::Constant(5, bands, 0.01f),
                                         {"a", "b", "c", "d", "e"}, "srf");
    otb::SpectraMatrix          whole(37, 5);
    response.Apply(spectra.data(), 37, whole.data());
    const Eigen::MatrixXd expected = spectra.cast<double>() * response.GetMatrix().cast<double>().transpose();
    EXPECT_LT((whole.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-6);
    for (Eigen::Index pixel = 0; pixel < 37; ++pixel)
    {
      otb::SpectraMatrix alone(1, 5);
      response.Apply(spectra.row(pixel).data(), 1, alone.data());
      EXPECT_EQ(alone, otb::SpectraMatrix(whole.row(pixel)));
    }
  }
}
