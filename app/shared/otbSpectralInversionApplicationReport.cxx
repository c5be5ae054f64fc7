// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"
#include "otbSpectralInversionReportImages.h"

#include <cmath>

namespace otb
{
namespace Wrapper
{
namespace
{
std::string DescribeSize(const FloatVectorImageType* image)
{
  const auto size  = image->GetLargestPossibleRegion().GetSize();
  const auto bands = image->GetNumberOfComponentsPerPixel();
  return std::to_string(size[0]) + " × " + std::to_string(size[1]) + " pixels, " + std::to_string(bands) + (bands == 1 ? " band" : " bands");
}
} // namespace

void SpectralInversionApplication::AddReportParameter()
{
  AddParameter(ParameterType_OutputFilename, "report", "Report");
  SetParameterDescription("report",
                          "One file (HTML) for a browser: what was given, settings, pictures, spectral response, endmembers, loss, how well the result "
                          "agrees with the images it was made of and foretells hyperspectral pixels that were held out, the blur found, times.");
  MandatoryOff("report");
}

void SpectralInversionApplication::AfterStep(const std::string& name, double seconds)
{
  m_Report.steps.push_back({name, seconds});
}

bool SpectralInversionApplication::IsInChosenBranch(const std::string& key)
{
  for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1))
  {
    const std::string parent = key.substr(0, dot);
    const std::string branch = key.substr(dot + 1, key.find('.', dot + 1) - dot - 1);
    if (GetParameterType(parent) == ParameterType_Choice && GetParameterString(parent) != branch)
    {
      return false;
    }
  }
  return true;
}

void SpectralInversionApplication::ReportParameters()
{
  for (const std::string& key : GetParametersKeys(true))
  {
    const auto type = GetParameterType(key);
    // A parameter that keeps its default counts as disabled.
    const bool isOutput = type == ParameterType_OutputFilename || type == ParameterType_OutputImage;
    if (type == ParameterType_Group || !HasValue(key) || (isOutput && !IsParameterEnabled(key)) || !IsInChosenBranch(key))
    {
      continue;
    }
    const std::string value = GetParameterString(key);
    if (type == ParameterType_InputImage)
    {
      const auto* const image   = GetParameterFloatVectorImage(key);
      const auto        spacing = image->GetSignedSpacing();
      m_Report.images.push_back({key, value.empty() ? "(in memory)" : value, DescribeSize(image),
                                 image->GetImageMetadata().HasProjectedGeometry()
                                     ? "Spacing " + ToText(std::abs(spacing[0])) + " × " + ToText(std::abs(spacing[1])) + " in units of the projection"
                                     : ""});
    }
    else if (isOutput || type == ParameterType_InputFilename)
    {
      m_Report.images.push_back({key, value, GetParameterName(key), ""});
    }
    else
    {
      const auto        dot    = key.rfind('.');
      const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot);
      const bool        member = !parent.empty() && GetParameterType(parent) == ParameterType_Group && parent.find('.') == std::string::npos;
      m_Report.settings.push_back({key, (member ? GetParameterName(parent) + ": " : "") + GetParameterName(key), value, !HasUserValue(key)});
    }
  }
}

void SpectralInversionApplication::ReportModel(const SpectralInversionModel& model)
{
  const auto method    = SpectralInversionMethod::Make(model.inverse->GetMethod());
  m_Report.application = GetName();
  m_Report.method      = method->GetTitle();
  m_Report.response    = model.response;
  m_Report.axis        = model.axis;
  m_Report.lossName    = std::string("Mean ") + (GetParameterString("loss") == "l1" ? "absolute" : "squared") + " difference in scaled units";
  if (const auto mixed = model.FindAbundances())
  {
    m_Report.endmembers = mixed->Mixing().GetEndmembers();
  }
  for (const auto& highlight : method->GetHighlights(*model.inverse, model.training))
  {
    m_Report.highlights.push_back({highlight.value, highlight.meaning});
  }
  m_Report.highlights.push_back({std::to_string(model.training.pixels), "pixels to train on"});
  if (method->IsIterative())
  {
    m_Report.highlights.push_back({ToBriefText(model.training.loss, 3), "loss after " + std::to_string(model.training.epochs) + " epochs"});
  }
}

void SpectralInversionApplication::ReportAgreement(const Judgement& judgement)
{
  if (judgement.retrained > 0)
  {
    m_Report.highlights.push_back({std::to_string(judgement.retrained), "pixels of the refined image to train on in a second round"});
  }
  const HeldOutScore* best = nullptr;
  for (const Judgement::Row& row : judgement.rows)
  {
    const RefinementSelection& selection  = row.candidate.selection;
    const unsigned int         components = selection.model.components();
    if (selection.unrefined.pixels.empty())
    {
      return; // too few for a score
    }
    m_Report.candidates.push_back({(judgement.retrained > 0 ? "First round: " : "") + row.name, selection.unrefined,
                                   components > 0 ? selection.chosen.score : HeldOutScore(), components, row.candidate.taken});
    const HeldOutScore& score = row.candidate.GetScore();
    best                      = row.candidate.taken && (best == nullptr || score.value < best->value) ? &score : best;
  }
  if (best != nullptr)
  {
    // What a reader wants to know first.
    const std::string what = judgement.rows.size() == 1 ? "score" : "best score of a method";
    m_Report.highlights.insert(m_Report.highlights.begin(), {ToBriefText(best->value, 3), what + (judgement.retrained > 0 ? " of the first round" : "") +
                                                                                              " at hyperspectral pixels held out, 1 being noise alone"});
  }
  if (judgement.blur && judgement.blur->found)
  {
    m_Report.blur = judgement.blur;
  }
}

bool SpectralInversionApplication::IsReported()
{
  return IsParameterEnabled("report") && HasValue("report");
}

void SpectralInversionApplication::WriteReport(const SpectralInversionModel& model, const InputImage& hyperspectral)
{
  if (IsReported())
  {
    ReportModel(model);
    ReportParameters();
    TimeStep("Pictures and scores of this report", [&] { MakeReportImages(model, hyperspectral); });
    FinishReport();
  }
}

void SpectralInversionApplication::WriteReport(const Judgement& judgement, Images& images, const Result& result)
{
  const SpectralInversionModel& model = judgement.model;
  if (IsReported())
  {
    ReportModel(model);
    if (judgement.mixed)
    {
      m_Report.endmembers = judgement.mixed->Mixing().GetEndmembers();
    }
    ReportAgreement(judgement);
    ReportParameters();
    TimeStep("Pictures and scores of this report",
             [&]
             {
               auto pictures = MakeReportImages(model, *images.hyperspectral);
               pictures.AddResult(images.multispectral, result.spectra);
               if (result.uncertainty)
               {
                 pictures.AddUncertainty(*result.uncertainty, DescribeTraining(*judgement.uncertainty));
               }
               if (m_Report.blur)
               {
                 pictures.CompareThroughBlur(ReadRefinementSample(model, result.spectra, images, *m_Report.blur));
               }
               if (result.abundances)
               {
                 pictures.AddAbundances(*result.abundances);
               }
             });
    FinishReport();
  }
}

SpectralInversionReportImages SpectralInversionApplication::MakeReportImages(const SpectralInversionModel& model, const InputImage& hyperspectral)
{
  return {m_Report, model, hyperspectral, static_cast<unsigned int>(GetParameterInt("ram")),
          [this](itk::ProcessObject* process, const std::string& text) { AddProcess(process, text); }};
}

void SpectralInversionApplication::FinishReport()
{
  WriteFile("report", m_Report.ToHtml());
  m_SinceReport = Stopwatch::StartNew();
}

void SpectralInversionApplication::AfterWriting()
{
  // Written once more with what was not known before: how long the images took.
  if (m_SinceReport.IsRunning())
  {
    m_SinceReport.Stop();
    m_Report.steps.push_back({"Computing and writing the images", static_cast<double>(m_SinceReport.GetElapsedMilliseconds()) / 1000.});
    WriteFile("report", m_Report.ToHtml());
  }
}
} // namespace Wrapper
} // namespace otb
