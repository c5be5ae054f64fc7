// SPDX-License-Identifier: Apache-2.0
#include "otbMultispectralCheck.h"
#include "otbLineSample.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbBandOrder.h"
#include "otbCoarseGridMap.h"
#include "otbImageFileChecks.h"
#include "otbImageFileSpectralAxis.h"
#include "otbImageSpectralAxis.h"
#include "otbSettingVisitor.h"
#include "otbSpectraSelectionImageFilter.h"
#include "otbStreamingBandRangeImageFilter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
// A band fits poorly that leaves more than this share of its variance, and so many times what its fellows leave.
constexpr double PoorShare     = 0.15;
constexpr double TimesTheOther = 4.;

using RangeType = StreamingBandRangeImageFilter<FloatVectorImageType>;
using Range     = PersistentBandRangeImageFilter<FloatVectorImageType>::Range;

/** A band's name and number in messages: "4 (NIR)". */
std::string NameBand(std::size_t band, const std::vector<std::string>& names)
{
  return std::to_string(band + 1) + (band < names.size() && !names[band].empty() ? " (" + names[band] + ")" : "");
}

/** Whether what a file says of that many bands is said of the image's. */
bool IsOfBands(std::size_t count, const std::vector<std::size_t>& bands)
{
  return std::all_of(bands.begin(), bands.end(), [count](std::size_t band) { return band < count; });
}

SpectralAxis FindAxis(SpectralApplication& application, const InputImage& image)
{
  auto* const original = application.GetParameterFloatVectorImage(image.key);
  if (!IsFromFile(original))
  {
    return GetSpectralAxis(original->GetImageMetadata()).value_or(SpectralAxis());
  }
  const auto found = FindSpectralAxisOfImage(application.GetParameterString(image.key)).axis;
  return found && IsOfBands(found->size(), image.fileBands) ? found->Pick(image.fileBands) : SpectralAxis();
}

std::vector<std::string> FindNames(SpectralApplication& application, const InputImage& image)
{
  if (!IsFromFile(application.GetParameterFloatVectorImage(image.key)))
  {
    return {};
  }
  const auto               all = ReadBandNamesOfImage(application.GetParameterString(image.key));
  std::vector<std::string> names;
  for (const std::size_t band : IsOfBands(all.size(), image.fileBands) ? image.fileBands : std::vector<std::size_t>())
  {
    names.push_back(all[band]);
  }
  return names;
}

bool VaryInSample(const InputImage& image)
{
  const SpectraMatrix sample = ReadLineSample(image.image).pixels;
  for (Eigen::Index band = 0; band < sample.cols(); ++band)
  {
    Range range;
    for (Eigen::Index pixel = 0; pixel < sample.rows(); ++pixel)
    {
      const float value = sample(pixel, band);
      if (std::isfinite(value) && value != image.noData)
      {
        range.least    = std::min(range.least, value);
        range.greatest = std::max(range.greatest, value);
      }
    }
    if (!(range.greatest > range.least))
    {
      return false;
    }
  }
  return true;
}

void CheckThatBandsVary(SpectralApplication& application, const InputImage& image, const SpectralResponse& response, bool learn)
{
  if (VaryInSample(image))
  {
    return;
  }
  const auto reduction = RangeType::New();
  reduction->SetInput(image.image);
  reduction->GetFilter()->SetNoData(image.noData);
  reduction->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(application.GetParameterInt("ram")));
  application.Pass(reduction.GetPointer(), "Looking for constant bands");
  const std::vector<Range> ranges = reduction->GetFilter()->GetRanges();
  const bool               others = std::any_of(ranges.begin(), ranges.end(), [](const Range& range) { return range.greatest > range.least; });
  for (std::size_t band = 0; band < ranges.size() && (learn || others); ++band)
  {
    // An image of one pixel is constant, and one without any is of no data.
    const Range& range = ranges[band];
    if (range.greatest > range.least || (range.values < 2 && !others))
    {
      continue;
    }
    throw std::invalid_argument(image.key + ": found band " + NameBand(band, response.GetBandNames()) +
                                (range.values == 0 ? " without a value in any pixel" : " constant, " + ToText(range.least) + " in all pixels") +
                                ", expected bands that vary: give an image without that band, and a response without it");
  }
}
} // namespace

void CheckWhichIsWhich(SpectralApplication& application, const std::string& multispectralKey, const std::string& hyperspectralKey)
{
  auto* const multispectral = application.GetParameterFloatVectorImage(multispectralKey);
  auto* const hyperspectral = application.GetParameterFloatVectorImage(hyperspectralKey);
  multispectral->UpdateOutputInformation();
  hyperspectral->UpdateOutputInformation();
  const unsigned int few = multispectral->GetNumberOfComponentsPerPixel(), many = hyperspectral->GetNumberOfComponentsPerPixel();
  bool               finer = false;
  std::string        sizes;
  try
  {
    const auto map = CoarseGridMap::Between<FloatVectorImageType>(multispectral, hyperspectral);
    finer          = std::abs(map.columns.step) > 1. && std::abs(map.rows.step) > 1.;
    sizes          = "pixels of 1/" + ToBriefText(std::abs(map.columns.step), 3) + " x 1/" + ToBriefText(std::abs(map.rows.step), 3);
  }
  catch (const itk::ExceptionObject&)
  {
    // Other ground, or another projection, whose pixels cannot be compared so.
  }
  const std::string bands = std::to_string(many) + " bands where " + multispectralKey + " has " + std::to_string(few);
  if (many < few)
  {
    throw std::invalid_argument(hyperspectralKey + ": found " + bands + (finer ? ", and finer pixels" : "") +
                                ", expected a hyperspectral image; are the two images swapped?");
  }
  if (finer)
  {
    application.Warn(hyperspectralKey + ": found " + sizes + " of those of " + multispectralKey + ", finer than " + multispectralKey +
                     "; are the two images swapped? The result is as coarse as " + multispectralKey);
  }
}

InputImage MatchToResponse(SpectralApplication& application, const InputImage& multispectral, const SpectralResponse& response, const SpectralAxis& axis,
                           bool learn)
{
  const auto key   = multispectral.key;
  const auto order = BandOrder::Of(FindAxis(application, multispectral), FindNames(application, multispectral), response, axis);
  InputImage image = multispectral;
  if (order.kind == BandOrder::Kind::Contradicts)
  {
    throw std::invalid_argument(key + ": found " + order.found + ", expected bands in the order of the spectral response (" + order.expected +
                                "), which they fit in no order");
  }
  if (order.kind == BandOrder::Kind::Differs)
  {
    std::string places;
    for (const std::size_t place : order.places)
    {
      places += (places.empty() ? "" : ", ") + std::to_string(place + 1);
    }
    application.Inform("Order of bands: " + key + " has " + order.found + ", which are brought to the order of the spectral response (" + order.expected +
                       "): its bands " + places);
    const auto selection = application.Keep(SpectraSelectionImageFilter<FloatVectorImageType>::New());
    selection->SetInput(multispectral.image);
    selection->SetInputNoData(multispectral.noData);
    selection->SetBands(order.places);
    selection->UpdateOutputInformation();
    image.image  = selection->GetOutput();
    image.noData = selection->GetOutputNoData();
  }
  else if (!order.isNear)
  {
    application.Warn(key + ": found " + order.found + ", far from those of the spectral response (" + order.expected + "): is it that of this image?");
  }
  if (!application.GetScene().IsKnown())
  {
    CheckThatBandsVary(application, image, response, learn);
  }
  return image;
}

void WarnOfPoorBands(SpectralApplication& application, const RadiometricFit& fit, const SpectralResponse& response)
{
  for (std::size_t band = 0; band < fit.bands.size() && fit.bands.size() > 1 && !fit.quantiles; ++band)
  {
    std::vector<double> others;
    for (std::size_t other = 0; other < fit.bands.size(); ++other)
    {
      if (other != band)
      {
        others.push_back(1. - fit.bands[other].explained);
      }
    }
    // Of an even number the lower one: of two bands each would else speak for the other.
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>((others.size() - 1) / 2);
    std::nth_element(others.begin(), middle, others.end());
    const double left = 1. - fit.bands[band].explained;
    if (left > PoorShare && left > TimesTheOther * *middle)
    {
      application.Warn("inms: band " + NameBand(band, response.GetBandNames()) + " explains " + ToBriefText(100. * fit.bands[band].explained, 3) +
                       " % of what the spectral response makes of inhs, where the other bands explain " + ToBriefText(100. * (1. - *middle), 3) +
                       " %: is it the band that the response says?");
    }
  }
}
} // namespace Wrapper
} // namespace otb
