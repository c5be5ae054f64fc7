// SPDX-License-Identifier: Apache-2.0
#include "otbRadiometricHarmonisation.h"
#include "otbRobustFit.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>

namespace otb
{
namespace
{
using namespace robust;

constexpr double       KeptShare = 0.75;
constexpr unsigned int Sweeps    = 10; // of each kind; changes die out after three to five

// Windows that a kernel of that radius needs, about ten for each of its unknowns where there can be so many.
constexpr std::size_t LeastWindows[] = {0, 24, 250};

/** The pixels whose neighbours are all in the sample, and are no outliers. */
struct Windows
{
  unsigned int              width = 1; // 2 radius + 1
  std::vector<Eigen::Index> centres;   // numbers in the sample
  std::vector<Eigen::Index> lines;     // the first pixel of each of the window's lines, whose others follow it

  Windows(const SpectralSample& pairs, const std::vector<bool>& outliers, unsigned int radius) : width(2 * radius + 1)
  {
    std::vector<std::uint64_t> places(pairs.size());
    for (std::size_t pixel = 0; pixel < places.size(); ++pixel)
    {
      places[pixel] = std::uint64_t{pairs.rows[pixel]} << 32 | pairs.columns[pixel];
    }
    std::vector<Eigen::Index> starts(width);
    for (std::size_t pixel = 0; pixel < places.size(); ++pixel)
    {
      if (pairs.columns[pixel] < radius || pairs.rows[pixel] < radius)
      {
        continue;
      }
      bool whole = true;
      for (unsigned int line = 0; line < width && whole; ++line)
      {
        const std::uint64_t first = places[pixel] - radius + (std::uint64_t{line} << 32) - (std::uint64_t{radius} << 32);
        const auto          found = std::lower_bound(places.begin(), places.end(), first);
        whole                     = places.end() - found >= width && *found == first && *(found + (width - 1)) == first + width - 1;
        starts[line]              = found - places.begin();
        const auto outlier        = outliers.begin() + starts[line];
        whole                     = whole && std::find(outlier, outlier + width, true) == outlier + width;
      }
      if (whole)
      {
        centres.push_back(static_cast<Eigen::Index>(pixel));
        lines.insert(lines.end(), starts.begin(), starts.end());
      }
    }
  }

  std::size_t size() const
  {
    return centres.size();
  }
};

/** The trimmed regression. Bands are centred by their means, which keeps sums of squares exact. */
class Regression
{
public:
  Regression(const Eigen::MatrixXd& m, const Eigen::MatrixXd& y, const Windows& windows) : m_M(m), m_Y(y), m_Windows(windows)
  {
    const auto c       = static_cast<std::size_t>(m.cols());
    const auto taps    = static_cast<Eigen::Index>(windows.width) * windows.width;
    m_Kernel           = Eigen::VectorXd::Zero(taps);
    m_Kernel(taps / 2) = 1.;
    m_Lines.resize(c);
    m_Noise.resize(c);
    m_Sums.resize(c);
    m_Residuals.resize(static_cast<Eigen::Index>(windows.size()), m.cols());
  }

  void Run(const std::vector<double>& distances)
  {
    m_Kept = Lowest(Screen(distances), std::max<std::size_t>(1, static_cast<std::size_t>(KeptShare * static_cast<double>(m_Windows.size()))));
    for (Eigen::Index band = 0; band < m_M.cols(); ++band)
    {
      m_Noise[static_cast<std::size_t>(band)] = StandardDeviation(m_Y.col(band));
    }
    for (unsigned int sweep = 0; sweep < 2 * Sweeps; ++sweep)
    {
      Solve();
      std::vector<std::size_t> kept = sweep < Sweeps ? Lowest(Scores(), m_Kept.size()) : Within(Scores(), KeptDeviations);
      if (kept == m_Kept)
      {
        if (sweep >= Sweeps)
        {
          break;
        }
        sweep = Sweeps - 1;
      }
      m_Kept = std::move(kept);
    }
    Solve();
    Scores();
  }

  std::size_t GetUsed() const
  {
    return m_Kept.size();
  }

  RadiometricFit::Band GetBand(Eigen::Index band) const
  {
    const Line&          line = m_Lines[static_cast<std::size_t>(band)];
    RadiometricFit::Band fit;
    Eigen::VectorXd      rest(static_cast<Eigen::Index>(m_Kept.size())), y(rest.size());
    for (std::size_t i = 0; i < m_Kept.size(); ++i)
    {
      rest(static_cast<Eigen::Index>(i)) = m_Residuals(static_cast<Eigen::Index>(m_Kept[i]), band);
      y(static_cast<Eigen::Index>(i))    = m_Y(m_Windows.centres[m_Kept[i]], band);
    }
    fit.gain      = line.gain;
    fit.offset    = line.offset;
    fit.noise     = ConsistencyOfMedian * MedianSize(rest);
    fit.explained = 1. - std::pow(StandardDeviation(rest) / StandardDeviation(y), 2);
    return fit;
  }

  const std::vector<std::size_t>& GetKept() const
  {
    return m_Kept;
  }

private:
  /** Of the kept windows: of their pixels x and the values t to explain, about their means. */
  struct Sums
  {
    Eigen::MatrixXd squares;  // sum x x^T
    Eigen::VectorXd products; // sum x t
    Eigen::VectorXd meanX;
    double          meanT = 0.;
  };

  /** For each window its worst pixel's distance from the lines. */
  std::vector<double> Screen(const std::vector<double>& distances) const
  {
    std::vector<double> scores(m_Windows.size(), 0.);
    for (std::size_t window = 0; window < scores.size(); ++window)
    {
      for (unsigned int line = 0; line < m_Windows.width; ++line)
      {
        const auto first = distances.begin() + m_Windows.lines[window * m_Windows.width + line];
        scores[window]   = std::max(scores[window], *std::max_element(first, first + m_Windows.width));
      }
    }
    return scores;
  }

  void Gather(std::size_t window, Eigen::Index band, double* pixels) const
  {
    for (unsigned int line = 0; line < m_Windows.width; ++line)
    {
      const double* const first = m_M.data() + band * m_M.rows() + m_Windows.lines[window * m_Windows.width + line];
      pixels                    = std::copy(first, first + m_Windows.width, pixels);
    }
  }

  void SumBand(Eigen::Index band)
  {
    constexpr std::size_t Block = 128;
    const Eigen::Index    taps  = m_Kernel.size();
    Sums&                 sums  = m_Sums[static_cast<std::size_t>(band)];
    sums.squares                = Eigen::MatrixXd::Zero(taps, taps);
    sums.products               = Eigen::VectorXd::Zero(taps);
    sums.meanX                  = Eigen::VectorXd::Zero(taps);
    sums.meanT                  = 0.;
    Eigen::MatrixXd x(taps, static_cast<Eigen::Index>(Block));
    Eigen::VectorXd t(static_cast<Eigen::Index>(Block));
    for (std::size_t first = 0; first < m_Kept.size(); first += Block)
    {
      const std::size_t count = std::min(Block, m_Kept.size() - first);
      for (std::size_t i = 0; i < count; ++i)
      {
        Gather(m_Kept[first + i], band, x.col(static_cast<Eigen::Index>(i)).data());
        t(static_cast<Eigen::Index>(i)) = m_Y(m_Windows.centres[m_Kept[first + i]], band);
      }
      const auto xs = x.leftCols(static_cast<Eigen::Index>(count));
      const auto ts = t.head(static_cast<Eigen::Index>(count));
      sums.squares.selfadjointView<Eigen::Lower>().rankUpdate(xs);
      sums.products += xs * ts;
      sums.meanX += xs.rowwise().sum();
      sums.meanT += ts.sum();
    }
    const double n = static_cast<double>(m_Kept.size());
    sums.meanX /= n;
    sums.meanT /= n;
    sums.squares = Eigen::MatrixXd(sums.squares.selfadjointView<Eigen::Lower>()) - n * sums.meanX * sums.meanX.transpose();
    sums.products -= n * sums.meanT * sums.meanX;
  }

  /** Kernel, gains and offsets of the kept windows. */
  void Solve()
  {
    constexpr unsigned int Alternations = 5;
    for (Eigen::Index band = 0; band < m_M.cols(); ++band)
    {
      SumBand(band);
    }
    for (unsigned int alternation = 0; alternation < Alternations; ++alternation)
    {
      SolveGains();
      Eigen::MatrixXd squares  = Eigen::MatrixXd::Zero(m_Kernel.size(), m_Kernel.size());
      Eigen::VectorXd products = Eigen::VectorXd::Zero(m_Kernel.size());
      for (std::size_t band = 0; band < m_Lines.size(); ++band)
      {
        const double weight = m_Lines[band].gain / (m_Noise[band] * m_Noise[band]);
        squares += weight * m_Lines[band].gain * m_Sums[band].squares;
        products += weight * m_Sums[band].products;
      }
      // Neighbouring pixels can be alike to the last digit.
      squares.diagonal().array() += 1e-7 * squares.diagonal().mean();
      const Eigen::VectorXd kernel = squares.ldlt().solve(products);
      const double          sum    = kernel.sum();
      if (!(sum > 0.1) || !kernel.allFinite())
      {
        break; // the images have nothing in common, which the explained variance tells
      }
      m_Kernel = kernel / sum;
    }
    SolveGains();
  }

  void SolveGains()
  {
    for (std::size_t band = 0; band < m_Lines.size(); ++band)
    {
      const Sums&  sums     = m_Sums[band];
      const double variance = m_Kernel.dot(sums.squares * m_Kernel);
      const double gain     = variance > 0. ? m_Kernel.dot(sums.products) / variance : 1.;
      m_Lines[band]         = {gain, sums.meanT - gain * m_Kernel.dot(sums.meanX)};
    }
  }

  /** What each window leaves in its worst band, in robust standard deviations. */
  std::vector<double> Scores()
  {
    std::vector<double> scores(m_Windows.size(), 0.);
    Eigen::VectorXd     x(m_Kernel.size());
    for (Eigen::Index band = 0; band < m_M.cols(); ++band)
    {
      const Line& line = m_Lines[static_cast<std::size_t>(band)];
      for (std::size_t window = 0; window < scores.size(); ++window)
      {
        Gather(window, band, x.data());
        m_Residuals(static_cast<Eigen::Index>(window), band) = m_Y(m_Windows.centres[window], band) - line.gain * m_Kernel.dot(x) - line.offset;
      }
      double& noise = m_Noise[static_cast<std::size_t>(band)];
      noise         = std::max(ConsistencyOfMedian * MedianSize(m_Residuals.col(band)), LeastNoise(m_Y.col(band)));
      for (std::size_t window = 0; window < scores.size(); ++window)
      {
        scores[window] = std::max(scores[window], std::abs(m_Residuals(static_cast<Eigen::Index>(window), band)) / noise);
      }
    }
    return scores;
  }

  const Eigen::MatrixXd&   m_M; // pixels x c
  const Eigen::MatrixXd&   m_Y;
  const Windows&           m_Windows;
  Eigen::VectorXd          m_Kernel;
  std::vector<Line>        m_Lines;
  std::vector<double>      m_Noise;
  std::vector<Sums>        m_Sums;
  Eigen::MatrixXd          m_Residuals; // windows x c
  std::vector<std::size_t> m_Kept;
};

} // namespace

RadiometricFit RadiometricFit::Of(const SpectralSample& pairs)
{
  if (pairs.spectra.cols() == 0 || pairs.spectra.cols() % 2 != 0)
  {
    throw std::invalid_argument("Found " + std::to_string(pairs.spectra.cols()) + " values per common pixel, expected as many of one image as of the other");
  }
  RadiometricFit     fit;
  const Eigen::Index c = pairs.spectra.cols() / 2;
  fit.pixels           = pairs.size();
  if (fit.pixels < MinimumPixels)
  {
    return fit;
  }
  Eigen::MatrixXd          values = pairs.spectra.cast<double>();
  const Eigen::RowVectorXd means  = values.colwise().mean();
  values.rowwise() -= means;

  // A band that does not vary in both images tells nothing.
  std::vector<Eigen::Index> varying;
  for (Eigen::Index band = 0; band < c; ++band)
  {
    const double least = 1e-6;
    if (StandardDeviation(values.col(band)) > least * std::abs(means(band)) && StandardDeviation(values.col(c + band)) > least * std::abs(means(c + band)))
    {
      varying.push_back(band);
    }
  }
  if (varying.empty())
  {
    return fit;
  }
  const auto      count = static_cast<Eigen::Index>(varying.size());
  Eigen::MatrixXd m(values.rows(), count), y(values.rows(), count);
  for (Eigen::Index i = 0; i < count; ++i)
  {
    m.col(i) = values.col(varying[static_cast<std::size_t>(i)]);
    y.col(i) = values.col(c + varying[static_cast<std::size_t>(i)]);
  }

  const Screening screening(m, y, TheilSen);
  unsigned int    radius  = 2;
  Windows         windows = Windows(pairs, screening.outliers, radius);
  while (windows.size() < LeastWindows[radius])
  {
    windows = Windows(pairs, screening.outliers, --radius);
  }
  if (windows.size() < MinimumPixels / 2)
  {
    return fit;
  }
  Regression regression(m, y, windows);
  regression.Run(screening.distances);

  std::vector<Band>   found;
  std::vector<double> explained;
  bool                positive = true;
  for (Eigen::Index i = 0; i < count; ++i)
  {
    found.push_back(regression.GetBand(i));
    explained.push_back(found.back().explained);
    positive = positive && found.back().gain > 0.;
  }
  fit.window    = windows.width;
  fit.used      = regression.GetUsed();
  fit.quantiles = !positive || !(Median(explained) >= LeastExplained);

  fit.bands.resize(static_cast<std::size_t>(c));
  for (Eigen::Index i = 0; i < count; ++i)
  {
    Band& band = found[static_cast<std::size_t>(i)];
    if (fit.quantiles)
    {
      const Line line = MatchQuantiles(m.col(i), y.col(i));
      band            = {line.gain, line.offset, 0., 0., band.explained};
    }
    // From differences to the means to the images' own values.
    const Eigen::Index number = varying[static_cast<std::size_t>(i)];
    band.offset += means(c + number) - band.gain * means(number);
    double squares = 0.;
    for (const std::size_t window : regression.GetKept())
    {
      const double value = m(windows.centres[window], i) + means(number);
      squares += std::pow((band.gain - 1.) * value + band.offset, 2);
    }
    band.change                                 = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, regression.GetUsed())));
    band.noise                                  = std::max(band.noise, RoundingErrors * std::hypot(means(c + number), StandardDeviation(y.col(i))));
    fit.bands[static_cast<std::size_t>(number)] = band;
  }
  return fit;
}

RadiometricHarmonisation RadiometricFit::GetHarmonisation() const
{
  RadiometricHarmonisation harmonisation;
  if (std::any_of(bands.begin(), bands.end(), std::mem_fn(&Band::IsNeeded)))
  {
    for (const Band& band : bands)
    {
      harmonisation.gains.push_back(band.gain);
      harmonisation.offsets.push_back(band.offset);
    }
  }
  return harmonisation;
}
} // namespace otb
