// SPDX-License-Identifier: Apache-2.0
#include "otbUncertaintyCalibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace otb
{
namespace
{
constexpr double CellsPerOctave = 32.;
constexpr int    SmallestCell   = -1074 * 32; // of zero

int FindCell(double value)
{
  return value > 0. ? static_cast<int>(std::floor(CellsPerOctave * std::log2(value))) : SmallestCell;
}

/** The mean ranks of values that come in groups of equal ones, by group. */
std::map<int, double> RankOf(const std::map<int, std::uint64_t>& counts)
{
  std::map<int, double> ranks;
  double                before = 0.;
  for (const auto& [cell, count] : counts)
  {
    const auto pixels = static_cast<double>(count);
    ranks[cell]       = before + (pixels + 1.) / 2.;
    before += pixels;
  }
  return ranks;
}
} // namespace

void UncertaintyCalibration::Add(double predicted, double found)
{
  Sums& cell = m_Cells[{FindCell(predicted), FindCell(found)}];
  ++cell.pixels;
  cell.predicted += predicted * predicted;
  cell.found += found * found;
  ++m_Pixels;
}

bool UncertaintyCalibration::Table::IsRising() const
{
  return std::is_sorted(classes.begin(), classes.end(), [](const Class& one, const Class& other) { return one.found <= other.found; });
}

UncertaintyCalibration::Table UncertaintyCalibration::Evaluate(unsigned int classes) const
{
  const auto add = [](Sums& to, const Sums& from)
  {
    to.pixels += from.pixels;
    to.predicted += from.predicted;
    to.found += from.found;
  };
  const auto make = [](const Sums& sums)
  {
    const auto pixels = static_cast<double>(std::max<std::uint64_t>(1, sums.pixels));
    return Class{sums.pixels, std::sqrt(sums.predicted / pixels), std::sqrt(sums.found / pixels)};
  };
  std::map<int, Sums>          byPrediction;
  std::map<int, std::uint64_t> predicted, found;
  Sums                         all;
  for (const auto& [place, sums] : m_Cells)
  {
    add(byPrediction[place.first], sums);
    predicted[place.first] += sums.pixels;
    found[place.second] += sums.pixels;
    add(all, sums);
  }
  Table table;
  table.all = make(all);

  // Cells are not cut: a class ends with the cell that brings it nearest to its share of what is left.
  Sums          current;
  std::uint64_t done = 0;
  for (auto cell = byPrediction.begin(); cell != byPrediction.end(); ++cell)
  {
    const auto   left  = static_cast<double>(classes - std::min<std::size_t>(classes - 1, table.classes.size()));
    const double share = static_cast<double>(m_Pixels - done) / left;
    const double with  = static_cast<double>(current.pixels + cell->second.pixels);
    if (current.pixels > 0 && table.classes.size() + 1 < classes && with - share > share - static_cast<double>(current.pixels))
    {
      done += current.pixels;
      table.classes.push_back(make(current));
      current = Sums();
    }
    add(current, cell->second);
  }
  if (current.pixels > 0)
  {
    table.classes.push_back(make(current));
  }

  const auto   rankOfPredicted = RankOf(predicted), rankOfFound = RankOf(found);
  const double middle  = (static_cast<double>(m_Pixels) + 1.) / 2.;
  double       product = 0., one = 0., other = 0.;
  for (const auto& [place, sums] : m_Cells)
  {
    const double a = rankOfPredicted.at(place.first) - middle, b = rankOfFound.at(place.second) - middle, pixels = static_cast<double>(sums.pixels);
    product += pixels * a * b;
    one += pixels * a * a;
    other += pixels * b * b;
  }
  table.spearman = one > 0. && other > 0. ? product / std::sqrt(one * other) : std::numeric_limits<double>::quiet_NaN();
  return table;
}
} // namespace otb
