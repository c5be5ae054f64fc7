// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNetworkGradient_h
#define otbSpectralNetworkGradient_h

#include "otbSpectralNetwork.h"

#include <vector>

namespace otb
{
/** Pixels to train on, laid out as SpectralNetwork::Block says, with the spectra they should give. Slots that hold no pixel have weight zero. */
struct SpectraMorph_EXPORT SpectralTrainingBlock
{
  std::size_t        cells   = 0;
  std::size_t        members = 1;
  std::vector<float> msi;          // c x pixels
  std::vector<float> target;       // C x pixels
  std::vector<float> weights;      // pixels
  std::vector<float> prior;        // B x cells, or empty
  std::vector<float> priorSpectra; // the same by spectrum, cells x PaddedSize(B)

  SpectralNetwork::Block Input() const
  {
    return {cells, members, msi.data(), prior.empty() ? nullptr : prior.data()};
  }
};

/** \class SpectralNetworkGradient
 * \brief Loss of a network on a block of pixels, sum over pixels and bands of weight |xhat - y| or weight (xhat - y)^2, and its gradient by back-propagation.
 *
 * The estimate is xhat = phi(z) E for Morph, with the endmembers E (K x C) fixed and phi the abundance constraint, and xhat = z for Lift. Hidden activations of
 * Morph are recomputed chunk by chunk rather than stored: that is cheaper than memory.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralNetworkGradient
{
public:
  /** \param endmembers K x C for Morph, ignored for Lift. The network must outlive this. */
  SpectralNetworkGradient(const SpectralNetwork& network, const SpectraMatrix& endmembers, AbundanceConstraint constraint, SpectralLoss loss);

  /** To be called whenever the parameters have changed: refreshes the transposed weights that the backward pass multiplies by. */
  void Refresh();

  /** Adds the block's gradient to `gradient` (as long as the parameters) and returns its loss. Thread-safe. */
  double Accumulate(const SpectralTrainingBlock& block, float* gradient) const;

private:
  double AccumulateMorph(const SpectralTrainingBlock& block, float* gradient) const;
  double AccumulateLift(const SpectralTrainingBlock& block, float* gradient) const;

  const SpectralNetwork&     m_Network;
  SpectraMatrix              m_Endmembers;           // K x C
  SpectraMatrix              m_EndmembersTransposed; // C x K
  AbundanceConstraint        m_Constraint;
  SpectralLoss               m_Loss;
  std::vector<SpectraMatrix> m_Transposed; // weights of each layer but the first: inputs x outputs
};
} // namespace otb

#endif
