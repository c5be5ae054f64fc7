// SPDX-License-Identifier: Apache-2.0
#include "otbImageQualityReport.h"

#include <nlohmann/json.hpp>

#include <iomanip>
#include <locale>
#include <sstream>

namespace otb
{
namespace
{
using Json = nlohmann::ordered_json;

/** The spectral angle is a property of whole spectra: a band has none. */
bool IsOfBands(const ImageQualityReport::Metric& metric)
{
  return metric.score != &ImageQuality::Scores::sam;
}

void Put(Json& object, const ImageQuality::Scores& scores, bool band)
{
  for (const auto& metric : ImageQualityReport::GetMetrics())
  {
    if (!band || IsOfBands(metric))
    {
      // What is not finite, which JSON cannot say, becomes null when the object is written.
      object[metric.key] = scores.*metric.score;
    }
  }
}

void Put(std::ostream& csv, const ImageQuality::Scores& scores, bool band)
{
  for (const auto& metric : ImageQualityReport::GetMetrics())
  {
    csv << ',';
    if (!band || IsOfBands(metric))
    {
      csv << scores.*metric.score;
    }
  }
}
} // namespace

const std::vector<ImageQualityReport::Metric>& ImageQualityReport::GetMetrics()
{
  using Scores                             = ImageQuality::Scores;
  static const std::vector<Metric> metrics = {{"rmse", "Root mean square error", &Scores::rmse},
                                              {"psnr", "Peak signal-to-noise ratio [dB]", &Scores::psnr},
                                              {"ssim", "Structural similarity", &Scores::ssim},
                                              {"uiqi", "Universal image quality index", &Scores::uiqi},
                                              {"ergas", "Relative dimensionless error of synthesis", &Scores::ergas},
                                              {"sam", "Spectral angle [degrees]", &Scores::sam},
                                              {"cc", "Correlation coefficient", &Scores::cc}};
  return metrics;
}

void ImageQualityReport::Add(const std::string& comparison, const ImageQuality& quality)
{
  m_Comparisons.emplace_back(comparison, quality);
}

std::string ImageQualityReport::ToJson() const
{
  Json json = Json::object();
  for (const auto& [name, quality] : m_Comparisons)
  {
    const ImageQualityOptions& options    = quality.options;
    Json&                      comparison = json[name];
    comparison["pixels"]                  = quality.pixels;
    comparison["options"]                 = {{"peak", options.peak}, {"clip", options.clip}, {"quantize", options.quantize}, {"ratio", options.ratio}};
    Put(comparison["overall"], quality.overall, false);
    comparison["bands"] = Json::array();
    for (std::size_t band = 0; band < quality.bands.size(); ++band)
    {
      Json object;
      object["band"] = band + 1;
      Put(object, quality.bands[band], true);
      comparison["bands"].push_back(object);
    }
  }
  if (m_Innovation)
  {
    const HeldOutScore&       score = m_Innovation->score;
    const SensorBlurEstimate& found = m_Innovation->blur;
    const SensorBlur&         blur  = found.blur;
    json["innovation"]              = {{"value", score.value},
                                       {"standard_error", score.standardError},
                                       {"pixels", score.pixels.size()},
                                       {"blur",
                                        {{"free_form", found.freeForm},
                                         {"explained", found.explained},
                                         {"width", {{"columns", blur.GetWidthColumn()}, {"rows", blur.GetWidthRow()}}},
                                         {"displacement", {{"columns", blur.GetCentroidColumn()}, {"rows", blur.GetCentroidRow()}}}}}};
  }
  return json.dump(2) + "\n";
}

std::string ImageQualityReport::ToCsv() const
{
  std::ostringstream csv;
  csv.imbue(std::locale::classic());
  csv << std::setprecision(10) << "comparison,band";
  for (const Metric& metric : GetMetrics())
  {
    csv << ',' << metric.key;
  }
  csv << (m_Innovation ? ",innovation,innovation_error,pixels,width_columns,width_rows,displacement_columns,displacement_rows\n" : "\n");
  const std::string rest = m_Innovation ? ",,,,,,,\n" : "\n";
  for (const auto& [name, quality] : m_Comparisons)
  {
    csv << name << ",all";
    Put(csv, quality.overall, false);
    csv << rest;
    for (std::size_t band = 0; band < quality.bands.size(); ++band)
    {
      csv << name << ',' << band + 1;
      Put(csv, quality.bands[band], true);
      csv << rest;
    }
  }
  if (m_Innovation)
  {
    const HeldOutScore& score = m_Innovation->score;
    const SensorBlur&   blur  = m_Innovation->blur.blur;
    csv << "innovation,all" << std::string(GetMetrics().size(), ',') << ',' << score.value << ',' << score.standardError << ',' << score.pixels.size() << ','
        << blur.GetWidthColumn() << ',' << blur.GetWidthRow() << ',' << blur.GetCentroidColumn() << ',' << blur.GetCentroidRow() << '\n';
  }
  return csv.str();
}
} // namespace otb
