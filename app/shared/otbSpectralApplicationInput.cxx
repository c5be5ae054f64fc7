// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"

#include "otbBandList.h"
#include "otbImageFileSpectralAxis.h"
#include "otbImageSpectralAxis.h"
#include "otbSpectraSelectionImageFilter.h"
#include "otbStreamingBandRangeImageFilter.h"

#include "otbImageFileReader.h"

#include <algorithm>
#include <cmath>
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

/** Two bands of one sensor are not that near [nm], and no two products of it that far apart. */
constexpr double SameWavelength = 0.5;

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

/** The parameter keeps the name of the last file when an image in memory takes its place. */
bool IsFromFile(FloatVectorImageType* image)
{
  return dynamic_cast<const ImageFileReader<FloatVectorImageType>*>(image->GetSource().GetPointer()) != nullptr;
}

using SelectionType = SpectraSelectionImageFilter<FloatVectorImageType>;
using RangeType     = StreamingBandRangeImageFilter<FloatVectorImageType>;
} // namespace

void SpectralApplication::AddMaskParameter(const std::string& key, const std::string& name, const std::string& imageKey, const std::string& effect)
{
  this->AddParameter(ParameterType_InputImage, key, name);
  this->SetParameterDescription(key, "Pixels of " + imageKey + " where this image is 0 " + effect + ". One band, of the size of " + imageKey +
                                         " whatever its georeferencing.");
  this->MandatoryOff(key);
}

void SpectralApplication::AddInputNoDataParameter(const std::string& key, const std::string& name, const std::string& imageKey)
{
  this->AddParameter(ParameterType_Float, key, name);
  this->SetParameterDescription(key, "The value, any number, that marks pixels of " + imageKey +
                                         " without a measurement. By default the one that its file declares. NaN and "
                                         "infinity always do.");
  this->MandatoryOff(key);
}

void SpectralApplication::AddBadBandsParameter(const std::string& imageKey, bool looks)
{
  this->AddParameter(ParameterType_String, "badbands", "Bad bands");
  this->SetParameterDescription("badbands", "Bands of " + imageKey +
                                                " to leave out, as numbers from 1 and wavelengths: 1-5,104-112,1350-1450nm. Besides, those are left out that "
                                                "its file declares as bad (bbl)" +
                                                (looks ? " and those without a measurement: constant, or no data in most pixels" : "") +
                                                ". none: no band is left out.");
  this->MandatoryOff("badbands");
}

void SpectralApplication::AddSaturationParameter(const std::string& imageKey)
{
  this->AddParameter(ParameterType_Float, "saturation", "Saturation");
  this->SetParameterDescription("saturation", "The value from which a detector of " + imageKey +
                                                  " is saturated, any number in the unit of the image: pixels that reach it in a band are left out. By "
                                                  "default none is.");
  this->MandatoryOff("saturation");
}

FloatVectorImageType* SpectralApplication::GetImage(const std::string& imageKey)
{
  const auto found = m_Prepared.find(imageKey);
  return found == m_Prepared.end() ? this->GetParameterFloatVectorImage(imageKey) : found->second.image.GetPointer();
}

const std::vector<bool>& SpectralApplication::GetBadBandsOf(const std::string& imageKey) const
{
  return m_Prepared.at(imageKey).bad;
}

const SpectralAxis& SpectralApplication::GetWholeAxisOf(const std::string& imageKey) const
{
  return m_Prepared.at(imageKey).wholeAxis;
}

void SpectralApplication::PrepareImage(const std::string& imageKey, const ImageChecks& checks)
{
  m_Prepared.erase(imageKey);
  PreparedImage prepared;
  const bool    isFile   = IsFromFile(this->GetParameterFloatVectorImage(imageKey));
  const auto    path     = this->GetParameterString(imageKey);
  const bool    given    = !checks.noData.empty() && this->HasValue(checks.noData);
  const auto    ignored  = given || !isFile ? std::nullopt : ReadIgnoredValueOfImage(path);
  const bool    declared = given || ignored.has_value();
  const float   noData   = given ? this->GetParameterFloat(checks.noData) : ignored ? static_cast<float>(*ignored) : this->InputNoData(imageKey);
  if (const auto offset = isFile ? ReadAddOffsetOfImage(path) : std::nullopt)
  {
    otbAppLogWARNING(<< imageKey << ": its metadata say that " << *offset << " must be added to its values (BOA_ADD_OFFSET), which is not done: "
                     << "add it before, unless both images are in that unit or radiometry matches them");
  }
  prepared.bad.assign(this->GetNumberOfBands(imageKey), false);
  if (checks.bad.size() == prepared.bad.size())
  {
    prepared.wholeAxis = this->ReadSpectralAxis(imageKey).value_or(SpectralAxis());
    prepared.bad       = checks.bad;
  }
  else if (checks.learn)
  {
    prepared.wholeAxis = this->ReadSpectralAxis(imageKey).value_or(SpectralAxis());
    prepared.bad       = this->FindBadBands(imageKey, prepared.wholeAxis, noData);
  }
  else if (checks.like.size() != 0)
  {
    prepared.wholeAxis = this->ReadSpectralAxis(imageKey).value_or(SpectralAxis());
    prepared.bad       = this->FindOtherBands(prepared.bad.size(), prepared.wholeAxis, checks.like);
  }

  const bool masked = !checks.mask.empty() && this->HasValue(checks.mask);
  const auto good   = OtherBands(prepared.bad);
  if (!checks.learn && !masked && !declared && good.size() == prepared.bad.size())
  {
    // The filters of inference see to invalid pixels themselves.
    return;
  }
  const auto selection = SelectionType::New();
  selection->SetInput(this->GetParameterFloatVectorImage(imageKey));
  selection->SetInputNoData(noData);
  // Zero is a measurement as well: of dark water, in an image whose margin is zero in all bands.
  selection->SetNoDataInAnyBand(checks.learn && noData != 0.f);
  if (good.size() < prepared.bad.size())
  {
    selection->SetBands(good);
  }
  if (prepared.wholeAxis.size() != 0)
  {
    prepared.axis = prepared.wholeAxis.Pick(good);
    selection->SetSpectralAxis(*prepared.axis);
  }
  if (checks.learn && this->HasValue("saturation"))
  {
    selection->SetSaturation(this->GetParameterFloat("saturation"));
  }
  if (masked)
  {
    selection->SetMask(this->GetParameterUInt8Image(checks.mask));
  }
  try
  {
    selection->UpdateOutputInformation();
  }
  catch (const itk::ExceptionObject& error)
  {
    // All else was checked above.
    throw std::invalid_argument(checks.mask + ": " + GetMessage(error.GetDescription()) + " of " + imageKey);
  }
  prepared.image  = selection->GetOutput();
  prepared.filter = selection.GetPointer();
  m_Prepared.emplace(imageKey, prepared);
}

std::vector<bool> SpectralApplication::FindOtherBands(std::size_t bands, const SpectralAxis& axis, const SpectralAxis& like)
{
  std::vector<bool> other(bands, axis.size() == bands);
  std::size_t       next = 0;
  for (std::size_t band = 0; band < axis.size() && next < like.size(); ++band)
  {
    if (std::abs(axis.wavelengths[band] - like.wavelengths[next]) <= SameWavelength)
    {
      other[band] = false;
      ++next;
    }
  }
  if (next < like.size())
  {
    other.assign(bands, false);
  }
  return other;
}

std::vector<bool> SpectralApplication::FindDeclaredBadBands(const std::string& imageKey, const SpectralAxis& axis, std::string& reasons)
{
  const std::size_t bands = this->GetNumberOfBands(imageKey);
  const std::string list  = this->HasValue("badbands") ? this->GetParameterString("badbands") : std::string();
  // Whatever is asked for, what has no wavelength has no place in a spectrum.
  auto missing = axis.FindMissing();
  missing.resize(bands, false);
  AddReason(missing, "without a wavelength", reasons);
  if (list == NoBadBands)
  {
    return missing;
  }
  auto bad = ParseBandList(list, bands, axis, "badbands");
  AddReason(bad, "by badbands", reasons);
  Join(bad, missing);

  auto       inFile = GetBadBands(this->GetParameterFloatVectorImage(imageKey)->GetImageMetadata());
  const auto path   = this->GetParameterString(imageKey);
  if (inFile.size() != bands && IsFromFile(this->GetParameterFloatVectorImage(imageKey)))
  {
    const auto found = FindBadBandsOfImage(path);
    if (!found.problem.empty())
    {
      throw std::invalid_argument(imageKey + ": " + found.problem + " (badbands none reads no list)");
    }
    inFile = found.bad;
  }
  if (std::find(inFile.begin(), inFile.end(), false) == inFile.end() && !inFile.empty())
  {
    otbAppLogWARNING(<< imageKey << ": its bad bands list (bbl) calls all bands bad: taken for none");
  }
  if (inFile.size() == bands && std::find(inFile.begin(), inFile.end(), false) != inFile.end())
  {
    AddReason(inFile, "by the file's bad bands list", reasons);
    Join(bad, inFile);
  }
  return bad;
}

std::vector<bool> SpectralApplication::ReadBadBands(const std::string& imageKey)
{
  std::string reasons;
  const auto  bad = this->FindDeclaredBadBands(imageKey, this->ReadSpectralAxis(imageKey).value_or(SpectralAxis()), reasons);
  this->TellBadBands(imageKey, bad, reasons);
  return bad;
}

std::vector<bool> SpectralApplication::FindBadBands(const std::string& imageKey, const SpectralAxis& axis, float noData)
{
  std::string reasons;
  auto        bad = this->FindDeclaredBadBands(imageKey, axis, reasons);
  if (!this->HasValue("badbands") || this->GetParameterString("badbands") != NoBadBands)
  {
    const auto range = RangeType::New();
    range->SetInput(this->GetParameterFloatVectorImage(imageKey));
    range->GetFilter()->SetNoData(noData);
    range->GetStreamer()->SetAutomaticStrippedStreaming(static_cast<unsigned int>(this->GetParameterInt("ram")));
    this->Pass(range.GetPointer(), "Looking for bad bands");
    const auto empty = range->GetFilter()->FindBadBands();
    AddReason(empty, "constant or no data", reasons);
    Join(bad, empty);
  }
  this->TellBadBands(imageKey, bad, reasons);
  return bad;
}

void SpectralApplication::TellBadBands(const std::string& imageKey, const std::vector<bool>& bad, const std::string& reasons)
{
  const auto count = static_cast<std::size_t>(std::count(bad.begin(), bad.end(), true));
  if (count == bad.size())
  {
    throw std::invalid_argument("badbands: found that no band of " + imageKey + " is left (" + reasons + "), expected at least one good band");
  }
  if (count > 0)
  {
    otbAppLogINFO(<< "Bad bands: " << count << " of " << bad.size() << " are left out (" << reasons << ")");
  }
}
} // namespace Wrapper
} // namespace otb
