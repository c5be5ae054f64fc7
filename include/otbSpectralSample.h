// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralSample_h
#define otbSpectralSample_h

#include "otbSpectraMatrix.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** Pixels of a hyperspectral image, with the places they were taken from. */
struct SpectralSample
{
  SpectraMatrix              spectra; // n x C
  std::vector<std::uint32_t> columns; // n
  std::vector<std::uint32_t> rows;    // n

  std::size_t size() const
  {
    return static_cast<std::size_t>(spectra.rows());
  }
};
} // namespace otb

#endif
