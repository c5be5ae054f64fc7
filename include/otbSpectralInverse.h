// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInverse_h
#define otbSpectralInverse_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace otb
{
struct ModelDocument;

/** Multispectral pixels in scaled units, laid out for the kernels: pixel m * cells + g is the m-th of those that share coarse cell g, band by band. Without a
 * prior every pixel is a cell of its own: members = 1. */
struct SpectralPixelBlock
{
  std::size_t  cells   = 0; // a multiple of 16
  std::size_t  members = 1;
  const float* msi     = nullptr; // c x (members * cells)
  const float* prior   = nullptr; // B x cells, or null

  std::size_t pixels() const
  {
    return cells * members;
  }
};

/** \class SpectralInverse
 * \brief What a method has learnt: from multispectral pixels to a few numbers each, and from those, linearly, to spectra.
 *
 * The L latent numbers z of a pixel are made by Encode(), by whatever the method is; the spectrum is x = D^T z + d with the decoder D (L x C) and its bias d.
 * Where the rows of D are endmembers, the latent numbers are their abundances. All values are in scaled units, see SpectralInversionModel.
 *
 * An inverse does not change once it is made; all its functions are thread-safe. The virtual ones are called once per block of pixels or per coarse cell.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralInverse
{
public:
  /** A figure worth a place in a report, and what it says. */
  struct Highlight
  {
    std::string value;
    std::string meaning;
  };

  virtual ~SpectralInverse();

  /** The key of the method that made it. */
  virtual std::string GetMethod() const = 0;

  /** By what it turns pixels into spectra: "the abundances of 7 endmembers". */
  virtual std::string Describe() const = 0;

  virtual unsigned int GetMultispectralBands() const = 0; // c
  virtual unsigned int GetNumberOfLatents() const    = 0; // L

  /** B, the numbers that the coarse spectral prior of a cell is reduced to; 0 without a prior. */
  virtual unsigned int GetPriorBands() const;

  /** Whether the latent numbers are abundances, and the decoder's rows endmembers. */
  virtual bool HasAbundances() const;

  /** Where it is the mean of several: those, of which any may be left out. None otherwise. */
  using Members = std::vector<std::shared_ptr<const SpectralInverse>>;
  virtual Members GetMembers() const;

  /** A weight for each member. */
  virtual std::vector<double> GetWeights() const;

  /** Latent numbers, L x pixels. */
  virtual void Encode(const SpectralPixelBlock& block, float* latents) const = 0;

  /** The prior of a cell as Encode() takes it: from a spectrum of C numbers in the image's unit, scaled by (value - offset) * factor, to B numbers, `stride`
   * apart. */
  virtual void ReducePrior(const float* spectrum, float offset, float factor, float* reduced, std::size_t stride) const;

  virtual SpectraMatrix GetDecoder() const = 0; // L x C

  /** C numbers. */
  virtual std::vector<float> GetDecoderBias() const = 0;

  /** The same with each multispectral band b of its input replaced by gain_b x + shift_b / scale. */
  virtual std::shared_ptr<const SpectralInverse> WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const = 0;

  /** \throw std::invalid_argument when its parts do not fit each other or the numbers of bands, or a number is not finite; the message says which. */
  virtual void Validate(unsigned int multispectralBands, unsigned int hyperspectralBands) const = 0;

  /** Its part of the model file. */
  virtual void Write(ModelDocument& document) const = 0;
};
} // namespace otb

#endif
