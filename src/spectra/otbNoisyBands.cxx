// SPDX-License-Identifier: Apache-2.0
#include "otbNoisyBands.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace otb
{
namespace
{
constexpr Eigen::Index LeastBands    = 16;
constexpr Eigen::Index LeastSpectra  = 64;
constexpr std::size_t  Neighbours    = 10;
constexpr double       NoisyShare    = 2. / 3.;
constexpr double       LittleShare   = 0.05;
constexpr double       TimesTheOther = 4.;
constexpr double       Tail          = 0.01;
// Of the correlation that good bands have with themselves nearby: as much of a variance is signal.
constexpr double       StructuredShare = 0.25;
constexpr double       LeastLikeness   = 0.1;
constexpr unsigned int Rounds          = 3;
// Of a variance: bands that are alike to the last digit of single precision.
constexpr double Ridge = 1e-9;

/** How a band's values become such of mean zero and variance one, with their tails moved in. */
struct BandScale
{
  double low = 0., high = 0., mean = 0., deviation = 0.;

  explicit BandScale(const Eigen::VectorXd& values)
  {
    const auto          tail = static_cast<std::ptrdiff_t>(Tail * static_cast<double>(values.size()));
    std::vector<double> sorted(values.begin(), values.end());
    std::nth_element(sorted.begin(), sorted.begin() + tail, sorted.end());
    low = sorted[static_cast<std::size_t>(tail)];
    std::nth_element(sorted.begin(), sorted.end() - 1 - tail, sorted.end());
    high                        = *(sorted.end() - 1 - tail);
    const Eigen::ArrayXd inside = values.array().max(low).min(high);
    mean                        = inside.mean();
    deviation                   = std::sqrt((inside - mean).square().mean());
  }

  double Apply(double value) const
  {
    return deviation > 0. ? (std::clamp(value, low, high) - mean) / deviation : 0.;
  }
};

std::vector<BandScale> FindScales(const SpectraMatrix& spectra)
{
  std::vector<BandScale> scales;
  for (Eigen::Index band = 0; band < spectra.cols(); ++band)
  {
    scales.emplace_back(spectra.col(band).cast<double>());
  }
  return scales;
}

Eigen::MatrixXd Standardise(const SpectraMatrix& spectra, const std::vector<BandScale>& scales)
{
  Eigen::MatrixXd values(spectra.rows(), spectra.cols());
  for (Eigen::Index band = 0; band < spectra.cols(); ++band)
  {
    const BandScale& scale = scales[static_cast<std::size_t>(band)];
    values.col(band)       = spectra.col(band).unaryExpr([&scale](float value) { return scale.Apply(value); });
  }
  return values;
}

/** A regression of a band on others, all of them standardised. */
struct Regression
{
  double                    share = 0.; // of the band's variance, which is left
  std::vector<Eigen::Index> others;
  Eigen::VectorXd           weights;
};

/** Pixels and those nearby, where there are any: bands one by one, standardised. */
class Pairs
{
public:
  Pairs(const Eigen::MatrixXd& values, const SpectraMatrix& nearby, const std::vector<BandScale>& scales) : m_Values(values), m_Nearby(nearby), m_Scales(scales)
  {
    for (Eigen::Index pixel = 0; pixel < nearby.rows(); ++pixel)
    {
      if (nearby.row(pixel).array().isFinite().all())
      {
        m_Known.push_back(pixel);
      }
    }
  }

  bool AreEnough() const
  {
    return static_cast<Eigen::Index>(m_Known.size()) >= LeastSpectra;
  }

  /** How much what a regression leaves of a band is like itself nearby: its correlation. */
  double GetLikeness(Eigen::Index band, const Regression& regression = {}) const
  {
    Eigen::VectorXd here = Here(band), there = There(band);
    for (std::size_t i = 0; i < regression.others.size(); ++i)
    {
      const double weight = regression.weights(static_cast<Eigen::Index>(i));
      here -= weight * Here(regression.others[i]);
      there -= weight * There(regression.others[i]);
    }
    const double size = here.norm() * there.norm();
    return size > 0. ? here.dot(there) / size : 0.;
  }

private:
  Eigen::VectorXd Here(Eigen::Index band) const
  {
    return m_Values.col(band)(m_Known);
  }

  Eigen::VectorXd There(Eigen::Index band) const
  {
    const BandScale& scale = m_Scales[static_cast<std::size_t>(band)];
    return m_Nearby.col(band)(m_Known).unaryExpr([&scale](float value) { return scale.Apply(value); });
  }

  const Eigen::MatrixXd&        m_Values;
  const SpectraMatrix&          m_Nearby;
  const std::vector<BandScale>& m_Scales;
  std::vector<Eigen::Index>     m_Known;
};

/** Of an even number the lower of the two. */
double Median(std::vector<double> values)
{
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/** Of the candidates (ascending) those nearest to a band, without itself. */
std::vector<Eigen::Index> FindNearest(Eigen::Index band, std::vector<Eigen::Index> candidates)
{
  candidates.erase(std::remove(candidates.begin(), candidates.end(), band), candidates.end());
  const auto count   = std::min(Neighbours, candidates.size());
  const auto nearest = [band](Eigen::Index one, Eigen::Index other)
  { return std::make_pair(std::abs(one - band), one) < std::make_pair(std::abs(other - band), other); };
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count), candidates.end(), nearest);
  candidates.resize(count);
  return candidates;
}

/** On some others; its share is corrected for their number. */
Regression Regress(const Eigen::MatrixXd& correlation, Eigen::Index band, const std::vector<Eigen::Index>& others, double spectra)
{
  Eigen::MatrixXd       squares  = correlation(others, others);
  const Eigen::VectorXd products = correlation(others, band);
  squares.diagonal().array() += Ridge;
  Regression   regression{0., others, squares.ldlt().solve(products)};
  const double left = correlation(band, band) - products.dot(regression.weights);
  regression.share  = std::clamp(left * spectra / (spectra - static_cast<double>(others.size()) - 1.), 0., 1.);
  return regression;
}

std::vector<Eigen::Index> FindGood(const std::vector<double>& shares)
{
  std::vector<Eigen::Index> good;
  for (std::size_t band = 0; band < shares.size(); ++band)
  {
    if (shares[band] <= NoisyShare)
    {
      good.push_back(static_cast<Eigen::Index>(band));
    }
  }
  return good;
}

double MedianNoise(const std::vector<Eigen::Index>& bands, const std::vector<double>& shares, const Eigen::VectorXd& deviations)
{
  std::vector<double> noise;
  for (const Eigen::Index band : bands)
  {
    noise.push_back(shares[static_cast<std::size_t>(band)] * deviations(band) * deviations(band));
  }
  return Median(std::move(noise));
}

/** Tells what has a place in an image from noise. */
class Structure
{
public:
  Structure(const NoisyBandSample& sample, const Eigen::MatrixXd& values, const std::vector<BandScale>& scales, const std::vector<Eigen::Index>& good)
  {
    for (const SpectraMatrix* nearby : {&sample.right, &sample.below})
    {
      const Pairs         pairs(values, *nearby, scales);
      std::vector<double> likeness;
      for (const Eigen::Index band : pairs.AreEnough() ? good : std::vector<Eigen::Index>())
      {
        likeness.push_back(pairs.GetLikeness(band));
      }
      const double usual = likeness.empty() ? 0. : Median(std::move(likeness));
      if (usual > LeastLikeness)
      {
        m_Pairs.push_back(pairs);
        m_Usual.push_back(usual);
      }
    }
  }

  /** Whether what is left of a band is like itself nearby along lines and columns. */
  bool Has(const Regression& regression, Eigen::Index band) const
  {
    bool has = !m_Pairs.empty();
    for (std::size_t i = 0; has && i < m_Pairs.size(); ++i)
    {
      has = m_Pairs[i].GetLikeness(band, regression) > StructuredShare * m_Usual[i];
    }
    return has;
  }

private:
  std::vector<Pairs>  m_Pairs;
  std::vector<double> m_Usual;
};

/** In the unit of the image. */
BandPrediction MakePrediction(const Regression& regression, Eigen::Index band, const std::vector<BandScale>& scales)
{
  const BandScale& own = scales[static_cast<std::size_t>(band)];
  BandPrediction   prediction{static_cast<std::size_t>(band), {}, {}, own.mean};
  for (std::size_t i = 0; i < regression.others.size(); ++i)
  {
    const auto       other = static_cast<std::size_t>(regression.others[i]);
    const BandScale& scale = scales[other];
    const double     slope = scale.deviation > 0. ? own.deviation / scale.deviation : 0.;
    prediction.others.push_back(other);
    prediction.weights.push_back(slope * regression.weights(static_cast<Eigen::Index>(i)));
    prediction.constant -= prediction.weights.back() * scale.mean;
  }
  return prediction;
}
} // namespace

NoisyBands FindNoisyBands(const NoisyBandSample& sample)
{
  const SpectraMatrix& spectra = sample.spectra;
  const Eigen::Index   bands   = spectra.cols();
  const auto           count   = static_cast<std::size_t>(bands);
  NoisyBands           found{std::vector<double>(count, 0.), std::vector<double>(count, 0.), std::vector<bool>(count, false), {}};
  if (bands < LeastBands || spectra.rows() < LeastSpectra)
  {
    return found;
  }
  const auto            n           = static_cast<double>(spectra.rows());
  const auto            scales      = FindScales(spectra);
  const Eigen::MatrixXd values      = Standardise(spectra, scales);
  const Eigen::MatrixXd correlation = values.transpose() * values / n;
  Eigen::VectorXd       deviations(bands);
  std::transform(scales.begin(), scales.end(), deviations.begin(), [](const BandScale& scale) { return scale.deviation; });

  std::vector<double> shares(static_cast<std::size_t>(bands), 0.);
  auto                good = FindGood(shares); // all of them
  for (Eigen::Index band = 0; band < bands; ++band)
  {
    shares[static_cast<std::size_t>(band)] = Regress(correlation, band, FindNearest(band, good), n).share;
  }
  for (unsigned int round = 0; round < Rounds; ++round)
  {
    good                           = FindGood(shares);
    const std::vector<double> last = shares;
    for (Eigen::Index band = 0; band < bands && good.size() >= Neighbours; ++band)
    {
      if (last[static_cast<std::size_t>(band)] > NoisyShare)
      {
        shares[static_cast<std::size_t>(band)] = Regress(correlation, band, FindNearest(band, good), n).share;
      }
    }
  }
  found.shares = shares;
  good         = FindGood(shares);
  if (2 * good.size() < shares.size())
  {
    return found;
  }
  const Structure structure(sample, values, scales, good);
  const auto      holdsNoise = [&](Eigen::Index band, const std::vector<Eigen::Index>& quiet)
  {
    const auto   nearest    = FindNearest(band, quiet);
    const auto   regression = Regress(correlation, band, nearest, n);
    const double noise      = regression.share * deviations(band) * deviations(band);
    return regression.share > LittleShare && noise > TimesTheOther * MedianNoise(nearest, shares, deviations) && !structure.Has(regression, band);
  };
  // Of many in a row those at the ends are found first.
  std::vector<Eigen::Index> holding, quiet = good, others(static_cast<std::size_t>(bands));
  std::iota(others.begin(), others.end(), 0);
  for (std::size_t before = count + 1; others.size() < before && quiet.size() >= Neighbours;)
  {
    before           = others.size();
    const auto first = std::stable_partition(others.begin(), others.end(), [&](Eigen::Index band) { return !holdsNoise(band, quiet); });
    holding.insert(holding.end(), first, others.end());
    others.erase(first, others.end());
    quiet.erase(std::remove_if(quiet.begin(), quiet.end(), [&](Eigen::Index band) { return !std::binary_search(others.begin(), others.end(), band); }),
                quiet.end());
  }
  std::sort(holding.begin(), holding.end());
  for (const Eigen::Index band : holding)
  {
    const auto place      = static_cast<std::size_t>(band);
    const auto regression = Regress(correlation, band, FindNearest(band, quiet), n);
    found.shares[place]   = regression.share;
    found.noise[place]    = regression.share * deviations(band) * deviations(band);
    found.noisy[place]    = regression.share > NoisyShare;
    if (!found.noisy[place])
    {
      found.predictions.push_back(MakePrediction(regression, band, scales));
    }
  }
  return found;
}

std::vector<BandPrediction> NoisyBands::GetPredictionsWithoutNoisy() const
{
  const auto renumber = [this](std::size_t band)
  { return band - static_cast<std::size_t>(std::count(noisy.begin(), noisy.begin() + static_cast<std::ptrdiff_t>(band), true)); };
  std::vector<BandPrediction> renumbered = predictions;
  for (auto& prediction : renumbered)
  {
    prediction.band = renumber(prediction.band);
    std::transform(prediction.others.begin(), prediction.others.end(), prediction.others.begin(), renumber);
  }
  return renumbered;
}

void ApplyPredictions(const std::vector<BandPrediction>& predictions, SpectraMatrix& spectra)
{
  // A prediction may be by a band that is predicted itself: by what that was.
  std::vector<float> values(predictions.size());
  for (Eigen::Index pixel = 0; pixel < (predictions.empty() ? 0 : spectra.rows()); ++pixel)
  {
    for (std::size_t i = 0; i < predictions.size(); ++i)
    {
      double sum = predictions[i].constant;
      for (std::size_t other = 0; other < predictions[i].others.size(); ++other)
      {
        sum += predictions[i].weights[other] * spectra(pixel, static_cast<Eigen::Index>(predictions[i].others[other]));
      }
      values[i] = static_cast<float>(sum);
    }
    for (std::size_t i = 0; i < predictions.size(); ++i)
    {
      spectra(pixel, static_cast<Eigen::Index>(predictions[i].band)) = values[i];
    }
  }
}
} // namespace otb
