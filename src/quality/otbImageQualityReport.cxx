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

Json ToJson(const UncertaintyCalibration::Class& pixels)
{
  return {{"pixels", pixels.pixels}, {"predicted", pixels.predicted}, {"found", pixels.found}, {"ratio", pixels.GetRatio()}};
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
  if (m_Calibration)
  {
    Json& calibration       = json["uncertainty"];
    calibration             = otb::ToJson(m_Calibration->all);
    calibration["spearman"] = m_Calibration->spearman;
    calibration["rising"]   = m_Calibration->IsRising();
    calibration["classes"]  = Json::array();
    for (const UncertaintyCalibration::Class& pixels : m_Calibration->classes)
    {
      calibration["classes"].push_back(otb::ToJson(pixels));
    }
  }
  return json.dump(2) + "\n";
}

std::vector<std::string> ImageQualityReport::DescribeCalibration() const
{
  std::vector<std::string> lines;
  if (!m_Calibration)
  {
    return lines;
  }
  const auto row =
      [&lines](const std::string& name, const std::string& pixels, const std::string& predicted, const std::string& found, const std::string& ratio)
  {
    std::ostringstream line;
    line << std::left << std::setw(6) << name << std::right << std::setw(12) << pixels << std::setw(12) << predicted << std::setw(12) << found << std::setw(8)
         << ratio;
    lines.push_back(line.str());
  };
  const auto brief = [](double value)
  {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::setprecision(3) << value;
    return text.str();
  };
  const auto add = [&](const std::string& name, const UncertaintyCalibration::Class& pixels)
  { row(name, std::to_string(pixels.pixels), brief(pixels.predicted), brief(pixels.found), brief(pixels.GetRatio())); };
  row("class", "pixels", "predicted", "found", "ratio");
  for (std::size_t number = 0; number < m_Calibration->classes.size(); ++number)
  {
    add(std::to_string(number + 1), m_Calibration->classes[number]);
  }
  add("all", m_Calibration->all);
  return lines;
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
  csv << (m_Innovation ? ",innovation,innovation_error,pixels,width_columns,width_rows,displacement_columns,displacement_rows" : "")
      << (m_Calibration ? ",class_pixels,predicted_rmse,found_rmse\n" : "\n");
  const std::string behind = m_Calibration ? ",,,\n" : "\n";
  const std::string before = m_Innovation ? ",,,,,,," : "";
  const std::string rest   = before + behind;
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
        << blur.GetWidthColumn() << ',' << blur.GetWidthRow() << ',' << blur.GetCentroidColumn() << ',' << blur.GetCentroidRow() << behind;
  }
  if (m_Calibration)
  {
    const auto add = [&](const std::string& name, const UncertaintyCalibration::Class& pixels)
    {
      csv << "uncertainty," << name << std::string(GetMetrics().size(), ',') << before << ',' << pixels.pixels << ',' << pixels.predicted << ',' << pixels.found
          << '\n';
    };
    add("all", m_Calibration->all);
    for (std::size_t number = 0; number < m_Calibration->classes.size(); ++number)
    {
      add(std::to_string(number + 1), m_Calibration->classes[number]);
    }
  }
  return csv.str();
}
} // namespace otb
