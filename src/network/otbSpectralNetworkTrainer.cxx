// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralNetworkTrainer.h"
#include "otbParallelFor.h"
#include "otbSpectralKernels.h"
#include "otbSpectralTrainingBlocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>

namespace otb
{
namespace
{
constexpr double Beta1   = 0.9;
constexpr double Beta2   = 0.999;
constexpr double Epsilon = 1e-7;
constexpr double Pi      = 3.14159265358979323846;

// Gradients are summed per slice, then over the slices in order: more slices than any thread count of a workstation, few enough to keep their buffers small.
constexpr std::size_t MaximumSlices = 16;

void Check(bool condition, const std::string& name, double found, const std::string& expected)
{
  if (!condition)
  {
    std::ostringstream message;
    message << name << " is " << found << ", expected " << expected;
    throw std::invalid_argument(message.str());
  }
}

void CheckShapes(const SpectralObjective::Bands& bands, const SpectralTrainingSet& set)
{
  Check(set.msi.rows() > 0, "the number of training pixels", static_cast<double>(set.msi.rows()), "at least 1");
  Check(set.spectra.rows() == set.msi.rows(), "the number of training spectra", static_cast<double>(set.spectra.rows()), "one per training pixel");
  Check(set.msi.cols() == bands.multispectral, "the number of multispectral bands of the training set", static_cast<double>(set.msi.cols()),
        std::to_string(bands.multispectral) + " as the network has");
  Check(set.spectra.cols() == bands.hyperspectral, "the number of bands of the training spectra", static_cast<double>(set.spectra.cols()),
        std::to_string(bands.hyperspectral) + " as the network gives");
  Check(set.priors.cols() == bands.prior, "the number of prior bands of the training set", static_cast<double>(set.priors.cols()),
        std::to_string(bands.prior) + " as the network has");
  const bool hasPrior = bands.prior > 0;
  Check(set.cells.size() == (hasPrior ? set.size() : 0), "the number of prior cells of the training set", static_cast<double>(set.cells.size()),
        hasPrior ? "one per training pixel" : "none without a prior");
}
} // namespace

SpectralObjective::~SpectralObjective() = default;

SpectralNetworkTrainer::SpectralNetworkTrainer(const Settings& settings) : m_Settings(settings)
{
  SettingCheck check;
  m_Settings.Visit(check);
  Check(settings.averaging >= 0. && settings.averaging <= 1., "the share of epochs whose weights are averaged", settings.averaging, "a number in [0, 1]");
  m_Settings.threads = std::max(1u, settings.threads);
}

double SpectralNetworkTrainer::Rate(unsigned int epoch) const
{
  const double start = m_Settings.rateStart, peak = m_Settings.ratePeak, end = m_Settings.rateEnd;
  if (m_Settings.cycles > 0)
  {
    const double place = static_cast<double>(epoch) * m_Settings.cycles / m_Settings.epochs;
    return end + (peak - end) * 0.5 * (1. + std::cos(Pi * (place - std::floor(place))));
  }
  const double rising = 0.3 * m_Settings.epochs;
  if (epoch < rising)
  {
    return start + (peak - start) * epoch / rising;
  }
  return peak + (end - peak) * (epoch - rising) / (m_Settings.epochs - rising);
}

SpectralNetworkTrainer::Report SpectralNetworkTrainer::Train(SpectralObjective& objective, const SpectralTrainingSet& set, const Progress& progress) const
{
  CheckShapes(objective.GetBands(), set);

  std::vector<std::uint32_t> order(set.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t batch          = m_Settings.batch == 0 ? order.size() : std::min(m_Settings.batch, order.size());
  const std::size_t pixelsPerBlock = objective.GetPixelsPerBlock();
  const bool        fullBatch      = batch == order.size();
  auto              blocks         = fullBatch ? MakeTrainingBlocks(set, order, pixelsPerBlock) : std::vector<SpectralTrainingBlock>();

  auto&                           parameters = objective.GetParameters();
  const std::size_t               size       = parameters.size();
  std::vector<float>              m(size, 0.f), v(size, 0.f);
  std::vector<std::vector<float>> gradients(MaximumSlices);
  std::vector<double>             losses(MaximumSlices);
  ParallelFor                     parallelFor(m_Settings.threads);
  std::mt19937_64                 shuffler(m_Settings.seed);
  unsigned int                    steps = 0;

  // One step of Adam on the mean loss over the blocks; returns that loss.
  const auto step = [&](double rate)
  {
    const std::size_t slices = std::min(MaximumSlices, blocks.size());
    objective.Refresh();
    parallelFor(slices,
                [&](std::size_t slice)
                {
                  gradients[slice].assign(size, 0.f);
                  losses[slice] = 0.;
                  for (std::size_t block = slice * blocks.size() / slices; block < (slice + 1) * blocks.size() / slices; ++block)
                  {
                    losses[slice] += objective.Accumulate(blocks[block], gradients[slice].data());
                  }
                });

    ++steps;
    const double          correctedRate = rate * std::sqrt(1. - std::pow(Beta2, steps)) / (1. - std::pow(Beta1, steps));
    constexpr std::size_t Piece         = 4096;
    parallelFor((size + Piece - 1) / Piece,
                [&](std::size_t piece)
                {
                  const std::size_t first = piece * Piece;
                  const std::size_t count = std::min(Piece, size - first);
                  for (std::size_t slice = 1; slice < slices; ++slice)
                  {
                    Eigen::Map<Eigen::ArrayXf>(gradients[0].data() + first, count) += Eigen::Map<const Eigen::ArrayXf>(gradients[slice].data() + first, count);
                  }
                  kernels::AdamStep(gradients[0].data() + first, count, Beta1, Beta2, correctedRate, Epsilon, m.data() + first, v.data() + first,
                                    parameters.data() + first);
                });
    return std::accumulate(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(slices), 0.);
  };

  const auto                             firstAveraged = static_cast<unsigned int>(std::ceil((1. - m_Settings.averaging) * m_Settings.epochs));
  Eigen::ArrayXd                         sum           = Eigen::ArrayXd::Zero(static_cast<Eigen::Index>(size));
  const Eigen::Map<const Eigen::ArrayXf> current(parameters.data(), static_cast<Eigen::Index>(size));

  Report report;
  for (unsigned int epoch = 0; epoch < m_Settings.epochs && !report.cancelled; ++epoch)
  {
    const double rate = Rate(epoch);
    if (fullBatch)
    {
      report.loss = step(rate);
    }
    else
    {
      // Fisher-Yates, spelt out because the standard leaves std::shuffle's draws to the implementation.
      for (std::size_t i = order.size() - 1; i > 0; --i)
      {
        std::swap(order[i], order[shuffler() % (i + 1)]);
      }
      report.loss = 0.;
      for (std::size_t first = 0; first < order.size(); first += batch)
      {
        const std::size_t count = std::min(batch, order.size() - first);
        blocks = MakeTrainingBlocks(set, {order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(first + count)},
                                    pixelsPerBlock);
        report.loss += step(rate) * static_cast<double>(count) / static_cast<double>(order.size());
      }
    }
    if (!std::isfinite(report.loss))
    {
      throw SettingError("lr.peak", ToBriefText(m_Settings.ratePeak),
                         "less: training diverged at epoch " + std::to_string(epoch + 1) + " (the loss is not finite): smaller learning rates are needed");
    }
    if (epoch >= firstAveraged)
    {
      sum += current.cast<double>();
    }
    report.firstLoss = epoch == 0 ? report.loss : report.firstLoss;
    report.epochs    = epoch + 1;
    report.cancelled = progress && !progress(report.epochs, report.loss);
  }
  if (report.epochs > firstAveraged)
  {
    Eigen::Map<Eigen::ArrayXf>(parameters.data(), static_cast<Eigen::Index>(size)) = (sum / (report.epochs - firstAveraged)).cast<float>();
  }
  return report;
}

void SpectralNetworkTrainer::Train(SpectralObjective& objective, const SpectralInversionMethod::Task& task, double averaging, unsigned int cycles)
{
  Settings settings  = task.training;
  settings.averaging = averaging;
  settings.cycles    = cycles;
  const auto report  = SpectralNetworkTrainer(settings).Train(objective, task.set,
                                                              [&](unsigned int epoch, double loss)
                                                              { return !task.progress || task.progress(static_cast<double>(epoch) / settings.epochs, loss); });
  if (report.cancelled)
  {
    throw SpectralInversionMethod::CancelledError();
  }
  task.facts.epochs = report.epochs;
  task.facts.loss   = report.loss;
  task.Log("Trained " + std::to_string(report.epochs) + " epochs, mean " + (settings.loss == SpectralLoss::L1 ? "absolute" : "squared") + " difference from " +
           ToBriefText(report.firstLoss) + " to " + ToBriefText(report.loss) + " in scaled units");
}
} // namespace otb
