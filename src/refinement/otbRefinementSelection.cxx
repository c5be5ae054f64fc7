// SPDX-License-Identifier: Apache-2.0
#include "otbRefinementSelection.h"
#include "otbParallelFor.h"
#include "otbPlaceHash.h"
#include "otbSensorLines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace otb
{
namespace
{
using Region = SpectralRefinement::Region;

// More pixels do not make the statistics better.
constexpr std::size_t  MostStatisticsPixels = 20000;
constexpr std::size_t  ManyPixels           = 300;
constexpr std::size_t  SmallSampleCuts      = 4;
constexpr double       ClearGain            = 0.1;
constexpr double       SmallLoss            = 0.01;
constexpr unsigned int Enough               = 8;   // components
constexpr double       MultispectralSnr     = 1e4; // 40 dB
// Blocks up to this many fine pixels are solved at once, larger ones by the lattice of the refinement itself.
constexpr long LargestAtOnce = 512L * 512L;

/** A usable coarse pixel. */
struct Place
{
  std::size_t   block = 0, pixel = 0; // of the sample, and of the block
  std::uint64_t hash   = 0;
  unsigned int  fold   = 0;
  bool          counts = true; // in the statistics
};

std::vector<Place> UsablePlaces(const RefinementSample& sample, std::uint64_t seed)
{
  std::vector<Place> places;
  for (std::size_t number = 0; number < sample.blocks.size(); ++number)
  {
    const RefinementBlock& block = sample.blocks[number];
    for (std::size_t pixel = 0; pixel < block.usable.size(); ++pixel)
    {
      if (block.usable[pixel] != 0)
      {
        const auto columns = static_cast<std::size_t>(block.coarse.columns);
        const auto row     = static_cast<std::uint64_t>(block.coarse.top) + pixel / columns;
        const auto column  = static_cast<std::uint64_t>(block.coarse.left) + pixel % columns;
        places.push_back({number, pixel, HashOfPlace(seed, row, column), 0, true});
      }
    }
  }
  // By rank, so that the folds are of one size.
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&places](std::size_t a, std::size_t b) { return places[a].hash < places[b].hash; });
  for (std::size_t rank = 0; rank < order.size(); ++rank)
  {
    places[order[rank]].fold   = static_cast<unsigned int>(rank % RefinementSelection::Folds);
    places[order[rank]].counts = rank < MostStatisticsPixels;
  }
  return places;
}

RefinementMoments MomentsOf(const RefinementSample& sample, const std::vector<Place>& places, unsigned int fold)
{
  constexpr std::size_t Piece = 256;
  const auto            bands = sample.response.GetNumberOfHyperspectralBands();
  RefinementMoments     moments(bands, sample.noise);
  SpectraMatrix         spectra(Piece, bands), innovations(Piece, bands);
  Eigen::Index          count = 0;
  const auto            flush = [&]
  {
    moments.Add(spectra.topRows(count), innovations.topRows(count));
    count = 0;
  };
  for (const Place& place : places)
  {
    if (place.fold == fold && place.counts)
    {
      const RefinementBlock& block = sample.blocks[place.block];
      spectra.row(count)           = block.hyperspectral.row(static_cast<Eigen::Index>(place.pixel));
      innovations.row(count++)     = block.innovations.row(static_cast<Eigen::Index>(place.pixel));
      if (count == static_cast<Eigen::Index>(Piece))
      {
        flush();
      }
    }
  }
  flush();
  return moments;
}

/** Second moments of the fine images over the valid pixels. */
struct FineMoments
{
  Eigen::VectorXd squares;   // c, mean of M^2
  Eigen::MatrixXd residuals; // c x c, mean of (M - R X0)(M - R X0)^T

  explicit FineMoments(const RefinementSample& sample)
  {
    const Eigen::Index bands = sample.response.GetNumberOfMultispectralBands();
    squares                  = Eigen::VectorXd::Zero(bands);
    residuals                = Eigen::MatrixXd::Zero(bands, bands);
    double             count = 0.;
    Eigen::RowVectorXd difference(bands);
    for (const RefinementBlock& block : sample.blocks)
    {
      for (std::size_t pixel = 0; pixel < block.valid.size(); ++pixel)
      {
        if (block.valid[pixel] != 0)
        {
          const auto row = static_cast<Eigen::Index>(pixel);
          difference     = (block.multispectral.row(row) - block.response.row(row)).cast<double>();
          squares += block.multispectral.row(row).transpose().cast<double>().cwiseAbs2();
          residuals.noalias() += difference.transpose() * difference;
          ++count;
        }
      }
    }
    squares /= std::max(1., count);
    residuals /= std::max(1., count);
  }
};

/** Standard deviation of R Y per band. */
Eigen::VectorXd Contrast(const RefinementMoments& moments, const SpectralResponse& response)
{
  const double          n      = static_cast<double>(moments.pixels);
  const Eigen::VectorXd mean   = moments.spectra / n;
  const Eigen::MatrixXd spread = moments.products / n - mean * mean.transpose();
  const Eigen::MatrixXd r      = response.GetMatrix().cast<double>();
  return (r * spread * r.transpose()).diagonal().cwiseMax(0.).cwiseSqrt();
}

SpectralRefinementModel MakeModelOf(const RefinementSample& sample, const RefinementStatistics& statistics, unsigned int components, MultispectralTrust trust,
                                    const FineMoments& fine, const Eigen::VectorXd& contrast)
{
  SpectralRefinementModel model;
  model.blur       = sample.blur;
  model.response   = sample.response;
  model.tolerance  = sample.tolerance;
  model.basis      = statistics.GetBasis(components);
  model.projection = statistics.GetProjection(components);
  model.sizes      = statistics.GetSizes(components);
  model.edge       = sample.response.GetNumberOfMultispectralBands() == 1 ? 0.3f : 1.f;

  const double          nothing = std::max(1e-6 * fine.squares.maxCoeff(), 1e-30); // of a band of zeros
  const Eigen::VectorXd squares = fine.squares.cwiseMax(nothing);
  Eigen::VectorXd       noise   = (squares / MultispectralSnr).cwiseSqrt();
  if (trust == MultispectralTrust::Tolerant)
  {
    noise = RefinementStatistics::UnexplainedDeviation(fine.residuals, sample.response.GetMatrix().cast<double>() * model.basis.cast<double>(), noise);
  }
  else if (trust == MultispectralTrust::Edges)
  {
    noise = squares.cwiseSqrt();
  }
  for (Eigen::Index band = 0; band < noise.size(); ++band)
  {
    model.multispectralNoise.push_back(static_cast<float>(noise(band)));
    model.contrast.push_back(static_cast<float>(std::max(contrast(band), 1e-3 * std::sqrt(squares(band)))));
  }
  return model;
}

/** A sample cut into folds; when it is small in several ways, whose scores are averaged pixel by pixel, for with few pixels the cut itself is a lottery. */
class CrossValidation
{
public:
  CrossValidation(const RefinementSample& sample, const RefinementSelection::Options& options) : m_Sample(sample), m_Parallel(options.threads), m_Fine(sample)
  {
    const std::size_t cuts = sample.GetNumberOfUsablePixels() < ManyPixels ? SmallSampleCuts : 1;
    for (std::size_t cut = 0; cut < cuts; ++cut)
    {
      m_Cuts.push_back({UsablePlaces(sample, options.seed + cut), {}});
    }
    m_Parallel(cuts * Folds,
               [&](std::size_t task)
               {
                 Cut&              cut  = m_Cuts[task / Folds];
                 const auto        fold = static_cast<unsigned int>(task % Folds);
                 RefinementMoments rest = MomentsOf(sample, cut.places, (fold + 1) % Folds);
                 rest += MomentsOf(sample, cut.places, (fold + 2) % Folds);
                 cut.rest[fold] = RefinementStatistics::Of(rest, options.most);
               });
    m_All = RefinementMoments(sample.response.GetNumberOfHyperspectralBands(), sample.noise);
    for (unsigned int fold = 0; fold < Folds; ++fold)
    {
      m_All += MomentsOf(sample, m_Cuts.front().places, fold);
    }
    m_Contrast = Contrast(m_All, sample.response);
  }

  const RefinementMoments& GetAllMoments() const
  {
    return m_All;
  }

  SpectralRefinementModel MakeModel(const RefinementStatistics& statistics, unsigned int components, MultispectralTrust trust) const
  {
    return MakeModelOf(m_Sample, statistics, components, trust, m_Fine, m_Contrast);
  }

  HeldOutScore Unrefined() const
  {
    std::vector<double> values(m_Cuts.front().places.size(), 0.);
    for (const Cut& cut : m_Cuts)
    {
      for (std::size_t pixel = 0; pixel < values.size(); ++pixel)
      {
        const Place& place = cut.places[pixel];
        values[pixel] += Whitened(cut.rest[place.fold], m_Sample.blocks[place.block].innovations.row(static_cast<Eigen::Index>(place.pixel))) /
                         static_cast<double>(m_Cuts.size());
      }
    }
    return HeldOutScore(values);
  }

  HeldOutScore Refined(unsigned int components, MultispectralTrust trust)
  {
    // Each task writes its own pixels' values.
    const std::size_t                pixels = m_Cuts.front().places.size(), blocks = m_Sample.blocks.size();
    std::vector<std::vector<double>> values(m_Cuts.size(), std::vector<double>(pixels, 0.));
    std::vector<SpectralRefinement>  refinements;
    std::vector<std::vector<float>>  noise;
    for (const Cut& cut : m_Cuts)
    {
      for (const RefinementStatistics& statistics : cut.rest)
      {
        const SpectralRefinementModel model = MakeModel(statistics, components, trust);
        refinements.emplace_back(model, m_Sample.rows, m_Sample.columns, m_Sample.fineRows, m_Sample.fineColumns);
        noise.push_back(model.multispectralNoise);
      }
    }
    m_Parallel(refinements.size() * blocks,
               [&](std::size_t task)
               {
                 const std::size_t number = task / blocks;
                 Foretell(refinements[number], noise[number], m_Cuts[number / Folds], static_cast<unsigned int>(number % Folds), task % blocks,
                          values[number / Folds]);
               });
    std::vector<double> means(pixels, 0.);
    for (const std::vector<double>& cut : values)
    {
      for (std::size_t pixel = 0; pixel < pixels; ++pixel)
      {
        means[pixel] += cut[pixel] / static_cast<double>(m_Cuts.size());
      }
    }
    return HeldOutScore(means);
  }

private:
  static constexpr unsigned int Folds = RefinementSelection::Folds;

  struct Cut
  {
    std::vector<Place>                      places;
    std::array<RefinementStatistics, Folds> rest; // of all folds but one
  };

  static double Whitened(const RefinementStatistics& statistics, const Eigen::RowVectorXf& innovation)
  {
    return innovation.transpose().cast<double>().cwiseQuotient(statistics.noise).squaredNorm() / static_cast<double>(innovation.size());
  }

  /** Refines a block without the pixels of a fold, and scores these. */
  void Foretell(const SpectralRefinement& refinement, const std::vector<float>& noise, const Cut& cut, unsigned int fold, std::size_t number,
                std::vector<double>& values) const
  {
    const RefinementBlock& block = m_Sample.blocks[number];
    const unsigned int     q     = refinement.GetComponents();
    const auto             size  = static_cast<std::size_t>(q) + refinement.GetMultispectralBands();
    const std::size_t      count = block.valid.size();

    // Innovations stand for the coarse pixels, and nothing for what the sensor makes of X0, which is in them.
    SpectraMatrix summaries = SpectraMatrix::Zero(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(size));
    SpectraMatrix projections(block.innovations.rows(), q);
    SpectraMatrix z = SpectraMatrix::Zero(static_cast<Eigen::Index>(count), q);
    if (q > 0)
    {
      summaries.rightCols(block.response.cols()) =
          block.response * Eigen::Map<const Eigen::RowVectorXf>(noise.data(), block.response.cols()).cwiseInverse().asDiagonal();
      refinement.SummariseCoarse(block.innovations.data(), static_cast<std::size_t>(block.innovations.rows()), projections.data());
    }
    std::vector<unsigned char> usable = block.usable;
    for (const Place& place : cut.places)
    {
      if (place.block == number && place.fold == fold)
      {
        usable[place.pixel] = 0;
      }
    }

    SpectralRefinement::Block data;
    data.stride       = static_cast<std::size_t>(block.fine.columns);
    data.coarse       = block.coarse;
    data.projections  = projections.data();
    data.usable       = usable.data();
    data.coarseStride = static_cast<std::size_t>(block.coarse.columns);
    const auto place  = [&block](const Region& region)
    { return static_cast<std::size_t>((region.top - block.fine.top) * block.fine.columns + region.left - block.fine.left); };
    SpectralRefinement::Workspace workspace;
    for (const Region& core : Cores(refinement, block.fine))
    {
      data.fine = core.rows == block.fine.rows && core.columns == block.fine.columns ? core : Common(refinement.GetNeighbourhood(core), block.fine);
      const std::size_t first = place(data.fine);
      data.summaries          = summaries.data() + first * size;
      data.multispectral      = block.multispectral.data() + first * static_cast<std::size_t>(block.multispectral.cols());
      data.valid              = block.valid.data() + first;
      refinement.Solve(data, core, workspace, z.data() + place(core) * q, data.stride);
    }

    SpectraMatrix seen = SpectraMatrix::Zero(block.innovations.rows(), q);
    SensorLines(refinement.GetSensor(), block.fine, q, seen.data()).Add(z.data(), block.fine.rows);
    const SpectraMatrix basis = refinement.GetBasis().transpose();
    for (std::size_t pixel = 0; pixel < cut.places.size(); ++pixel)
    {
      if (cut.places[pixel].block == number && cut.places[pixel].fold == fold)
      {
        const auto row = static_cast<Eigen::Index>(cut.places[pixel].pixel);
        values[pixel]  = Whitened(cut.rest[fold], block.innovations.row(row) - seen.row(row) * basis);
      }
    }
  }

  static Region Common(const Region& one, const Region& other)
  {
    Region common;
    common.top     = std::max(one.top, other.top);
    common.left    = std::max(one.left, other.left);
    common.rows    = std::min(one.top + one.rows, other.top + other.rows) - common.top;
    common.columns = std::min(one.left + one.columns, other.left + other.columns) - common.left;
    return common;
  }

  static std::vector<Region> Cores(const SpectralRefinement& refinement, const Region& fine)
  {
    if (fine.rows * fine.columns <= LargestAtOnce)
    {
      return {fine};
    }
    std::vector<Region> cores;
    const Region        all = refinement.GetCores(fine);
    for (long top = all.top; top < all.top + all.rows; top += refinement.GetCoreRows())
    {
      for (long left = all.left; left < all.left + all.columns; left += refinement.GetCoreColumns())
      {
        cores.push_back(Common({top, left, refinement.GetCoreRows(), refinement.GetCoreColumns()}, fine));
      }
    }
    return cores;
  }

  const RefinementSample& m_Sample;
  std::vector<Cut>        m_Cuts;
  ParallelFor             m_Parallel;
  FineMoments             m_Fine;
  RefinementMoments       m_All;
  Eigen::VectorXd         m_Contrast;
};
} // namespace

HeldOutScore RefinementSelection::Score(const RefinementSample& sample, const Options& options)
{
  if (sample.GetNumberOfUsablePixels() < MinimumPixels)
  {
    return HeldOutScore();
  }
  Options none = options;
  none.most    = 0;
  return CrossValidation(sample, none).Unrefined();
}

RefinementSelection RefinementSelection::Of(const RefinementSample& sample, const Options& options)
{
  RefinementSelection selection;
  const std::size_t   pixels = sample.GetNumberOfUsablePixels();
  if (pixels < MinimumPixels)
  {
    const auto bands           = sample.response.GetNumberOfHyperspectralBands();
    selection.model.blur       = sample.blur;
    selection.model.response   = sample.response;
    selection.model.basis      = SpectraMatrix(bands, 0);
    selection.model.projection = SpectraMatrix(bands, 0);
    selection.model.contrast.assign(sample.response.GetNumberOfMultispectralBands(), 1.f);
    selection.model.multispectralNoise = selection.model.contrast;
    return selection;
  }
  CrossValidation validation(sample, options);
  selection.unrefined    = validation.Unrefined();
  selection.chosen.score = selection.unrefined;
  const auto statistics  = RefinementStatistics::Of(validation.GetAllMoments(), options.most);
  const auto most        = std::min(options.fixed > 0 ? options.fixed : options.most, statistics.GetComponents());
  const auto attempt     = [&](unsigned int components, MultispectralTrust trust) -> const Trial&
  {
    selection.trials.push_back({components, trust, validation.Refined(components, trust)});
    return selection.trials.back();
  };
  if (most > 0)
  {
    const bool few  = pixels < ManyPixels;
    Trial      best = attempt(most, few ? MultispectralTrust::Tolerant : MultispectralTrust::Exact);
    if (!few)
    {
      const bool   helps    = best.score.IsBetterThan(selection.unrefined);
      const Trial& tolerant = attempt(most, MultispectralTrust::Tolerant);
      best                  = tolerant.score.value < (helps ? 1. - ClearGain : 1.) * best.score.value ? tolerant : best;
    }
    const Trial& edges = attempt(most, MultispectralTrust::Edges);
    best               = edges.score.value < (1. - ClearGain) * best.score.value && edges.score.IsBetterThan(best.score) ? edges : best;
    if (options.fixed == 0 && Enough < most)
    {
      const Trial& fewer = attempt(Enough, best.trust);
      best               = fewer.score.value < (1. + SmallLoss) * best.score.value ? fewer : best;
    }
    if (options.fixed > 0 || best.score.IsBetterThan(selection.unrefined))
    {
      selection.chosen = best;
    }
  }
  selection.model = validation.MakeModel(statistics, selection.chosen.components, selection.chosen.trust);
  return selection;
}

SpectralRefinementModel RefinementSelection::MakeModel(const RefinementSample& sample, const Trial& chosen)
{
  RefinementMoments        moments = RefinementMoments(sample.response.GetNumberOfHyperspectralBands(), sample.noise);
  const std::vector<Place> places  = UsablePlaces(sample, 0);
  for (unsigned int fold = 0; fold < Folds; ++fold)
  {
    moments += MomentsOf(sample, places, fold);
  }
  const auto statistics = RefinementStatistics::Of(moments);
  return MakeModelOf(sample, statistics, std::min(chosen.components, statistics.GetComponents()), chosen.trust, FineMoments(sample),
                     Contrast(moments, sample.response));
}
} // namespace otb
