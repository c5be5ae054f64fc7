// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNetwork_h
#define otbSpectralNetwork_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"
#include "otbSpectralInversionTypes.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
namespace kernels
{
struct HiddenLayer;
}

/** \class SpectralNetwork
 * \brief The multilayer perceptron that sees one multispectral pixel: weights and forward pass of both architectures.
 *
 * Morph (arXiv 2510.20814, the latent estimation network): z = W2 relu(W1 x + b1) + b2, one hidden layer, K outputs. x is the MSI pixel (c numbers), followed
 * by the B numbers of the coarse spectral prior (CSP) if there is one.
 *
 * Lift (arXiv 2507.13339): x1 = f(A1 m); x2 = f(A2 x1) + x1; x3 = f(A3 x2); x4 = f(A4 x3) + x2; x5 = f(A5 x4); x6 = f(A6 x5) + x4; z = A7 x6, with
 * f = LeakyReLU(0.3), width 64, every A with a bias, C outputs.
 *
 * All parameters lie in one vector; layer l is a row-major matrix of outputs x (inputs + 1), the bias being its last column.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralNetwork
{
public:
  struct Layer
  {
    unsigned int inputs;
    unsigned int outputs;
    std::size_t  offset; // of its matrix in the parameter vector

    std::size_t stride() const
    {
      return inputs + 1;
    }
    std::size_t size() const
    {
      return outputs * stride();
    }
  };

  /** Pixels laid out for the kernels: pixel m * cells + g is the m-th of those that share coarse cell g, band by band.
   * Without a prior every pixel is a cell of its own: members = 1. */
  struct Block
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

  SpectralNetwork() = default;

  /** SpectraMorph's network. \param priorBands B with a coarse spectral prior, 0 without.
   * \throw std::invalid_argument when a size is zero or the network would exceed MaximumParameters. */
  static SpectralNetwork Morph(unsigned int msiBands, unsigned int priorBands, unsigned int hiddenUnits, unsigned int endmembers);

  /** SpectraLift's network. */
  static SpectralNetwork Lift(unsigned int msiBands, unsigned int hyperspectralBands);

  /** Glorot-uniform weights, U(-a, a) with a = sqrt(6 / (inputs + outputs)), and zero biases; the same seed gives the same bits.
   *
   * Lift takes half of a in all but its last layer: from small weights it begins almost linear, which matters where the multispectral image leaves the range
   * that the coarse image has shown, and most when that has few pixels. */
  void Initialize(std::uint64_t seed);

  SpectralInversionMethod GetMethod() const
  {
    return m_Method;
  }

  const std::vector<Layer>& GetLayers() const
  {
    return m_Layers;
  }

  unsigned int GetMultispectralBands() const
  {
    return m_MultispectralBands;
  }

  unsigned int GetPriorBands() const
  {
    return m_PriorBands;
  }

  unsigned int GetOutputs() const
  {
    return m_Layers.empty() ? 0 : m_Layers.back().outputs;
  }

  std::vector<float>& GetParameters()
  {
    return m_Parameters;
  }

  const std::vector<float>& GetParameters() const
  {
    return m_Parameters;
  }

  /** Only for Morph with a prior: what the prior and the bias contribute to the hidden units [first, first + count), count x cells. It is the same for all
   * members of a cell, and so computed once for all of them. */
  void PriorTerm(const Block& block, std::size_t first, std::size_t count, float* term) const;

  /** The weights of a layer, counted from 0, without its biases: inputs x outputs. */
  SpectraMatrix GetTransposedWeights(std::size_t layer) const;

  /** Only for Morph: these hidden units as the kernels take them, given the transposed weights of the output layer, and PriorTerm()'s result if there is a
   * prior. */
  kernels::HiddenLayer GetHiddenUnits(const Block& block, std::size_t first, std::size_t count, const SpectraMatrix& outputWeights,
                                      const float* priorTerm) const;

  /** Only for Morph: z = W2 relu(W1 x + b1) + b2, outputs x pixels, given the transposed weights of the output layer. Thread-safe. */
  void MorphForward(const Block& block, const SpectraMatrix& outputWeights, float* z) const;

  /** Outputs of Lift's layers, width x pixels each, named as in the paper's equations; f2, f4, f6 are the activations before the skip connection is added. */
  struct LiftActivations
  {
    std::vector<float> x1, f2, x2, x3, f4, x4, x5, f6, x6;
    void               Resize(std::size_t size);
  };

  /** Only for Lift: everything up to x6. */
  void LiftHidden(const Block& block, LiftActivations& activations) const;

  static constexpr unsigned int LiftWidth         = 64;
  static constexpr std::size_t  MaximumParameters = std::size_t{1} << 26;

private:
  void AddLayer(unsigned int inputs, unsigned int outputs);

  SpectralInversionMethod m_Method             = SpectralInversionMethod::Morph;
  unsigned int            m_MultispectralBands = 0;
  unsigned int            m_PriorBands         = 0;
  std::vector<Layer>      m_Layers;
  std::vector<float>      m_Parameters;
};
} // namespace otb

#endif
