// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionMethod.h"
#include "otbLinearInversion.h"
#include "otbSpectraLift.h"
#include "otbSpectraMorph.h"
#include "otbSpectralEnsemble.h"

namespace otb
{
namespace
{
template <class Method>
std::unique_ptr<SpectralInversionMethod> MakeOne()
{
  return std::make_unique<Method>();
}

// One line per method, in the order in which they are offered; behind them comes what is made of all.
constexpr std::unique_ptr<SpectralInversionMethod> (*Makers[])() = {
    MakeOne<SpectraMorph>,
    MakeOne<SpectraLift>,
    MakeOne<LinearInversion>,
};
} // namespace

SpectralInverse::~SpectralInverse() = default;

unsigned int SpectralInverse::GetPriorBands() const
{
  return 0;
}

SpectralInverse::Members SpectralInverse::GetMembers() const
{
  return {};
}

std::vector<double> SpectralInverse::GetWeights() const
{
  return std::vector<double>(GetMembers().size(), 1.);
}

bool SpectralInverse::HasAbundances() const
{
  return false;
}

void SpectralInverse::ReducePrior(const float*, float, float, float*, std::size_t) const
{
}

void SpectralInversionMethod::Task::Log(const std::string& line) const
{
  if (log)
  {
    log(line);
  }
}

void SpectralInversionMethod::Task::Report(double fraction, double value) const
{
  if (progress && !progress(fraction, value))
  {
    throw CancelledError();
  }
}

SpectralInversionMethod::~SpectralInversionMethod() = default;

std::vector<std::unique_ptr<SpectralInversionMethod>> SpectralInversionMethod::MakeAll()
{
  auto methods = MakeSingle();
  methods.push_back(std::make_unique<EnsembleInversion>());
  return methods;
}

std::vector<std::unique_ptr<SpectralInversionMethod>> SpectralInversionMethod::MakeSingle()
{
  std::vector<std::unique_ptr<SpectralInversionMethod>> methods;
  for (const auto make : Makers)
  {
    methods.push_back(make());
  }
  return methods;
}

std::unique_ptr<SpectralInversionMethod> SpectralInversionMethod::Make(const std::string& key)
{
  std::string keys;
  for (auto& method : MakeAll())
  {
    if (method->GetKey() == key)
    {
      return std::move(method);
    }
    keys += (keys.empty() ? "" : ", ") + method->GetKey();
  }
  throw SettingError("method", "\"" + key + "\"", "one of " + keys);
}

std::string SpectralInversionMethod::GetPrefix() const
{
  return "method." + GetKey() + ".";
}

void SpectralInversionMethod::Visit(SettingVisitor&)
{
}

SpectralInversionMethod::Parts SpectralInversionMethod::GetParts()
{
  return {this};
}

double SpectralInversionMethod::GetWeight() const
{
  return 1.;
}

void SpectralInversionMethod::Adapt(const Situation&)
{
}

std::vector<std::unique_ptr<SpectralInversionMethod>> SpectralInversionMethod::MakeVariants(const Situation& situation) const
{
  std::vector<std::unique_ptr<SpectralInversionMethod>> variants;
  variants.push_back(Clone());
  variants.front()->Adapt(situation);
  return variants;
}

bool SpectralInversionMethod::IsIterative() const
{
  return true;
}

bool SpectralInversionMethod::HasPrior() const
{
  return GetPriorRatio() > 0;
}

unsigned int SpectralInversionMethod::GetPriorRatio() const
{
  return 0;
}

void SpectralInversionMethod::Check(const Image&) const
{
  SettingCheck check(GetPrefix());
  Clone()->Visit(check);
}

std::string SpectralInversionMethod::GetPreparationTitle() const
{
  return "";
}

std::string SpectralInversionMethod::GetTrainingTitle() const
{
  return "Training the network";
}

void SpectralInversionMethod::Prepare(const Task&)
{
}

std::vector<SpectralInverse::Highlight> SpectralInversionMethod::GetHighlights(const SpectralInverse&, const SpectralTrainingFacts&) const
{
  return {};
}
} // namespace otb
