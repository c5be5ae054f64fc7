// SPDX-License-Identifier: Apache-2.0
#include "otbBlurPixels.h"
#include "otbRobustFit.h"
#include "otbSensorOperator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace otb
{
namespace
{
struct Moments
{
  double n = 0., mean = 0., deviation = 0.;
};

/** Of the finite values of one band in all patches. */
template <class TPlane>
Moments MomentsOf(const SensorBlurSample& sample, const TPlane& plane)
{
  Moments moments;
  for (int pass = 0; pass < 2; ++pass)
  {
    double sum = 0.;
    moments.n  = 0.;
    for (const SensorBlurPatch& patch : sample.patches)
    {
      const auto values = plane(patch);
      for (const float* value = values.first; value != values.second; ++value)
      {
        if (std::isfinite(*value))
        {
          moments.n += 1.;
          sum += pass == 0 ? static_cast<double>(*value) : std::pow(static_cast<double>(*value) - moments.mean, 2);
        }
      }
    }
    (pass == 0 ? moments.mean : moments.deviation) = pass == 0 ? sum / std::max(1., moments.n) : std::sqrt(sum / std::max(1., moments.n));
  }
  return moments;
}
} // namespace

BlurPixels::BlurPixels(const SensorBlurSample& sample) : m_Sample(sample)
{
  for (const SensorBlurPatch& patch : sample.patches)
  {
    if (patch.coarse.size() != static_cast<std::size_t>(patch.coarseRows * patch.coarseColumns) * sample.bands ||
        patch.fine.size() != static_cast<std::size_t>(patch.fineRows * patch.fineColumns) * sample.bands)
    {
      throw std::invalid_argument("sensor blur: found a patch of " + std::to_string(patch.coarse.size()) + " coarse and " + std::to_string(patch.fine.size()) +
                                  " sharp values, expected " + std::to_string(sample.bands) + " bands of " + std::to_string(patch.coarseRows) + " x " +
                                  std::to_string(patch.coarseColumns) + " and " + std::to_string(patch.fineRows) + " x " + std::to_string(patch.fineColumns));
    }
  }
  for (unsigned int band = 0; band < sample.bands; ++band)
  {
    const auto       fine   = MomentsOf(sample,
                                        [band](const SensorBlurPatch& patch)
                                        {
                                  const auto size = static_cast<std::size_t>(patch.fineRows * patch.fineColumns);
                                  return std::make_pair(patch.fine.data() + band * size, patch.fine.data() + (band + 1) * size);
                                });
    const auto       coarse = MomentsOf(sample,
                                        [band](const SensorBlurPatch& patch)
                                        {
                                    const auto size = static_cast<std::size_t>(patch.coarseRows * patch.coarseColumns);
                                    return std::make_pair(patch.coarse.data() + band * size, patch.coarse.data() + (band + 1) * size);
                                  });
    constexpr double Least  = 1e-6;
    if (fine.deviation > Least * std::abs(fine.mean) && coarse.deviation > Least * std::abs(coarse.mean))
    {
      m_Bands.push_back(band);
      m_FineMeans.push_back(fine.mean);
      m_CoarseMeans.push_back(coarse.mean);
      m_FineDeviations.push_back(fine.deviation);
      m_CoarseDeviations.push_back(coarse.deviation);
    }
  }
  for (const SensorBlurPatch& patch : sample.patches)
  {
    const auto         size = static_cast<std::size_t>(patch.fineRows * patch.fineColumns);
    std::vector<float> planes(size * m_Bands.size());
    Integral           integral;
    const long         width = patch.fineColumns + 1;
    integral.sums.assign(static_cast<std::size_t>(width * (patch.fineRows + 1)), 0.);
    integral.invalid.assign(integral.sums.size(), 0);
    for (long y = 0; y < patch.fineRows; ++y)
    {
      double sum     = 0.;
      int    invalid = 0;
      for (long x = 0; x < patch.fineColumns; ++x)
      {
        const auto at    = static_cast<std::size_t>(y * patch.fineColumns + x);
        bool       valid = true;
        for (unsigned int band = 0; band < sample.bands; ++band)
        {
          valid = valid && std::isfinite(patch.fine[band * size + at]);
        }
        for (std::size_t place = 0; place < m_Bands.size() && valid; ++place)
        {
          const double value        = static_cast<double>(patch.fine[m_Bands[place] * size + at]) - m_FineMeans[place];
          planes[place * size + at] = static_cast<float>(value);
          sum += value / m_FineDeviations[place];
        }
        invalid += valid ? 0 : 1;
        const auto into        = static_cast<std::size_t>((y + 1) * width + x + 1);
        integral.sums[into]    = integral.sums[into - static_cast<std::size_t>(width)] + sum;
        integral.invalid[into] = integral.invalid[into - static_cast<std::size_t>(width)] + invalid;
      }
    }
    m_Planes.push_back(std::move(planes));
    m_Integrals.push_back(std::move(integral));
  }
}

CoarseGridAxis BlurPixels::GetRows(std::size_t patch) const
{
  const SensorBlurPatch& p = m_Sample.patches[patch];
  return {m_Sample.rows.first + m_Sample.rows.step * static_cast<double>(p.fineRow) - static_cast<double>(p.coarseRow), m_Sample.rows.step, p.coarseRows};
}

CoarseGridAxis BlurPixels::GetColumns(std::size_t patch) const
{
  const SensorBlurPatch& p = m_Sample.patches[patch];
  return {m_Sample.columns.first + m_Sample.columns.step * static_cast<double>(p.fineColumn) - static_cast<double>(p.coarseColumn), m_Sample.columns.step,
          p.coarseColumns};
}

template <class T>
T BlurPixels::Box(const std::vector<T>& integral, long columns, long top, long left, long bottom, long right)
{
  const long width = columns + 1;
  const auto at    = [&integral, width](long y, long x) { return integral[static_cast<std::size_t>(y * width + x)]; };
  return at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
}

bool BlurPixels::IsWhole(std::size_t patch, double top, double left, double bottom, double right) const
{
  const SensorBlurPatch& p  = m_Sample.patches[patch];
  const long             y0 = static_cast<long>(std::ceil(top - 1e-6)), y1 = static_cast<long>(std::floor(bottom + 1e-6)) + 1;
  const long             x0 = static_cast<long>(std::ceil(left - 1e-6)), x1 = static_cast<long>(std::floor(right + 1e-6)) + 1;
  return y0 >= 0 && x0 >= 0 && y1 <= p.fineRows && x1 <= p.fineColumns && y0 < y1 && x0 < x1 &&
         Box(m_Integrals[patch].invalid, p.fineColumns, y0, x0, y1, x1) == 0;
}

double BlurPixels::CoarseAt(std::size_t patch, unsigned int place, long row, long column) const
{
  const SensorBlurPatch& p = m_Sample.patches[patch];
  return static_cast<double>(
      p.coarse[(m_Bands[place] * static_cast<std::size_t>(p.coarseRows) + static_cast<std::size_t>(row)) * static_cast<std::size_t>(p.coarseColumns) +
               static_cast<std::size_t>(column)]);
}

std::vector<BlurPixel> BlurPixels::Find(const BlurWindow& window, std::size_t most) const
{
  std::vector<BlurPixel> all;
  for (std::size_t patch = 0; patch < m_Sample.patches.size(); ++patch)
  {
    const SensorBlurPatch& p    = m_Sample.patches[patch];
    const CoarseGridAxis   rows = GetRows(patch), columns = GetColumns(patch);
    for (long i = 0; i < p.coarseRows; ++i)
    {
      for (long j = 0; j < p.coarseColumns; ++j)
      {
        const double y = rows.Centre(i) + window.centreRow, x = columns.Centre(j) + window.centreColumn;
        bool         valid = IsWhole(patch, y - window.halfRow, x - window.halfColumn, y + window.halfRow, x + window.halfColumn);
        for (unsigned int place = 0; place < m_Bands.size() && valid; ++place)
        {
          valid = std::isfinite(CoarseAt(patch, place, i, j));
        }
        if (valid)
        {
          all.push_back({patch, i, j});
        }
      }
    }
  }
  if (all.size() <= most)
  {
    return all;
  }
  // Evenly spread patches, whole: their cost is that of their sharp pixels.
  const std::size_t      every = (all.size() + most - 1) / most;
  std::vector<BlurPixel> some;
  if (m_Sample.patches.size() >= 2 * every)
  {
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [every](const BlurPixel& pixel) { return pixel.patch % every == 0; });
  }
  return some.empty() ? all : some;
}

Eigen::MatrixXd BlurPixels::GetValues(const std::vector<BlurPixel>& pixels) const
{
  Eigen::MatrixXd values(static_cast<Eigen::Index>(pixels.size()), static_cast<Eigen::Index>(m_Bands.size()));
  for (std::size_t pixel = 0; pixel < pixels.size(); ++pixel)
  {
    for (unsigned int place = 0; place < m_Bands.size(); ++place)
    {
      values(static_cast<Eigen::Index>(pixel), place) = CoarseAt(pixels[pixel].patch, place, pixels[pixel].row, pixels[pixel].column) - m_CoarseMeans[place];
    }
  }
  return values;
}

SensorBlur BlurPixels::Cut(const SensorBlur& blur, const BlurWindow& window)
{
  const auto range = [](double first, Eigen::Index count, double centre, double half)
  {
    const auto low  = std::clamp<Eigen::Index>(static_cast<Eigen::Index>(std::ceil(centre - half - first - 1e-6)), 0, count - 1);
    const auto high = std::clamp<Eigen::Index>(static_cast<Eigen::Index>(std::floor(centre + half - first + 1e-6)), low, count - 1);
    return std::make_pair(low, high - low + 1);
  };
  const auto rows    = range(blur.top, blur.knots.rows(), window.centreRow, window.halfRow);
  const auto columns = range(blur.left, blur.knots.cols(), window.centreColumn, window.halfColumn);
  SensorBlur cut;
  cut.knots = blur.knots.block(rows.first, columns.first, rows.second, columns.second);
  cut.top   = blur.top + static_cast<double>(rows.first);
  cut.left  = blur.left + static_cast<double>(columns.first);
  return cut;
}

Eigen::MatrixXd BlurPixels::Apply(const SensorBlur& blur, const BlurWindow& window, const std::vector<BlurPixel>& pixels) const
{
  const SensorBlur            cut       = Cut(blur, window);
  const SensorBlur::Separable separable = cut.GetSeparable(1e-4, 12);
  Eigen::MatrixXd             found     = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(pixels.size()), static_cast<Eigen::Index>(m_Bands.size()));
  std::vector<float>          lines;
  for (std::size_t first = 0, last = 0; first < pixels.size(); first = last)
  {
    const std::size_t patch = pixels[first].patch;
    last                    = first;
    while (last < pixels.size() && pixels[last].patch == patch)
    {
      ++last;
    }
    const SensorBlurPatch& p = m_Sample.patches[patch];
    const SensorOperator   sensor(separable, cut.top, cut.left, GetRows(patch), GetColumns(patch), p.fineRows, p.fineColumns);
    const auto&            columns = sensor.GetColumns();
    const auto&            rows    = sensor.GetRows();
    lines.resize(static_cast<std::size_t>(p.coarseColumns * p.fineRows));
    for (unsigned int place = 0; place < m_Bands.size(); ++place)
    {
      const float* const plane = GetPlane(patch, place);
      for (unsigned int term = 0; term < sensor.GetRank(); ++term)
      {
        // Along lines first, for all lines of the patch; [coarse column][line], so that columns are summed contiguously.
        for (long j = 0; j < p.coarseColumns; ++j)
        {
          const float* const weights = columns.GetWeights(term, j);
          const float*       from    = plane + columns.first[static_cast<std::size_t>(j)];
          for (long y = 0; y < p.fineRows; ++y, from += p.fineColumns)
          {
            float sum = 0.f;
            for (unsigned int x = 0; x < columns.taps; ++x)
            {
              sum += weights[x] * from[x];
            }
            lines[static_cast<std::size_t>(j * p.fineRows + y)] = sum;
          }
        }
        for (std::size_t pixel = first; pixel < last; ++pixel)
        {
          const float* const weights = rows.GetWeights(term, pixels[pixel].row);
          const float* const from    = lines.data() + pixels[pixel].column * p.fineRows + rows.first[static_cast<std::size_t>(pixels[pixel].row)];
          double             sum     = 0.;
          for (unsigned int y = 0; y < rows.taps; ++y)
          {
            sum += static_cast<double>(weights[y]) * static_cast<double>(from[y]);
          }
          found(static_cast<Eigen::Index>(pixel), place) += sum;
        }
      }
    }
  }
  return found;
}

BlurPixels::Detail BlurPixels::GetDetail(std::size_t most) const
{
  Detail detail;
  for (std::size_t patch = 0; patch < m_Sample.patches.size(); ++patch)
  {
    const SensorBlurPatch& p = m_Sample.patches[patch];
    const auto             n = static_cast<std::size_t>(p.coarseRows * p.coarseColumns);
    std::vector<double>    sums(n, 0.);
    for (std::size_t at = 0; at < n; ++at)
    {
      for (unsigned int place = 0; place < m_Bands.size(); ++place)
      {
        sums[at] += (CoarseAt(patch, place, static_cast<long>(at) / p.coarseColumns, static_cast<long>(at) % p.coarseColumns) - m_CoarseMeans[place]) /
                    m_CoarseDeviations[place];
      }
    }
    for (long i = 1; i + 1 < p.coarseRows; ++i)
    {
      for (long j = 1; j + 1 < p.coarseColumns; ++j)
      {
        double mean = 0.;
        for (long k = 0; k < 9; ++k)
        {
          mean += sums[static_cast<std::size_t>((i + k / 3 - 1) * p.coarseColumns + j + k % 3 - 1)] / 9.;
        }
        if (std::isfinite(mean))
        {
          detail.pixels.push_back({patch, i, j});
          detail.values.push_back(sums[static_cast<std::size_t>(i * p.coarseColumns + j)] - mean);
        }
      }
    }
  }
  const std::size_t every = (detail.pixels.size() + most - 1) / most;
  if (every > 1)
  {
    std::size_t kept = 0;
    for (std::size_t pixel = 0; pixel < detail.pixels.size(); pixel += every, ++kept)
    {
      detail.pixels[kept] = detail.pixels[pixel];
      detail.values[kept] = detail.values[pixel];
    }
    detail.pixels.resize(kept);
    detail.values.resize(kept);
  }
  return detail;
}

double BlurPixels::Likeness(const Detail& detail, double limit, double limitFine, long row, long column, std::vector<double>* values) const
{
  const double halfY = GetRowRatio() / 2., halfX = GetColumnRatio() / 2.;
  double       n = 0., a = 0., b = 0., aa = 0., bb = 0., ab = 0.;
  for (std::size_t pixel = 0; pixel < detail.pixels.size(); ++pixel)
  {
    const BlurPixel&       at = detail.pixels[pixel];
    const SensorBlurPatch& p  = m_Sample.patches[at.patch];
    const double y = GetRows(at.patch).Centre(at.row) + static_cast<double>(row), x = GetColumns(at.patch).Centre(at.column) + static_cast<double>(column);
    const auto   edge = [](double place) { return static_cast<long>(std::floor(place + 0.5)); };
    const long   t0 = edge(y - 3. * halfY), t1 = edge(y + 3. * halfY), l0 = edge(x - 3. * halfX), l1 = edge(x + 3. * halfX);
    if (t0 < 0 || l0 < 0 || t1 > p.fineRows || l1 > p.fineColumns)
    {
      continue;
    }
    const Integral& integral = m_Integrals[at.patch];
    // Pixel k covers [k - 1/2, k + 1/2): from -1/2 onwards, edges are between pixels.
    const auto mean = [&](double yy, double xx, double hy, double hx)
    {
      const long top = edge(yy - hy), bottom = std::max(top + 1, edge(yy + hy)), left = edge(xx - hx), right = std::max(left + 1, edge(xx + hx));
      return Box(integral.sums, p.fineColumns, top, left, bottom, right) / static_cast<double>((bottom - top) * (right - left));
    };
    if (Box(integral.invalid, p.fineColumns, t0, l0, t1, l1) != 0)
    {
      continue;
    }
    const double fine = mean(y, x, halfY, halfX) - mean(y, x, 3. * halfY, 3. * halfX);
    if (values != nullptr)
    {
      values->push_back(std::abs(fine));
    }
    const double u = std::clamp(detail.values[pixel], -limit, limit), v = std::clamp(fine, -limitFine, limitFine);
    n += 1.;
    a += u;
    b += v;
    aa += u * u;
    bb += v * v;
    ab += u * v;
  }
  const double spread = (n * aa - a * a) * (n * bb - b * b);
  if (n < 9. || !(spread > 0.))
  {
    return -1e9;
  }
  // By Fisher's transformation, less three standard deviations: few pixels are alike by chance.
  return std::atanh(std::min(0.999999, (n * ab - a * b) / std::sqrt(spread))) - 3. / std::sqrt(n - 3.);
}

void BlurPixels::FindShift(long& row, long& column) const
{
  row = column        = 0;
  const Detail detail = GetDetail(2000);
  if (detail.pixels.size() < 9)
  {
    return;
  }
  std::vector<double> sizes;
  std::transform(detail.values.begin(), detail.values.end(), std::back_inserter(sizes), [](double value) { return std::abs(value); });
  const double        limit = 3. * robust::ConsistencyOfMedian * robust::Median(sizes);
  std::vector<double> fine;
  Likeness(detail, 1e30, 1e30, 0, 0, &fine);
  const double limitFine = fine.size() < 9 ? 1e30 : 3. * robust::ConsistencyOfMedian * robust::Median(fine);

  const double ratio = std::min(GetRowRatio(), GetColumnRatio());
  const long   reach = SensorBlurSample::GreatestShift(ratio);
  double       best  = Likeness(detail, limit, limitFine, 0, 0);
  long         step  = std::max(1L, std::lround(ratio / 3.));
  long         low[] = {-reach, -reach}, high[] = {reach, reach};
  for (;; step = 1)
  {
    for (long y = low[0]; y <= high[0]; y += step)
    {
      for (long x = low[1]; x <= high[1]; x += step)
      {
        const double likeness = Likeness(detail, limit, limitFine, y, x);
        if (likeness > best)
        {
          best   = likeness;
          row    = y;
          column = x;
        }
      }
    }
    if (step == 1)
    {
      return;
    }
    low[0] = row - step, high[0] = row + step, low[1] = column - step, high[1] = column + step;
  }
}
} // namespace otb
