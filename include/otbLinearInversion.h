// SPDX-License-Identifier: Apache-2.0
#ifndef otbLinearInversion_h
#define otbLinearInversion_h

#include "otbSpectralInversionMethod.h"

namespace otb
{
/** \class LinearInverse
 * \brief A spectrum as a linear function of the multispectral pixel, x = B^T m + b. The latent numbers are the pixel itself.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT LinearInverse : public SpectralInverse
{
public:
  /** \param coefficients B, c x C. \param constant b, C numbers. \param ridge by which they were found. */
  LinearInverse(SpectraMatrix coefficients, std::vector<float> constant, double ridge);

  double GetRidge() const
  {
    return m_Ridge;
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
  SpectraMatrix      m_Coefficients;
  std::vector<float> m_Constant;
  double             m_Ridge;
};

/** \class RidgeRegression
 * \brief Linear regression with a ridge (Hoerl & Kennard, Technometrics 12(1), 1970), in closed form and double precision.
 *
 * With the n x c inputs M and the n x C outputs Y, both less their means, and M^T M = V S V^T, \f[ B_\lambda = V (S + \lambda I)^{-1} V^T M^T Y, \qquad
 * b_\lambda = \bar y - B_\lambda^T \bar m: \f] the constant has no ridge. The residual that pixel i would have, were it left out, is \f[ e_i = \frac{r_i}{1 -
 * h_i}, \qquad h_i = \frac 1 n + m_i^T V (S + \lambda I)^{-1} V^T m_i \f] with its residual r_i (Allen, Technometrics 16(1), 1974): exactly, without fitting n
 * times. Of ridges half a decade apart, from 10^2 to 10^-12 of the mean eigenvalue of M^T M, the one with the least sum of |e_i|^2 over pixels and bands
 * (PRESS) is taken.
 *
 * For the sum, |r_i|^2 = |y_i|^2 - 2 p_i^T D q_i + p_i^T D G G^T D p_i with p_i = V^T m_i, D = (S + \lambda I)^{-1}, G = V^T M^T Y and q_i = G y_i: after one
 * product with all bands a ridge costs c^2 operations per pixel.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT RidgeRegression
{
  Eigen::MatrixXd coefficients;         // B, c x C
  Eigen::VectorXd constant;             // b, C
  double          ridge           = 0.; // lambda, in squared units of the inputs
  double          meanSquareError = 0.; // PRESS / (n C); infinite when a pixel is needed to determine the fit

  /** \throw std::invalid_argument when there is no pixel, or the numbers of pixels differ. */
  static RidgeRegression Fit(const SpectraMatrix& inputs, const SpectraMatrix& outputs);
};

/** \class LinearInversion
 * \brief The method of ridge regression: a strong baseline, and a preview in no time.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT LinearInversion : public SpectralInversionMethod
{
public:
  std::unique_ptr<SpectralInversionMethod> Clone() const override;
  std::string                              GetKey() const override;
  std::string                              GetTitle() const override;
  std::string                              GetHelp() const override;
  double                                   GetWeight() const override;
  bool                                     IsIterative() const override;
  std::string                              GetTrainingTitle() const override;
  std::shared_ptr<const SpectralInverse>   Train(const Task& task) override;
  std::shared_ptr<const SpectralInverse>   Read(const ModelDocument& document, const SpectralResponse& response) const override;
  std::vector<SpectralInverse::Highlight>  GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts& facts) const override;
};
} // namespace otb

#endif
