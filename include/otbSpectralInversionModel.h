// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionModel_h
#define otbSpectralInversionModel_h

#include "otbLinearMixing.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSpectralAxis.h"
#include "otbSpectralInverse.h"
#include "otbSpectralInversionMethod.h"
#include "otbSpectralResponse.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** \class SpectralInversionModel
 * \brief All that turning multispectral pixels into spectra needs: what a method has learnt, scaling, spectral response and wavelengths.
 *
 * Inside, values are (value - offset) / scale, for both sensors alike: rows of the spectral response sum to one, so M = X R^T holds before and after scaling.
 *
 * On disk it is one JSON document. It is data: nothing in it is executed or followed.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralInversionModel
{
  using Training = SpectralTrainingFacts;

  std::shared_ptr<const SpectralInverse> inverse;  // what the method has learnt
  SpectralResponse                       response; // c x C
  SpectralAxis                           axis;     // of the hyperspectral sensor; empty when unknown
  double                                 offset = 0.;
  double                                 scale  = 1.;
  Training                               training;

  /** What the multispectral image that the model was made with needs; the method is given multispectral pixels as if it were applied. */
  RadiometricHarmonisation radiometry;

  unsigned int GetMultispectralBands() const
  {
    return response.GetNumberOfMultispectralBands();
  }

  unsigned int GetHyperspectralBands() const
  {
    return response.GetNumberOfHyperspectralBands();
  }

  bool HasPrior() const
  {
    return inverse && inverse->GetPriorBands() > 0;
  }

  /** Whether pixels become abundances, and those, by Mixing(), spectra; otherwise pixels become spectra at once. */
  bool HasAbundances() const
  {
    return inverse && inverse->HasAbundances();
  }

  /** What the abundances beside the result are of: this model where it has abundances, else the first of its members that has; none where no member has.
   * Of several methods it is one, whose abundances do not mix to the mean of them all. */
  std::optional<SpectralInversionModel> FindAbundances() const;

  /** The mixing of the endmembers, in the hyperspectral image's unit. \throw std::invalid_argument when the model has none. */
  LinearMixing Mixing() const;

  /** From latent numbers to spectra in the hyperspectral image's unit; Mixing() where they are abundances. */
  LinearMixing GetDecoding() const;

  /** The same with some members of what the method has learnt alone, by their numbers in SpectralInverse::GetMembers(). */
  SpectralInversionModel WithMembers(const std::vector<std::size_t>& members) const;

  /** The mean of what both have learnt: this one's members, or this one where it has none, and then the other's.
   * \throw std::invalid_argument when the other is of another response or scaling. */
  SpectralInversionModel WithMembersOf(const SpectralInversionModel& other) const;

  /** The same model with the radiometry folded into what the method has learnt: it takes the multispectral image as it is, at no cost per pixel. */
  SpectralInversionModel WithFoldedRadiometry() const;

  /** \throw std::invalid_argument when the parts do not fit each other or a number is not finite; the message says which. */
  void Validate() const;

  /** The content of a model file. \throw std::invalid_argument as Validate() does. */
  std::string ToText() const;

  /** Writes the model whole or not at all. \throw std::runtime_error naming `parameter` when that is not possible. */
  void Save(const std::string& path, const std::string& parameter) const;

  /** \throw std::runtime_error naming `parameter`, the file and the reason when it is not a whole, consistent model of a known version. */
  static SpectralInversionModel Load(const std::string& path, const std::string& parameter);
};
} // namespace otb

#endif
