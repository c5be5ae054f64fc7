// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectraMorph_h
#define otbSpectraMorph_h

#include "otbNonnegativeMatrixFactorization.h"
#include "otbSpectralBinning.h"
#include "otbSpectralInversionMethod.h"
#include "otbSpectralInversionTypes.h"
#include "otbSpectralNetwork.h"

namespace otb
{
class SpectralObjective;

/** \class SpectraMorphInverse
 * \brief SpectraMorph's trained network with its endmembers (arXiv 2510.20814): abundances a = phi(W2 relu(W1 x + b1) + b2), spectra a E.
 *
 * x is the multispectral pixel (c numbers), followed by the B numbers of the coarse spectral prior if there is one; phi is the constraint on abundances.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectraMorphInverse : public SpectralInverse
{
public:
  /** \param network of MakeNetwork(). \param endmembers K x C in scaled units. */
  SpectraMorphInverse(SpectralNetwork network, unsigned int priorBands, SpectraMatrix endmembers, AbundanceConstraint constraint);

  /** One hidden layer. \param priorBands B with a coarse spectral prior, 0 without.
   * \throw std::invalid_argument when a size is zero or the network would exceed SpectralNetwork::MaximumParameters. */
  static SpectralNetwork MakeNetwork(unsigned int multispectralBands, unsigned int priorBands, unsigned int hiddenUnits, unsigned int endmembers);

  const SpectralNetwork& GetNetwork() const
  {
    return m_Network;
  }

  const SpectraMatrix& GetEndmembers() const
  {
    return m_Endmembers;
  }

  AbundanceConstraint GetConstraint() const
  {
    return m_Constraint;
  }

  std::string                            GetMethod() const override;
  std::string                            Describe() const override;
  unsigned int                           GetMultispectralBands() const override;
  unsigned int                           GetNumberOfLatents() const override;
  unsigned int                           GetPriorBands() const override;
  bool                                   HasAbundances() const override;
  void                                   Encode(const SpectralPixelBlock& block, float* latents) const override;
  void                                   ReducePrior(const float* spectrum, float offset, float factor, float* reduced, std::size_t stride) const override;
  SpectraMatrix                          GetDecoder() const override;
  std::vector<float>                     GetDecoderBias() const override;
  std::shared_ptr<const SpectralInverse> WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const override;
  void                                   Validate(unsigned int multispectralBands, unsigned int hyperspectralBands) const override;
  void                                   Write(ModelDocument& document) const override;

private:
  SpectralNetwork     m_Network;
  unsigned int        m_PriorBands;
  SpectraMatrix       m_Endmembers; // K x C
  AbundanceConstraint m_Constraint;
  SpectralBinning     m_PriorBinning;
  SpectraMatrix       m_OutputWeights; // W2 transposed
};

/** The loss of SpectraMorph's network and its gradient, the endmembers (K x C) being fixed. Hidden activations are recomputed chunk by chunk rather than
 * stored: that is cheaper than memory. The network must outlive it. \throw std::invalid_argument when the endmembers are not one per output. */
SpectraMorph_EXPORT std::unique_ptr<SpectralObjective> MakeSpectraMorphObjective(SpectralNetwork& network, unsigned int priorBands,
                                                                                 const SpectraMatrix& endmembers, AbundanceConstraint constraint,
                                                                                 SpectralLoss loss);

/** \class SpectraMorph
 * \brief The method SpectraMorph (arXiv 2510.20814): endmembers by non-negative matrix factorisation, abundances by a network.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectraMorph : public SpectralInversionMethod
{
public:
  /** Of `endmembers`: as many as EstimateNumberOfEndmembers() finds. */
  static constexpr int Estimate = -1;

  /** Whether there is a coarse spectral prior. */
  enum class Prior
  {
    Auto, /**< where there are images of the same ground and the multispectral one has no more than PriorPays bands */
    On,
    Off
  };

  /** The most multispectral bands with which the prior pays: with one or two it tells what they leave open. */
  static constexpr unsigned int PriorPays = 2;

  struct Settings
  {
    int                 endmembers  = NonnegativeMatrixFactorization::UsualNumber;
    unsigned int        hiddenUnits = 1024;
    AbundanceConstraint constraint  = AbundanceConstraint::None;
    Prior               prior       = Prior::Auto;
    unsigned int        priorRatio  = 4;  // the training prior averages priorRatio x priorRatio pixels
    unsigned int        priorBands  = 32; // the most bands of the prior, which SpectralBinning makes of the image's
  };

  SpectraMorph() = default;
  explicit SpectraMorph(const Settings& settings);

  Settings settings;

  std::unique_ptr<SpectralInversionMethod>              Clone() const override;
  std::string                                           GetKey() const override;
  std::string                                           GetTitle() const override;
  std::string                                           GetHelp() const override;
  void                                                  Visit(SettingVisitor& visitor) override;
  unsigned int                                          GetPriorRatio() const override;
  void                                                  Adapt(const Situation& situation) override;
  std::vector<std::unique_ptr<SpectralInversionMethod>> MakeVariants(const Situation& situation) const override;
  void                                                  Check(const Image& image) const override;
  std::string                                           GetPreparationTitle() const override;
  void                                                  Prepare(const Task& task) override;
  std::shared_ptr<const SpectralInverse>                Train(const Task& task) override;
  std::shared_ptr<const SpectralInverse>                Read(const ModelDocument& document, const SpectralResponse& response) const override;
  std::vector<SpectralInverse::Highlight>               GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts& facts) const override;

private:
  unsigned int FindNumberOfEndmembers(const Task& task) const;
  void         FindEndmembers(const Task& task, unsigned int number);
  void         MakePriors(const Task& task) const;
  float        GetPriorFactor(std::size_t bands) const;

  unsigned int  m_PriorBands = 0; // what Prepare() found
  SpectraMatrix m_Endmembers;
};
} // namespace otb

#endif
