// SPDX-License-Identifier: Apache-2.0
#ifndef otbLineChart_h
#define otbLineChart_h

#include "SpectraMorphExport.h"

#include <string>
#include <vector>

namespace otb
{
/** \class LineChart
 * \brief Curves over a common abscissa, as a piece of HTML: lines as SVG, a legend, and the numbers as a table, which the page's script reads for hover values.
 */
struct SpectraMorph_EXPORT LineChart
{
  struct Series
  {
    std::string         name;
    std::vector<double> values;     // one for each x; what is not finite breaks the line
    std::size_t         colour = 0; // see GetSeriesClass()
  };

  std::string         title; // what the chart shows, in one sentence
  std::string         xName;
  std::string         yName;
  std::vector<double> x;
  std::vector<Series> series;
  bool                logarithmic = false; // the ordinate; values must then be positive to be seen
  bool                fromZero    = false; // the ordinate begins at zero, or under it

  std::string ToHtml() const;
};

/** Colours of series come from the page's style: blue, orange, green, amber, pink, olive, violet and red, from 0; then again with dashes. */
constexpr std::size_t NumberOfSeriesColours = 8;
SpectraMorph_EXPORT std::string GetSeriesClass(std::size_t colour);
} // namespace otb

#endif
