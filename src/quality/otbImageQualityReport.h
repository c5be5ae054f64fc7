// SPDX-License-Identifier: Apache-2.0
#ifndef otbImageQualityReport_h
#define otbImageQualityReport_h

#include "otbHeldOutScore.h"
#include "otbImageQuality.h"
#include "otbSensorBlurEstimate.h"
#include "otbUncertaintyCalibration.h"

#include <optional>
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

  /** How well the image foretells hyperspectral pixels through the blur found. */
  struct Innovation
  {
    HeldOutScore       score;
    SensorBlurEstimate blur;
  };

  void SetInnovation(const Innovation& innovation)
  {
    m_Innovation = innovation;
  }

  /** How errors that were predicted of the image compare with those against the reference. */
  void SetCalibration(const UncertaintyCalibration::Table& calibration)
  {
    m_Calibration = calibration;
  }

  /** The calibration for people to read, line by line: a heading, a line per class, one of all; none without. */
  std::vector<std::string> DescribeCalibration() const;

  /** As a JSON object with a member per comparison: pixels, options, overall scores, a list of scores per band (from 1). What is infinite or undefined is null.
   * The innovation is a member of its own: value, standard error, pixels; width and displacement of the blur [sharp pixels];
   * so is the calibration: of all pixels and of each class their number, predicted and found root mean square error, and the ratio of the two. */
  std::string ToJson() const;

  /** As CSV: a header; per comparison a line for the band `all` and a line per band (from 1). What a band does not have is empty. With an innovation there
   * are more columns, at the end, and a line that has nothing but them; so there are with a calibration, with lines for `all` and each class (from 1). */
  std::string ToCsv() const;

private:
  std::vector<std::pair<std::string, ImageQuality>> m_Comparisons;
  std::optional<Innovation>                         m_Innovation;
  std::optional<UncertaintyCalibration::Table>      m_Calibration;
};
} // namespace otb

#endif
