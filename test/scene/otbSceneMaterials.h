// SPDX-License-Identifier: Apache-2.0
#ifndef otbSceneMaterials_h
#define otbSceneMaterials_h

#include <cstddef>

namespace otb
{
/** The pure materials of the synthetic scene. */
enum class SceneMaterial
{
  Grass,
  Crop,
  Broadleaf,
  Conifer,
  DryGrass,
  Straw,
  BrownSoil,
  RedSoil,
  ChalkSoil,
  MoistSoil,
  Sand,
  Gravel,
  DeepWater,
  TurbidWater,
  ShallowWater,
  Asphalt,
  OldAsphalt,
  Concrete,
  RedTile,
  Slate,
  Membrane,
  Zinc,
  WhitePaint,
  BluePaint,
  Count
};

constexpr std::size_t SceneMaterialCount = static_cast<std::size_t>(SceneMaterial::Count);

/** Reflectance (0 to 1, hemispherical, in full light) of a material at a wavelength [nm] from 400 to 2500.
 *
 * Everything that scatters inside itself follows Kubelka and Munk (1931): an infinitely thick layer with absorption K and scattering S reflects
 * R = 1 + q - sqrt(q^2 + 2 q), q = K / S, and absorptions of constituents add up in q. Water bodies follow Gordon and Morel: R = 0.33 bb / (a + bb). */
double SceneReflectance(SceneMaterial material, double wavelength);

/** Share of the light on horizontal ground that comes from the sky instead of the sun, at a wavelength [nm]: what shadows are lit with. Rayleigh scattering
 * (wavelength^-4) over aerosol scattering (wavelength^-1.3): bluish, and little beyond 1000 nm. */
double SceneSkyFraction(double wavelength);
} // namespace otb

#endif
