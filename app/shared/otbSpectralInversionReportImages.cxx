// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionReportImages.h"

#include "otbColourRamp.h"
#include "otbCommonCells.h"
#include "otbImageQualityScan.h"
#include "otbSpatialDegradationImageFilter.h"
#include "otbSpectralResponseImageFilter.h"
#include "otbStreamingImageQualityFilter.h"

#include "otbMultiChannelExtractROI.h"
#include "otbStreamingShrinkImageFilter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
constexpr float       NaN             = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t PictureSize     = 480; // pixels of the longer side
constexpr std::size_t ThumbnailSize   = 200;
constexpr long        ConsistencySize = 1024; // sharp pixels along a side of the window that is compared with the coarse image

using ResponseType = SpectralResponseImageFilter<FloatVectorImageType>;
using ShrinkType   = StreamingShrinkImageFilter<FloatVectorImageType>;
using WindowType   = MultiChannelExtractROI<float, float>;
using CoarsenType  = SpatialDegradationImageFilter<FloatVectorImageType>;
using QualityType  = StreamingImageQualityFilter<FloatVectorImageType>;

unsigned int GetStep(const FloatVectorImageType* image, std::size_t longest)
{
  const auto size = image->GetLargestPossibleRegion().GetSize();
  return static_cast<unsigned int>((std::max(size[0], size[1]) + longest - 1) / longest);
}

std::vector<unsigned int> Count(unsigned int from, unsigned int number)
{
  std::vector<unsigned int> numbers(number);
  std::iota(numbers.begin(), numbers.end(), from);
  return numbers;
}

/** As short as it can be read. */
std::string ToText(double value)
{
  std::ostringstream text;
  text.precision(4);
  text << value;
  return text.str();
}

Quicklook SelectBands(const Quicklook& image, const std::vector<unsigned int>& bands)
{
  Quicklook selection{image.columns, image.rows, bands.size(), {}};
  selection.values.reserve(image.columns * image.rows * bands.size());
  for (std::size_t pixel = 0; pixel < image.columns * image.rows; ++pixel)
  {
    for (const unsigned int band : bands)
    {
      selection.values.push_back(image.values[pixel * image.bands + band]);
    }
  }
  return selection;
}

/** A response whose rows pick bands, above the rows of another. */
SpectralResponse PickBands(const std::vector<unsigned int>& bands, const SpectraMatrix& others)
{
  const auto    picks  = static_cast<Eigen::Index>(bands.size());
  SpectraMatrix matrix = SpectraMatrix::Zero(picks + others.rows(), others.cols());
  for (Eigen::Index row = 0; row < picks; ++row)
  {
    matrix(row, bands[static_cast<std::size_t>(row)]) = 1.f;
  }
  matrix.bottomRows(others.rows()) = others;
  return SpectralResponse(matrix, std::vector<std::string>(static_cast<std::size_t>(matrix.rows())), "report");
}

/** Where the multispectral bands lie, by the mean of their responses over what is said of each hyperspectral band. */
std::vector<double> FindMiddles(const SpectralResponse& response, const std::vector<double>& places)
{
  const Eigen::VectorXd middles =
      response.GetMatrix().cast<double>() * Eigen::Map<const Eigen::VectorXd>(places.data(), static_cast<Eigen::Index>(places.size()));
  return {middles.data(), middles.data() + middles.size()};
}

std::string DescribeColours(const ColourBands& colours, const std::vector<std::string>& names)
{
  std::string text = colours.bands.size() == 1 ? "Grey: " : colours.natural ? "Natural colours: " : "Red, green and blue: ";
  for (const unsigned int band : colours.bands)
  {
    text += (band == colours.bands.front() ? "" : ", ") + names[band];
  }
  return text;
}

std::vector<std::string> NameHyperspectralBands(const SpectralInversionModel& model)
{
  std::vector<std::string> names;
  for (unsigned int band = 0; band < model.GetHyperspectralBands(); ++band)
  {
    names.push_back(model.axis.size() == 0 ? "band " + std::to_string(band + 1) : ToText(model.axis.wavelengths[band]) + " nm");
  }
  return names;
}

std::string DescribeStep(unsigned int step)
{
  return step == 1 ? "all pixels" : "one pixel of " + std::to_string(step) + " × " + std::to_string(step);
}

/** Two images side by side, pixel by pixel: their scores. */
ImageQuality::Scores Compare(const Quicklook& reference, const Quicklook& estimate, std::uint64_t& pixels, const ImageQualityOptions& options = {})
{
  const auto    stride = static_cast<std::ptrdiff_t>(reference.columns * reference.bands);
  ImagePairView view   = {reference.values.data(), estimate.values.data(), stride, stride, reference.rows, reference.columns, reference.bands, {}};
  for (std::size_t pixel = 0; pixel < reference.rows * reference.columns; ++pixel)
  {
    view.invalid.push_back(!reference.IsValid(pixel) || !estimate.IsValid(pixel));
  }
  std::vector<ImageQualitySums> lines(reference.rows);
  ScanImageQuality(view, options, 0, 0, reference.columns, lines.data(), lines.size());
  ImageQualitySums sums(reference.bands);
  for (const auto& line : lines)
  {
    sums.Add(line);
  }
  const ImageQuality quality = sums.Evaluate(options);
  pixels                     = quality.pixels;
  return quality.overall;
}

WindowType::Pointer CutWindow(FloatVectorImageType* image, long column, long row, long columns, long rows)
{
  auto region = image->GetLargestPossibleRegion();
  region.SetIndex({{region.GetIndex(0) + column, region.GetIndex(1) + row}});
  region.SetSize({{static_cast<itk::SizeValueType>(columns), static_cast<itk::SizeValueType>(rows)}});
  const auto window = WindowType::New();
  window->SetInput(image);
  window->SetExtractionRegion(region);
  window->UpdateOutputInformation();
  return window;
}
} // namespace

SpectralInversionReportImages::SpectralInversionReportImages(SpectralInversionReport& report, const SpectralInversionModel& model,
                                                             const MarkedImage& hyperspectral, unsigned int ram, Watch watch)
  : m_Report(report), m_Model(model), m_RAM(ram), m_Watch(std::move(watch)), m_Hyperspectral(hyperspectral)
{
  ChooseColours();
  const auto picks = PickBands(m_HyperspectralColours.bands, SpectraMatrix(0, m_Model.GetHyperspectralBands()));
  AddPicture("Hyperspectral image", DescribeColours(m_HyperspectralColours, NameHyperspectralBands(m_Model)),
             ReadThrough(picks, hyperspectral, "Picture of the hyperspectral image"));
  m_Stretches = m_Report.pictures.back().stretches;
}

void SpectralInversionReportImages::ChooseColours()
{
  const SpectralInversionModel& model       = m_Model;
  const std::vector<double>&    wavelengths = model.axis.wavelengths;
  const unsigned int            few         = model.GetMultispectralBands();
  m_HyperspectralColours                    = ColourBands::Choose(wavelengths, model.GetHyperspectralBands());
  m_MultispectralColours                    = ColourBands::Choose(wavelengths.empty() ? wavelengths : FindMiddles(model.response, wavelengths), few);
  if (few >= 3 && !(m_HyperspectralColours.natural && m_MultispectralColours.natural))
  {
    // Colours that can be compared: the first multispectral bands along the spectrum, and the hyperspectral bands in their middles.
    std::vector<double> numbers(model.GetHyperspectralBands());
    std::iota(numbers.begin(), numbers.end(), 0.);
    const auto places  = FindMiddles(model.response, wavelengths.empty() ? numbers : wavelengths);
    const auto middles = FindMiddles(model.response, numbers);
    auto       order   = Count(0, few);
    std::stable_sort(order.begin(), order.end(), [&places](unsigned int a, unsigned int b) { return places[a] < places[b]; });
    m_MultispectralColours = {{order[2], order[1], order[0]}, false};
    m_HyperspectralColours = {{}, false};
    for (const unsigned int band : m_MultispectralColours.bands)
    {
      m_HyperspectralColours.bands.push_back(static_cast<unsigned int>(std::lround(middles[band])));
    }
  }
}

Quicklook SpectralInversionReportImages::Read(const MarkedImage& image, std::size_t longest, const std::string& text)
{
  image.image->UpdateOutputInformation();
  const auto shrink = ShrinkType::New();
  shrink->SetInput(image.image);
  shrink->SetShrinkFactor(GetStep(image.image, longest));
  m_Watch(shrink->GetStreamer(), text);
  shrink->Update();

  const auto* const small = shrink->GetOutput();
  const auto        size  = small->GetLargestPossibleRegion().GetSize();
  Quicklook         quicklook{size[0], size[1], small->GetNumberOfComponentsPerPixel(), {}};
  const float*      first = small->GetBufferPointer();
  quicklook.values.assign(first, first + quicklook.columns * quicklook.rows * quicklook.bands);
  for (std::size_t pixel = 0; pixel < quicklook.columns * quicklook.rows; ++pixel)
  {
    float* const spectrum = quicklook.values.data() + pixel * quicklook.bands;
    if (!IsValidSpectrum(spectrum, quicklook.bands, image.noData))
    {
      std::fill_n(spectrum, quicklook.bands, NaN);
    }
  }
  return quicklook;
}

Quicklook SpectralInversionReportImages::ReadThrough(const SpectralResponse& response, const MarkedImage& image, const std::string& text)
{
  const auto filter = ResponseType::New();
  filter->SetSpectralResponse(response);
  filter->SetInput(image.image);
  filter->SetInputNoData(image.noData);
  filter->SetOutputNoData(NaN);
  return Read({filter->GetOutput(), NaN}, PictureSize, text);
}

void SpectralInversionReportImages::AddPicture(const std::string& title, const std::string& remark, const Quicklook& quicklook)
{
  m_Report.pictures.push_back({title, remark, quicklook, quicklook.PercentileStretch(), std::nullopt});
}

void SpectralInversionReportImages::AddResult(const MarkedImage& multispectral, const MarkedImage& result)
{
  const Quicklook sharp = Read(multispectral, PictureSize, "Picture of the multispectral image");
  AddPicture("Multispectral image", DescribeColours(m_MultispectralColours, m_Model.response.GetBandNames()), SelectBands(sharp, m_MultispectralColours.bands));

  // The result is computed once for both what is shown and what the multispectral sensor would have seen of it.
  const auto      shown = static_cast<unsigned int>(m_HyperspectralColours.bands.size());
  const Quicklook both  = ReadThrough(PickBands(m_HyperspectralColours.bands, m_Model.response.GetMatrix()), result, "Picture of the result");
  AddPicture("Result", DescribeColours(m_HyperspectralColours, NameHyperspectralBands(m_Model)), SelectBands(both, Count(0, shown)));
  m_Report.pictures.back().stretches = m_Stretches;
  m_Report.pictureRemark             = "Black and white are the 2nd and the 98th percentile of each band; the result is stretched as the hyperspectral image.";

  CompareWithHyperspectral(multispectral, result);
  CompareWithMultispectral(Harmonised(sharp), SelectBands(both, Count(shown, m_Model.GetMultispectralBands())), GetStep(multispectral.image, PictureSize));
}

Quicklook SpectralInversionReportImages::Harmonised(const Quicklook& multispectral) const
{
  Quicklook result = multispectral;
  m_Model.radiometry.Apply(result.values.data(), result.columns * result.rows);
  return result;
}

void SpectralInversionReportImages::CompareWithMultispectral(const Quicklook& multispectral, const Quicklook& projected, unsigned int step)
{
  SpectralInversionReport::Comparison comparison;
  std::uint64_t                       pixels = 0;
  comparison.name                            = "Multispectral image";
  comparison.scores                          = Compare(multispectral, projected, pixels);
  // Its ratio is that of the two images, which may not be known.
  comparison.scores.ergas = std::numeric_limits<double>::quiet_NaN();
  comparison.measured     = std::string("The result through the spectral response") +
                        (m_Model.radiometry.IsIdentity() ? "" : ", and the image brought to the radiometry of the hyperspectral one") + ", on " +
                        DescribeStep(step) + ": " + std::to_string(pixels) + " pixels.";
  m_Report.comparisons.push_back(comparison);
}

void SpectralInversionReportImages::CompareWithHyperspectral(const MarkedImage& multispectral, const MarkedImage& result)
{
  m_Report.comparisons.push_back({"Hyperspectral image", "", {}});
  auto&       comparison = m_Report.comparisons.back();
  CommonCells cells;
  try
  {
    cells = CommonCells::Between<FloatVectorImageType>(multispectral.image, m_Hyperspectral.image, ConsistencySize);
  }
  catch (const std::exception& error)
  {
    comparison.measured = std::string("Not measured: ") + error.what() + ".";
    return;
  }
  const auto& [columns, rows] = cells;
  const long ratio            = static_cast<long>(columns.ratio);
  const auto fine             = CutWindow(result.image, columns.fine, rows.fine, columns.count * ratio, rows.count * ratio);
  const auto coarse           = CutWindow(m_Hyperspectral.image, columns.coarse, rows.coarse, columns.count, rows.count);
  const auto coarsen          = CoarsenType::New();
  coarsen->SetInput(fine->GetOutput());
  coarsen->SetRatio(columns.ratio);
  coarsen->SetInputNoData(result.noData);
  coarsen->SetOutputNoData(NaN);

  ImageQualityOptions options;
  options.ratio      = static_cast<double>(ratio);
  const auto quality = QualityType::New();
  quality->GetFilter()->SetReference(coarse->GetOutput());
  quality->GetFilter()->SetReferenceNoData(m_Hyperspectral.noData);
  quality->GetFilter()->SetEstimate(coarsen->GetOutput());
  quality->GetFilter()->SetOptions(options);
  quality->SetAvailableRAM(m_RAM);
  m_Watch(quality->GetStreamer(), "Consistency of the result with the hyperspectral image");
  quality->Update();

  const ImageQuality& scores = quality->GetFilter()->GetQuality();
  const std::string   square = std::to_string(ratio) + " × " + std::to_string(ratio);
  comparison.scores          = scores.overall;
  comparison.measured        = "The result averaged over " + square + " pixels, on " + std::to_string(scores.pixels) +
                        " hyperspectral pixels in the middle of the images. The hyperspectral sensor’s blur and its displacement are left out.";
  m_Report.highlights.push_back({square, "multispectral pixels to a hyperspectral one"});
}

void SpectralInversionReportImages::CompareThroughBlur(const RefinementSample& sample)
{
  // What counts are pixels, wherever they lie: one line of them all.
  const std::size_t bands = sample.response.GetNumberOfHyperspectralBands();
  Quicklook         seen{0, 1, bands, {}};
  for (const RefinementBlock& block : sample.blocks)
  {
    for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
    {
      if (block.usable[pixel] != 0)
      {
        const float* const spectrum = block.hyperspectral.data() + pixel * bands;
        seen.values.insert(seen.values.end(), spectrum, spectrum + bands);
        ++seen.columns;
      }
    }
  }
  if (seen.columns == 0)
  {
    return;
  }
  Quicklook expected = seen;
  float*    value    = expected.values.data();
  for (const RefinementBlock& block : sample.blocks)
  {
    for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
    {
      if (block.usable[pixel] != 0)
      {
        for (std::size_t band = 0; band < bands; ++band)
        {
          *value++ -= block.innovations.data()[pixel * bands + band];
        }
      }
    }
  }
  ImageQualityOptions options;
  options.ratio                     = 1. / std::sqrt(std::abs(sample.rows.step * sample.columns.step));
  std::uint64_t              pixels = 0;
  const ImageQuality::Scores scores = Compare(seen, expected, pixels, options);
  m_Report.comparisons.push_back({"Hyperspectral image, through the blur found",
                                  "The result, blurred as was found of the hyperspectral sensor, on " + std::to_string(pixels) + " hyperspectral pixels.",
                                  scores});
}

void SpectralInversionReportImages::AddUncertainty(const MarkedImage& errors, const std::string& training)
{
  const Quicklook map     = Read(errors, PictureSize, "Picture of the expected errors");
  const auto      stretch = map.PercentileStretch().front();
  m_Report.pictures.push_back({"Expected error", "Root mean square over bands, in the unit of the result. " + training + ".", ColourRamp::Paint(map, stretch),
                               std::vector<Quicklook::Stretch>(3), stretch});
}

void SpectralInversionReportImages::AddAbundances(const MarkedImage& abundances)
{
  const Quicklook all = Read(abundances, ThumbnailSize, "Pictures of the abundances");
  for (unsigned int band = 0; band < all.bands; ++band)
  {
    const Quicklook one       = SelectBands(all, {band});
    const auto      stretches = one.PercentileStretch();
    m_Report.abundances.push_back(
        {"Endmember " + std::to_string(band + 1), ToText(stretches.front().low) + " to " + ToText(stretches.front().high), one, stretches, std::nullopt});
  }
  m_Report.abundanceRemark = "How much of each endmember is in a pixel of the result. Black and white are the 2nd and the 98th percentile, which are given.";
}
} // namespace Wrapper
} // namespace otb
