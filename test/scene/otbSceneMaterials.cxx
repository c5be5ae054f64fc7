// SPDX-License-Identifier: Apache-2.0
#include "otbSceneMaterials.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace otb
{
namespace
{
/** An absorption band: 1 at its centre, Gaussian of standard deviation `sigma` [nm]. */
double Band(double wavelength, double center, double sigma)
{
  const double t = (wavelength - center) / sigma;
  return std::exp(-0.5 * t * t);
}

/** A charge-transfer edge: absorbs fully well below `position`, not at all well above it. */
double Edge(double wavelength, double position, double softness)
{
  return 1. / (1. + std::exp((wavelength - position) / softness));
}

/** R of q, and q of R (Kubelka and Munk). */
double KubelkaMunk(double q)
{
  return 1. + q - std::sqrt(q * q + 2. * q);
}

double InverseKubelkaMunk(double reflectance)
{
  return (1. - reflectance) * (1. - reflectance) / (2. * reflectance);
}

/** Absorption coefficient of liquid water [1/cm], two digits of the published measurements, interpolated in its logarithm. */
double WaterAbsorption(double wavelength)
{
  static constexpr double table[][2] = {{400, 6e-5},   {450, 1.1e-4}, {500, 2.4e-4}, {550, 5.9e-4}, {600, 2.2e-3}, {650, 3.3e-3}, {700, 5.7e-3}, {720, 1.2e-2},
                                        {740, 2.5e-2}, {760, 2.6e-2}, {800, 2.2e-2}, {850, 4.2e-2}, {900, 6.4e-2}, {930, 1.3e-1}, {950, 3.0e-1}, {970, 4.8e-1},
                                        {1000, 0.41},  {1050, 0.17},  {1100, 0.19},  {1130, 0.42},  {1150, 0.98},  {1190, 1.27},  {1250, 1.12},  {1300, 1.32},
                                        {1350, 3.2},   {1380, 7.5},   {1400, 17},    {1420, 27},    {1450, 31},    {1500, 20},    {1550, 11},    {1600, 7.0},
                                        {1650, 5.7},   {1700, 5.6},   {1750, 7.1},   {1800, 8.8},   {1850, 11},    {1880, 45},    {1900, 97},    {1920, 129},
                                        {1940, 126},   {1980, 86},    {2000, 69},    {2050, 42},    {2100, 28},    {2150, 21},    {2200, 18},    {2250, 19},
                                        {2300, 24},    {2350, 33},    {2400, 48},    {2450, 68},    {2500, 95}};
  const auto*             next       = std::find_if(std::begin(table), std::end(table), [wavelength](const double(&row)[2]) { return row[0] > wavelength; });
  if (next == std::begin(table))
  {
    return table[0][1];
  }
  if (next == std::end(table))
  {
    return std::end(table)[-1][1];
  }
  const double(&low)[2] = next[-1];
  const double t        = (wavelength - low[0]) / ((*next)[0] - low[0]);
  return low[1] * std::pow((*next)[1] / low[1], t);
}

/** What a canopy holds, in units of its scattering: pigments and dry matter dimensionless, water in cm. */
struct Canopy
{
  double structure;   // q of the near-infrared plateau
  double chlorophyll; // q at the red maximum, 675 nm
  double carotenoids; // q at 470 nm
  double brown;       // q of tannins and decayed pigments at 400 nm
  double water;       // [cm]
  double dryMatter;   // q at the cellulose band, 2100 nm
};

double CanopyReflectance(const Canopy& canopy, double l)
{
  // In vivo bands of chlorophyll a (435, 620, 675) and b (468, 648), over the broad floor that packing in chloroplasts gives.
  const double chlorophyll =
      0.85 * Band(l, 675, 16) + 0.35 * Band(l, 648, 17) + 0.28 * Band(l, 615, 24) + 0.9 * Band(l, 435, 26) + 0.5 * Band(l, 468, 18) + 0.24 * Edge(l, 702, 9.);
  const double carotenoids = Band(l, 470, 30) + 0.6 * Band(l, 430, 25);
  const double brown       = std::exp(-(l - 400.) / 190.);
  // Cellulose and lignin: overtones at 1200, 1480, 1730, combinations at 2100, 2280, 2340 and a rise towards 2500.
  const double dryMatter = Band(l, 2100, 60) + 0.85 * Band(l, 2280, 35) + 0.9 * Band(l, 2340, 35) + 0.35 * Band(l, 1730, 30) + 0.25 * Band(l, 1480, 55) +
                           0.10 * Band(l, 1200, 35) + 0.8 * std::exp((l - 2500.) / 300.);
  return KubelkaMunk(canopy.structure + canopy.chlorophyll * chlorophyll + canopy.carotenoids * carotenoids + canopy.brown * brown +
                     canopy.water * WaterAbsorption(l) + canopy.dryMatter * dryMatter);
}

/** Mineral ground: a continuum that rises towards the infrared, with depths (q) of its constituents. */
struct Ground
{
  double brightness; // reflectance of the continuum at 2000 nm
  double rise;       // [nm] scale on which the continuum rises: 0 is flat
  double iron;       // ferric oxide: edge at 550 nm and bands at 490 and 880 nm
  double clay;       // Al-OH, 2205 nm
  double carbonate;  // CO3, 2340 nm
  double water;      // [cm] of liquid water; also wets the surface
};

double GroundReflectance(const Ground& ground, double l)
{
  const double continuum = ground.brightness * (ground.rise > 0. ? (1. - 0.85 * std::exp(-(l - 330.) / ground.rise)) : 1.);
  double       q         = InverseKubelkaMunk(continuum);
  q += ground.iron * (Edge(l, 555, 22) + 0.25 * Band(l, 490, 25) + 0.07 * Band(l, 880, 60) + 0.05 * Band(l, 660, 35));
  q += ground.clay * (Band(l, 2205, 20) + 0.35 * Band(l, 2160, 18) + 0.4 * Band(l, 1412, 16));
  q += ground.carbonate * (Band(l, 2340, 28) + 0.4 * Band(l, 2500, 40) + 0.2 * Band(l, 2150, 30));
  // A water film lowers the contrast of the grains' refractive index: less scattering, so K / S grows as a whole.
  q *= 1. + 40. * ground.water;
  return KubelkaMunk(q + ground.water * WaterAbsorption(l));
}

/** A water column: chlorophyll [mg/m3] and suspended sediment [g/m3]; Gordon and Morel (1983) with Morel's absorption of phytoplankton. */
double WaterReflectance(double chlorophyll, double sediment, double l)
{
  const double pure        = 100. * WaterAbsorption(l); // [1/m]
  const double pigments    = 0.06 * std::pow(chlorophyll, 0.65) * (Band(l, 440, 45) + 0.55 * Band(l, 675, 15));
  const double dissolved   = 0.15 * std::exp(-0.014 * (l - 440.));
  const double grains      = 0.02 * sediment * std::exp(-0.011 * (l - 440.));
  const double absorption  = pure + pigments + dissolved + grains;
  const double backscatter = 0.0009 * std::pow(550. / l, 4.3) + (0.004 * std::pow(chlorophyll, 0.62) + 0.012 * sediment) * std::pow(550. / l, 0.7);
  // 0.54 carries the light through the surface; 0.015 is the sky mirrored in it.
  return 0.015 + 0.54 * 0.33 * backscatter / (absorption + backscatter);
}

/** Light down to a bottom `depth` [m] deep and up again (Lyzenga 1978). */
double BottomReflectance(double bottom, double depth, double deep, double l)
{
  return deep + (bottom - deep) * 0.54 * std::exp(-2. * depth * (0.3 + 100. * WaterAbsorption(l)));
}

/** C-H overtones of bitumen, plastics and binders: 1200, 1725, 2310 and 2350 nm. */
double Hydrocarbons(double l)
{
  return Band(l, 2310, 16) + 0.7 * Band(l, 2350, 16) + 0.6 * Band(l, 1725, 18) + 0.15 * Band(l, 1200, 20);
}

/** A pigmented coating: reflectance without absorption, then q of what it holds. */
double Coating(double base, double q)
{
  return KubelkaMunk(InverseKubelkaMunk(base) + q);
}
} // namespace

double SceneReflectance(SceneMaterial material, double l)
{
  switch (material)
  {
  //                                  structure chl  car  brown water  dry
  case SceneMaterial::Grass:
    return CanopyReflectance(Canopy{0.26, 5.5, 4.0, 0.6, 0.035, 0.15}, l);
  case SceneMaterial::Crop:
    return CanopyReflectance(Canopy{0.19, 12., 7.0, 0.2, 0.070, 0.05}, l);
  case SceneMaterial::Broadleaf:
    return CanopyReflectance(Canopy{0.30, 16., 9.0, 1.0, 0.060, 0.20}, l);
  case SceneMaterial::Conifer:
    return CanopyReflectance(Canopy{0.75, 19., 12., 2.5, 0.120, 0.40}, l);
  case SceneMaterial::DryGrass:
    return CanopyReflectance(Canopy{0.28, 1.0, 1.5, 3.0, 0.008, 0.45}, l);
  case SceneMaterial::Straw:
    return CanopyReflectance(Canopy{0.22, 0.0, 0.4, 2.4, 0.002, 0.60}, l);
  //                                brightness rise iron clay carb water
  case SceneMaterial::BrownSoil:
    return GroundReflectance(Ground{0.36, 650., 0.9, 0.30, 0.00, 0.004}, l);
  case SceneMaterial::RedSoil:
    return GroundReflectance(Ground{0.42, 330., 4.5, 0.45, 0.00, 0.002}, l);
  case SceneMaterial::ChalkSoil:
    return GroundReflectance(Ground{0.58, 220., 0.35, 0.10, 0.22, 0.001}, l);
  case SceneMaterial::MoistSoil:
    return GroundReflectance(Ground{0.33, 600., 1.0, 0.25, 0.00, 0.035}, l);
  case SceneMaterial::Sand:
    return GroundReflectance(Ground{0.55, 420., 0.55, 0.06, 0.05, 0.001}, l);
  case SceneMaterial::Gravel:
    return GroundReflectance(Ground{0.34, 160., 0.25, 0.15, 0.45, 0.0005}, l);
  case SceneMaterial::DeepWater:
    return WaterReflectance(2., 0.5, l);
  case SceneMaterial::TurbidWater:
    return WaterReflectance(8., 18., l);
  case SceneMaterial::ShallowWater:
    return BottomReflectance(GroundReflectance(Ground{0.50, 420., 0.5, 0., 0., 0.}, l), 0.5, WaterReflectance(3., 3., l), l);
  case SceneMaterial::Asphalt:
    return Coating(0.075 + 0.035 * (1. - std::exp(-(l - 400.) / 700.)), 0.5 * Hydrocarbons(l));
  case SceneMaterial::OldAsphalt:
    return Coating(0.13 + 0.09 * (1. - std::exp(-(l - 400.) / 500.)), 0.25 * Edge(l, 540, 40) + 0.25 * Hydrocarbons(l) + 0.1 * Band(l, 2340, 30));
  case SceneMaterial::Concrete:
    return GroundReflectance(Ground{0.38, 130., 0.30, 0.05, 0.18, 0.002}, l);
  case SceneMaterial::RedTile:
    return GroundReflectance(Ground{0.46, 380., 7.0, 0.08, 0.00, 0.0003}, l);
  case SceneMaterial::Slate:
    return GroundReflectance(Ground{0.14, 100., 0.15, 0.60, 0.10, 0.0005}, l);
  case SceneMaterial::Membrane:
    return Coating(0.055, 1.2 * Hydrocarbons(l));
  case SceneMaterial::Zinc:
    // The interband transition of zinc near 1000 nm.
    return Coating(0.46 + 0.06 * (l - 400.) / 2100., 0.35 * Band(l, 1020, 130));
  case SceneMaterial::WhitePaint:
    // Titanium dioxide absorbs below its band gap at 410 nm; the binder's bands lie in the infrared.
    return Coating(0.74, 1.5 * Edge(l, 405, 7) + 0.12 * Hydrocarbons(l) + 0.25 * Edge(-l, -2150., 150.));
  case SceneMaterial::BluePaint:
    // Phthalocyanine: the Q band at 620 and 700 nm.
    return Coating(0.60, 4.5 * Band(l, 620, 42) + 3.2 * Band(l, 700, 36) + 1.2 * Edge(l, 420, 12) + 0.15 * Hydrocarbons(l) + 0.3 * Edge(-l, -2100., 200.));
  case SceneMaterial::Count:
    break;
  }
  return 0.;
}

double SceneSkyFraction(double l)
{
  return 0.10 * std::pow(550. / l, 4.) + 0.09 * std::pow(550. / l, 1.3);
}
} // namespace otb
