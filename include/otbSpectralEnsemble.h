// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralEnsemble_h
#define otbSpectralEnsemble_h

#include "otbSpectralInversionMethod.h"

#include <string>
#include <vector>

namespace otb
{
/** \class SpectralEnsemble
 * \brief What several methods have learnt of one pair of sensors: spectra are the weighted mean of theirs.
 *
 * The members' latent numbers follow each other, and so do their decoders, times the members' weights: the mean costs no more than its members. Methods
 * err differently, so that the mean is as a rule better than the best of them; one that fails on a scene spoils it. Those are left out with WithMembers() once
 * the scene's own images have told which they are.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralEnsemble : public SpectralInverse
{
public:
  /** \param weights of the members, relative to each other.
   * \throw std::invalid_argument when there is no member, they are not for the same numbers of bands, two have a prior, or a weight is not over zero. */
  SpectralEnsemble(Members members, std::vector<double> weights);

  std::string                            GetMethod() const override;
  std::string                            Describe() const override;
  unsigned int                           GetMultispectralBands() const override;
  unsigned int                           GetNumberOfLatents() const override;
  unsigned int                           GetPriorBands() const override;
  Members                                GetMembers() const override;
  std::vector<double>                    GetWeights() const override;
  void                                   Encode(const SpectralPixelBlock& block, float* latents) const override;
  void                                   ReducePrior(const float* spectrum, float offset, float factor, float* reduced, std::size_t stride) const override;
  SpectraMatrix                          GetDecoder() const override;
  std::vector<float>                     GetDecoderBias() const override;
  std::shared_ptr<const SpectralInverse> WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const override;
  void                                   Validate(unsigned int multispectralBands, unsigned int hyperspectralBands) const override;
  void                                   Write(ModelDocument& document) const override;

private:
  /** A member's weight divided by the sum of all. */
  float GetShare(std::size_t member) const;

  Members                m_Members;
  std::vector<double>    m_Weights;
  const SpectralInverse* m_Prior = nullptr; // the member with a prior
};

/** \class EnsembleInversion
 * \brief The method `auto`: trains the others, each with its own settings, for the scene's images to choose from. The result is a SpectralEnsemble of all.
 *
 * SpectraMorph takes part without its coarse spectral prior and, where that pays (see SpectraMorph::Prior), with it.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT EnsembleInversion : public SpectralInversionMethod
{
public:
  EnsembleInversion();
  EnsembleInversion(const EnsembleInversion& other);

  std::unique_ptr<SpectralInversionMethod> Clone() const override;
  std::string                              GetKey() const override;
  std::string                              GetTitle() const override;
  std::string                              GetHelp() const override;
  Parts                                    GetParts() override;
  void                                     Adapt(const Situation& situation) override;
  unsigned int                             GetPriorRatio() const override;
  void                                     Check(const Image& image) const override;
  std::string                              GetPreparationTitle() const override;
  std::string                              GetTrainingTitle() const override;
  void                                     Prepare(const Task& task) override;
  std::shared_ptr<const SpectralInverse>   Train(const Task& task) override;
  std::shared_ptr<const SpectralInverse>   Read(const ModelDocument& document, const SpectralResponse& response) const override;
  std::vector<SpectralInverse::Highlight>  GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts& facts) const override;

private:
  using Methods = std::vector<std::unique_ptr<SpectralInversionMethod>>;

  /** A member's own task: its training set, facts, lines of the log, and share of the progress. */
  template <class Step>
  void ForEach(const Task& task, const Step& step);

  Methods                          m_Parts;   // the other methods, with their settings
  Methods                          m_Members; // their variants that take part
  std::vector<SpectralTrainingSet> m_Sets;    // a member's
};
} // namespace otb

#endif
