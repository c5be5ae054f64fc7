// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectraLift_h
#define otbSpectraLift_h

#include "otbSpectralInversionMethod.h"
#include "otbSpectralInversionTypes.h"
#include "otbSpectralNetwork.h"

namespace otb
{
class SpectralObjective;

/** \class SpectraLiftInverse
 * \brief SpectraLift's trained residual network (arXiv 2507.13339), from the multispectral pixel m to the spectrum A7 x6.
 *
 * x1 = f(A1 m); x2 = f(A2 x1) + x1; x3 = f(A3 x2); x4 = f(A4 x3) + x2; x5 = f(A5 x4); x6 = f(A6 x5) + x4, with f = LeakyReLU(0.3), every A with a bias. The
 * latent numbers are x6.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectraLiftInverse : public SpectralInverse
{
public:
  /** \param network of MakeNetwork(). */
  explicit SpectraLiftInverse(SpectralNetwork network);

  /** Seven layers. \throw std::invalid_argument when a size is zero or the network would exceed SpectralNetwork::MaximumParameters. */
  static SpectralNetwork MakeNetwork(unsigned int multispectralBands, unsigned int width, unsigned int hyperspectralBands);

  /** Where training starts: Glorot-uniform weights, half of that in the hidden layers. From small weights the network begins almost linear, which matters where
   * the multispectral image leaves the range that the coarse image has shown, and most when that has few pixels. */
  static void Initialize(SpectralNetwork& network, std::uint64_t seed);

  const SpectralNetwork& GetNetwork() const
  {
    return m_Network;
  }

  std::string                            GetMethod() const override;
  std::string                            Describe() const override;
  unsigned int                           GetMultispectralBands() const override;
  unsigned int                           GetNumberOfLatents() const override;
  void                                   Encode(const SpectralPixelBlock& block, float* latents) const override;
  SpectraMatrix                          GetDecoder() const override;
  std::vector<float>                     GetDecoderBias() const override;
  std::shared_ptr<const SpectralInverse> WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const override;
  void                                   Validate(unsigned int multispectralBands, unsigned int hyperspectralBands) const override;
  void                                   Write(ModelDocument& document) const override;

private:
  SpectralNetwork m_Network;
};

/** The loss of SpectraLift's network and its gradient. The network must outlive it. */
SpectraMorph_EXPORT std::unique_ptr<SpectralObjective> MakeSpectraLiftObjective(SpectralNetwork& network, SpectralLoss loss);

/** \class SpectraLift
 * \brief The method SpectraLift (arXiv 2507.13339): direct regression of the spectrum by a residual network.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectraLift : public SpectralInversionMethod
{
public:
  /** How the learning rate goes. */
  enum class Schedule
  {
    OneCycle, /**< up and down once, as in the published evaluations */
    Restarts  /**< by a cosine from the peak to the end, twice, as in the published code */
  };

  struct Settings
  {
    unsigned int width    = 64;
    Schedule     schedule = Schedule::OneCycle;
    bool         last     = false; // keep the last weights, instead of their mean over the second half of the training, or of its last cycle
  };

  SpectraLift() = default;
  explicit SpectraLift(const Settings& settings);

  Settings settings;

  std::unique_ptr<SpectralInversionMethod> Clone() const override;
  std::string                              GetKey() const override;
  std::string                              GetTitle() const override;
  std::string                              GetHelp() const override;
  void                                     Visit(SettingVisitor& visitor) override;
  void                                     Prepare(const Task& task) override;
  std::shared_ptr<const SpectralInverse>   Train(const Task& task) override;
  std::shared_ptr<const SpectralInverse>   Read(const ModelDocument& document, const SpectralResponse& response) const override;
};
} // namespace otb

#endif
