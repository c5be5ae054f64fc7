// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQualityReport_h
#define otbImageQualityReport_h

#include "otbImageQuality.h"

#include <string>
#include <utility>
#include <vector>

namespace otb
{
/** \class ImageQualityReport
 * \brief The scores of one or more comparisons, as text for programs to read.
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT ImageQualityReport
{
public:
  struct Metric
  {
    const char* key;
    const char* title;
    double ImageQuality::Scores::*score;
  };

  /** The metrics in the order of the reports. */
  static const std::vector<Metric>& GetMetrics();

  void Add(const std::string& comparison, const ImageQuality& quality);

  /** As a JSON object with a member per comparison: pixels, options, overall scores, a list of scores per band (from 1). What is infinite or undefined is null.
   */
  std::string ToJson() const;

  /** As CSV: a header; per comparison a line for the band `all` and a line per band (from 1). What a band does not have is empty. */
  std::string ToCsv() const;

private:
  std::vector<std::pair<std::string, ImageQuality>> m_Comparisons;
};
} // namespace otb

#endif
