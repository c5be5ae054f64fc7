// SPDX-License-Identifier: Apache-2.0
#include "otbUncertaintyDocument.h"

#include <algorithm>
#include <stdexcept>

namespace otb
{
using namespace strictjson;

namespace
{
SpectralUncertaintyModel::Terms TermsFrom(const Json& json, const char* key)
{
  const auto                      numbers = Numbers<float>(json, key, std::string("\"") + key + "\"");
  SpectralUncertaintyModel::Terms terms{};
  if (numbers.size() != terms.size())
  {
    throw std::invalid_argument(std::string("\"") + key + "\" has " + std::to_string(numbers.size()) + " numbers, expected " + std::to_string(terms.size()));
  }
  std::copy(numbers.begin(), numbers.end(), terms.begin());
  return terms;
}
} // namespace

Json ToJson(const SpectralUncertaintyModel& model)
{
  return {{"origin", model.origin},
          {"contrast", model.contrast},
          {"examples", strictjson::ToJson(model.examples)},
          {"residual", strictjson::ToJson(model.residual)},
          {"typical", model.typical},
          {"exponents", model.exponents},
          {"scale", model.scale},
          {"reach", model.reach},
          {"bands", model.bands},
          {"outside", model.outside},
          {"far_away", model.farAway}};
}

SpectralUncertaintyModel UncertaintyFrom(const Json& json)
{
  SpectralUncertaintyModel model;
  model.origin   = Numbers<float>(json, "origin", "\"origin\"");
  model.contrast = Numbers<float>(json, "contrast", "\"contrast\"");
  model.examples = MatrixFrom(json, "examples");
  if (!json.at("residual").empty())
  {
    model.residual = MatrixFrom(json, "residual");
  }
  model.typical   = TermsFrom(json, "typical");
  model.exponents = TermsFrom(json, "exponents");
  model.scale     = static_cast<float>(Number(json, "scale"));
  model.reach     = static_cast<float>(Number(json, "reach"));
  model.bands     = Numbers<float>(json, "bands", "\"bands\"");
  model.outside   = static_cast<float>(Number(json, "outside"));
  model.farAway   = static_cast<float>(Number(json, "far_away"));
  model.Validate();
  return model;
}
} // namespace otb
