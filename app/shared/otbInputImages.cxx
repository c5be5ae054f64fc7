// SPDX-License-Identifier: Apache-2.0
#include "otbInputImages.h"
#include "otbFileValues.h"
#include "otbMessages.h"
#include "otbNoisyBandCheck.h"
#include "otbSpectralApplication.h"
#include "otbWavelengthParameter.h"

#include "otbBandList.h"
#include "otbImageFileSpectralAxis.h"
#include "otbImageSpectralAxis.h"
#include "otbMatchingBands.h"
#include "otbSpectraSelectionImageFilter.h"
#include "otbStreamingBandRangeImageFilter.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
const char* const NoBadBands = "none";

/** Adds the bands of a set, if there are any, and why they are bad. */
void AddReason(const std::vector<bool>& set, const std::string& reason, std::string& reasons)
{
  if (std::find(set.begin(), set.end(), true) != set.end())
  {
    reasons += (reasons.empty() ? "" : "; ") + otb::ToText(set) + " " + reason;
  }
}

void Join(std::vector<bool>& set, const std::vector<bool>& other)
{
  std::transform(set.begin(), set.end(), other.begin(), set.begin(), std::logical_or<bool>());
}

/** What a file says of its bands, of some of them; nothing when it does not say it of all. */
template <class T>
std::vector<T> PickFrom(const std::vector<T>& all, const std::vector<std::size_t>& bands)
{
  std::vector<T> picked;
  for (const std::size_t band : bands)
  {
    if (band >= all.size())
    {
      return {};
    }
    picked.push_back(all[band]);
  }
  return picked;
}

/** The value that marks invalid pixels of an image by its metadata, NaN when there is none or it differs from band to band. */
float GetDeclaredNoData(const ImageMetadata& metadata)
{
  const auto& bands = metadata.Bands;
  const bool  same  = !bands.empty() && std::all_of(bands.begin(), bands.end(),
                                                    [&bands](const ImageMetadataBase& band)
                                                    { return band.Has(MDNum::NoData) && band[MDNum::NoData] == bands.front()[MDNum::NoData]; });
  return same ? static_cast<float>(bands.front()[MDNum::NoData]) : std::numeric_limits<float>::quiet_NaN();
}

using SelectionType = SpectraSelectionImageFilter<FloatVectorImageType>;
using RangeType     = StreamingBandRangeImageFilter<FloatVectorImageType>;
} // namespace

InputImages::InputImages(SpectralApplication& application) : m_Application(application)
{
}

void InputImages::AddMaskParameter(const std::string& key, const std::string& name, const std::string& imageKey, const std::string& effect)
{
  m_Application.AddParameter(ParameterType_InputImage, key, name);
  m_Application.SetParameterDescription(key, "Pixels of " + imageKey + " where this image is 0 " + effect + ". One band, of the size of " + imageKey +
                                                 " whatever its georeferencing.");
  m_Application.MandatoryOff(key);
}

void InputImages::AddNoDataParameter(const std::string& key, const std::string& name, const std::string& imageKey)
{
  m_Application.AddParameter(ParameterType_Float, key, name);
  m_Application.SetParameterDescription(key, "The value, any number, that marks pixels of " + imageKey +
                                                 " without a measurement. By default the one that its file declares. NaN and "
                                                 "infinity always do.");
  m_Application.MandatoryOff(key);
}

void InputImages::AddBadBandsParameter(const std::string& imageKey, bool looks)
{
  m_Application.AddParameter(ParameterType_String, "badbands", "Bad bands");
  m_Application.SetParameterDescription("badbands",
                                        "Bands of " + imageKey +
                                            " to leave out, as numbers from 1 and wavelengths: 1-5,104-112,1350-1450nm. Besides, those are left out that "
                                            "its file declares as bad (bbl)" +
                                            (looks ? " and those without a measurement: constant, no data in most pixels, or noise far above signal" : "") +
                                            ". none: no band is left out.");
  m_Application.MandatoryOff("badbands");
}

void InputImages::AddSaturationParameter(const std::string& imageKey)
{
  m_Application.AddParameter(ParameterType_Float, "saturation", "Saturation");
  m_Application.SetParameterDescription("saturation", "The value from which a detector of " + imageKey +
                                                          " is saturated, any number in the unit of the image: pixels that reach it in a band are left out. By "
                                                          "default none is.");
  m_Application.MandatoryOff("saturation");
}

void InputImages::Forget()
{
  m_Read.clear();
}

InputImage InputImages::Read(const std::string& key, bool withAxis, const std::string& noData)
{
  InputImage image;
  image.key   = key;
  image.image = m_Application.GetParameterFloatVectorImage(key);
  image.image->UpdateOutputInformation();
  const bool byUser = !noData.empty() && m_Application.HasValue(noData);
  image.noData      = byUser ? m_Application.GetParameterFloat(noData) : GetDeclaredNoData(image.image->GetImageMetadata());
  if (IsFromFile(image.image))
  {
    if (m_Read.count(key) == 0)
    {
      ReadFileValues(m_Application, image, byUser ? std::make_optional(image.noData) : std::nullopt, noData);
      m_Read[key] = image;
    }
    image = m_Read[key];
  }
  image.bad.assign(image.GetNumberOfBands(), false);
  if (withAxis)
  {
    image.wholeAxis = ReadSpectralAxis(m_Application, key, image.fileBands);
    image.axis      = image.wholeAxis;
  }
  return image;
}

InputImage InputImages::Prepare(const std::string& key, const Checks& checks)
{
  const bool given  = checks.bad.size() != 0;
  const bool isFile = IsFromFile(m_Application.GetParameterFloatVectorImage(key));
  const auto path   = m_Application.GetParameterString(key);
  const bool byUser = !isFile && !checks.noData.empty() && m_Application.HasValue(checks.noData);
  const bool masked = !checks.mask.empty() && m_Application.HasValue(checks.mask);
  InputImage whole  = this->Read(key, given || checks.learn || checks.like.size() != 0, checks.noData);
  if (const auto offset = isFile ? ReadAddOffsetOfImage(path) : std::nullopt)
  {
    m_Application.Warn(key + ": its metadata say that " + ToText(*offset) + " must be added to its values (BOA_ADD_OFFSET), which is not done: " +
                       "add it before, unless both images are in that unit or radiometry matches them");
  }
  if (given)
  {
    whole.bad = checks.bad;
  }
  else if (checks.learn)
  {
    return this->PrepareToLearn(whole, checks);
  }
  else if (checks.like.size() != 0)
  {
    whole.bad = FindOtherBands(whole.bad.size(), whole.wholeAxis, checks.like);
  }
  // The filters of inference see to invalid pixels themselves.
  const bool asItIs = !checks.learn && !masked && !byUser && std::find(whole.bad.begin(), whole.bad.end(), true) == whole.bad.end();
  return asItIs ? whole : this->Select(whole, checks);
}

InputImage InputImages::PrepareToLearn(InputImage& whole, const Checks& checks)
{
  std::string reasons;
  auto        predictions = whole.predictions;
  whole.bad =
      m_Application.GetScene().TakeBadBands(whole, reasons, [&](std::string& found) { return this->FindBadBandsToLearn(whole, checks, found, predictions); });
  this->TellBadBands(whole.key, whole.bad, reasons);
  InputImage chosen  = this->Select(whole, checks);
  chosen.predictions = std::move(predictions);
  return chosen;
}

std::vector<bool> InputImages::FindBadBandsToLearn(InputImage whole, const Checks& checks, std::string& reasons, std::vector<BandPrediction>& predictions)
{
  whole.bad = this->FindBadBands(whole, reasons);
  if (!checks.keepNoisy && this->GetBadBandsText() != NoBadBands)
  {
    // Only now: what a mask hides, or a saturated detector gives, is no noise.
    const auto noise = FindNoisyBandsOfImage(this->Select(whole, checks));
    const auto good  = OtherBands(whole.bad);
    auto       found = std::vector<bool>(whole.bad.size(), false);
    for (std::size_t place = 0; place < good.size(); ++place)
    {
      found[good[place]] = noise.noisy[place];
    }
    if (std::find(found.begin(), found.end(), true) != found.end())
    {
      AddReason(found, "with noise far above signal: neither other bands nor pixels nearby show what they do", reasons);
      Join(whole.bad, found);
    }
    predictions = noise.GetPredictionsWithoutNoisy();
  }
  return whole.bad;
}

InputImage InputImages::Select(const InputImage& whole, const Checks& checks)
{
  InputImage selected  = whole;
  const auto good      = OtherBands(whole.bad);
  const auto selection = m_Application.Keep(SelectionType::New());
  selection->SetInput(whole.image);
  selection->SetInputNoData(whole.noData);
  // Zero is a measurement as well: of dark water, in an image whose margin is zero in all bands.
  selection->SetNoDataInAnyBand(checks.learn && whole.noData != 0.f);
  if (good.size() < whole.bad.size())
  {
    selection->SetBands(good);
  }
  if (whole.wholeAxis.size() != 0)
  {
    selected.axis = whole.wholeAxis.Pick(good);
    selection->SetSpectralAxis(selected.axis);
  }
  if (checks.learn && m_Application.HasValue("saturation"))
  {
    selection->SetSaturation(m_Application.GetParameterFloat("saturation"));
  }
  if (!checks.mask.empty() && m_Application.HasValue(checks.mask))
  {
    selection->SetMask(m_Application.GetParameterUInt8Image(checks.mask));
  }
  try
  {
    selection->UpdateOutputInformation();
  }
  catch (const itk::ExceptionObject& error)
  {
    // All else was checked above.
    throw std::invalid_argument(checks.mask + ": " + GetMessage(error.GetDescription()) + " of " + whole.key);
  }
  selected.image  = selection->GetOutput();
  selected.noData = selection->GetOutputNoData();
  return selected;
}

std::string InputImages::GetBadBandsText()
{
  return m_Application.HasValue("badbands") ? m_Application.GetParameterString("badbands") : std::string();
}

std::vector<bool> InputImages::FindDeclaredBadBands(const InputImage& image, std::string& reasons)
{
  const std::size_t bands = image.GetNumberOfBands();
  const std::string list  = this->GetBadBandsText();
  // Whatever is asked for, what has no wavelength has no place in a spectrum.
  auto missing = image.axis.FindMissing();
  missing.resize(bands, false);
  AddReason(missing, "without a wavelength", reasons);
  if (list == NoBadBands)
  {
    return missing;
  }
  auto bad = ParseBandList(list, bands, image.axis, "badbands");
  AddReason(bad, "by badbands", reasons);
  Join(bad, missing);

  auto       inFile = GetBadBands(image.image->GetImageMetadata());
  const auto path   = m_Application.GetParameterString(image.key);
  if (inFile.size() != bands && IsFromFile(m_Application.GetParameterFloatVectorImage(image.key)))
  {
    const auto found = FindBadBandsOfImage(path);
    if (!found.problem.empty())
    {
      throw std::invalid_argument(image.key + ": " + found.problem + " (badbands none reads no list)");
    }
    inFile = PickFrom(found.bad, image.fileBands);
  }
  if (std::find(inFile.begin(), inFile.end(), false) == inFile.end() && !inFile.empty())
  {
    m_Application.Warn(image.key + ": its bad bands list (bbl) calls all bands bad: taken for none");
  }
  if (inFile.size() == bands && std::find(inFile.begin(), inFile.end(), false) != inFile.end())
  {
    AddReason(inFile, "by the file's bad bands list", reasons);
    Join(bad, inFile);
  }
  return bad;
}

std::vector<bool> InputImages::FindDeclaredBadBands(const InputImage& image)
{
  std::string reasons;
  const auto  bad = this->FindDeclaredBadBands(image, reasons);
  this->TellBadBands(image.key, bad, reasons);
  return bad;
}

std::vector<bool> InputImages::FindBadBands(const InputImage& image, std::string& reasons)
{
  auto bad = this->FindDeclaredBadBands(image, reasons);
  if (this->GetBadBandsText() != NoBadBands)
  {
    const auto range = RangeType::New();
    range->SetInput(image.image);
    range->GetFilter()->SetNoData(image.noData);
    range->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(m_Application.GetParameterInt("ram")));
    m_Application.Pass(range.GetPointer(), "Looking for bad bands");
    const auto empty = range->GetFilter()->FindBadBands();
    AddReason(empty, "constant or no data", reasons);
    Join(bad, empty);
  }
  if (std::find(bad.begin(), bad.end(), false) == bad.end())
  {
    this->TellBadBands(image.key, bad, reasons);
  }
  return bad;
}

void InputImages::TellBadBands(const std::string& key, const std::vector<bool>& bad, const std::string& reasons)
{
  const auto count = static_cast<std::size_t>(std::count(bad.begin(), bad.end(), true));
  if (count == bad.size())
  {
    throw std::invalid_argument("badbands: found that no band of " + key + " is left (" + reasons + "), expected at least one good band");
  }
  if (count > 0)
  {
    m_Application.Inform("Bad bands: " + std::to_string(count) + " of " + std::to_string(bad.size()) + " are left out (" + reasons + ")");
  }
}
} // namespace Wrapper
} // namespace otb
