// SPDX-License-Identifier: Apache-2.0
#ifndef otbColourRamp_h
#define otbColourRamp_h

#include "SpectraMorphExport.h"
#include "otbQuicklook.h"

#include <array>
#include <cstddef>
#include <string>

namespace otb
{
/** \class ColourRamp
 * \brief Colours of a quantity, from dark blue to yellow: viridis (S. van der Walt and N. Smith, of matplotlib, in the public domain), whose brightness rises
 * evenly and which those who do not tell red from green read as well. */
struct SpectraMorph_EXPORT ColourRamp
{
  using Colour = std::array<int, 3>; // red, green, blue, 0 to 255

  static constexpr std::array<Colour, 9> Stops = {
      {{68, 1, 84}, {71, 45, 123}, {59, 82, 139}, {44, 114, 142}, {33, 145, 140}, {40, 174, 128}, {94, 201, 98}, {173, 220, 48}, {253, 231, 37}}};

  /** #rrggbb. */
  static std::string GetName(std::size_t stop);

  /** A picture of three bands from 0 to 1 of one band, between the stretch's ends; invalid pixels stay so. \throw std::invalid_argument for other than one band
   */
  static Quicklook Paint(const Quicklook& quantity, const Quicklook::Stretch& stretch);
};
} // namespace otb

#endif
