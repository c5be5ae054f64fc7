// SPDX-License-Identifier: Apache-2.0
#ifndef otbAbundanceEstimator_h
#define otbAbundanceEstimator_h

#include "otbSpectralInversionModel.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace otb
{
/** \class AbundanceEstimator
 * \brief From multispectral pixels to abundances, by a trained model; to its latent numbers where it has no abundances.
 *
 * Pixels come and go as they lie in images, one after the other; they are computed side by side, and each one's result depends on it alone.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT AbundanceEstimator
{
public:
  AbundanceEstimator() = default;

  /** \throw std::invalid_argument when the model has nothing that a method has learnt. */
  explicit AbundanceEstimator(const SpectralInversionModel& model);

  /** For models without a prior: `count` pixels of c bands to K abundances each. */
  void Apply(const float* msi, std::size_t count, float* abundances) const;

  /** Pixels that share coarse cells, for models with a prior. The m-th pixel of cell g is number m * priors.size() + g; null where a cell has no such pixel. */
  struct Cells
  {
    std::vector<const float*> priors;     // C numbers each, of each cell
    std::vector<const float*> msi;        // c numbers each
    std::vector<float*>       abundances; // K numbers each, to be written
  };

  void Apply(const Cells& cells) const;

  /** Cells that are best handed over together. */
  static constexpr std::size_t CellsPerBlock = 16;

  /** Members of a cell that are best handed over together. */
  static constexpr std::size_t MembersPerBlock = 32;

private:
  std::shared_ptr<const SpectralInverse> m_Inverse;
  float                                  m_Offset       = 0.f;
  float                                  m_InverseScale = 1.f;
};
} // namespace otb

#endif
