// SPDX-License-Identifier: Apache-2.0
#include "otbGaussianBlurFit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <unordered_set>

namespace otb
{
namespace
{
constexpr double      KeptShare      = 0.5;  // clouds may cover a third, and windows touch more
constexpr double      UnblurredShare = 0.3;  // of a pixel's contrast that blur may take away
constexpr double      EarlyShare     = 0.05; // and that a blur found from half of the pixels may be wrong by
constexpr std::size_t SearchPixels   = 2000;
constexpr std::size_t EnoughPixels   = 100;
constexpr std::size_t MinimumPixels  = 8;

using Parameters = std::array<double, 4>;

/** Nelder & Mead 1965, with the usual coefficients. */
Parameters Minimise(const std::function<double(const Parameters&)>& cost, const Parameters& start, const Parameters& steps, unsigned int evaluations)
{
  struct Corner
  {
    Parameters place;
    double     cost;
  };
  std::vector<Corner> simplex = {{start, cost(start)}};
  for (std::size_t axis = 0; axis < start.size(); ++axis)
  {
    Parameters place = start;
    place[axis] += steps[axis];
    simplex.push_back({place, cost(place)});
  }
  const auto before = [](const Corner& a, const Corner& b) { return a.cost < b.cost; };
  for (unsigned int done = 5; done < evaluations;)
  {
    std::stable_sort(simplex.begin(), simplex.end(), before);
    Parameters centre{};
    double     size = 0.;
    for (std::size_t axis = 0; axis < start.size(); ++axis)
    {
      for (std::size_t corner = 0; corner < start.size(); ++corner)
      {
        centre[axis] += simplex[corner].place[axis] / static_cast<double>(start.size());
      }
      size = std::max(size, std::abs(simplex.back().place[axis] - simplex.front().place[axis]));
    }
    if (size < 0.005)
    {
      break;
    }
    const auto along = [&](double share)
    {
      Corner corner{centre, 0.};
      for (std::size_t axis = 0; axis < start.size(); ++axis)
      {
        corner.place[axis] += share * (simplex.back().place[axis] - centre[axis]);
      }
      corner.cost = cost(corner.place);
      ++done;
      return corner;
    };
    const Corner reflected = along(-1.);
    if (reflected.cost < simplex.front().cost)
    {
      const Corner expanded = along(-2.);
      simplex.back()        = expanded.cost < reflected.cost ? expanded : reflected;
    }
    else if (reflected.cost < simplex[simplex.size() - 2].cost)
    {
      simplex.back() = reflected;
    }
    else
    {
      const Corner contracted = along(reflected.cost < simplex.back().cost ? -0.5 : 0.5);
      if (contracted.cost < std::min(reflected.cost, simplex.back().cost))
      {
        simplex.back() = contracted;
      }
      else
      {
        for (std::size_t corner = 1; corner < simplex.size(); ++corner, ++done)
        {
          for (std::size_t axis = 0; axis < start.size(); ++axis)
          {
            simplex[corner].place[axis] = (simplex[corner].place[axis] + simplex.front().place[axis]) / 2.;
          }
          simplex[corner].cost = cost(simplex[corner].place);
        }
      }
    }
  }
  return std::min_element(simplex.begin(), simplex.end(), before)->place;
}

SensorBlur BlurOf(const BlurPixels& source, const Parameters& q)
{
  return SensorBlur::Gaussian(source.GetRowRatio(), source.GetColumnRatio(), q[0], q[1], q[2], q[3]);
}

Eigen::MatrixXd Rows(const Eigen::MatrixXd& matrix, const std::vector<std::size_t>& rows)
{
  Eigen::MatrixXd some(static_cast<Eigen::Index>(rows.size()), matrix.cols());
  for (std::size_t row = 0; row < rows.size(); ++row)
  {
    some.row(static_cast<Eigen::Index>(row)) = matrix.row(static_cast<Eigen::Index>(rows[row]));
  }
  return some;
}

SensorBlur DetectorAt(const BlurPixels& source, const BlurWindow& window, double size)
{
  SensorBlur detector = SensorBlur::Detector(size * source.GetRowRatio(), size * source.GetColumnRatio());
  detector.top += window.centreRow;
  detector.left += window.centreColumn;
  return detector;
}

/** Of the sharp image: how much the mean over a coarse pixel differs from that over three by three. */
Eigen::MatrixXd ContrastOf(const BlurPixels& source, const BlurWindow& window, const std::vector<BlurPixel>& pixels)
{
  SensorBlur wide = BlurPixels::Cut(DetectorAt(source, window, 3.), window);
  wide.Normalise();
  return source.Apply(DetectorAt(source, window, 1.), window, pixels) - source.Apply(wide, window, pixels);
}

/** What no blur and no small displacement explains: coarse pixels under clouds of one of the two images. A window that touches one is of no use, and where
 * the cloud's edge is in it, its contrast makes it look like one that tells of the blur. */
class Clouds
{
public:
  Clouds(const BlurPixels& source, double row, double column) : m_Source(source)
  {
    const BlurWindow             bare{row, column, source.GetRowRatio() / 2., source.GetColumnRatio() / 2.};
    const std::vector<BlurPixel> pixels = source.Find(bare);
    if (pixels.size() < MinimumPixels)
    {
      return;
    }
    const robust::Screening screening(source.Apply(DetectorAt(source, bare, 1.), bare, pixels), source.GetValues(pixels));
    for (std::size_t pixel = 0; pixel < pixels.size(); ++pixel)
    {
      if (screening.outliers[pixel])
      {
        m_Pixels.push_back(pixels[pixel]);
      }
    }
  }

  bool IsEmpty() const
  {
    return m_Pixels.empty();
  }

  void Clear()
  {
    m_Pixels.clear();
  }

  /** The pixels whose window touches none. */
  std::vector<BlurPixel> Without(std::vector<BlurPixel> pixels, const BlurWindow& window) const
  {
    const auto                        rows    = static_cast<long>(window.halfRow / m_Source.GetRowRatio() + 0.5);
    const auto                        columns = static_cast<long>(window.halfColumn / m_Source.GetColumnRatio() + 0.5);
    std::unordered_set<std::uint64_t> near;
    for (const BlurPixel& pixel : m_Pixels)
    {
      for (long row = -rows; row <= rows; ++row)
      {
        for (long column = -columns; column <= columns; ++column)
        {
          near.insert(PlaceOf(pixel, row, column));
        }
      }
    }
    pixels.erase(std::remove_if(pixels.begin(), pixels.end(), [&](const BlurPixel& pixel) { return near.count(PlaceOf(pixel, 0, 0)) != 0; }), pixels.end());
    return pixels;
  }

private:
  /** Of a pixel that lies so far off, in the coarse image: clouds reach over the patches' borders. */
  std::uint64_t PlaceOf(const BlurPixel& pixel, long row, long column) const
  {
    const SensorBlurPatch& patch = m_Source.GetPatch(pixel);
    return static_cast<std::uint64_t>(patch.coarseRow + pixel.row + row) << 32 ^ static_cast<std::uint32_t>(patch.coarseColumn + pixel.column + column);
  }

  const BlurPixels&      m_Source;
  std::vector<BlurPixel> m_Pixels;
};

/** The half of the pixels nearest to the bands' lines, clouds left out. */
std::vector<std::size_t> Screened(const BlurPixels& source, const BlurWindow& window, const std::vector<BlurPixel>& pixels, const Eigen::MatrixXd& values,
                                  const Eigen::MatrixXd& contrast)
{
  const Eigen::MatrixXd means = source.Apply(DetectorAt(source, window, 1.), window, pixels);
  std::vector<double>   scores(pixels.size(), 0.);
  for (Eigen::Index band = 0; band < values.cols(); ++band)
  {
    const robust::Line    line  = robust::LeastTrimmedSquares(means.col(band), values.col(band));
    const Eigen::VectorXd off   = (values.col(band) - line.gain * means.col(band)).array() - line.offset;
    const double          noise = std::max(robust::ConsistencyOfMedian * robust::MedianSize(off), robust::LeastNoise(values.col(band)));
    for (std::size_t pixel = 0; pixel < pixels.size(); ++pixel)
    {
      const auto row = static_cast<Eigen::Index>(pixel);
      scores[pixel]  = std::max(scores[pixel], std::abs(off(row)) / std::hypot(noise, UnblurredShare * line.gain * contrast(row, band)));
    }
  }
  return robust::Lowest(scores, std::max<std::size_t>(1, static_cast<std::size_t>(KeptShare * static_cast<double>(pixels.size()))));
}
} // namespace

BlurLines::BlurLines(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& values, const std::vector<std::size_t>& kept)
{
  const Eigen::MatrixXd x = Rows(predicted, kept), y = Rows(values, kept);
  residuals = values;
  for (Eigen::Index band = 0; band < values.cols(); ++band)
  {
    const Eigen::ArrayXd dx       = x.col(band).array() - x.col(band).mean();
    const double         variance = dx.square().sum();
    const double         gain     = variance > 0. ? (dx * (y.col(band).array() - y.col(band).mean())).sum() / variance : 1.;
    lines.push_back({gain, y.col(band).mean() - gain * x.col(band).mean()});
    residuals.col(band) -= (gain * predicted.col(band).array() + lines.back().offset).matrix();
    noise.push_back(std::max(robust::ConsistencyOfMedian * robust::MedianSize(residuals.col(band)), robust::LeastNoise(values.col(band))));
  }
}

std::vector<double> BlurLines::GetScores(const Eigen::MatrixXd& contrast, double share) const
{
  std::vector<double> scores(static_cast<std::size_t>(residuals.rows()), 0.);
  for (Eigen::Index band = 0; band < residuals.cols(); ++band)
  {
    const auto number = static_cast<std::size_t>(band);
    for (std::size_t pixel = 0; pixel < scores.size(); ++pixel)
    {
      const auto   row   = static_cast<Eigen::Index>(pixel);
      const double scale = std::hypot(noise[number], share * lines[number].gain * contrast(row, band));
      scores[pixel]      = std::max(scores[pixel], std::abs(residuals(row, band)) / scale);
    }
  }
  return scores;
}

double BlurLines::Left(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& values, const std::vector<std::size_t>& kept)
{
  const Eigen::MatrixXd x = Rows(predicted, kept), y = Rows(values, kept);
  double                left = 0.;
  for (Eigen::Index band = 0; band < values.cols(); ++band)
  {
    const Eigen::ArrayXd dx = x.col(band).array() - x.col(band).mean(), dy = y.col(band).array() - y.col(band).mean();
    const double         xx = dx.square().sum(), yy = dy.square().sum(), xy = (dx * dy).sum();
    // A negative gain explains nothing.
    left += (xx > 0. && yy > 0. && xy > 0. ? 1. - xy * xy / (xx * yy) : 1.) / static_cast<double>(values.cols());
  }
  return left;
}

GaussianBlurFit::GaussianBlurFit(const BlurPixels& source, long row, long column)
{
  const double ratioY = source.GetRowRatio(), ratioX = source.GetColumnRatio();
  window.centreRow    = static_cast<double>(row);
  window.centreColumn = static_cast<double>(column);
  // Smaller windows where the edges of the image would leave few pixels.
  const BlurWindow  bare{window.centreRow, window.centreColumn, ratioY / 2., ratioX / 2.};
  const std::size_t enough = std::min(EnoughPixels, source.Find(bare).size() / 2);
  Clouds            clouds(source, window.centreRow, window.centreColumn);
  for (double share = 1.;; share *= 0.8)
  {
    window.halfRow    = ratioY / 2. + share * (SensorBlurSample::HalfWindow(ratioY) - ratioY / 2.);
    window.halfColumn = ratioX / 2. + share * (SensorBlurSample::HalfWindow(ratioX) - ratioX / 2.);
    pixels            = clouds.Without(source.Find(window), window);
    if (pixels.size() >= enough || share < 0.1)
    {
      // Clouds everywhere: the trimming has to do.
      if (pixels.size() >= MinimumPixels || clouds.IsEmpty())
      {
        break;
      }
      clouds.Clear();
      share = 1.25;
    }
  }
  if (pixels.size() < MinimumPixels)
  {
    pixels.clear();
    return;
  }
  const Eigen::MatrixXd        values       = source.GetValues(pixels);
  const std::vector<BlurPixel> some         = clouds.Without(source.Find(window, SearchPixels), window);
  const Eigen::MatrixXd        someValues   = source.GetValues(some);
  const Eigen::MatrixXd        someContrast = ContrastOf(source, window, some);
  std::vector<std::size_t>     someKept     = Screened(source, window, some, someValues, someContrast);

  const auto cost = [&](const Parameters& q)
  {
    // Widths and shifts that leave the window are of no use.
    const double outside = std::max({0., std::abs(q[2] - window.centreRow) - window.halfRow, std::abs(q[3] - window.centreColumn) - window.halfColumn,
                                     std::abs(q[0]) - window.halfRow, std::abs(q[1]) - window.halfColumn});
    return outside > 0. ? 2. + outside : BlurLines::Left(source.Apply(BlurOf(source, q), window, some), someValues, someKept);
  };
  double least = 1e300;
  for (const double sigma : {0.3, 1., 2., 3., 4.5, 6.5})
  {
    const Parameters start = {sigma, sigma, window.centreRow, window.centreColumn};
    const double     value = cost(start);
    if (value < least)
    {
      least      = value;
      parameters = start;
    }
  }
  Parameters steps = {0.6, 0.6, 1., 1.};
  for (unsigned int round = 0; round < 4; ++round)
  {
    parameters = Minimise(cost, parameters, steps, round == 0 ? 90 : 50);
    const BlurLines           lines(source.Apply(GetBlur(source), window, some), someValues, someKept);
    const std::vector<double> scores = lines.GetScores(someContrast, EarlyShare);
    someKept                         = round < 2 ? robust::Lowest(scores, someKept.size()) : robust::Within(scores, robust::KeptDeviations);
    steps                            = {0.2, 0.2, 0.2, 0.2};
    if (someKept.empty())
    {
      break;
    }
  }
  parameters[0] = std::abs(parameters[0]);
  parameters[1] = std::abs(parameters[1]);

  // All pixels, about the centre that was found.
  BlurWindow moved           = window;
  moved.centreRow            = std::round(parameters[2]);
  moved.centreColumn         = std::round(parameters[3]);
  std::vector<BlurPixel> all = clouds.Without(source.Find(moved), moved);
  if (all.size() < MinimumPixels)
  {
    moved = window;
    all   = pixels;
  }
  window                          = moved;
  pixels                          = std::move(all);
  const Eigen::MatrixXd allValues = source.GetValues(pixels);
  const Eigen::MatrixXd predicted = source.Apply(GetBlur(source), window, pixels);
  contrast                        = ContrastOf(source, window, pixels);
  kept                            = Screened(source, window, pixels, allValues, contrast);
  for (unsigned int sweep = 0; sweep < 6; ++sweep)
  {
    const BlurLines           lines(predicted, allValues, kept);
    const std::vector<double> scores = lines.GetScores(contrast, BlurLines::ContrastShare);
    kept                             = sweep < 3 ? robust::Lowest(scores, kept.size()) : robust::Within(scores, robust::KeptDeviations);
    if (kept.empty())
    {
      break;
    }
  }
  left = kept.empty() ? 1. : BlurLines::Left(predicted, allValues, kept);
}

SensorBlur GaussianBlurFit::GetBlur(const BlurPixels& source) const
{
  return BlurOf(source, parameters);
}
} // namespace otb
