// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralObjective_h
#define otbSpectralObjective_h

#include "SpectraMorphExport.h"
#include "otbSpectralInverse.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** Pixels to train on, laid out as SpectralPixelBlock says, with the spectra they should give. Slots that hold no pixel have weight zero. */
struct SpectraMorph_EXPORT SpectralTrainingBlock
{
  std::size_t        cells   = 0;
  std::size_t        members = 1;
  std::vector<float> msi;          // c x pixels
  std::vector<float> target;       // C x pixels
  std::vector<float> weights;      // pixels
  std::vector<float> prior;        // B x cells, or empty
  std::vector<float> priorSpectra; // the same by spectrum, cells x PaddedSize(B)

  SpectralPixelBlock Input() const
  {
    return {cells, members, msi.data(), prior.empty() ? nullptr : prior.data()};
  }
};

/** \class SpectralObjective
 * \brief What training minimises: the loss of a method's network on blocks of pixels, sum over pixels and bands of weight |xhat - y| or weight (xhat - y)^2,
 * and its gradient by back-propagation.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralObjective
{
public:
  struct Bands
  {
    unsigned int multispectral;
    unsigned int prior; // 0 without
    unsigned int hyperspectral;
  };

  virtual ~SpectralObjective();

  virtual std::vector<float>& GetParameters() = 0;

  virtual Bands GetBands() const = 0;

  /** Pixels of a block with which the gradient is best computed. */
  virtual std::size_t GetPixelsPerBlock() const = 0;

  /** To be called whenever the parameters have changed: refreshes the transposed weights that the backward pass multiplies by. */
  virtual void Refresh() = 0;

  /** Adds the block's gradient to `gradient` (as long as the parameters) and returns its loss. Thread-safe. */
  virtual double Accumulate(const SpectralTrainingBlock& block, float* gradient) const = 0;
};
} // namespace otb

#endif
