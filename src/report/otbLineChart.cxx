// SPDX-License-Identifier: Apache-2.0
#include "otbLineChart.h"
#include "otbHtmlText.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <numeric>
#include <sstream>

namespace otb
{
namespace
{
// The lines' coordinates; the page stretches them to the room there is, so ticks are given in per cent.
constexpr double Width  = 1000.;
constexpr double Height = 400.;

/** One axis of the chart: what its ends are, where values lie between them, and which values are written beside it. */
struct Scale
{
  double              low         = 0.;
  double              high        = 1.;
  bool                logarithmic = false;
  std::vector<double> ticks;

  /** From 0 to 1. */
  double Place(double value) const
  {
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
};

/** 1, 2 or 5 times a power of ten, such that some `count` steps make the range. */
double NiceStep(double range, double count)
{
  const double raw   = range / count;
  const double power = std::pow(10., std::floor(std::log10(raw)));
  for (const double factor : {1., 2., 5.})
  {
    if (factor * power >= raw)
    {
      return factor * power;
    }
  }
  return 10. * power;
}

void AddTicks(Scale& scale, double count)
{
  const double step = NiceStep(scale.high - scale.low, count);
  for (double number = std::ceil(scale.low / step - 1e-9); number * step <= scale.high + 1e-9 * step; number += 1.)
  {
    scale.ticks.push_back(number * step);
  }
}

/** The abscissa: exactly as long as the values. */
Scale MakeAbscissa(const std::vector<double>& x)
{
  Scale      scale;
  const auto ends = std::minmax_element(x.begin(), x.end());
  if (ends.first != x.end())
  {
    scale.low  = *ends.first;
    scale.high = *ends.second > *ends.first ? *ends.second : *ends.first + 1.;
  }
  AddTicks(scale, 6.);
  return scale;
}

Scale MakeLogarithmicOrdinate(double low, double high)
{
  Scale scale;
  scale.logarithmic = true;
  scale.low         = low / 1.1;
  scale.high        = high * 1.1;
  // Within three decades 2 and 5 are written as well.
  const bool few = scale.high / scale.low < 1000.;
  for (double power = std::pow(10., std::floor(std::log10(scale.low))); power < scale.high; power *= 10.)
  {
    for (const double factor : {1., 2., 5.})
    {
      if ((few || factor == 1.) && factor * power >= scale.low && factor * power <= scale.high)
      {
        scale.ticks.push_back(factor * power);
      }
    }
  }
  return scale;
}

Scale MakeOrdinate(const std::vector<LineChart::Series>& series, bool logarithmic, bool fromZero)
{
  double low  = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& curve : series)
  {
    for (const double value : curve.values)
    {
      if (std::isfinite(value) && (!logarithmic || value > 0.))
      {
        low  = std::min(low, value);
        high = std::max(high, value);
      }
    }
  }
  if (!(low <= high))
  {
    low  = 1.;
    high = 2.;
  }
  if (logarithmic)
  {
    return MakeLogarithmicOrdinate(low, high);
  }
  Scale scale;
  scale.low         = fromZero ? std::min(low, 0.) : low;
  scale.high        = high > scale.low ? high : scale.low + std::max(1e-6, std::abs(scale.low) * 1e-3);
  const double step = NiceStep(scale.high - scale.low, 5.);
  scale.low         = std::floor(scale.low / step + 1e-9) * step;
  scale.high        = std::ceil(scale.high / step - 1e-9) * step;
  AddTicks(scale, 5.);
  return scale;
}

/** Where the abscissa leaps, as over bands that were removed, a line would claim what nobody measured. */
double LongestStep(const std::vector<double>& x, const std::vector<std::size_t>& order)
{
  std::vector<double> steps;
  for (std::size_t i = 1; i < order.size(); ++i)
  {
    steps.push_back(x[order[i]] - x[order[i - 1]]);
  }
  if (steps.empty())
  {
    return 0.;
  }
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return 6. * *middle;
}

std::string MakePath(const LineChart& chart, const std::vector<double>& values, const std::vector<std::size_t>& order, const Scale& abscissa,
                     const Scale& ordinate)
{
  const double       longest = LongestStep(chart.x, order);
  std::ostringstream path;
  path.imbue(std::locale::classic());
  path.precision(5);
  const std::size_t* previous = nullptr;
  for (const std::size_t& point : order)
  {
    const double value = values[point];
    if (!std::isfinite(value) || (ordinate.logarithmic && !(value > 0.)))
    {
      previous = nullptr;
      continue;
    }
    const bool joined = previous != nullptr && chart.x[point] - chart.x[*previous] <= longest;
    path << (joined ? 'L' : 'M') << Width * abscissa.Place(chart.x[point]) << ' ' << Height * (1. - ordinate.Place(value));
    previous = &point;
  }
  return path.str();
}

void WriteGrid(std::ostream& html, const Scale& abscissa, const Scale& ordinate)
{
  html << "<path class=\"grid\" d=\"";
  for (const double tick : ordinate.ticks)
  {
    html << "M0 " << Height * (1. - ordinate.Place(tick)) << 'H' << Width;
  }
  for (const double tick : abscissa.ticks)
  {
    html << 'M' << Width * abscissa.Place(tick) << " 0V" << Height;
  }
  html << "\"/>\n";
}

void WriteTicks(std::ostream& html, const Scale& abscissa, const Scale& ordinate)
{
  for (const double tick : ordinate.ticks)
  {
    html << "<span class=\"y tick\" style=\"bottom:" << 100. * ordinate.Place(tick) << "%\">" << ToHtmlNumber(tick) << "</span>";
  }
  for (const double tick : abscissa.ticks)
  {
    html << "<span class=\"x tick\" style=\"left:" << 100. * abscissa.Place(tick) << "%\">" << ToHtmlNumber(tick) << "</span>";
  }
}

void WriteLegend(std::ostream& html, const std::vector<LineChart::Series>& series)
{
  if (series.size() < 2)
  {
    return;
  }
  html << "<ul class=\"legend\">\n";
  for (const auto& curve : series)
  {
    html << "<li><span class=\"key " << GetSeriesClass(curve.colour) << "\"></span>" << ToHtmlText(curve.name) << "</li>\n";
  }
  html << "</ul>\n";
}

void WriteTable(std::ostream& html, const LineChart& chart, const std::vector<std::size_t>& order)
{
  html << "<details><summary>Values as a table</summary>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"numbers\">\n<thead><tr><th scope=\"col\">"
       << ToHtmlText(chart.xName) << "</th>";
  for (const auto& curve : chart.series)
  {
    html << "<th scope=\"col\">" << ToHtmlText(curve.name) << "</th>";
  }
  html << "</tr></thead>\n<tbody>\n";
  for (const std::size_t point : order)
  {
    html << "<tr><th scope=\"row\">" << ToHtmlNumber(chart.x[point], 8) << "</th>";
    for (const auto& curve : chart.series)
    {
      html << "<td>" << ToHtmlNumber(curve.values[point], 5) << "</td>";
    }
    html << "</tr>\n";
  }
  html << "</tbody></table></div></details>\n";
}
} // namespace

std::string GetSeriesClass(std::size_t colour)
{
  return "s" + std::to_string(colour % NumberOfSeriesColours + 1) + (colour < NumberOfSeriesColours ? "" : " dashed");
}

std::string LineChart::ToHtml() const
{
  const Scale              abscissa = MakeAbscissa(x);
  const Scale              ordinate = MakeOrdinate(series, logarithmic, fromZero);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return x[a] < x[b]; });

  std::ostringstream html;
  html.imbue(std::locale::classic());
  html << "<figure class=\"chart\">\n<figcaption>" << ToHtmlText(title) << "</figcaption>\n<p class=\"y name\">" << ToHtmlText(yName)
       << "</p>\n<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"" << ToHtmlText(title)
       << ". Arrow keys move from value to value.\" data-left=\"" << abscissa.low << "\" data-right=\"" << abscissa.high << "\" data-bottom=\"" << ordinate.low
       << "\" data-top=\"" << ordinate.high << "\" data-logarithmic=\"" << (logarithmic ? 1 : 0) << "\">\n<svg viewBox=\"0 0 " << Width << ' ' << Height
       << "\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\n";
  WriteGrid(html, abscissa, ordinate);
  for (const auto& curve : series)
  {
    html << "<path class=\"line " << GetSeriesClass(curve.colour) << "\" d=\"" << MakePath(*this, curve.values, order, abscissa, ordinate) << "\"/>\n";
  }
  html << "</svg>\n";
  WriteTicks(html, abscissa, ordinate);
  html << "\n</div>\n<p class=\"x name\">" << ToHtmlText(xName) << "</p>\n";
  WriteLegend(html, series);
  WriteTable(html, *this, order);
  html << "</figure>\n";
  return html.str();
}
} // namespace otb
