// SPDX-License-Identifier: Apache-2.0
#include "otbFileValues.h"
#include "otbImageFileMaskSource.h"
#include "otbMessages.h"
#include "otbSpectralApplication.h"

#include "otbFileValuesImageFilter.h"
#include "otbImageFileValues.h"
#include "otbStreamingFillValueImageFilter.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
using FilterType = FileValuesImageFilter<FloatVectorImageType>;
using ScanType   = StreamingFillValueImageFilter<FloatVectorImageType>;
using Bands      = std::vector<FilterType::Band>;
using Spread     = ScanType::FilterType::Spread;

/** Before anything is known of the pixels: without scales, and zeros being measurements. */
Bands MakeBands(const ImageFileValues& values, std::optional<float> noData)
{
  Bands bands;
  for (const std::size_t index : values.spectral)
  {
    FilterType::Band band;
    band.band         = index;
    const double none = noData ? *noData : values.bands[index].noData;
    // Whatever is not zero, and is so to a float.
    band.noData = none == 0 ? band.noData : static_cast<float>(none);
    bands.push_back(band);
  }
  return bands;
}

bool HasNoData(const Bands& bands)
{
  return std::any_of(bands.begin(), bands.end(), [](const FilterType::Band& band) { return !std::isnan(band.noData); });
}

double Median(std::vector<double> values)
{
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/** How large the bands' measurements are in physical values. */
void FindSpread(const std::vector<Spread>& spreads, const Bands& bands, const ImageFileValues& values, SceneStatistics::Image& found)
{
  std::vector<double> magnitudes, highs;
  for (std::size_t i = 0; i < bands.size(); ++i)
  {
    const Spread& spread = spreads[i];
    if (spread.count > 0)
    {
      const auto   scale     = static_cast<float>(values.bands[bands[i].band].scale);
      const auto   offset    = static_cast<float>(values.bands[bands[i].band].offset);
      const auto   count     = static_cast<double>(spread.count);
      const double mean      = spread.sum / count;
      const double deviation = std::sqrt(std::max(0., spread.squares / count - mean * mean)) * std::abs(scale);
      const double physical  = mean * scale + offset;
      magnitudes.push_back(std::hypot(physical, deviation));
      highs.push_back(physical + 2 * deviation);
    }
  }
  if (!magnitudes.empty())
  {
    found.magnitude = Median(magnitudes);
    found.high      = Median(highs);
  }
}

/** What a pass over an image's measurements finds. */
SceneStatistics::Image Scan(SpectralApplication& application, const std::string& key, FloatVectorImageType* image, const Bands& bands,
                            const ImageFileValues& values)
{
  const auto scan = ScanType::New();
  scan->SetInput(image);
  scan->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(application.GetParameterInt("ram")));
  application.Pass(scan.GetPointer(), "Looking for fill values in " + key);
  SceneStatistics::Image found;
  for (const auto& fill : scan->GetFilter()->FindFillValues())
  {
    found.fills.push_back({fill.value, fill.pixels, fill.single});
  }
  const auto& spreads = scan->GetFilter()->GetSpreads();
  std::transform(spreads.begin(), spreads.end(), std::back_inserter(found.empty),
                 [](const Spread& spread) { return !(spread.greatest > 0 || spread.least < 0); });
  found.great = scan->GetFilter()->HasGreatNumbers();
  FindSpread(spreads, bands, values, found);
  return found;
}

void TellScales(SpectralApplication& application, const std::string& key, const ImageFileValues& values)
{
  const auto range = [&](double ImageFileValues::Band::*number)
  {
    const auto ends  = std::minmax_element(values.spectral.begin(), values.spectral.end(),
                                           [&](std::size_t a, std::size_t b) { return values.bands[a].*number < values.bands[b].*number; });
    const auto least = values.bands[*ends.first].*number, greatest = values.bands[*ends.second].*number;
    return ToText(least) + (greatest > least ? " to " + ToText(greatest) : "");
  };
  application.Inform("Numbers: " + key + " is read in physical values, its file's numbers times " + range(&ImageFileValues::Band::scale) + " plus " +
                     range(&ImageFileValues::Band::offset) + ", as the file says");
}

void TellFills(SpectralApplication& application, const std::string& key, const std::vector<SceneStatistics::Fill>& fills, const std::string& noDataKey)
{
  for (const auto& fill : fills)
  {
    application.Warn(key + ": found " + ToText(fill.value) + " in " +
                     (fill.pixels > 0 ? "all bands of " + std::to_string(fill.pixels) + " pixels" : std::string("single bands")) +
                     ", outside the range of all others, which its file does not declare: taken for no data and left out" +
                     (noDataKey.empty() ? "" : " (" + noDataKey + " names such a value)"));
  }
}
} // namespace

void ReadFileValues(SpectralApplication& application, InputImage& image, std::optional<float> noData, const std::string& noDataKey)
{
  const std::string filename = application.GetParameterString(image.key);
  ImageFileValues   values   = ReadValuesOfImage(filename);
  const std::size_t whole    = image.GetNumberOfBands();
  if (values.bands.size() != whole)
  {
    // A palette, which the reader turns into colours: what its file says is not of these bands.
    values.bands.assign(whole, {});
    values.spectral.resize(whole);
    std::iota(values.spectral.begin(), values.spectral.end(), std::size_t(0));
    values.doubtful.clear();
  }
  if (values.spectral.empty())
  {
    throw std::invalid_argument(image.key + ": found alpha bands alone, expected at least one band of measurements");
  }
  image.alpha     = whole - values.spectral.size();
  image.fileBands = values.spectral;
  if (image.alpha > 0)
  {
    application.Inform("Alpha: " + std::to_string(image.alpha) + " of " + std::to_string(whole) + " bands of " + image.key +
                       ", a mask and not among its bands");
  }
  for (const std::size_t band : values.doubtful)
  {
    application.Inform("Alpha: band " + std::to_string(band + 1) + " of " + image.key +
                       " is called alpha by its file but holds a measurement, and is one of its bands");
  }

  Bands      bands  = MakeBands(values, noData);
  const auto filter = FilterType::New();
  filter->SetInput(image.image);
  if (values.masked)
  {
    const auto source = application.Keep(ImageFileMaskSource::New());
    source->SetFile(filename, image.image->GetLargestPossibleRegion());
    filter->SetMask(source->GetOutput());
  }
  filter->SetBands(bands);
  const bool declared = values.masked || image.alpha > 0 || HasNoData(bands);
  const auto found    = application.GetScene().Take(
         image, bands.size(), [&] { return Scan(application, image.key, declared ? filter->GetOutput() : image.image.GetPointer(), bands, values); });

  std::vector<float> flat, single;
  for (const auto& fill : found.fills)
  {
    (fill.single ? single : flat).push_back(fill.value);
  }
  bool zero = false;
  for (std::size_t i = 0; i < bands.size(); ++i)
  {
    const auto& said = values.bands[bands[i].band];
    // A band that is zero everywhere tells nothing of a pixel.
    bands[i].zeroFill = (noData ? *noData : said.noData) == 0 && !found.empty[i];
    bands[i].scale    = static_cast<float>(said.scale);
    bands[i].offset   = static_cast<float>(said.offset);
    zero              = zero || bands[i].zeroFill;
  }
  image.spread = found.magnitude ? std::make_optional(ValueSpread{*found.magnitude, *found.high}) : std::nullopt;
  image.noData = zero && values.IsPhysical() ? 0.f : std::numeric_limits<float>::quiet_NaN();
  TellFills(application, image.key, found.fills, noDataKey);
  if (!values.IsPhysical())
  {
    TellScales(application, image.key, values);
  }
  if (declared || zero || !found.fills.empty() || !values.IsPhysical() || found.great)
  {
    filter->SetBands(bands);
    filter->SetFlatFillValues(flat);
    filter->SetFillValues(single);
    application.Keep(filter)->UpdateOutputInformation();
    image.image = filter->GetOutput();
  }
}
} // namespace Wrapper
} // namespace otb
