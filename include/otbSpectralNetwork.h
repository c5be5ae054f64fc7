// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralNetwork_h
#define otbSpectralNetwork_h

#include "SpectraMorphExport.h"
#include "otbSpectraMatrix.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** \class SpectralNetwork
 * \brief The layers of a multilayer perceptron and their weights, whatever is computed by them.
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

  SpectralNetwork() = default;

  /** A network whose layer l has as many inputs as layer l - 1 has outputs; all weights are zero.
   * \param sizes the inputs of the first layer, then the outputs of each.
   * \throw std::invalid_argument when a size is zero or there would be more than MaximumParameters. */
  explicit SpectralNetwork(const std::vector<unsigned int>& sizes);

  /** Glorot-uniform weights, U(-a, a) with a = sqrt(6 / (inputs + outputs)), and zero biases; the same seed gives the same bits.
   * \param hiddenGain what a is multiplied by in all but the last layer. */
  void Initialize(std::uint64_t seed, double hiddenGain = 1.);

  const std::vector<Layer>& GetLayers() const
  {
    return m_Layers;
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

  /** The weights of a layer, counted from 0, as rows of stride(), the bias behind each. */
  const float* GetWeights(std::size_t layer) const
  {
    return m_Parameters.data() + m_Layers[layer].offset;
  }

  /** The weights of a layer, counted from 0, without its biases: inputs x outputs. */
  SpectraMatrix GetTransposedWeights(std::size_t layer) const;

  /** Changes the first layer so that its input i, for as many as there are gains, is taken as gain_i x + shift_i / scale. */
  void FoldInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale);

  /** The same function of inputs that are divided by a factor, from an input on. */
  void ScaleInputs(std::size_t first, float factor);

  /** \throw std::invalid_argument when there is no layer or a weight is not finite. */
  void Validate() const;

  static constexpr std::size_t MaximumParameters = std::size_t{1} << 26;

private:
  std::vector<Layer> m_Layers;
  std::vector<float> m_Parameters;
};
} // namespace otb

#endif
