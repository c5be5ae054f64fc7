// SPDX-License-Identifier: Apache-2.0
#include "otbBlurPicture.h"
#include "otbEndmemberTable.h"
#include "otbHtmlText.h"
#include "otbLineChart.h"
#include "otbSpectralInversionReport.h"
#include "../testModels.h"

#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <algorithm>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace
{
using otb::LineChart;
using otb::Quicklook;
using otb::SpectralInversionReport;
using otb::ToHtmlNumber;
using otb::ToHtmlText;
using otb::test::MakeAxis;
using otb::test::MakeResponse;
using Tree = boost::property_tree::ptree;

constexpr const char* Hostile = "</script><script>alert(1)</script>\" onload=\"x' & <b>";

/** The page as a tree, without its script, which is no XML; throws when an element is not closed or a text not escaped. */
Tree Parse(std::string html)
{
  for (auto begin = html.find("<script>"); begin != std::string::npos; begin = html.find("<script>"))
  {
    html.erase(begin, html.find("</script>", begin) + 9 - begin);
  }
  std::istringstream text(html.substr(html.find('>') + 1)); // after the document type
  Tree               tree;
  boost::property_tree::read_xml(text, tree);
  return tree;
}

/** All elements of that name, in the order of the page. */
void Find(const Tree& tree, const std::string& name, std::vector<Tree>& found)
{
  for (const auto& [key, child] : tree)
  {
    if (key == name)
    {
      found.push_back(child);
    }
    Find(child, name, found);
  }
}

std::vector<Tree> Find(const Tree& tree, const std::string& name)
{
  std::vector<Tree> found;
  Find(tree, name, found);
  return found;
}

std::vector<std::string> TextsOf(const Tree& tree, const std::string& name)
{
  std::vector<std::string> texts;
  for (const auto& element : Find(tree, name))
  {
    texts.push_back(element.data());
  }
  return texts;
}

SpectralInversionReport MakeReport()
{
  SpectralInversionReport report;
  report.application = "HyperspectralSuperResolution";
  report.method      = "SpectraMorph";
  report.highlights  = {{"5", "endmembers"}};
  report.images      = {{"inhs", "folder/coarse.tif", "25 × 25 pixels, 37 bands", "Spacing 30 × 30"}};
  report.settings    = {{"epochs", "Epochs", "2500", true}, {"rand", "Random seed", "7", false}};
  const Quicklook          picture{1, 1, 3, {0.f, 0.5f, 1.f}}, thumbnail{1, 1, 1, {0.5f}};
  const Quicklook::Stretch unit;
  report.pictures                        = {{"Hyperspectral image", "Natural colours", picture, {unit, unit, unit}}};
  report.comparisons                     = {{"Multispectral image", "all pixels", {}}};
  report.comparisons.front().scores.cc   = 0.98765;
  report.comparisons.front().scores.rmse = 12.5;
  report.response                        = MakeResponse();
  report.axis                            = MakeAxis();
  report.endmembers                      = otb::SpectraMatrix::NullaryExpr(5, 37, [](Eigen::Index k, Eigen::Index b) { return 1000.f * k + b + 0.5f; });
  report.abundances                      = {{"Endmember 1", "0 to 1", thumbnail, {unit}}};
  report.losses                          = {0.5, 0.25, 0.125};
  report.lossName                        = "Mean absolute difference";
  report.steps                           = {{"Training", 3.}, {"Writing", 1.}};
  return report;
}

TEST(HtmlText, EscapesMarkup)
{
  EXPECT_EQ(ToHtmlText("a < b & \"c\" > d"), "a &lt; b &amp; &quot;c&quot; &gt; d");
  EXPECT_EQ(ToHtmlText("Höhe 5 μm"), "Höhe 5 μm");
  EXPECT_EQ(ToHtmlText("H\xF6he"), "Höhe");
  EXPECT_EQ(ToHtmlText(std::string("a\x01\x1B[31mb")), "a[31mb");
}

TEST(HtmlText, WritesNumbers)
{
  EXPECT_EQ(ToHtmlNumber(0.30000000000000004), "0.3");
  EXPECT_EQ(ToHtmlNumber(-0.), "0");
  EXPECT_EQ(ToHtmlNumber(1234.5678, 4), "1235");
  EXPECT_EQ(ToHtmlNumber(std::numeric_limits<double>::quiet_NaN()), "–");
  EXPECT_EQ(ToHtmlNumber(std::numeric_limits<double>::infinity()), "–");
}

TEST(LineChart, DrawsALineToItsScale)
{
  LineChart chart;
  chart.x          = {30., 10., 20.};
  chart.series     = {{"a", {4., 0., 1.}, 0}};
  const Tree tree  = Parse("<!DOCTYPE html>" + chart.ToHtml());
  const auto paths = Find(tree, "path");
  ASSERT_EQ(paths.size(), 2u);
  // Unsorted abscissae are sorted; the ordinate, 0 to 4, hangs from the top of 400.
  EXPECT_EQ(paths[1].get<std::string>("<xmlattr>.d"), "M0 400L500 300L1000 0");
  EXPECT_EQ(paths[1].get<std::string>("<xmlattr>.class"), "line s1");
}

TEST(LineChart, DoesNotJoinWhatIsFarApartOrMissing)
{
  LineChart chart;
  chart.x         = {0., 1., 2., 3., 15., 16.};
  chart.series    = {{"a", {1., 1., std::numeric_limits<double>::quiet_NaN(), 0., 1., 1.}, 0}};
  const Tree tree = Parse("<!DOCTYPE html>" + chart.ToHtml());
  EXPECT_EQ(Find(tree, "path")[1].get<std::string>("<xmlattr>.d"), "M0 0L62.5 0M187.5 400M937.5 0L1000 0");
}

TEST(LineChart, HasALogarithmicOrdinate)
{
  LineChart chart;
  chart.x           = {0., 1., 2.};
  chart.logarithmic = true;
  chart.series      = {{"a", {0.01, 1., 0.}, 0}};
  const Tree tree   = Parse("<!DOCTYPE html>" + chart.ToHtml());
  const auto ticks  = TextsOf(tree, "span");
  EXPECT_EQ((std::vector<std::string>(ticks.begin(), ticks.begin() + 7)), (std::vector<std::string>{"0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"}));
  // Zero has no place there.
  const auto path = Find(tree, "path")[1].get<std::string>("<xmlattr>.d");
  EXPECT_EQ(std::count(path.begin(), path.end(), 'L'), 1);
}

TEST(LineChart, SurvivesWhatCannotBeDrawn)
{
  LineChart chart;
  EXPECT_NO_THROW(Parse("<!DOCTYPE html>" + chart.ToHtml()));
  chart.x      = {5.};
  chart.series = {{"a", {std::numeric_limits<double>::quiet_NaN()}, 0}};
  EXPECT_NO_THROW(Parse("<!DOCTYPE html>" + chart.ToHtml()));
  chart.series           = {{"a", {7.}, 30}};
  const std::string html = chart.ToHtml();
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("inf"), std::string::npos);
}

TEST(SpectralInversionReport, HasItsNumbersInTables)
{
  const Tree tree   = Parse(MakeReport().ToHtml());
  const auto tables = Find(tree, "table");
  ASSERT_EQ(tables.size(), 7u);
  EXPECT_EQ(TextsOf(tables[0], "td"), (std::vector<std::string>{"0.9877", "–", "12.5", "–"}));

  const auto response = TextsOf(tables[1], "td");
  ASSERT_EQ(response.size(), 3u * 37u);
  EXPECT_EQ(response[4], ToHtmlNumber(MakeResponse().GetMatrix()(1, 1), 5));

  const auto header = TextsOf(tables[2], "th");
  EXPECT_EQ(header[0], "wavelength [nm]");
  EXPECT_EQ(header[1], "Endmember 1");
  EXPECT_EQ(header[6], "400.25");
  EXPECT_EQ(TextsOf(tables[2], "td")[2 * 5 + 3], "3002.5"); // band 3 of endmember 4

  EXPECT_EQ(TextsOf(tables[3], "td"), (std::vector<std::string>{"0.5", "0.25", "0.125"}));
  EXPECT_EQ(TextsOf(tables[6], "td")[1], "3");
  EXPECT_EQ(Find(tree, "img").size(), 2u);
}

TEST(SpectralInversionReport, NeedsNothingElse)
{
  const std::string html = MakeReport().ToHtml();
  for (const char* reference : {"http:", "https:", "href", "@import", "url(", "<link", "<iframe", "fetch(", "XMLHttpRequest"})
  {
    EXPECT_EQ(html.find(reference), std::string::npos) << reference;
  }
  for (const Tree& image : Find(Parse(html), "img"))
  {
    EXPECT_EQ(image.get<std::string>("<xmlattr>.src").substr(0, 22), "data:image/png;base64,");
    EXPECT_FALSE(image.get<std::string>("<xmlattr>.alt").empty());
  }
}

TEST(SpectralInversionReport, EscapesEveryText)
{
  auto       report  = MakeReport();
  const auto scripts = [](const std::string& html)
  {
    std::size_t count = 0;
    for (auto place = html.find("<script"); place != std::string::npos; place = html.find("<script", place + 1))
    {
      ++count;
    }
    return count;
  };
  ASSERT_EQ(scripts(report.ToHtml()), 1u);

  report.application = report.method = report.pictureRemark = report.abundanceRemark = report.lossName = Hostile;
  report.highlights                                                                                    = {{Hostile, Hostile}};
  report.images                                                                                        = {{Hostile, Hostile, Hostile, Hostile}};
  report.settings                                                                                      = {{Hostile, Hostile, Hostile, false}};
  report.steps                                                                                         = {{Hostile, 1.}};
  for (auto* picture : {&report.pictures.front(), &report.abundances.front()})
  {
    picture->title = picture->remark = Hostile;
  }
  report.comparisons.front().name = report.comparisons.front().measured = Hostile;
  report.candidates                                                     = {{Hostile, otb::HeldOutScore({1., 2.}), {}, 0, true}};
  report.response        = otb::SpectralResponse(MakeResponse().GetMatrix(), std::vector<std::string>(3, Hostile), "test");
  const std::string html = report.ToHtml();
  EXPECT_EQ(scripts(html), 1u);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_EQ(html.find("\" onload"), std::string::npos);
  const Tree tree = Parse(html);
  EXPECT_EQ(TextsOf(tree, "h1"), std::vector<std::string>{Hostile});
  EXPECT_EQ(Find(tree, "img").front().get<std::string>("<xmlattr>.alt"), Hostile);
}

TEST(SpectralInversionReport, LeavesOutWhatThereIsNot)
{
  auto report = MakeReport();
  EXPECT_EQ(TextsOf(Parse(report.ToHtml()), "h2"),
            (std::vector<std::string>{"Images", "Consistency", "Spectral response", "Endmembers", "Abundances", "Training", "Files", "Settings", "Time"}));
  report.endmembers.resize(0, 0);
  report.abundances.clear();
  report.comparisons.clear();
  EXPECT_EQ(TextsOf(Parse(report.ToHtml()), "h2"), (std::vector<std::string>{"Images", "Spectral response", "Training", "Files", "Settings", "Time"}));
  EXPECT_TRUE(TextsOf(Parse(SpectralInversionReport().ToHtml()), "h2").empty());
}

/** A report of two methods, one of which is refined and taken, and of a blur with a negative lobe, displaced by a quarter and -0.5 sharp pixels. */
SpectralInversionReport MakeReportOfAgreement()
{
  SpectralInversionReport report = MakeReport();
  report.candidates              = {{"morph", otb::HeldOutScore({1., 3., 5.}), otb::HeldOutScore({0.5, 1., 1.5}), 8, true},
                                    {"lift", otb::HeldOutScore({4., 6., 8.}), otb::HeldOutScore(), 0, false}};
  otb::SensorBlurEstimate estimate;
  estimate.found      = true;
  estimate.explained  = 0.975;
  estimate.blur.knots = Eigen::RowVector4d(-0.25, 0.5, 0.75, 0.);
  estimate.blur.top   = -0.5;
  estimate.blur.left  = -1.;
  report.blur         = estimate;
  return report;
}

TEST(SpectralInversionReport, TellsHowItAgreesWithTheHyperspectralImage)
{
  const auto report = MakeReportOfAgreement();
  const Tree page   = Parse(report.ToHtml());
  EXPECT_EQ(TextsOf(page, "h2")[1], "Agreement with the hyperspectral image");
  const auto tables = Find(page, "table");
  // Standard errors of the means of three: 2 / sqrt(3) and 0.5 / sqrt(3).
  EXPECT_EQ(TextsOf(tables[0], "td"), (std::vector<std::string>{"3 ± 1.2", "1 ± 0.29", "8", "refined", "6 ± 1.2", "–", "0", "left out"}));
  const auto blur = TextsOf(tables[1], "td");
  ASSERT_EQ(blur.size(), 8u);
  EXPECT_EQ(blur[2], "1"); // -0.25 x -1 + 0.75 x 1
  EXPECT_EQ(blur[3], "-0.5");
  EXPECT_NE(report.ToHtml().find("explains 97.5 % "), std::string::npos);
  EXPECT_NE(report.ToHtml().find("At 3 hyperspectral pixels"), std::string::npos);
}

TEST(SpectralInversionReport, HasNoSectionOfAgreementWithoutAScore)
{
  auto report = MakeReportOfAgreement();
  report.blur.reset();
  EXPECT_EQ(Find(Parse(report.ToHtml()), "table").size(), 8u); // the scores alone
  report = MakeReportOfAgreement();
  report.candidates.clear();
  const auto titles = TextsOf(Parse(report.ToHtml()), "h2");
  EXPECT_EQ(std::count(titles.begin(), titles.end(), "Agreement with the hyperspectral image"), 0);
}

TEST(BlurPicture, ShowsTheSignOfAWeightByItsColour)
{
  const Quicklook picture = otb::DrawBlur(MakeReportOfAgreement().blur->blur);
  ASSERT_EQ(picture.columns, 4u);
  ASSERT_EQ(picture.rows, 1u);
  ASSERT_EQ(picture.bands, 3u);
  const auto colour = [&picture](std::size_t knot) { return picture.values.data() + 3 * knot; };
  EXPECT_GT(colour(0)[0], colour(0)[2] + 0.1f); // negative: red
  EXPECT_GT(colour(1)[2], colour(1)[0] + 0.1f); // positive: blue
  for (int part = 0; part < 3; ++part)
  {
    EXPECT_LT(colour(2)[part], colour(1)[part]); // the greatest is darkest
    EXPECT_EQ(colour(3)[part], 1.f);             // no weight: white
  }
}

TEST(SpectralInversionReport, CountsBandsWithoutWavelengths)
{
  auto report       = MakeReport();
  report.axis       = {};
  const auto header = TextsOf(Find(Parse(report.ToHtml()), "table")[2], "th");
  EXPECT_EQ(header[0], "band");
  EXPECT_EQ(header[6], "1");
  EXPECT_EQ(header.back(), "37");
}

TEST(SpectralInversionReport, ShowsTheColourOfABand)
{
  auto               report = MakeReport();
  otb::SpectraMatrix picks  = otb::SpectraMatrix::Zero(4, 37); // 480, 550, 650 and 760 nm
  picks(0, 8) = picks(1, 15) = picks(2, 25) = picks(3, 26) = 1.f;
  report.response                                          = otb::SpectralResponse(picks, {"blue", "green", "red", "also red"}, "test");
  const auto paths                                         = Find(Parse(report.ToHtml()), "path");
  EXPECT_EQ(paths[1].get<std::string>("<xmlattr>.class"), "line s1");
  EXPECT_EQ(paths[2].get<std::string>("<xmlattr>.class"), "line s3");
  EXPECT_EQ(paths[3].get<std::string>("<xmlattr>.class"), "line s8");
  EXPECT_EQ(paths[4].get<std::string>("<xmlattr>.class"), "line s2"); // red is taken
}

TEST(SpectralInversionReport, ThinsLongTrainings)
{
  auto report = MakeReport();
  report.losses.assign(2500, 1.);
  report.losses.back() = 0.5;
  const Tree table     = Find(Parse(report.ToHtml()), "table")[3];
  const auto epochs    = TextsOf(table, "th");
  EXPECT_LE(epochs.size(), 202u);
  EXPECT_EQ(epochs.back(), "2500");
  EXPECT_EQ(TextsOf(table, "td").back(), "0.5");
}

TEST(SpectralInversionReport, RefusesPicturesThatAreNone)
{
  auto report = MakeReport();
  report.pictures.front().stretches.clear();
  EXPECT_THROW(report.ToHtml(), std::invalid_argument);
}

TEST(EndmemberTable, HasALinePerBand)
{
  otb::SpectraMatrix endmembers(2, 3);
  endmembers << 1.f, 0.1f, 1e-7f, 2000.5f, 0.f, -3.f;
  otb::SpectralAxis axis;
  axis.wavelengths = {400., 410.25, 1234.5678};
  EXPECT_EQ(otb::ToEndmemberTable(endmembers, axis),
            "wavelength_nm,endmember_1,endmember_2\n400,1,2000.5\n410.25,0.100000001,0\n1234.5678,1.00000001e-07,-3\n");
  EXPECT_EQ(otb::ToEndmemberTable(endmembers, {}), "band,endmember_1,endmember_2\n1,1,2000.5\n2,0.100000001,0\n3,1.00000001e-07,-3\n");
}
} // namespace
