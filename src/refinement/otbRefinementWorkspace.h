// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementWorkspace_h
#define otbRefinementWorkspace_h

#include "otbAlignedFloats.h"
#include "otbBlockSensor.h"
#include "otbRefinementKernels.h"
#include "otbSpectralRefinement.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace otb
{
/** One lattice that the unknowns are found on: the fine pixels, or squares of two by two, four by four of them.
 *
 * Vectors are lines of components of lanes, as BlockSensor has them; fields have one number per lane, one line after the other. */
struct SpectralRefinement::Workspace::Level
{
  BlockSensor sensor;
  std::size_t rows = 0, columns = 0;

  AlignedFloats solutionMemory, directionMemory, restMemory, imageMemory;
  AlignedFloats leftMemory, aboveMemory, diagonalMemory, countMemory, residualMemory;

  float *solution = nullptr, *direction = nullptr, *rest = nullptr, *image = nullptr;
  float *left = nullptr, *above = nullptr, *diagonal = nullptr; // couplings
  float* count    = nullptr;                                    // fine pixels that have data
  float* residual = nullptr;                                    // of the multispectral image, c per pixel

  std::vector<float> data; // q: what all data add to the normal matrix' diagonal, on the average

  // z = solution, if there is one, + lastStep * direction
  bool  hasSolution = false;
  float lastStep    = 0.f;

  kernels::RefinementLine GetLine(std::size_t components, std::size_t y) const
  {
    const std::size_t lanes = sensor.GetLanes(), place = y * lanes;
    return {components, lanes, left + place, above + place, above + place + lanes, diagonal + place, data.data()};
  }

  /** Memory for vectors and fields, once the sensor is set. Vectors are zero behind the last component. */
  void Allocate(std::size_t components, std::size_t bands)
  {
    const std::size_t step = sensor.GetStride(), lanes = sensor.GetLanes(), size = rows * step;
    solution  = solutionMemory.Get(size);
    direction = directionMemory.Get(size);
    rest      = restMemory.Get(size);
    image     = imageMemory.Get(size);
    left      = leftMemory.Get(rows * lanes);
    above     = aboveMemory.Get((rows + 1) * lanes);
    diagonal  = diagonalMemory.Get(rows * lanes);
    count     = countMemory.Get(rows * lanes);
    residual  = residualMemory.Get(rows * bands * lanes);
    std::fill_n(above, lanes, 0.f);
    std::fill_n(above + rows * lanes, lanes, 0.f);
    for (std::size_t y = 0; y < rows; ++y)
    {
      for (float* const vector : {solution, direction, rest, image})
      {
        std::fill(vector + y * step + components * lanes, vector + (y + 1) * step, 0.f);
      }
    }
  }

  void SetDiagonal(float damping)
  {
    const std::size_t lanes = sensor.GetLanes();
    for (std::size_t y = 0; y < rows; ++y)
    {
      const float* const one   = left + y * lanes;
      const float* const other = above + y * lanes;
      for (std::size_t x = 0; x < lanes; ++x)
      {
        // Behind the last lane the next line begins, with a coupling of zero; so does the memory behind the last line.
        diagonal[y * lanes + x] = damping * std::max(1.f, count[y * lanes + x]) + one[x] + one[x + 1] + other[x] + other[x + lanes];
      }
    }
  }

  /** Adds the last step to the solution. */
  void Finish(std::size_t components)
  {
    const std::size_t step = sensor.GetStride(), size = components * sensor.GetLanes();
    for (std::size_t y = 0; y < rows; ++y)
    {
      float* const       out  = solution + y * step;
      const float* const last = direction + y * step;
      for (std::size_t k = 0; k < size; ++k)
      {
        out[k] = (hasSolution ? out[k] : 0.f) + lastStep * last[k];
      }
    }
    hasSolution = true;
    lastStep    = 0.f;
  }
};

struct SpectralRefinement::Workspace::Buffers
{
  std::vector<Level> levels = std::vector<Level>(1); // from fine to coarse
  std::size_t        used   = 1;

  AlignedFloats coarseMemory, mixedMemory, innovationMemory, usableMemory, validMemory, guideMemory, pixelMemory, termMemory, pathMemory;

  float *coarse = nullptr, *mixed = nullptr, *innovation = nullptr, *usable = nullptr;

  std::vector<float>         columnReach;
  std::vector<unsigned char> seesInvalid;
};
} // namespace otb

#endif
