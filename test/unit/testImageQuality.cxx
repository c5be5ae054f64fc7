// SPDX-License-Identifier: Apache-2.0
#include "otbImageQualityReport.h"
#include "otbImageQualityScan.h"
#include "otbInstructionSet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{
using otb::ImageQuality;
using otb::ImageQualityOptions;
using otb::ImageQualitySums;

constexpr std::size_t Rows    = 27;
constexpr std::size_t Columns = 41;
constexpr std::size_t Bands   = 19;

/** The images that the oracles below were computed from, by the same formulae in NumPy:
 *   x = float32(0.5 + 0.45 sin(0.31 r + 0.17 c + 0.5 b) cos(0.013 r c + b))
 *   y = float32(x + 0.12 cos(1.3 r + 0.7 c + 0.9 b) sin(0.4 r - 0.2 c))
 * with line r, column c, band b; y leaves [0, 1]. */
struct TestImages
{
  TestImages() : reference(Rows * Columns * Bands), estimate(reference.size())
  {
    for (std::size_t r = 0, i = 0; r < Rows; ++r)
    {
      for (std::size_t c = 0; c < Columns; ++c)
      {
        for (std::size_t b = 0; b < Bands; ++b, ++i)
        {
          reference[i] = static_cast<float>(0.5 + 0.45 * std::sin(0.31 * r + 0.17 * c + 0.5 * b) * std::cos(0.013 * (r * c) + b));
          estimate[i]  = static_cast<float>(reference[i] + 0.12 * std::cos(1.3 * r + 0.7 * c + 0.9 * b) * std::sin(0.4 * r - 0.2 * c));
        }
      }
    }
  }

  otb::ImagePairView View() const
  {
    const auto stride = static_cast<std::ptrdiff_t>(Columns * Bands);
    return {reference.data(), estimate.data(), stride, stride, Rows, Columns, Bands, std::vector<std::uint8_t>(Rows * Columns, 0)};
  }

  std::vector<float> reference;
  std::vector<float> estimate;
};

ImageQuality Score(const otb::ImagePairView& view, const ImageQualityOptions& options)
{
  std::vector<ImageQualitySums> lines(view.rows);
  otb::ScanImageQuality(view, options, 0, 0, view.columns, lines.data(), lines.size());
  ImageQualitySums total(view.bands);
  for (const ImageQualitySums& line : lines)
  {
    total.Add(line);
  }
  return total.Evaluate(options);
}

#define EXPECT_RELATIVE(value, expected) EXPECT_NEAR(value, expected, 1e-8 * std::abs(expected))
} // namespace

TEST(ImageQuality, AgreesWithScikitImageAndNumPy)
{
  // rmse, psnr, ssim: scikit-image 0.26 (mean_squared_error, peak_signal_noise_ratio, structural_similarity with gaussian_weights=True, sigma=1.5,
  // use_sample_covariance=False); cc: numpy.corrcoef; uiqi, ergas, sam: their definitions in NumPy (float64; sliding_window_view for the windows).
  ImageQualityOptions options;
  options.peak              = 0.9;
  options.ratio             = 3.;
  const ImageQuality scores = Score(TestImages().View(), options);
  EXPECT_RELATIVE(scores.overall.rmse, 0.059762963104224597);
  EXPECT_RELATIVE(scores.overall.psnr, 23.55620774734124);
  EXPECT_RELATIVE(scores.overall.ssim, 0.8906049319316179);
  EXPECT_RELATIVE(scores.overall.uiqi, 0.927956361643133);
  EXPECT_RELATIVE(scores.overall.ergas, 4.051212346662412);
  EXPECT_RELATIVE(scores.overall.cc, 0.9615351979063985);
  EXPECT_RELATIVE(scores.overall.sam, 5.481903639276213);
  EXPECT_RELATIVE(scores.bands[2].rmse, 0.05973493477427355);
  EXPECT_RELATIVE(scores.bands[2].psnr, 23.56028231249226);
  EXPECT_RELATIVE(scores.bands[2].ssim, 0.898856753463552);
  EXPECT_RELATIVE(scores.bands[2].uiqi, 0.9346200600545785);
  EXPECT_RELATIVE(scores.bands[2].ergas, 3.935489693036211);
  EXPECT_RELATIVE(scores.bands[2].cc, 0.9647270424197308);
  EXPECT_EQ(scores.pixels, Rows * Columns);
}

TEST(ImageQuality, ClippedAndQuantizedAsPublished)
{
  // The same after numpy.clip(y, 0, 1); psnr and ssim of numpy.clip(255 a, 0, 255).astype(uint8) with data_range=255.
  ImageQualityOptions options;
  options.clip = options.quantize = true;
  const ImageQuality scores       = Score(TestImages().View(), options);
  EXPECT_RELATIVE(scores.overall.rmse, 0.0593829177582505);
  EXPECT_RELATIVE(scores.overall.psnr, 24.524266629396173);
  EXPECT_RELATIVE(scores.overall.ssim, 0.8920592417755421);
  EXPECT_RELATIVE(scores.overall.uiqi, 0.9285400463333604);
  EXPECT_RELATIVE(scores.overall.ergas, 3.0192727424321784);
  EXPECT_RELATIVE(scores.overall.cc, 0.9618217901146068);
  EXPECT_RELATIVE(scores.overall.sam, 5.455146288677470);
  EXPECT_RELATIVE(scores.bands[2].psnr, 24.51970436444398);
  EXPECT_RELATIVE(scores.bands[2].ssim, 0.8994742564978133);
}

TEST(ImageQuality, InvalidPixelsTakeTheirWindowsWithThem)
{
  // NumPy over the valid pixels; scikit-image's SSIM map over the windows without an invalid pixel.
  TestImages         images;
  otb::ImagePairView view = images.View();
  for (const auto& [row, column] : {std::pair<std::size_t, std::size_t>{3, 4}, {20, 30}, {0, 40}})
  {
    view.invalid[row * Columns + column] = 1;
    std::fill_n(images.estimate.begin() + (row * Columns + column) * Bands, Bands, std::nanf(""));
  }
  const ImageQuality scores = Score(view, ImageQualityOptions());
  EXPECT_EQ(scores.pixels, 1104u);
  EXPECT_RELATIVE(scores.overall.rmse, 0.05973080452876315);
  EXPECT_RELATIVE(scores.overall.ssim, 0.8919694211970915);
  EXPECT_RELATIVE(scores.overall.uiqi, 0.9288915828905795);
  EXPECT_RELATIVE(scores.overall.ergas, 3.0378800945656343);
  EXPECT_RELATIVE(scores.overall.cc, 0.9615322248937289);
  EXPECT_RELATIVE(scores.overall.sam, 5.478544205245368);
}

TEST(ImageQuality, EqualImagesArePerfect)
{
  const TestImages   images;
  otb::ImagePairView view   = images.View();
  view.estimate             = view.reference;
  const ImageQuality scores = Score(view, ImageQualityOptions());
  EXPECT_EQ(scores.overall.rmse, 0.);
  EXPECT_EQ(scores.overall.psnr, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(scores.overall.ssim, 1., 1e-13);
  EXPECT_NEAR(scores.overall.uiqi, 1., 1e-12);
  EXPECT_EQ(scores.overall.ergas, 0.);
  EXPECT_NEAR(scores.overall.cc, 1., 1e-13);
  EXPECT_EQ(scores.overall.sam, 0.);
}

TEST(ImageQuality, WorkedByHand)
{
  // 2 x 1 pixels of two bands; no window fits. x = (3, 0), (0, 0); y = (3, 4), (1, 1).
  const float         x[] = {3, 0, 0, 0}, y[] = {3, 4, 1, 1};
  otb::ImagePairView  view{x, y, 4, 4, 1, 2, 2, {0, 0}};
  ImageQualityOptions options;
  options.peak              = 4.;
  const ImageQuality scores = Score(view, options);
  EXPECT_NEAR(scores.overall.rmse, std::sqrt((16. + 1 + 1) / 4), 1e-15);
  EXPECT_NEAR(scores.overall.psnr, 10 * std::log10(16 / 4.5), 1e-13);
  EXPECT_NEAR(scores.overall.sam, std::acos(0.6) * 180 / std::acos(-1.), 1e-12); // the zero spectrum is left out
  EXPECT_NEAR(scores.overall.ergas, 25 * std::sqrt(0.5) / 1.5, 1e-13);           // and the band of mean zero
  EXPECT_NEAR(scores.bands[0].cc, 1., 1e-13);
  EXPECT_TRUE(std::isnan(scores.bands[1].cc));
  EXPECT_NEAR(scores.overall.cc, 1., 1e-13);
  EXPECT_TRUE(std::isnan(scores.overall.ssim));
  EXPECT_TRUE(std::isnan(scores.overall.uiqi));
}

TEST(ImageQuality, FlatWindowsFollowWangAndBovik)
{
  // Two flat images differ in luminance only; two black ones do not differ. Neither correlates with anything.
  constexpr std::size_t rows = 8, columns = 19; // with these, the variance of the sums is rounding, but not zero
  std::vector<float>    x(rows * columns * 2, 0.f), y(x);
  for (std::size_t i = 0; i < x.size(); i += 2)
  {
    x[i] = 0.4f;
    y[i] = 0.1f;
  }
  const std::vector<std::uint8_t> valid(rows * columns, 0);
  const ImageQuality              scores = Score({x.data(), y.data(), 2 * columns, 2 * columns, rows, columns, 2, valid}, ImageQualityOptions());
  EXPECT_NEAR(scores.bands[0].uiqi, 2 * 0.4 * 0.1 / (0.16 + 0.01), 1e-6);
  EXPECT_EQ(scores.bands[1].uiqi, 1.);
  EXPECT_TRUE(std::isnan(scores.bands[0].cc)) << scores.bands[0].cc;
  EXPECT_TRUE(std::isnan(scores.bands[1].cc));
  EXPECT_TRUE(std::isnan(scores.overall.cc));
  EXPECT_TRUE(std::isnan(scores.overall.ssim));
}

TEST(ImageQuality, PartsAddUpToTheWhole)
{
  const TestImages          images;
  const otb::ImagePairView  whole = images.View();
  const ImageQualityOptions options;
  const ImageQuality        expected = Score(whole, options);

  ImageQualitySums  total(Bands);
  const std::size_t rowEdges[] = {0, 1, 11, 12, 27}, columnEdges[] = {0, 7, 40, 41};
  for (std::size_t i = 0; i + 1 < std::size(rowEdges); ++i)
  {
    for (std::size_t j = 0; j + 1 < std::size(columnEdges); ++j)
    {
      // A view of the part and its halo.
      const auto                    halo   = otb::ImageQualityHalo;
      const std::size_t             top    = rowEdges[i] - std::min(rowEdges[i], halo);
      const std::size_t             left   = columnEdges[j] - std::min(columnEdges[j], halo);
      const std::size_t             bottom = std::min(Rows, rowEdges[i + 1] + halo);
      const std::size_t             right  = std::min(Columns, columnEdges[j + 1] + halo);
      const std::size_t             first  = (top * Columns + left) * Bands;
      otb::ImagePairView            part{images.reference.data() + first,
                              images.estimate.data() + first,
                              whole.referenceStride,
                              whole.estimateStride,
                              bottom - top,
                              right - left,
                              Bands,
                              std::vector<std::uint8_t>((bottom - top) * (right - left), 0)};
      std::vector<ImageQualitySums> lines(rowEdges[i + 1] - rowEdges[i]);
      otb::ScanImageQuality(part, options, rowEdges[i] - top, columnEdges[j] - left, columnEdges[j + 1] - columnEdges[j], lines.data(), lines.size());
      for (const ImageQualitySums& line : lines)
      {
        total.Add(line);
      }
    }
  }
  const ImageQuality scores = total.Evaluate(options);
  EXPECT_EQ(scores.pixels, expected.pixels);
  EXPECT_NEAR(scores.overall.rmse, expected.overall.rmse, 1e-14);
  EXPECT_NEAR(scores.overall.ssim, expected.overall.ssim, 1e-13);
  EXPECT_NEAR(scores.overall.uiqi, expected.overall.uiqi, 1e-13);
  EXPECT_NEAR(scores.overall.cc, expected.overall.cc, 1e-13);
  EXPECT_NEAR(scores.overall.sam, expected.overall.sam, 1e-12);
}

TEST(ImageQuality, HasTheSameBitsWithEveryInstructionSet)
{
  const TestImages    images;
  otb::ImagePairView  view = images.View();
  ImageQualityOptions published;
  published.clip     = true;
  published.quantize = true;
  for (const bool valid : {true, false})
  {
    view.invalid[13 * Columns + 17] = !valid;
    for (const ImageQualityOptions& options : {ImageQualityOptions(), published})
    {
      std::vector<ImageQualitySums> expected;
      for (const std::string& instructionSet : otb::kernels::InstructionSets())
      {
        ASSERT_TRUE(otb::kernels::ForceInstructionSet(instructionSet));
        std::vector<ImageQualitySums> lines(Rows);
        otb::ScanImageQuality(view, options, 0, 0, Columns, lines.data(), Rows);
        expected = expected.empty() ? lines : expected;
        for (std::size_t line = 0; line < Rows; ++line)
        {
          EXPECT_TRUE((lines[line].bands == expected[line].bands).all()) << "line " << line << ", " << instructionSet;
          EXPECT_EQ(lines[line].ssimWindows, expected[line].ssimWindows) << "line " << line << ", " << instructionSet;
          EXPECT_EQ(lines[line].uiqiWindows, expected[line].uiqiWindows) << "line " << line << ", " << instructionSet;
        }
      }
    }
  }
  otb::kernels::ForceInstructionSet("");
}

TEST(ImageQuality, SmallAnglesAreExact)
{
  const float       x[] = {1.f, 0.f}, y[] = {1.f, 1e-6f};
  otb::SpectrumPair pair(2);
  pair.Load(x, y, ImageQualityOptions());
  EXPECT_NEAR(*pair.Angle(), 1e-6 * 180 / std::acos(-1.), 1e-11);
  EXPECT_NEAR(pair.RootMeanSquareError(), 1e-6 / std::sqrt(2.), 1e-12);
}

TEST(ImageQualityReport, HasALinePerBandAndComparison)
{
  const ImageQuality      scores = Score(TestImages().View(), ImageQualityOptions());
  otb::ImageQualityReport report;
  report.Add("reference", scores);
  ImageQuality perfect;
  perfect.overall.psnr = std::numeric_limits<double>::infinity();
  report.Add("spatial", perfect);

  const std::string csv = report.ToCsv();
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "comparison,band,rmse,psnr,ssim,uiqi,ergas,sam,cc");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3 + static_cast<int>(Bands));
  EXPECT_NE(csv.find("\nreference,all,0.0597629631,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\nreference,3,0.0597349347"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",,0.9647270424\n"), std::string::npos) << csv; // a band has no spectral angle
  EXPECT_NE(csv.find("\nspatial,all,nan,inf,nan"), std::string::npos) << csv;

  const std::string json = report.ToJson();
  EXPECT_NE(json.find("\"rmse\": 0.05976296"), std::string::npos) << json;
  EXPECT_NE(json.find("\"psnr\": null"), std::string::npos) << json;
}

TEST(ImageQualityReport, HasTheInnovationInALineAndAMemberOfItsOwn)
{
  otb::ImageQualityReport report;
  report.Add("spectral", Score(TestImages().View(), ImageQualityOptions()));
  otb::ImageQualityReport::Innovation innovation;
  innovation.score           = otb::HeldOutScore({1., 3., 5., 7.}); // mean 4, standard error sqrt(20 / 3 / 4)
  innovation.blur.blur.knots = Eigen::RowVector2d(0.5, 0.5);
  innovation.blur.blur.left  = 1.;
  report.SetInnovation(innovation);

  const std::string  csv     = report.ToCsv();
  const auto         columns = std::count(csv.begin(), csv.begin() + static_cast<std::ptrdiff_t>(csv.find('\n')), ',');
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);)
  {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), columns) << line;
  }
  EXPECT_NE(csv.find("\ninnovation,all,,,,,,,,4,1.290994449,4,0.5,0,1.5,0\n"), std::string::npos) << csv;

  const std::string json = report.ToJson();
  for (const char* text : {"\"innovation\": {", "\"value\": 4.0", "\"standard_error\": 1.29099", "\"pixels\": 4"})
  {
    EXPECT_NE(json.find(text), std::string::npos) << json;
  }
}

TEST(ImageQuality, RefusesOptionsOutOfRange)
{
  const TestImages    images;
  ImageQualityOptions options;
  options.peak = 0.;
  EXPECT_THROW(Score(images.View(), options), std::invalid_argument);
  options.peak  = 1.;
  options.ratio = -4.;
  EXPECT_THROW(Score(images.View(), options), std::invalid_argument);
}
