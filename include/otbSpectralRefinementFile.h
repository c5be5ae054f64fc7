// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinementFile_h
#define otbSpectralRefinementFile_h

#include "SpectraMorphExport.h"
#include "otbRadiometricHarmonisation.h"
#include "otbSpectralRefinement.h"
#include "otbSpectralUncertainty.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** What two images of a scene have told about a model's result: with it, parts of the scene that are computed apart are those of the whole. */
struct SceneRefinement
{
  RadiometricHarmonisation             radiometry;  // of the multispectral image; a gain and an offset for each of its bands, or none
  std::size_t                          methods = 1; // how many the model has; one that is no ensemble has one
  std::vector<std::size_t>             taken;       // the numbers of those whose mean is the result, from 0 and ascending; at least one
  std::vector<SpectralRefinementModel> refinements; // of each of `taken`, without components where its result stays as it is; none: so do all

  std::optional<SpectralUncertaintyModel> uncertainty = std::nullopt; // the errors to expect of the result, if they were found
};

/** \class SpectralRefinementFile
 * \brief The refinement of a scene as a JSON document, so that tiles of it that are refined apart fit together without a seam: a SceneRefinement.
 *
 * It holds gains and offsets, which methods are taken, and for each the blur's knots, the response, and a basis vector, a projection and a size for each
 * component; and the errors to expect of the result, where they were found. Numbers come back with the same bits, but for the response, whose rows are
 * normalised again: a user has it in the model. It is data: nothing in it is executed or followed.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralRefinementFile
{
  /** \throw std::invalid_argument when the parts do not fit each other or a number is not in its range; the message says which. */
  static void Validate(const SpectralRefinementModel& model);

  /** The same of all that a file holds. */
  static void Validate(const SceneRefinement& scene);

  /** The content of a file. \throw std::invalid_argument as Validate() does. */
  static std::string ToText(const SceneRefinement& scene);

  /** Writes it whole or not at all. \throw std::runtime_error naming `parameter` when that is not possible. */
  static void Save(const SceneRefinement& scene, const std::string& path, const std::string& parameter);

  /** \throw std::runtime_error naming `parameter`, the file and the reason when it is not a whole, consistent document of a known version. */
  static SceneRefinement Load(const std::string& path, const std::string& parameter);
};
} // namespace otb

#endif
