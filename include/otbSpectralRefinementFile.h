// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinementFile_h
#define otbSpectralRefinementFile_h

#include "SpectraMorphExport.h"
#include "otbSpectralRefinement.h"

#include <string>
#include <vector>

namespace otb
{
/** \class SpectralRefinementFile
 * \brief The refinement of a scene as a JSON document, so that tiles of it that are refined apart fit together without a seam: a SpectralRefinementModel for
 * each fused image whose mean is taken, as a rule one.
 *
 * It holds the blur's knots, the response, and a basis vector, a projection and a size for each component. Numbers come back with the same bits. It is data:
 * nothing in it is executed or followed.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralRefinementFile
{
  /** \throw std::invalid_argument when the parts do not fit each other or a number is not in its range; the message says which. */
  static void Validate(const SpectralRefinementModel& model);

  using Models = std::vector<SpectralRefinementModel>;

  /** The content of a file. \throw std::invalid_argument as Validate() does, and when there is no model. */
  static std::string ToText(const Models& models);

  /** Writes the models whole or not at all. \throw std::runtime_error naming `parameter` when that is not possible. */
  static void Save(const Models& models, const std::string& path, const std::string& parameter);

  /** \throw std::runtime_error naming `parameter`, the file and the reason when it is not a whole, consistent document of a known version. */
  static Models Load(const std::string& path, const std::string& parameter);
};
} // namespace otb

#endif
