// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralEnsemble.h"
#include "otbModelDocument.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace otb
{
namespace
{
const char* const Key = "auto";
// A model file nests no deeper than its members.
constexpr std::size_t MostMembers = 16;
} // namespace

SpectralEnsemble::SpectralEnsemble(Members members, std::vector<double> weights) : m_Members(std::move(members)), m_Weights(std::move(weights))
{
  if (m_Members.empty() || m_Weights.size() != m_Members.size())
  {
    throw std::invalid_argument("an ensemble has " + std::to_string(m_Members.size()) + " members and " + std::to_string(m_Weights.size()) +
                                " weights, expected at least one member and a weight for each");
  }
  if (!std::all_of(m_Weights.begin(), m_Weights.end(), [](double weight) { return std::isfinite(weight) && weight > 0.; }))
  {
    throw std::invalid_argument("the weight of an ensemble's member is not over zero");
  }
  for (const auto& member : m_Members)
  {
    if (member->GetMultispectralBands() != m_Members.front()->GetMultispectralBands() || member->GetDecoder().cols() != m_Members.front()->GetDecoder().cols())
    {
      throw std::invalid_argument("an ensemble's members are for different numbers of bands");
    }
    if (member->GetPriorBands() > 0)
    {
      if (m_Prior != nullptr)
      {
        throw std::invalid_argument("an ensemble has two members with a prior, expected at most one");
      }
      m_Prior = member.get();
    }
  }
}

std::string SpectralEnsemble::GetMethod() const
{
  return Key;
}

std::string SpectralEnsemble::Describe() const
{
  std::string text;
  for (const auto& member : m_Members)
  {
    text += (text.empty() ? "the mean of " : ", and ") + member->Describe();
  }
  return m_Members.size() == 1 ? m_Members.front()->Describe() : text;
}

unsigned int SpectralEnsemble::GetMultispectralBands() const
{
  return m_Members.front()->GetMultispectralBands();
}

unsigned int SpectralEnsemble::GetNumberOfLatents() const
{
  return std::accumulate(m_Members.begin(), m_Members.end(), 0u, [](unsigned int sum, const auto& member) { return sum + member->GetNumberOfLatents(); });
}

unsigned int SpectralEnsemble::GetPriorBands() const
{
  return m_Prior == nullptr ? 0 : m_Prior->GetPriorBands();
}

SpectralEnsemble::Members SpectralEnsemble::GetMembers() const
{
  return m_Members;
}

std::vector<double> SpectralEnsemble::GetWeights() const
{
  return m_Weights;
}

float SpectralEnsemble::GetShare(std::size_t member) const
{
  return static_cast<float>(m_Weights[member] / std::accumulate(m_Weights.begin(), m_Weights.end(), 0.));
}

void SpectralEnsemble::Encode(const SpectralPixelBlock& block, float* latents) const
{
  for (const auto& member : m_Members)
  {
    member->Encode(block, latents);
    latents += member->GetNumberOfLatents() * block.pixels();
  }
}

void SpectralEnsemble::ReducePrior(const float* spectrum, float offset, float factor, float* reduced, std::size_t stride) const
{
  if (m_Prior != nullptr)
  {
    m_Prior->ReducePrior(spectrum, offset, factor, reduced, stride);
  }
}

SpectraMatrix SpectralEnsemble::GetDecoder() const
{
  SpectraMatrix decoder(GetNumberOfLatents(), m_Members.front()->GetDecoder().cols());
  Eigen::Index  row = 0;
  for (std::size_t number = 0; number < m_Members.size(); ++number)
  {
    const Eigen::Index rows       = m_Members[number]->GetNumberOfLatents();
    decoder.middleRows(row, rows) = m_Members[number]->GetDecoder() * GetShare(number);
    row += rows;
  }
  return decoder;
}

std::vector<float> SpectralEnsemble::GetDecoderBias() const
{
  std::vector<float> mean(static_cast<std::size_t>(m_Members.front()->GetDecoder().cols()), 0.f);
  for (std::size_t number = 0; number < m_Members.size(); ++number)
  {
    const auto  bias  = m_Members[number]->GetDecoderBias();
    const float share = GetShare(number);
    std::transform(mean.begin(), mean.end(), bias.begin(), mean.begin(), [share](float sum, float value) { return sum + share * value; });
  }
  return mean;
}

std::shared_ptr<const SpectralInverse> SpectralEnsemble::WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const
{
  Members members;
  for (const auto& member : m_Members)
  {
    members.push_back(member->WithInput(gains, shifts, scale));
  }
  return std::make_shared<SpectralEnsemble>(std::move(members), m_Weights);
}

void SpectralEnsemble::Validate(unsigned int multispectralBands, unsigned int hyperspectralBands) const
{
  for (const auto& member : m_Members)
  {
    member->Validate(multispectralBands, hyperspectralBands);
  }
}

void SpectralEnsemble::Write(ModelDocument& document) const
{
  auto& members = document.json["members"] = strictjson::Json::array();
  for (std::size_t number = 0; number < m_Members.size(); ++number)
  {
    ModelDocument own;
    own.json["method"] = m_Members[number]->GetMethod();
    own.json["weight"] = m_Weights[number];
    m_Members[number]->Write(own);
    members.push_back(std::move(own.json));
  }
}

EnsembleInversion::EnsembleInversion() : m_Parts(MakeSingle())
{
}

EnsembleInversion::EnsembleInversion(const EnsembleInversion& other) : SpectralInversionMethod(other)
{
  for (const auto& part : other.m_Parts)
  {
    m_Parts.push_back(part->Clone());
  }
  for (const auto& member : other.m_Members)
  {
    m_Members.push_back(member->Clone());
  }
}

std::unique_ptr<SpectralInversionMethod> EnsembleInversion::Clone() const
{
  return std::make_unique<EnsembleInversion>(*this);
}

std::string EnsembleInversion::GetKey() const
{
  return Key;
}

std::string EnsembleInversion::GetTitle() const
{
  return "Automatic: all methods, of which the images choose";
}

std::string EnsembleInversion::GetHelp() const
{
  return "Trains all methods, each with its own settings, scores them without a truth at pixels of the hyperspectral image that were held out, and takes the mean "
         "of those that are not clearly worse than the best, each refined by itself.";
}

SpectralInversionMethod::Parts EnsembleInversion::GetParts()
{
  Parts parts;
  for (const auto& part : m_Parts)
  {
    parts.push_back(part.get());
  }
  return parts;
}

void EnsembleInversion::Adapt(const Situation& situation)
{
  // Once: the members are then what the situation has made of the parts.
  if (m_Members.empty())
  {
    for (const auto& part : m_Parts)
    {
      auto variants = part->MakeVariants(situation);
      std::move(variants.begin(), variants.end(), std::back_inserter(m_Members));
    }
  }
}

unsigned int EnsembleInversion::GetPriorRatio() const
{
  unsigned int ratio = 0;
  for (const auto& member : m_Members)
  {
    ratio = std::max(ratio, member->GetPriorRatio());
  }
  return ratio;
}

void EnsembleInversion::Check(const Image& image) const
{
  for (const auto& part : m_Parts)
  {
    part->Check(image);
  }
}

std::string EnsembleInversion::GetPreparationTitle() const
{
  return "Preparing the methods";
}

std::string EnsembleInversion::GetTrainingTitle() const
{
  return "Training the methods";
}

template <class Step>
void EnsembleInversion::ForEach(const Task& task, const Step& step)
{
  const auto count = static_cast<double>(m_Members.size());
  for (std::size_t number = 0; number < m_Members.size(); ++number)
  {
    SpectralInversionMethod& member = *m_Members[number];
    // The facts of the first, the default method, stand for all.
    SpectralTrainingFacts others = task.facts;
    const Progress        share  = [&](double fraction, double value)
    { return !task.progress || task.progress((static_cast<double>(number) + fraction) / count, value); };
    const std::string                             name = member.GetKey() + (member.HasPrior() ? " with the prior: " : ": ");
    const std::function<void(const std::string&)> log  = [&](const std::string& line) { task.Log(name + line); };
    step(number, Task{task.sample, m_Sets[number], task.highest, task.training, number == 0 ? task.facts : others, share, log, task.image});
  }
}

void EnsembleInversion::Prepare(const Task& task)
{
  m_Sets.assign(m_Members.size(), task.set);
  ForEach(task, [this](std::size_t number, const Task& own) { m_Members[number]->Prepare(own); });
}

std::shared_ptr<const SpectralInverse> EnsembleInversion::Train(const Task& task)
{
  SpectralEnsemble::Members members;
  std::vector<double>       weights;
  ForEach(task,
          [&](std::size_t number, const Task& own)
          {
            members.push_back(m_Members[number]->Train(own));
            weights.push_back(m_Members[number]->GetWeight());
            m_Sets[number] = SpectralTrainingSet();
          });
  return std::make_shared<SpectralEnsemble>(std::move(members), std::move(weights));
}

std::shared_ptr<const SpectralInverse> EnsembleInversion::Read(const ModelDocument& document, const SpectralResponse& response) const
{
  const auto& list = document.json.at("members");
  if (!list.is_array() || list.empty() || list.size() > MostMembers)
  {
    throw std::invalid_argument("\"members\" is not a list of 1 to " + std::to_string(MostMembers) + " methods");
  }
  SpectralEnsemble::Members members;
  std::vector<double>       weights;
  for (const auto& json : list)
  {
    const auto key  = json.at("method").get<std::string>();
    const auto part = std::find_if(m_Parts.begin(), m_Parts.end(), [&key](const auto& candidate) { return candidate->GetKey() == key; });
    if (part == m_Parts.end())
    {
      throw std::invalid_argument("\"method\" of a member is \"" + key + "\", which is none of the values this version knows");
    }
    weights.push_back(json.at("weight").get<double>());
    members.push_back((*part)->Read({json}, response));
    // Before anything is computed of several that do not fit each other.
    members.back()->Validate(response.GetNumberOfMultispectralBands(), response.GetNumberOfHyperspectralBands());
  }
  return std::make_shared<SpectralEnsemble>(std::move(members), std::move(weights));
}

std::vector<SpectralInverse::Highlight> EnsembleInversion::GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts&) const
{
  return {{std::to_string(inverse.GetMembers().size()), "methods, whose mean is taken"}};
}
} // namespace otb
