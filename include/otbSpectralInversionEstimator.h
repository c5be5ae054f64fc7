// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionEstimator_h
#define otbSpectralInversionEstimator_h

#include "otbSpectralInversionModel.h"
#include "otbSpectralNetworkTrainer.h"
#include "otbSpectralSample.h"

#include <functional>
#include <stdexcept>

namespace otb
{
/** \class SpectralInversionEstimator
 * \brief From pixels of the LR-HSI and the spectral response to a trained model: scaling, endmembers, coarse spectral prior, training.
 *
 * Self-supervised: the network's input is the spectral response applied to the LR-HSI, its target the LR-HSI itself (arXiv 2510.20814 and 2507.13339). Neither
 * the multispectral image nor the blur is needed.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralInversionEstimator
{
public:
  enum class Scaling
  {
    None, /**< values are used as they are, expected about [0, 1] */
    Auto  /**< the 1st and the 99th percentile over all bands become 0 and 1 */
  };

  struct Settings
  {
    SpectralInversionMethod          method      = SpectralInversionMethod::Morph;
    unsigned int                     endmembers  = 7;
    unsigned int                     hiddenUnits = 1024;
    AbundanceConstraint              constraint  = AbundanceConstraint::None;
    bool                             prior       = false;
    unsigned int                     priorRatio  = 4;  // the training prior averages priorRatio x priorRatio pixels
    unsigned int                     priorBands  = 32; // the most bands of the prior, which SpectralBinning makes of the image's
    Scaling                          scaling     = Scaling::Auto;
    SpectralNetworkTrainer::Settings training;
  };

  /** Told of progress in [0, 1] and the current loss (training) or violation (NMF); returns false to cancel. */
  using Progress = std::function<bool(double fraction, double value)>;

  /** \throw std::invalid_argument for a setting out of range, naming it. */
  explicit SpectralInversionEstimator(const Settings& settings);

  /** Step one: scales the sample and, for Morph, finds the endmembers.
   * \throw std::invalid_argument when the sample is empty or constant, or does not fit the response; CancelledError when progress said so. */
  void Prepare(const SpectralSample& sample, const SpectralResponse& response, const SpectralAxis& axis, const Progress& progress = {});

  /** Step two: trains. */
  void Train(const Progress& progress = {});

  const SpectralInversionModel& GetModel() const
  {
    return m_Model;
  }

  /** Sweeps that the NMF took. */
  unsigned int GetSweeps() const
  {
    return m_Sweeps;
  }

  /** Thrown when a progress callback asked to stop. */
  struct CancelledError : std::runtime_error
  {
    CancelledError() : std::runtime_error("cancelled")
    {
    }
  };

private:
  void FindScaling(const SpectraMatrix& spectra);
  void FindEndmembers(const Progress& progress);
  void MakePriors(const SpectralSample& sample);

  Settings               m_Settings;
  SpectralInversionModel m_Model;
  SpectralTrainingSet    m_Set;
  float                  m_Highest = 1.f; // of the scaled values that NMF sees
  unsigned int           m_Sweeps  = 0;
};
} // namespace otb

#endif
