// SPDX-License-Identifier: Apache-2.0
#include "otbSceneLayout.h"

#include <algorithm>
#include <cmath>

namespace otb
{
namespace
{
// Apart from the streams of the open country.
enum Stream : std::uint64_t
{
  Block = 1000,
  Lot,
  GardenTree
};

// Pixels. A block is 3 x 2 lots inside its half of the streets around it.
constexpr double BlockWidth = 26., BlockHeight = 19., StreetHalfWidth = 1.3, Pavement = 0.7;
constexpr int    LotColumns = 3, LotRows = 2;
constexpr double LotWidth  = (BlockWidth - 2. * (StreetHalfWidth + Pavement)) / LotColumns;
constexpr double LotHeight = (BlockHeight - 2. * (StreetHalfWidth + Pavement)) / LotRows;

std::int64_t FloorDivide(std::int64_t a, std::int64_t b)
{
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/** Clips [first, last] to the times at which position + t * speed lies in [low, high]. */
void ClipSlab(double position, double speed, double low, double high, double& first, double& last)
{
  // A sun along an axis would divide by zero.
  const double safe = std::abs(speed) < 1e-9 ? 1e-9 : speed;
  const double a = (low - position) / safe, b = (high - position) / safe;
  first = std::max(first, std::min(a, b));
  last  = std::min(last, std::max(a, b));
}

SceneMaterial RoofOf(bool hall, std::uint64_t hash)
{
  const double kind = SceneRandom::Uniform(SceneRandom::Mix(hash + 1));
  if (hall)
  {
    static constexpr SceneMaterial halls[] = {SceneMaterial::WhitePaint, SceneMaterial::Membrane, SceneMaterial::BluePaint, SceneMaterial::Zinc,
                                              SceneMaterial::Gravel};
    return halls[static_cast<int>(5. * kind)];
  }
  return kind < 0.62 ? SceneMaterial::RedTile : (kind < 0.86 ? SceneMaterial::Slate : SceneMaterial::Zinc);
}
} // namespace

SceneLayout::Building SceneLayout::BuildingOf(const SceneDistrict& district, std::int64_t lotColumn, std::int64_t lotRow) const
{
  const std::int64_t  blockColumn = FloorDivide(lotColumn, LotColumns), blockRow = FloorDivide(lotRow, LotRows);
  const std::uint64_t block = m_Random.Hash(Block, blockColumn, static_cast<std::int64_t>(district.hash) + blockRow);
  const double        left  = static_cast<double>(blockColumn) * BlockWidth + StreetHalfWidth + Pavement;
  const double        top   = static_cast<double>(blockRow) * BlockHeight + StreetHalfWidth + Pavement;
  if (SceneRandom::Uniform(block, 0) < 0.3)
  {
    // One hall on the whole block.
    const double marginX = 1. + 4. * SceneRandom::Uniform(block, 1), marginY = 1. + 3. * SceneRandom::Uniform(block, 2);
    return Building{left + marginX, left + LotColumns * LotWidth - 1., top + marginY, top + LotRows * LotHeight - 1., 3.5, block, true};
  }
  const std::uint64_t lot    = m_Random.Hash(Lot, lotColumn, static_cast<std::int64_t>(district.hash) + lotRow);
  const double        x0     = left + static_cast<double>(lotColumn - blockColumn * LotColumns) * LotWidth;
  const double        y0     = top + static_cast<double>(lotRow - blockRow * LotRows) * LotHeight;
  const double        height = SceneRandom::Uniform(lot, 3) < 0.12 ? 0. : 1.6 + 1.6 * SceneRandom::Uniform(lot, 2);
  return Building{x0 + 0.4 + 1.4 * SceneRandom::Uniform(lot, 0),
                  x0 + LotWidth - 0.4 - 1.4 * SceneRandom::Uniform(lot, 1),
                  y0 + 0.4 + 1.6 * SceneRandom::Uniform(lot, 1),
                  y0 + LotHeight - 0.4 - 1.2 * SceneRandom::Uniform(lot, 0),
                  height,
                  lot,
                  false};
}

SceneSample SceneLayout::Town(double x, double y, const SceneDistrict& district, const SceneGround& ground) const
{
  const double angle = 3.14159 * SceneRandom::Uniform(district.hash, 0);
  const double c = std::cos(angle), s = std::sin(angle);
  const double u = c * (x - district.x) + s * (y - district.y), v = -s * (x - district.x) + c * (y - district.y);
  const double sunU = c * 0.6 + s * 0.8, sunV = -s * 0.6 + c * 0.8;

  const double       blockColumn = std::floor(u / BlockWidth), blockRow = std::floor(v / BlockHeight);
  const double       inU = u - blockColumn * BlockWidth, inV = v - blockRow * BlockHeight;
  const double       curb      = std::min({inU, BlockWidth - inU, inV, BlockHeight - inV}) - StreetHalfWidth;
  const int          column    = std::min(LotColumns - 1, std::max(0, static_cast<int>((inU - StreetHalfWidth - Pavement) / LotWidth)));
  const int          row       = std::min(LotRows - 1, std::max(0, static_cast<int>((inV - StreetHalfWidth - Pavement) / LotHeight)));
  const std::int64_t lotColumn = static_cast<std::int64_t>(blockColumn) * LotColumns + column;
  const std::int64_t lotRow    = static_cast<std::int64_t>(blockRow) * LotRows + row;

  SceneSample    sample;
  const Building own   = this->BuildingOf(district, lotColumn, lotRow);
  const double   inner = std::min({u - own.left, own.right - u, v - own.top, own.bottom - v});
  if (own.height > 0. && inner > 0.)
  {
    sample.clearance = inner;
    if (!own.hall)
    {
      // Two slopes of 22 degrees on either side of a ridge along the longer side.
      const bool   ridgeAlongU = own.right - own.left > own.bottom - own.top;
      const double across      = ridgeAlongU ? v - 0.5 * (own.top + own.bottom) : u - 0.5 * (own.left + own.right);
      sample.sun               = static_cast<float>(0.93 + (across > 0. ? 0.3 : -0.3) * (ridgeAlongU ? sunV : sunU));
      sample.clearance         = std::min(inner, std::abs(across));
    }
    const double weathering = 0.3 * SceneRandom::Uniform(SceneRandom::Mix(own.hash + 2));
    sample.Add(RoofOf(own.hall, own.hash), 1. - weathering);
    sample.Add(own.hall ? SceneMaterial::OldAsphalt : SceneMaterial::MoistSoil, weathering);
    return sample;
  }

  // Shadows are no longer than a lot: only the lots next to this one, on the sun's side, can cast one here.
  for (int neighbour = 0; neighbour < 4 && sample.sun > 0.f; ++neighbour)
  {
    const Building caster = this->BuildingOf(district, lotColumn + (neighbour % 2) * (sunU > 0. ? 1 : -1), lotRow + (neighbour / 2) * (sunV > 0. ? 1 : -1));
    double         first = 0., last = caster.height;
    ClipSlab(u, sunU, caster.left, caster.right, first, last);
    ClipSlab(v, sunV, caster.top, caster.bottom, first, last);
    if (caster.height > 0. && first < last)
    {
      sample.sun = 0.f;
      sample.sky = 0.75f;
    }
  }

  const double wear = std::min(1., std::max(0., 0.5 + 0.8 * ground.density));
  if (curb < 0. || own.hall)
  {
    if (curb > 0. && curb < Pavement)
    {
      sample.Add(SceneMaterial::Concrete, 1.);
    }
    else
    {
      sample.Add(SceneMaterial::Asphalt, 1. - wear);
      sample.Add(SceneMaterial::OldAsphalt, wear);
    }
    return sample;
  }
  if (curb < Pavement)
  {
    sample.Add(SceneMaterial::Concrete, 1.);
    return sample;
  }
  const std::uint64_t garden = SceneRandom::Mix(own.hash + 3);
  const double        kind   = SceneRandom::Uniform(garden);
  if (kind < 0.6)
  {
    if (!this->AddTree(x, y, 0.45, GardenTree, ground, sample))
    {
      const double dry = std::min(0.9, std::max(0., 0.6 * SceneRandom::Uniform(garden, 1) - 0.3 * ground.density));
      sample.Add(SceneMaterial::Grass, 1. - dry);
      sample.Add(SceneMaterial::DryGrass, dry);
    }
  }
  else if (kind < 0.85)
  {
    sample.Add(SceneMaterial::Concrete, 0.4 + 0.5 * wear);
    sample.Add(SceneMaterial::Gravel, 0.6 - 0.5 * wear);
  }
  else
  {
    this->AddSoil(ground, 0.8, sample);
    sample.Add(SceneMaterial::Grass, 0.2);
  }
  return sample;
}
} // namespace otb
