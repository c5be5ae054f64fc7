// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionEstimator_h
#define otbSpectralInversionEstimator_h

#include "otbSpectralInversionMethod.h"
#include "otbSpectralInversionModel.h"
#include "otbSpectralSample.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace otb
{
/** \class SpectralInversionEstimator
 * \brief From pixels of the LR-HSI and the spectral response to a trained model: scaling, then whatever the method does.
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
    Auto, /**< the 1st and the 99th percentile over all bands become 0 and 1 */
    None  /**< values are used as they are, expected about [0, 1] */
  };

  struct SpectraMorph_EXPORT Settings
  {
    /** The method with its own settings; null for the default one. */
    std::shared_ptr<const SpectralInversionMethod> method;
    SpectralTrainingSettings                       training;
    int                                            samples = 32768; // the most pixels that a sample should have; 0 or less for as many as fit memory
    Scaling                                        scaling = Scaling::Auto;

    /** All but the method's own. */
    void Visit(SettingVisitor& visitor);
  };

  using Progress       = SpectralInversionMethod::Progress;
  using CancelledError = SpectralInversionMethod::CancelledError;

  /** Told what has been found, in lines for a log. */
  using Log = std::function<void(const std::string& line)>;

  /** \param image the image's name, for messages.
   * \throw SettingError for a setting out of range. */
  explicit SpectralInversionEstimator(const Settings& settings, const std::string& image = "the hyperspectral image", const Log& log = {});

  const SpectralInversionMethod& GetMethod() const
  {
    return *m_Method;
  }

  /** Refuses what does not go with an image of that size, before it is read. \throw SettingError */
  void CheckImage(std::uint64_t bands, std::uint64_t pixels) const;

  /** The most pixels of a sample that training has room for in that many bytes. */
  static std::uint64_t GetMostPixels(std::uint64_t bands, std::uint64_t bytes);

  /** Scales as a model does, whatever Settings say: what this one learns can then be averaged with what that one has. To be called before Prepare(). */
  void SetScalingOf(const SpectralInversionModel& model);

  /** Step one: scales the sample and does what the method does before training.
   * \throw std::invalid_argument when the sample is empty or constant, or does not fit the response or the settings; CancelledError when progress said so. */
  void Prepare(const SpectralSample& sample, const SpectralResponse& response, const SpectralAxis& axis, const Progress& progress = {});

  /** Step two: trains. */
  void Train(const Progress& progress = {});

  const SpectralInversionModel& GetModel() const
  {
    return m_Model;
  }

private:
  void                          FindScaling(const SpectraMatrix& spectra);
  SpectralInversionMethod::Task MakeTask(const SpectralSample& sample, const Progress& progress);

  Settings                                 m_Settings;
  std::unique_ptr<SpectralInversionMethod> m_Method;
  std::string                              m_Image;
  Log                                      m_Log;
  SpectralInversionModel                   m_Model;
  std::optional<std::pair<double, double>> m_Scaling; // offset and scale, where they are given
  SpectralTrainingSet                      m_Set;
  float                                    m_Highest = 1.f; // of the scaled values that are taken for measurements
};
} // namespace otb

#endif
