// SPDX-License-Identifier: Apache-2.0
#include "otbSceneLayout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace otb
{
namespace
{
// One stream of random numbers per question asked.
enum Stream : std::uint64_t
{
  Terrain,
  Texture,
  Grain,
  Density,
  FineDensity,
  Redness,
  Lime,
  Site,
  RiverLine,
  RiverWidth,
  RiverTurbidity,
  Parcel,
  ParcelRow,
  Species,
  WoodsTree,
  LoneTree
};

constexpr double DistrictSize  = 96.;
constexpr double RoadHalfWidth = 1.5;
constexpr double RiverSpacing  = 448.;
constexpr double BankWidth     = 1.4;
constexpr double TreeSpacing   = 6.;
// Unit vector on the ground towards the sun; rows run south.
constexpr double SunX = 0.6, SunY = 0.8;
} // namespace

SceneGround SceneLayout::GroundAt(double x, double y) const
{
  const auto   grain = m_Random.Hash(Grain, static_cast<std::int64_t>(x), static_cast<std::int64_t>(y));
  SceneGround  ground;
  const double terrain = m_Random.Noise(Terrain, x / 70., y / 70.) - 0.5;
  const double texture = m_Random.Noise(Texture, x / 4.5, y / 4.5) - 0.5;
  ground.brightness    = (1. + 0.22 * terrain) * (1. + 0.12 * texture + 0.05 * (SceneRandom::Uniform(grain) - 0.5));
  ground.density       = 1.2 * (m_Random.Noise(Density, x / 17., y / 17.) - 0.5) + 0.6 * (m_Random.Noise(FineDensity, x / 5., y / 5.) - 0.5) +
                   0.2 * (SceneRandom::Uniform(grain, 1) - 0.5);
  ground.redness = m_Random.Noise(Redness, x / 130., y / 130.);
  ground.lime    = m_Random.Noise(Lime, x / 110., y / 110.);
  return ground;
}

SceneDistrict SceneLayout::DistrictAt(double x, double y) const
{
  // Sites keep to the middle half of their cells, so the nearest is always among these nine.
  const std::int64_t column = static_cast<std::int64_t>(std::floor(x / DistrictSize));
  const std::int64_t row    = static_cast<std::int64_t>(std::floor(y / DistrictSize));
  double             sx[9], sy[9], squared[9];
  std::uint64_t      hashes[9];
  int                nearest = 0;
  for (int k = 0; k < 9; ++k)
  {
    const std::int64_t i = column + k % 3 - 1, j = row + k / 3 - 1;
    hashes[k]  = m_Random.Hash(Site, i, j);
    sx[k]      = (static_cast<double>(i) + 0.25 + 0.5 * SceneRandom::Uniform(hashes[k], 0)) * DistrictSize;
    sy[k]      = (static_cast<double>(j) + 0.25 + 0.5 * SceneRandom::Uniform(hashes[k], 1)) * DistrictSize;
    squared[k] = (x - sx[k]) * (x - sx[k]) + (y - sy[k]) * (y - sy[k]);
    nearest    = squared[k] < squared[nearest] ? k : nearest;
  }
  double border = std::numeric_limits<double>::max();
  for (int k = 0; k < 9; ++k)
  {
    if (k != nearest)
    {
      // Distance to the bisector of the two sites.
      border = std::min(border, (squared[k] - squared[nearest]) / (2. * std::hypot(sx[k] - sx[nearest], sy[k] - sy[nearest])));
    }
  }
  using LandUse                    = SceneDistrict::LandUse;
  static constexpr LandUse order[] = {LandUse::Fields, LandUse::Town, LandUse::Meadow, LandUse::Fields, LandUse::Woods};
  const std::int64_t       cell    = column + nearest % 3 - 1 + 2 * (row + nearest / 3 - 1) + static_cast<std::int64_t>(m_Random.seed % 5);
  return SceneDistrict{order[((cell % 5) + 5) % 5], SceneRandom::Mix(hashes[nearest]), sx[nearest], sy[nearest], border};
}

SceneLayout::Bank SceneLayout::BankAt(double x, double y) const
{
  // The k-th river winds about y = (k + 0.28) spacings; its bends are gentle enough for the vertical distance to stand for the true one.
  const double k = std::floor(y / RiverSpacing);
  const double line =
      (k + 0.15 + 0.22 * m_Random.Noise(RiverLine, x / 115. + 37. * k) + 0.04 * m_Random.Noise(RiverLine + 100, x / 33. + 53. * k)) * RiverSpacing;
  const double halfWidth = 5. + 7. * m_Random.Noise(RiverWidth, x / 60. + 11. * k);
  return Bank{halfWidth - std::abs(y - line), m_Random.Noise(RiverTurbidity, x / 25., y / 9.)};
}

void SceneLayout::AddSoil(const SceneGround& ground, double weight, SceneSample& sample) const
{
  // Two of the three soils, so that the boundaries between them are gradual.
  const bool   chalky = ground.lime > 0.6;
  const double share  = chalky ? std::min(1., (ground.lime - 0.6) / 0.2) : std::min(1., std::max(0., (ground.redness - 0.35) / 0.3));
  sample.Add(SceneMaterial::BrownSoil, weight * (1. - share));
  sample.Add(chalky ? SceneMaterial::ChalkSoil : SceneMaterial::RedSoil, weight * share);
}

bool SceneLayout::AddTree(double x, double y, double probability, std::uint64_t stream, const SceneGround& ground, SceneSample& sample) const
{
  // Crowns reach at most three quarters of the spacing from the middle of their cell: only the four nearest cells can cover a point.
  const auto crown = [&](double px, double py, double& dx, double& dy, std::uint64_t& tree)
  {
    const std::int64_t left = static_cast<std::int64_t>(std::floor(px / TreeSpacing - 0.5)),
                       top  = static_cast<std::int64_t>(std::floor(py / TreeSpacing - 0.5));
    bool found              = false;
    for (int k = 0; k < 4; ++k)
    {
      const std::int64_t  i = left + k % 2, j = top + k / 2;
      const std::uint64_t hash = m_Random.Hash(stream, i, j);
      if (SceneRandom::Uniform(hash, 3) >= probability || (found && hash < tree))
      {
        continue;
      }
      const double cx = (static_cast<double>(i) + 0.3 + 0.4 * SceneRandom::Uniform(hash, 0)) * TreeSpacing;
      const double cy = (static_cast<double>(j) + 0.3 + 0.4 * SceneRandom::Uniform(hash, 1)) * TreeSpacing;
      const double r  = 1.7 + 1.6 * SceneRandom::Uniform(hash, 2);
      const double u = (px - cx) / r, v = (py - cy) / r;
      if (u * u + v * v < 1.)
      {
        found = true;
        tree  = hash;
        dx    = u;
        dy    = v;
      }
    }
    return found;
  };

  double        dx = 0., dy = 0.;
  std::uint64_t tree = 0;
  if (crown(x, y, dx, dy, tree))
  {
    // A hemisphere of leaves under a sun 45 degrees high, softened by the light that passes through.
    const double up     = std::sqrt(1. - dx * dx - dy * dy);
    const double facing = std::max(0., up + dx * SunX + dy * SunY);
    sample              = SceneSample();
    sample.sun          = static_cast<float>(0.25 + 0.62 * facing);
    sample.sky          = static_cast<float>(0.6 + 0.4 * up);
    const double kind = SceneRandom::Uniform(SceneRandom::Mix(tree)), wood = m_Random.Noise(Species, x / 40., y / 40.);
    const double dry = 0.12 * SceneRandom::Uniform(SceneRandom::Mix(tree), 1) * (1. - ground.density);
    sample.Add(0.6 * wood + 0.4 * kind > 0.5 ? SceneMaterial::Conifer : SceneMaterial::Broadleaf, 1. - dry);
    sample.Add(SceneMaterial::DryGrass, dry);
    return true;
  }
  if (crown(x + 3. * SunX, y + 3. * SunY, dx, dy, tree))
  {
    // Shade under leaves: some sun comes through.
    sample.sun *= 0.15f;
    sample.sky *= 0.7f;
  }
  return false;
}

SceneSample SceneLayout::Field(double x, double y, const SceneDistrict& district, const SceneGround& ground) const
{
  const double angle = 3.14159 * SceneRandom::Uniform(district.hash, 0);
  const double c = std::cos(angle), s = std::sin(angle);
  const double u = c * (x - district.x) + s * (y - district.y), v = -s * (x - district.x) + c * (y - district.y);
  const double height = 16. + 10. * SceneRandom::Uniform(district.hash, 1), width = 30. + 20. * SceneRandom::Uniform(district.hash, 2);

  const double        row     = std::floor(v / height);
  const std::uint64_t rowHash = m_Random.Hash(ParcelRow, static_cast<std::int64_t>(row), static_cast<std::int64_t>(district.hash));
  const double        shifted = u + width * SceneRandom::Uniform(rowHash, 0);
  const double        column  = std::floor(shifted / width);
  const double        along = shifted - column * width, across = v - row * height;

  // Some parcels are divided in two.
  const std::uint64_t whole    = m_Random.Hash(Parcel, static_cast<std::int64_t>(column), static_cast<std::int64_t>(rowHash));
  const double        division = SceneRandom::Uniform(whole, 3) < 0.5 ? 0. : width * (0.35 + 0.3 * SceneRandom::Uniform(whole, 2));
  const std::uint64_t parcel   = along < division ? SceneRandom::Mix(whole) : whole;

  SceneSample sample;
  sample.clearance = std::min({along, width - along, std::abs(along - division), across, height - across});
  if (SceneRandom::Uniform(rowHash, 1) < 0.5)
  {
    const double track = across - 1.2;
    sample.clearance   = std::min(sample.clearance, std::abs(track));
    if (track < 0.)
    {
      sample.Add(SceneMaterial::Gravel, 0.75);
      sample.Add(SceneMaterial::DryGrass, 0.25);
      return sample;
    }
  }

  // Rows of plants along the parcel.
  const double rows  = 0.05 * std::sin(v * 1.35);
  const double vary  = SceneRandom::Uniform(parcel, 1);
  const auto   share = [&](double mean) { return std::min(0.98, std::max(0.02, mean + 0.2 * ground.density + rows)); };
  sample.sun         = static_cast<float>(0.92 + 0.16 * SceneRandom::Uniform(parcel, 2));
  sample.sky         = sample.sun;
  double plants      = 0.;
  switch (static_cast<int>(7. * SceneRandom::Uniform(parcel, 0)))
  {
  case 0:
    plants = share(0.75 + 0.2 * vary);
    sample.Add(SceneMaterial::Crop, plants);
    break;
  case 1:
    plants = share(0.2 + 0.4 * vary);
    sample.Add(SceneMaterial::Crop, plants);
    break;
  case 2:
    plants = share(0.9);
    sample.Add(SceneMaterial::Grass, plants * (0.5 + 0.4 * vary));
    sample.Add(SceneMaterial::DryGrass, plants * (0.5 - 0.4 * vary));
    break;
  case 3:
    plants = share(0.4 + 0.4 * vary);
    sample.Add(SceneMaterial::DryGrass, plants);
    break;
  case 4:
    plants = share(0.5 + 0.4 * vary);
    sample.Add(SceneMaterial::Straw, plants);
    break;
  case 5:
    plants = share(0.5 + 0.4 * vary);
    sample.Add(SceneMaterial::MoistSoil, plants);
    break;
  default:
    plants = share(0.06);
    sample.Add(SceneMaterial::Straw, plants);
    break;
  }
  this->AddSoil(ground, 1. - plants, sample);
  return sample;
}

SceneSample SceneLayout::Woods(double x, double y, const SceneGround& ground) const
{
  SceneSample sample;
  if (!this->AddTree(x, y, 0.93, WoodsTree, ground, sample))
  {
    const double dry = std::min(0.9, std::max(0.1, 0.45 - 0.4 * ground.density));
    sample.Add(SceneMaterial::Grass, 0.8 * (1. - dry));
    sample.Add(SceneMaterial::DryGrass, 0.8 * dry);
    this->AddSoil(ground, 0.2, sample);
  }
  return sample;
}

SceneSample SceneLayout::Meadow(double x, double y, const SceneDistrict& district, const SceneGround& ground) const
{
  SceneSample  sample;
  const double pit = 7. + 9. * SceneRandom::Uniform(district.hash, 0) - std::hypot(x - district.x, y - district.y);
  if (pit > 0.)
  {
    sample.clearance   = pit;
    const double stone = std::min(0.9, std::max(0.05, 0.3 + 0.5 * ground.density));
    sample.Add(SceneMaterial::Sand, 1. - stone);
    sample.Add(SceneMaterial::Gravel, stone);
    return sample;
  }
  if (!this->AddTree(x, y, 0.14, LoneTree, ground, sample))
  {
    const double dry = std::min(0.95, std::max(0.05, 0.4 - 0.6 * ground.density));
    sample.Add(SceneMaterial::Grass, 0.92 * (1. - dry));
    sample.Add(SceneMaterial::DryGrass, 0.92 * dry);
    this->AddSoil(ground, 0.08, sample);
  }
  return sample;
}

SceneSample SceneLayout::At(double x, double y, const SceneDistrict& district, const SceneGround& ground) const
{
  const double road = district.border - RoadHalfWidth;
  const Bank   bank = this->BankAt(x, y);
  SceneSample  sample;
  if (road < 0.)
  {
    const double wear = std::min(1., std::max(0., 0.4 + 0.8 * ground.density));
    sample.Add(SceneMaterial::Asphalt, 1. - wear);
    sample.Add(SceneMaterial::OldAsphalt, wear);
    sample.clearance = -road;
    return sample;
  }
  if (bank.inside > 0.)
  {
    const double depth = std::min(1., bank.inside / 4.5);
    sample.Add(SceneMaterial::ShallowWater, (1. - depth) * 0.9);
    sample.Add(SceneMaterial::TurbidWater, depth * bank.turbidity);
    sample.Add(SceneMaterial::DeepWater, depth * (1. - bank.turbidity) + (1. - depth) * 0.1);
    sample.clearance = bank.inside;
  }
  else if (bank.inside > -BankWidth)
  {
    sample.Add(SceneMaterial::Sand, 0.5);
    sample.Add(SceneMaterial::Gravel, 0.3);
    sample.Add(SceneMaterial::MoistSoil, 0.2);
  }
  else
  {
    switch (district.use)
    {
    case SceneDistrict::LandUse::Town:
      sample = this->Town(x, y, district, ground);
      break;
    case SceneDistrict::LandUse::Woods:
      sample = this->Woods(x, y, ground);
      break;
    case SceneDistrict::LandUse::Meadow:
      sample = this->Meadow(x, y, district, ground);
      break;
    case SceneDistrict::LandUse::Fields:
      sample = this->Field(x, y, district, ground);
      break;
    }
    sample.clearance = std::min(sample.clearance, -bank.inside - BankWidth);
  }
  // Bends make the true distance to a bank shorter than the vertical one.
  sample.clearance = std::min(sample.clearance * 0.7, road);
  return sample;
}
} // namespace otb
