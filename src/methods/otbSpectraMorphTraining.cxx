// SPDX-License-Identifier: Apache-2.0

// SpectraMorph but for its equations, which are in otbSpectraMorph.cxx: settings, endmembers and prior before the training, and the model file.

#include "otbEndmemberNumber.h"
#include "otbModelDocument.h"
#include "otbNetworkSize.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbSpectraMorph.h"
#include "otbSpectralNetworkTrainer.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace otb
{
namespace
{
const std::vector<SettingChoice> Constraints = {{"none", "None"}, {"nonnegative", "Non-negative"}, {"sumtoone", "Non-negative, with sum one"}};

// A factorisation leaves the scale of each endmember open, V = (W D) (D^-1 E). Where abundances shall sum to one that scale matters: it is the one by which
// those of the factorisation do so best, d = argmin ||W d - 1||. An endmember that would turn negative by it keeps its scale.
SpectraMatrix WithAbundancesOfSumOne(const NonnegativeMatrixFactorization::Result& factors)
{
  const Eigen::MatrixXd W          = factors.abundances.cast<double>();
  const Eigen::VectorXd d          = (W.transpose() * W).ldlt().solve(W.colwise().sum().transpose());
  SpectraMatrix         endmembers = factors.endmembers;
  for (Eigen::Index k = 0; k < endmembers.rows(); ++k)
  {
    const auto scaled = (endmembers.row(k).cast<double>() / d(k)).cast<float>().eval();
    if (d(k) > 0. && scaled.allFinite())
    {
      endmembers.row(k) = scaled;
    }
  }
  return endmembers;
}
} // namespace

SpectraMorph::SpectraMorph(const Settings& given) : settings(given)
{
}

std::unique_ptr<SpectralInversionMethod> SpectraMorph::Clone() const
{
  return std::make_unique<SpectraMorph>(*this);
}

std::string SpectraMorph::GetKey() const
{
  return "morph";
}

std::string SpectraMorph::GetTitle() const
{
  return "SpectraMorph: abundances of endmembers, mixed linearly";
}

std::string SpectraMorph::GetHelp() const
{
  return "SpectraMorph (arXiv 2510.20814): a network estimates abundances of endmembers, which are found in the hyperspectral image by non-negative matrix "
         "factorisation; spectra are their linear mixture.";
}

void SpectraMorph::Visit(SettingVisitor& visitor)
{
  // Check() knows the range, which depends on the image.
  WholeRange number;
  number.text = "A whole number from 1 to the smaller of the numbers of bands and of pixels; -1 to estimate it from the signal and the noise (HySime).";
  visitor.Whole({"ne", "Number of endmembers", "Spectra that all others are mixed of."}, settings.endmembers, number);
  visitor.Whole({"hidden", "Hidden units", "Units of the network's hidden layer."}, settings.hiddenUnits, {1});
  visitor.Choice({"constraint", "Constraint on abundances", "What abundances must satisfy. The published method has none, which gives the best spectra."},
                 settings.constraint, Constraints);
  visitor.Choice(
      {"csp", "Coarse spectral prior",
       "Shows the network the hyperspectral image as well, up-sampled by nearest neighbour. A great gain for multispectral images of one or few bands, "
       "little for others. The two images must be registered."},
      settings.prior, {{"auto", "For one or two multispectral bands"}, {"true", "Yes"}, {"false", "No"}});
  visitor.Whole({"cspratio", "Training ratio of the prior", "In training the prior is the hyperspectral image averaged over that many by that many pixels."},
                settings.priorRatio, {2});
  visitor.Whole(
      {"cspbands", "Most bands of the prior",
       "The prior is shown to the network with at most that many bands, each the mean of adjacent ones: faster and as a rule better than the image's own "
       "bands, which the published method takes."},
      settings.priorBands, {1});
}

unsigned int SpectraMorph::GetPriorRatio() const
{
  return settings.prior == Prior::On ? settings.priorRatio : 0;
}

void SpectraMorph::Adapt(const Situation& situation)
{
  if (settings.prior == Prior::Auto)
  {
    settings.prior = situation.registered && situation.multispectralBands <= PriorPays ? Prior::On : Prior::Off;
  }
}

std::vector<std::unique_ptr<SpectralInversionMethod>> SpectraMorph::MakeVariants(const Situation& situation) const
{
  std::vector<std::unique_ptr<SpectralInversionMethod>> variants;
  for (const Prior prior : {Prior::Off, Prior::On})
  {
    const bool pays = situation.registered && situation.multispectralBands <= PriorPays;
    if (settings.prior == prior || (settings.prior == Prior::Auto && (prior == Prior::Off || pays)))
    {
      Settings own = settings;
      own.prior    = prior;
      variants.push_back(std::make_unique<SpectraMorph>(own));
    }
  }
  return variants;
}

void SpectraMorph::Check(const Image& image) const
{
  const auto most = std::min(image.bands, image.pixels);
  if (settings.endmembers != Estimate && (settings.endmembers < 1 || static_cast<std::uint64_t>(settings.endmembers) > most))
  {
    throw SettingError(GetPrefix() + "ne", std::to_string(settings.endmembers),
                       "1 to " + std::to_string(most) + " (the fewer of bands and pixels of " + image.name + "), or -1 to estimate it");
  }
  SpectralInversionMethod::Check(image);
}

std::string SpectraMorph::GetPreparationTitle() const
{
  return "Finding endmembers (NMF)";
}

unsigned int SpectraMorph::FindNumberOfEndmembers(const Task& task) const
{
  if (settings.endmembers != Estimate)
  {
    return static_cast<unsigned int>(settings.endmembers);
  }
  const auto& spectra = task.sample.spectra;
  if (const unsigned int estimate = EstimateNumberOfEndmembers(spectra))
  {
    task.Log("Number of endmembers: " + std::to_string(estimate) + ", by the dimensions of the signal that stand out of the noise");
    return estimate;
  }
  const auto fallback = static_cast<unsigned int>(std::min<Eigen::Index>({Settings().endmembers, spectra.rows(), spectra.cols()}));
  task.Log("Number of endmembers: " + std::to_string(fallback) + ", since " + std::to_string(spectra.rows()) + " pixels of " + std::to_string(spectra.cols()) +
           " bands do not tell signal from noise");
  return fallback;
}

void SpectraMorph::Prepare(const Task& task)
{
  const unsigned int K = FindNumberOfEndmembers(task);
  if (K > task.sample.size())
  {
    throw SettingError(GetPrefix() + "ne", std::to_string(K), "at most the " + std::to_string(task.sample.size()) + " valid pixels of " + task.image);
  }
  m_PriorBands        = settings.prior == Prior::On ? std::min(static_cast<unsigned int>(task.set.spectra.cols()), settings.priorBands) : 0;
  const double inputs = static_cast<double>(task.set.msi.cols()) + m_PriorBands;
  CheckNetworkSize(
      GetPrefix() + "hidden", settings.hiddenUnits, [inputs, K](double hidden) { return hidden * (inputs + 1. + K) + K; },
      "images of these bands and " + std::to_string(K) + " endmembers");
  FindEndmembers(task, K);
  if (settings.prior == Prior::On)
  {
    MakePriors(task);
  }
}

void SpectraMorph::FindEndmembers(const Task& task, unsigned int number)
{
  NonnegativeMatrixFactorization::Settings factors;
  factors.endmembers = number;
  factors.threads    = task.training.threads;
  NonnegativeMatrixFactorization::Result result;
  try
  {
    // The published method factorises values clipped to [0, 1].
    const NonnegativeMatrixFactorization factorization(factors);
    result = factorization.Factorize(task.set.spectra.cwiseMax(0.f).cwiseMin(task.highest),
                                     [&](double violation) { return !task.progress || task.progress(factorization.Fraction(violation), violation); });
  }
  catch (const std::invalid_argument& error)
  {
    throw std::invalid_argument(task.image + ": " + error.what());
  }
  if (result.cancelled)
  {
    throw CancelledError();
  }
  m_Endmembers                = settings.constraint == AbundanceConstraint::SumToOne ? WithAbundancesOfSumOne(result) : result.endmembers;
  task.facts.nmfRelativeError = result.relativeError;
  task.Log("Endmembers: " + std::to_string(number) + ", relative residual " + ToBriefText(result.relativeError) + " after " + std::to_string(result.sweeps) +
           " sweeps");
}

void SpectraMorph::MakePriors(const Task& task) const
{
  // Area averages over the valid pixels of each priorRatio x priorRatio cell; a cell that the image's border cuts averages what it has.
  const SpectralSample&                                            sample = task.sample;
  SpectralTrainingSet&                                             set    = task.set;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
  std::vector<std::uint32_t>                                       counts;
  set.cells.resize(sample.size());
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    const auto cell  = std::make_pair(sample.rows[pixel] / settings.priorRatio, sample.columns[pixel] / settings.priorRatio);
    const auto entry = numbers.emplace(cell, static_cast<std::uint32_t>(numbers.size())).first;
    set.cells[pixel] = entry->second;
    counts.resize(numbers.size());
    ++counts[entry->second];
  }
  SpectraMatrix means = SpectraMatrix::Zero(static_cast<Eigen::Index>(counts.size()), set.spectra.cols());
  for (std::size_t pixel = 0; pixel < sample.size(); ++pixel)
  {
    means.row(set.cells[pixel]) += set.spectra.row(static_cast<Eigen::Index>(pixel));
  }
  const SpectralBinning binning(static_cast<std::size_t>(set.spectra.cols()), m_PriorBands);
  // Sums of adjacent bands, where inference has their means: an optimiser that moves each weight by a rate learns from few inputs as fast as from all of which
  // they are made. Train() gives the weights back the factor.
  const float sums = GetPriorFactor(static_cast<std::size_t>(set.spectra.cols()));
  set.priors.resize(means.rows(), m_PriorBands);
  for (Eigen::Index cell = 0; cell < means.rows(); ++cell)
  {
    means.row(cell) /= static_cast<float>(counts[static_cast<std::size_t>(cell)]);
    binning.Apply(means.row(cell).data(), set.priors.row(cell).data());
  }
  set.priors *= sums;
}

float SpectraMorph::GetPriorFactor(std::size_t bands) const
{
  return static_cast<float>(bands) / static_cast<float>(m_PriorBands);
}

std::shared_ptr<const SpectralInverse> SpectraMorph::Train(const Task& task)
{
  SpectralNetwork network = SpectraMorphInverse::MakeNetwork(static_cast<unsigned int>(task.set.msi.cols()), m_PriorBands, settings.hiddenUnits,
                                                             static_cast<unsigned int>(m_Endmembers.rows()));
  network.Initialize(task.training.seed);
  // The decoder is fixed, and averaging the weights gains nothing.
  SpectralNetworkTrainer::Train(*MakeSpectraMorphObjective(network, m_PriorBands, m_Endmembers, settings.constraint, task.training.loss), task, 0.);
  if (m_PriorBands > 0)
  {
    network.ScaleInputs(network.GetLayers()[0].inputs - m_PriorBands, GetPriorFactor(static_cast<std::size_t>(m_Endmembers.cols())));
  }
  return std::make_shared<SpectraMorphInverse>(std::move(network), m_PriorBands, m_Endmembers, settings.constraint);
}

std::vector<SpectralInverse::Highlight> SpectraMorph::GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts& facts) const
{
  return {{std::to_string(inverse.GetNumberOfLatents()), "endmembers, relative residual " + ToBriefText(facts.nmfRelativeError, 3)}};
}

std::shared_ptr<const SpectralInverse> SpectraMorph::Read(const ModelDocument& document, const SpectralResponse& response) const
{
  const auto name       = document.json.at("constraint").get<std::string>();
  const auto constraint = std::find_if(Constraints.begin(), Constraints.end(), [&name](const SettingChoice& choice) { return choice.key == name; });
  if (constraint == Constraints.end())
  {
    throw std::invalid_argument("\"constraint\" is \"" + name + "\", which is none of the values this version knows");
  }
  SpectraMatrix endmembers = strictjson::MatrixFrom(document.json, "endmembers");
  const auto    prior      = strictjson::Count<unsigned int>(document.json, "prior_bands");
  if (prior > response.GetNumberOfHyperspectralBands())
  {
    throw std::invalid_argument("the prior has more bands than the hyperspectral image");
  }
  SpectralNetwork network =
      SpectraMorphInverse::MakeNetwork(response.GetNumberOfMultispectralBands(), prior, document.ReadOutputs(0), static_cast<unsigned int>(endmembers.rows()));
  document.ReadNetwork(network);
  return std::make_shared<SpectraMorphInverse>(std::move(network), prior, std::move(endmembers),
                                               static_cast<AbundanceConstraint>(constraint - Constraints.begin()));
}

SpectraMorphInverse::SpectraMorphInverse(SpectralNetwork network, unsigned int priorBands, SpectraMatrix endmembers, AbundanceConstraint constraint)
  : m_Network(std::move(network)), m_PriorBands(priorBands), m_Endmembers(std::move(endmembers)), m_Constraint(constraint),
    m_PriorBinning(static_cast<std::size_t>(m_Endmembers.cols()), priorBands), m_OutputWeights(m_Network.GetTransposedWeights(1))
{
}

std::string SpectraMorphInverse::GetMethod() const
{
  return SpectraMorph().GetKey();
}

std::string SpectraMorphInverse::Describe() const
{
  return "the abundances of " + std::to_string(GetNumberOfLatents()) + " endmembers" + (m_PriorBands > 0 ? " and a coarse spectral prior" : "");
}

unsigned int SpectraMorphInverse::GetMultispectralBands() const
{
  return m_Network.GetLayers()[0].inputs - m_PriorBands;
}

unsigned int SpectraMorphInverse::GetNumberOfLatents() const
{
  return m_Network.GetOutputs();
}

unsigned int SpectraMorphInverse::GetPriorBands() const
{
  return m_PriorBands;
}

bool SpectraMorphInverse::HasAbundances() const
{
  return true;
}

void SpectraMorphInverse::ReducePrior(const float* spectrum, float offset, float factor, float* reduced, std::size_t stride) const
{
  m_PriorBinning.Apply(spectrum, reduced, stride);
  for (unsigned int bin = 0; bin < m_PriorBands; ++bin)
  {
    reduced[bin * stride] = (reduced[bin * stride] - offset) * factor;
  }
}

SpectraMatrix SpectraMorphInverse::GetDecoder() const
{
  return m_Endmembers;
}

std::vector<float> SpectraMorphInverse::GetDecoderBias() const
{
  return std::vector<float>(static_cast<std::size_t>(m_Endmembers.cols()), 0.f);
}

std::shared_ptr<const SpectralInverse> SpectraMorphInverse::WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const
{
  SpectralNetwork network = m_Network;
  network.FoldInput(gains, shifts, scale);
  return std::make_shared<SpectraMorphInverse>(std::move(network), m_PriorBands, m_Endmembers, m_Constraint);
}

void SpectraMorphInverse::Validate(unsigned int, unsigned int hyperspectralBands) const
{
  m_Network.Validate();
  if (m_Endmembers.rows() != m_Network.GetOutputs() || m_Endmembers.cols() != hyperspectralBands)
  {
    throw std::invalid_argument("the endmembers are not one spectrum per network output");
  }
  if (!m_Endmembers.allFinite())
  {
    throw std::invalid_argument("an endmember has a value that is not finite");
  }
}

void SpectraMorphInverse::Write(ModelDocument& document) const
{
  document.WriteNetwork(m_Network);
  document.json["constraint"]  = Constraints[static_cast<std::size_t>(m_Constraint)].key;
  document.json["endmembers"]  = strictjson::ToJson(m_Endmembers);
  document.json["prior_bands"] = m_PriorBands;
}
} // namespace otb
