// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionReport.h"
#include "otbBlurPicture.h"
#include "otbColourRamp.h"
#include "otbHtmlText.h"
#include "otbLineChart.h"
#include "otbReportParts.h"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <locale>
#include <numeric>
#include <sstream>
#include <utility>

namespace otb
{
namespace
{
using Report = SpectralInversionReport;

// More points than that say nothing on a screen.
constexpr std::size_t MaximumLosses = 200;

/** The abscissa of curves over the hyperspectral bands. */
void SetAbscissa(LineChart& chart, const SpectralAxis& axis, std::size_t bands)
{
  chart.xName = axis.size() == bands ? "wavelength [nm]" : "band";
  chart.x     = axis.wavelengths;
  if (axis.size() != bands)
  {
    chart.x.resize(bands);
    for (std::size_t band = 0; band < bands; ++band)
    {
      chart.x[band] = static_cast<double>(band + 1);
    }
  }
}

LineChart::Series MakeSeries(const std::string& name, const SpectraMatrix& matrix, Eigen::Index row)
{
  return {name, std::vector<double>(matrix.data() + row * matrix.cols(), matrix.data() + (row + 1) * matrix.cols()), static_cast<std::size_t>(row)};
}

/** A blue band is blue: the first colour that suits its wavelength [nm] and is free, or the next free one. */
std::size_t ChooseColour(double wavelength, std::vector<bool>& taken)
{
  constexpr std::size_t                Blue = 0, Green = 2, Amber = 3, Pink = 4, Violet = 6, Red = 7;
  const std::pair<double, std::size_t> ends[] = {{510., Blue}, {575., Green}, {615., Amber}, {690., Red}, {760., Pink}};
  const auto* const                    end    = std::find_if(std::begin(ends), std::end(ends), [=](const auto& range) { return wavelength < range.first; });
  std::size_t                          colour = end == std::end(ends) ? Violet : end->second;
  if (colour < taken.size() && taken[colour])
  {
    colour = static_cast<std::size_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
  }
  taken.resize(std::max(taken.size(), colour + 1));
  taken[colour] = true;
  return colour;
}

void BeginSection(std::ostream& html, const std::string& title, const std::string& remark = {})
{
  html << "<section>\n<h2>" << ToHtmlText(title) << "</h2>\n";
  if (!remark.empty())
  {
    html << "<p class=\"remark\">" << ToHtmlText(remark) << "</p>\n";
  }
}

void EndSection(std::ostream& html)
{
  html << "</section>\n";
}

void WriteHighlights(std::ostream& html, const std::vector<Report::Highlight>& highlights)
{
  html << "<dl class=\"highlights\">\n";
  for (const auto& highlight : highlights)
  {
    html << "<div><dt>" << ToHtmlText(highlight.meaning) << "</dt><dd>" << ToHtmlText(highlight.value) << "</dd></div>\n";
  }
  html << "</dl>\n";
}

/** The colours of a quantity, with the values of the first and the last. */
void WriteLegend(std::ostream& html, const Quicklook::Stretch& ends)
{
  html << "<br/><span class=\"legend\">" << ToHtmlNumber(ends.low, 3) << " <span class=\"ramp\" style=\"background:linear-gradient(to right";
  for (std::size_t stop = 0; stop < ColourRamp::Stops.size(); ++stop)
  {
    html << ',' << ColourRamp::GetName(stop);
  }
  html << ")\"></span> " << ToHtmlNumber(ends.high, 3) << "</span>";
}

/** \param number of the series whose colour marks the caption, or less than zero for none */
void WritePicture(std::ostream& html, const Report::Picture& picture, int number = -1)
{
  html << "<figure>\n<img src=\"" << picture.quicklook.ToPngAddress(picture.stretches) << "\" width=\"" << picture.quicklook.columns << "\" height=\""
       << picture.quicklook.rows << "\" alt=\"" << ToHtmlText(picture.title) << "\"/>\n<figcaption>";
  if (number >= 0)
  {
    html << "<span class=\"key " << GetSeriesClass(static_cast<std::size_t>(number)) << "\"></span>";
  }
  html << "<strong>" << ToHtmlText(picture.title) << "</strong>";
  if (!picture.remark.empty())
  {
    html << "<br/>" << ToHtmlText(picture.remark);
  }
  if (picture.legend)
  {
    WriteLegend(html, *picture.legend);
  }
  html << "</figcaption>\n</figure>\n";
}

void WritePictures(std::ostream& html, const Report& report)
{
  if (report.pictures.empty())
  {
    return;
  }
  BeginSection(html, "Images", report.pictureRemark);
  html << "<div class=\"pictures\">\n";
  for (const auto& picture : report.pictures)
  {
    WritePicture(html, picture);
  }
  html << "</div>\n";
  EndSection(html);
}

/** A score and the standard error of that mean. */
std::string ToScoreText(const HeldOutScore& score)
{
  return score.pixels.empty() ? "–" : ToHtmlNumber(score.value, 3) + " ± " + ToHtmlNumber(score.standardError, 2);
}

void WriteCandidates(std::ostream& html, const std::vector<Report::Candidate>& candidates)
{
  html << "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Result of</th><th scope=\"col\" class=\"number\">Score before "
          "refinement</th><th scope=\"col\" class=\"number\">Score after refinement</th><th scope=\"col\" class=\"number\">Components</th>"
          "<th scope=\"col\">In the result</th></tr></thead>\n<tbody>\n";
  for (const auto& candidate : candidates)
  {
    const bool refined = !candidate.refined.pixels.empty();
    html << "<tr><th scope=\"row\">" << ToHtmlText(candidate.name) << "</th><td class=\"number\">" << ToScoreText(candidate.unrefined)
         << "</td><td class=\"number\">" << ToScoreText(candidate.refined) << "</td><td class=\"number\">" << candidate.components << "</td><td>"
         << (!candidate.taken ? "left out"
             : refined        ? "refined"
                              : "as it is")
         << "</td></tr>\n";
  }
  html << "</tbody></table></div>\n";
}

void WriteBlur(std::ostream& html, const SensorBlurEstimate& estimate)
{
  const SensorBlur&        blur = estimate.blur;
  const Quicklook::Stretch unit;
  const std::string        shape = std::to_string(blur.knots.cols()) + " × " + std::to_string(blur.knots.rows());
  html << "<div class=\"blur\">\n";
  WritePicture(html, {"Blur", shape + " sharp pixels. White: no weight; blue: positive; red: negative.", DrawBlur(blur), {unit, unit, unit}, std::nullopt});
  html << "<table>\n<thead><tr><th scope=\"col\">Blur found, in sharp pixels</th><th scope=\"col\" class=\"number\">Along columns</th><th scope=\"col\" "
          "class=\"number\">Along rows</th></tr></thead>\n<tbody>\n";
  const std::pair<const char*, std::pair<double, double>> lines[] = {
      {"Width: standard deviation of what a hyperspectral pixel averages, detector included", {blur.GetWidthColumn(), blur.GetWidthRow()}},
      {"Displacement of the hyperspectral image: the blur’s centre of mass", {blur.GetCentroidColumn(), blur.GetCentroidRow()}},
      {"Standard deviation of the optics alone, in the Gaussian that fits best", {estimate.sigmaColumn, estimate.sigmaRow}},
      {"Displacement in the Gaussian that fits best", {estimate.shiftColumn, estimate.shiftRow}}};
  for (const auto& [what, values] : lines)
  {
    html << "<tr><th scope=\"row\">" << what << "</th><td class=\"number\">" << ToHtmlNumber(values.first, 3) << "</td><td class=\"number\">"
         << ToHtmlNumber(values.second, 3) << "</td></tr>\n";
  }
  html << "</tbody></table>\n</div>\n<p class=\"remark\">The multispectral image, blurred like this, explains " << ToHtmlNumber(100. * estimate.explained, 4)
       << " % of what its bands are in the hyperspectral image; the blur is " << (estimate.freeForm ? "of free form" : "a Gaussian over the detector")
       << ".</p>\n";
}

void WriteAgreement(std::ostream& html, const Report& report)
{
  if (report.candidates.empty())
  {
    return;
  }
  BeginSection(html, "Agreement with the hyperspectral image",
               "Is this result any good? The score says how far the result, blurred as the hyperspectral sensor blurs, misses hyperspectral pixels that were "
               "kept from the refinement: the mean square of the difference in units of their noise. 1 is noise alone, less is better.");
  WriteCandidates(html, report.candidates);
  html << "<p class=\"remark\">At " << report.candidates.front().unrefined.pixels.size()
       << " hyperspectral pixels, ± the standard error of the mean. Great differences of the score rank results as the truth would, small ones do not.</p>\n";
  if (report.blur)
  {
    WriteBlur(html, *report.blur);
  }
  EndSection(html);
}

void WriteComparisons(std::ostream& html, const std::vector<Report::Comparison>& comparisons)
{
  if (comparisons.empty())
  {
    return;
  }
  BeginSection(
      html, "Consistency",
      "Whether the result agrees with what it was made of. Agreement is necessary, not sufficient: it does not tell how near the result is to the truth.");
  html << "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Result against</th><th scope=\"col\" class=\"number\">Correlation</th>"
          "<th scope=\"col\" class=\"number\">Angle [°]</th><th scope=\"col\" class=\"number\">RMSE</th><th scope=\"col\" class=\"number\">ERGAS</th>"
          "</tr></thead>\n<tbody>\n";
  for (const auto& comparison : comparisons)
  {
    html << "<tr><th scope=\"row\">" << ToHtmlText(comparison.name) << "</th>";
    for (const double score : {comparison.scores.cc, comparison.scores.sam, comparison.scores.rmse, comparison.scores.ergas})
    {
      html << "<td class=\"number\">" << ToHtmlNumber(score, 4) << "</td>";
    }
    html << "</tr>\n";
  }
  html << "</tbody></table></div>\n<dl class=\"notes\">\n";
  for (const auto& comparison : comparisons)
  {
    html << "<dt>" << ToHtmlText(comparison.name) << "</dt><dd>" << ToHtmlText(comparison.measured) << "</dd>\n";
  }
  html << "<dt>Scores</dt><dd>Correlation: mean over bands, at best 1. Angle: mean spectral angle. RMSE: root mean square error, in the images’ unit. ERGAS: "
          "relative dimensionless error of synthesis. The last three are at best 0.</dd>\n</dl>\n";
  EndSection(html);
}

void WriteResponse(std::ostream& html, const Report& report)
{
  const SpectralResponse& response = report.response;
  if (response.GetNumberOfMultispectralBands() == 0)
  {
    return;
  }
  LineChart         chart;
  std::vector<bool> taken(NumberOfSeriesColours);
  chart.title    = "Weight of each hyperspectral band in the multispectral bands; the weights of a band sum to one";
  chart.yName    = "weight";
  chart.fromZero = true;
  SetAbscissa(chart, report.axis, response.GetNumberOfHyperspectralBands());
  for (unsigned int band = 0; band < response.GetNumberOfMultispectralBands(); ++band)
  {
    chart.series.push_back(MakeSeries(response.GetBandNames()[band], response.GetMatrix(), band));
    if (!report.axis.wavelengths.empty())
    {
      const auto&  weights       = chart.series.back().values;
      const double middle        = std::inner_product(weights.begin(), weights.end(), chart.x.begin(), 0.);
      chart.series.back().colour = ChooseColour(middle, taken);
    }
  }
  BeginSection(html, "Spectral response");
  html << chart.ToHtml();
  EndSection(html);
}

void WriteEndmembers(std::ostream& html, const Report& report)
{
  if (report.endmembers.rows() == 0)
  {
    return;
  }
  LineChart chart;
  chart.title    = "Endmember spectra, in the unit of the hyperspectral image";
  chart.yName    = "value";
  chart.fromZero = true;
  SetAbscissa(chart, report.axis, static_cast<std::size_t>(report.endmembers.cols()));
  for (Eigen::Index row = 0; row < report.endmembers.rows(); ++row)
  {
    chart.series.push_back(MakeSeries("Endmember " + std::to_string(row + 1), report.endmembers, row));
  }
  BeginSection(html, "Endmembers");
  html << chart.ToHtml();
  EndSection(html);
}

void WriteAbundances(std::ostream& html, const Report& report)
{
  if (report.abundances.empty())
  {
    return;
  }
  BeginSection(html, "Abundances", report.abundanceRemark);
  html << "<div class=\"thumbnails\">\n";
  for (std::size_t number = 0; number < report.abundances.size(); ++number)
  {
    WritePicture(html, report.abundances[number], static_cast<int>(number));
  }
  html << "</div>\n";
  EndSection(html);
}

void WriteLosses(std::ostream& html, const Report& report)
{
  const std::size_t epochs = report.losses.size();
  if (epochs == 0)
  {
    return;
  }
  LineChart         chart;
  const std::size_t step = (epochs + MaximumLosses - 1) / MaximumLosses;
  chart.title            = report.lossName + (step == 1 ? ", after each epoch" : ", after every " + std::to_string(step) + "th epoch");
  chart.xName            = "epoch";
  chart.yName            = "loss";
  chart.logarithmic      = true;
  chart.series.push_back({"loss", {}, 0});
  for (std::size_t epoch = (epochs - 1) % step + 1; epoch <= epochs; epoch += step)
  {
    chart.x.push_back(static_cast<double>(epoch));
    chart.series.front().values.push_back(report.losses[epoch - 1]);
  }
  BeginSection(html, "Training");
  html << chart.ToHtml();
  EndSection(html);
}

void WriteImages(std::ostream& html, const std::vector<Report::Image>& images)
{
  if (images.empty())
  {
    return;
  }
  BeginSection(html, "Files");
  html
      << "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">File</th><th scope=\"col\">Contents</th></tr></thead>\n<tbody>\n";
  for (const auto& image : images)
  {
    html << "<tr><th scope=\"row\"><code>" << ToHtmlText(image.parameter) << "</code></th><td class=\"path\">" << ToHtmlText(image.file) << "</td><td>"
         << ToHtmlText(image.size);
    if (!image.remark.empty())
    {
      html << "<small>" << ToHtmlText(image.remark) << "</small>";
    }
    html << "</td></tr>\n";
  }
  html << "</tbody></table></div>\n";
  EndSection(html);
}

void WriteSettings(std::ostream& html, const std::vector<Report::Setting>& settings)
{
  if (settings.empty())
  {
    return;
  }
  BeginSection(html, "Settings");
  html
      << "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">Meaning</th><th scope=\"col\">Value</th></tr></thead>\n<tbody>\n";
  for (const auto& setting : settings)
  {
    html << "<tr><th scope=\"row\"><code>" << ToHtmlText(setting.key) << "</code></th><td>" << ToHtmlText(setting.name) << "</td><td class=\"path\">"
         << ToHtmlText(setting.value) << (setting.isDefault ? " <span class=\"default\">default</span>" : "") << "</td></tr>\n";
  }
  html << "</tbody></table></div>\n";
  EndSection(html);
}

void WriteSteps(std::ostream& html, const std::vector<Report::Step>& steps)
{
  if (steps.empty())
  {
    return;
  }
  double total = 0.;
  for (const auto& step : steps)
  {
    total += step.seconds;
  }
  BeginSection(html, "Time");
  html << "<table class=\"times\">\n<thead><tr><th scope=\"col\">Step</th><th scope=\"col\" class=\"number\">Seconds</th><td></td></tr></thead>\n<tbody>\n";
  for (const auto& step : steps)
  {
    html << "<tr><th scope=\"row\">" << ToHtmlText(step.name) << "</th><td class=\"number\">" << ToHtmlNumber(step.seconds, 3)
         << "</td><td class=\"bar\"><span style=\"width:" << (total > 0. ? 100. * step.seconds / total : 0.) << "%\"></span></td></tr>\n";
  }
  html << "</tbody>\n<tfoot><tr><th scope=\"row\">All</th><td class=\"number\">" << ToHtmlNumber(total, 3) << "</td><td></td></tr></tfoot></table>\n";
  EndSection(html);
}

std::string Today()
{
  const std::time_t now = std::time(nullptr);
  std::tm           day;
  gmtime_r(&now, &day);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &day);
  return text;
}
} // namespace

std::string SpectralInversionReport::ToHtml() const
{
  std::ostringstream html;
  html.imbue(std::locale::classic());
  html << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
       << "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>" << ToHtmlText(application) << "</title>\n<style>\n"
       << ReportStyle << "</style>\n</head>\n<body>\n<main>\n<header>\n<h1>" << ToHtmlText(application) << "</h1>\n<p>" << ToHtmlText(method) << "</p>\n";
  WriteHighlights(html, highlights);
  html << "</header>\n";
  WritePictures(html, *this);
  WriteAgreement(html, *this);
  WriteComparisons(html, comparisons);
  WriteResponse(html, *this);
  WriteEndmembers(html, *this);
  WriteAbundances(html, *this);
  WriteLosses(html, *this);
  WriteImages(html, images);
  WriteSettings(html, settings);
  WriteSteps(html, steps);
  html << "</main>\n<footer>Written on " << Today() << "</footer>\n<script>\n" << ReportScript << "</script>\n</body>\n</html>\n";
  return html.str();
}
} // namespace otb
