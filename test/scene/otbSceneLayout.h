// SPDX-License-Identifier: Apache-2.0
#ifndef otbSceneLayout_h
#define otbSceneLayout_h

#include "otbSceneMaterials.h"
#include "otbSceneRandom.h"

#include <array>
#include <cstdint>

namespace otb
{
/** What a point of the ground is made of and how it is lit. */
struct SceneSample
{
  std::array<SceneMaterial, 4> materials;
  std::array<float, 4>         weights; // of the materials, summing to one
  unsigned int                 count     = 0;
  float                        sun       = 1.f; // direct light, relative to horizontal ground in the sun
  float                        sky       = 1.f; // share of the sky seen
  double                       clearance = 0.;  // [pixels] nothing changes abruptly within this distance

  void Add(SceneMaterial material, double weight)
  {
    if (weight > 0.)
    {
      materials[count] = material;
      weights[count++] = static_cast<float>(weight);
    }
  }
};

/** What varies slowly over the ground, computed once per pixel. */
struct SceneGround
{
  double brightness; // texture and terrain
  double density;    // -1 to 1: how well plants grow here
  double redness;    // 0 to 1: iron in the soil
  double lime;       // 0 to 1: chalk in the soil
};

/** A land parcel bounded by main roads. */
struct SceneDistrict
{
  enum class LandUse
  {
    Fields,
    Town,
    Woods,
    Meadow
  };

  LandUse       use;
  std::uint64_t hash;
  double        x, y;   // its site
  double        border; // [pixels] distance to the middle of the nearest main road
};

/** \class SceneLayout
 * \brief Where what is: a plane without end, a function of the seed and the coordinates [pixels] alone.
 *
 * Districts are the cells of a jittered Voronoi diagram with a main road along every border. Their land use follows a fixed pattern, so that any 256 x 256
 * window shows fields (rotated parcels with sharp edges), a town (streets, blocks, buildings that cast shadows), woods (crowns with a sunny and a shaded side)
 * and meadow with a sand pit. Rivers with shallow banks cross it all, under the roads. The sun stands in the south-east, 45 degrees high.
 */
class SceneLayout
{
public:
  explicit SceneLayout(std::uint64_t seed) : m_Random{seed}
  {
  }

  SceneGround GroundAt(double x, double y) const;

  SceneDistrict DistrictAt(double x, double y) const;

  /** The ground at a point of a district; `ground` may belong to a place up to a pixel away. */
  SceneSample At(double x, double y, const SceneDistrict& district, const SceneGround& ground) const;

private:
  struct Bank
  {
    double inside; // [pixels] distance from the bank, positive in the water
    double turbidity;
  };

  /** A footprint in the axes of its district's street grid, with a roof. */
  struct Building
  {
    double        left, right, top, bottom;
    double        height; // also its shadow's length; 0: not built
    std::uint64_t hash;
    bool          hall;
  };

  Bank        BankAt(double x, double y) const;
  Building    BuildingOf(const SceneDistrict& district, std::int64_t lotColumn, std::int64_t lotRow) const;
  bool        AddTree(double x, double y, double probability, std::uint64_t stream, const SceneGround& ground, SceneSample& sample) const;
  void        AddSoil(const SceneGround& ground, double weight, SceneSample& sample) const;
  SceneSample Field(double x, double y, const SceneDistrict& district, const SceneGround& ground) const;
  SceneSample Town(double x, double y, const SceneDistrict& district, const SceneGround& ground) const;
  SceneSample Woods(double x, double y, const SceneGround& ground) const;
  SceneSample Meadow(double x, double y, const SceneDistrict& district, const SceneGround& ground) const;

  SceneRandom m_Random;
};
} // namespace otb

#endif
