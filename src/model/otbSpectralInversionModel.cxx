// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionModel.h"
#include "otbAtomicFile.h"
#include "otbModelDocument.h"
#include "otbSpectralEnsemble.h"
#include "otbSpectralNetwork.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace otb
{
namespace
{
using Json = strictjson::Json;

const char* const Format  = "SpectraMorph spectral inversion model";
constexpr int     Version = 1;
// Some 30 characters for each of the most parameters a network may have.
constexpr std::uintmax_t MaximumFileSize = std::uintmax_t{30} * SpectralNetwork::MaximumParameters;
// The parameters, and for each of the greatest number of bands a response, an endmember and a wavelength.
constexpr std::size_t        MaximumValues = SpectralNetwork::MaximumParameters + (std::size_t{1} << 24);
constexpr strictjson::Limits FileLimits{MaximumFileSize, MaximumValues};

std::unique_ptr<SpectralInversionMethod> MethodOf(const std::string& key)
{
  try
  {
    return SpectralInversionMethod::Make(key);
  }
  catch (const SettingError&)
  {
    throw std::invalid_argument("\"method\" is \"" + key + "\", which is none of the values this version knows");
  }
}

SpectralInversionModel ModelFrom(const ModelDocument& document)
{
  const Json& json = document.json;
  strictjson::CheckFormat(json, "model", Format, Version);
  SpectralInversionModel model;
  const auto             method = MethodOf(json.at("method").get<std::string>());
  model.response                = SpectralResponse(strictjson::MatrixFrom(json.at("spectral_response"), "matrix"),
                                                   json.at("spectral_response").at("bands").get<std::vector<std::string>>(), "\"spectral_response\"");
  model.axis.wavelengths        = strictjson::Numbers<double>(json, "wavelengths_nm", "\"wavelengths_nm\"");
  model.axis.widths             = strictjson::Numbers<double>(json, "fwhm_nm", "\"fwhm_nm\"");
  model.offset                  = json.at("scaling").at("offset").get<double>();
  model.scale                   = json.at("scaling").at("scale").get<double>();

  if (json.contains("radiometry"))
  {
    const Json& radiometry = json.at("radiometry");
    model.radiometry       = {strictjson::Numbers<double>(radiometry, "gains", "\"gains\""), strictjson::Numbers<double>(radiometry, "offsets", "\"offsets\"")};
  }
  model.inverse = method->Read(document, model.response);

  const Json& training            = json.at("training");
  model.training.pixels           = strictjson::Count<std::uint64_t>(training, "pixels");
  model.training.epochs           = strictjson::Count<unsigned int>(training, "epochs");
  model.training.loss             = training.at("loss").get<double>();
  model.training.nmfRelativeError = training.at("nmf_relative_error").get<double>();
  model.training.seed             = strictjson::Count<std::uint64_t>(training, "seed");
  return model;
}
} // namespace

std::optional<SpectralInversionModel> SpectralInversionModel::FindAbundances() const
{
  if (HasAbundances())
  {
    return *this;
  }
  const auto members = inverse ? inverse->GetMembers() : SpectralInverse::Members();
  const auto found   = std::find_if(members.begin(), members.end(), [](const auto& member) { return member->HasAbundances(); });
  return found == members.end() ? std::nullopt : std::make_optional(WithMembers({static_cast<std::size_t>(found - members.begin())}));
}

LinearMixing SpectralInversionModel::Mixing() const
{
  if (!HasAbundances())
  {
    throw std::invalid_argument("the model has no abundances to mix");
  }
  const SpectraMatrix spectra = (inverse->GetDecoder().cast<double>() * scale).array().cast<float>() + static_cast<float>(offset);
  return LinearMixing(spectra, static_cast<float>(offset));
}

LinearMixing SpectralInversionModel::GetDecoding() const
{
  if (HasAbundances())
  {
    return Mixing();
  }
  const auto         decoder = inverse->GetDecoder();
  std::vector<float> base    = inverse->GetDecoderBias();
  std::transform(base.begin(), base.end(), base.begin(), [this](float value) { return static_cast<float>(value * scale + offset); });
  return LinearMixing::FromDirections((decoder.cast<double>() * scale).cast<float>(), base);
}

SpectralInversionModel SpectralInversionModel::WithMembers(const std::vector<std::size_t>& numbers) const
{
  const auto               all     = inverse->GetMembers();
  const auto               weights = inverse->GetWeights();
  SpectralInverse::Members chosen;
  std::vector<double>      chosenWeights;
  for (const std::size_t number : numbers)
  {
    chosen.push_back(all.at(number));
    chosenWeights.push_back(weights.at(number));
  }
  SpectralInversionModel model = *this;
  model.inverse                = chosen.size() == 1 ? chosen.front() : std::make_shared<SpectralEnsemble>(std::move(chosen), std::move(chosenWeights));
  return model;
}

SpectralInversionModel SpectralInversionModel::WithMembersOf(const SpectralInversionModel& other) const
{
  if (other.response.GetMatrix() != response.GetMatrix() || other.offset != offset || other.scale != scale)
  {
    throw std::invalid_argument("models of different responses or scalings have no mean");
  }
  SpectralInverse::Members members;
  std::vector<double>      weights;
  for (const SpectralInversionModel* model : {this, &other})
  {
    auto own = model->inverse->GetMembers();
    if (own.empty())
    {
      members.push_back(model->inverse);
      weights.push_back(1.);
      continue;
    }
    const auto ownWeights = model->inverse->GetWeights();
    members.insert(members.end(), own.begin(), own.end());
    weights.insert(weights.end(), ownWeights.begin(), ownWeights.end());
  }
  SpectralInversionModel model = *this;
  model.inverse                = std::make_shared<SpectralEnsemble>(std::move(members), std::move(weights));
  return model;
}

SpectralInversionModel SpectralInversionModel::WithFoldedRadiometry() const
{
  SpectralInversionModel model = *this;
  if (radiometry.IsIdentity())
  {
    return model;
  }
  // In scaled units x' = g x + ((g - 1) offset + o) / scale.
  std::vector<double> shifts;
  for (unsigned int band = 0; band < GetMultispectralBands(); ++band)
  {
    shifts.push_back((radiometry.gains[band] - 1.) * offset + radiometry.offsets[band]);
  }
  model.inverse    = inverse->WithInput(radiometry.gains, shifts, scale);
  model.radiometry = RadiometricHarmonisation();
  return model;
}

void SpectralInversionModel::Validate() const
{
  const auto check = [](bool condition, const std::string& message)
  {
    if (!condition)
    {
      throw std::invalid_argument(message);
    }
  };
  const auto finite = [](float value) { return std::isfinite(value); };

  check(inverse != nullptr, "it has nothing that a method has learnt");
  check(inverse->GetMultispectralBands() == GetMultispectralBands(), "the network's multispectral bands are not those of the spectral response");
  check(inverse->GetPriorBands() <= GetHyperspectralBands(), "the prior has more bands than the hyperspectral image");
  // Inference works in single precision.
  check(finite(static_cast<float>(offset)) && finite(static_cast<float>(scale)) && finite(static_cast<float>(1. / scale)) && scale > 0.,
        "the scaling is not a finite offset and a positive scale");
  check(std::isfinite(training.loss) && std::isfinite(training.nmfRelativeError), "a fact of the training is not a finite number");
  check(radiometry.gains.size() == radiometry.offsets.size() && (radiometry.IsIdentity() || radiometry.gains.size() == GetMultispectralBands()),
        "the radiometry is not a gain and an offset per multispectral band");
  check(std::all_of(radiometry.gains.begin(), radiometry.gains.end(), [](double gain) { return std::isfinite(gain) && gain > 0.; }) &&
            std::all_of(radiometry.offsets.begin(), radiometry.offsets.end(), [](double value) { return std::isfinite(value); }),
        "a gain of the radiometry is not positive, or an offset not finite");
  check(axis.size() == 0 || axis.size() == GetHyperspectralBands(), "the number of wavelengths is not that of hyperspectral bands");
  check(axis.widths.empty() || axis.widths.size() == axis.size(), "the number of band widths is not that of wavelengths");
  for (const auto& numbers : {axis.wavelengths, axis.widths})
  {
    check(std::all_of(numbers.begin(), numbers.end(), [](double value) { return std::isfinite(value) && value > 0.; }),
          "a wavelength or width is not positive");
  }
  inverse->Validate(GetMultispectralBands(), GetHyperspectralBands());
}

std::string SpectralInversionModel::ToText() const
{
  Validate();
  ModelDocument document;
  document.json = {{"format", Format},
                   {"version", Version},
                   {"method", inverse->GetMethod()},
                   {"spectral_response", {{"bands", response.GetBandNames()}, {"matrix", strictjson::ToJson(response.GetMatrix())}}},
                   {"wavelengths_nm", axis.wavelengths},
                   {"fwhm_nm", axis.widths},
                   {"scaling", {{"offset", offset}, {"scale", scale}}},
                   {"training",
                    {{"pixels", training.pixels},
                     {"epochs", training.epochs},
                     {"loss", training.loss},
                     {"nmf_relative_error", training.nmfRelativeError},
                     {"seed", training.seed}}}};
  if (!radiometry.IsIdentity())
  {
    document.json["radiometry"] = {{"gains", radiometry.gains}, {"offsets", radiometry.offsets}};
  }
  inverse->Write(document);
  // Band names come from files of any encoding, JSON is UTF-8.
  return document.json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

void SpectralInversionModel::Save(const std::string& path, const std::string& parameter) const
{
  AtomicFile file(path, parameter);
  file.Stream() << ToText();
  file.Commit();
}

SpectralInversionModel SpectralInversionModel::Load(const std::string& path, const std::string& parameter)
{
  return strictjson::Load(path, parameter, "model file", FileLimits,
                          [](Json json)
                          {
                            SpectralInversionModel model = ModelFrom({std::move(json)});
                            model.Validate();
                            return model;
                          });
}
} // namespace otb
