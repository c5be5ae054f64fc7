// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionMethod_h
#define otbSpectralInversionMethod_h

#include "SpectraMorphExport.h"
#include "otbSettingVisitor.h"
#include "otbSpectralInverse.h"
#include "otbSpectralResponse.h"
#include "otbSpectralSample.h"
#include "otbSpectralTrainingSettings.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace otb
{
/** What a method learns from: multispectral pixels and the spectra they should give, in scaled units; with a coarse spectral prior also the prior's reduced
 * spectra and, for each pixel, the one it has. */
struct SpectraMorph_EXPORT SpectralTrainingSet
{
  SpectraMatrix              msi;     // n x c
  SpectraMatrix              spectra; // n x C
  SpectraMatrix              priors;  // cells x B, or empty
  std::vector<std::uint32_t> cells;   // n row numbers of `priors`, or empty

  std::size_t size() const
  {
    return static_cast<std::size_t>(msi.rows());
  }
};

/** Facts of a training, kept for the reader of the model file. */
struct SpectralTrainingFacts
{
  std::uint64_t pixels           = 0;
  unsigned int  epochs           = 0;  // 0 for methods that do not train step by step
  double        loss             = 0.; // mean over the last epoch, in scaled units
  double        nmfRelativeError = 0.; // ||V - W E||_F / ||V||_F, of methods that factorise the spectra
  std::uint64_t seed             = 0;
};

/** \class SpectralInversionMethod
 * \brief A way from multispectral pixels to spectra, with its settings: all that the rest of the module needs to know of it.
 *
 * A method is made by its key, told its settings through Visit() (or by its own class), and then asked, in this order, to Check() the image, to Prepare() and
 * to Train(), which gives the SpectralInverse. SpectralInversionEstimator does so. A new method is one class derived from this one, one from SpectralInverse,
 * and one line in the list of otbSpectralInversionMethod.cxx; nothing else in the module knows methods one by one.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralInversionMethod
{
public:
  /** Thrown when a progress callback asked to stop. */
  struct CancelledError : std::runtime_error
  {
    CancelledError() : std::runtime_error("cancelled")
    {
    }
  };

  /** Told of progress in [0, 1] and the current loss or violation; returns false to cancel. */
  using Progress = std::function<bool(double fraction, double value)>;

  /** The image that the sample is from, before it has been read. */
  struct Image
  {
    std::string   name; // for messages
    std::uint64_t bands;
    std::uint64_t pixels;
  };

  /** A training, as far as it is common to all methods. */
  struct Task
  {
    const SpectralSample&                          sample;  // in the image's unit, with places; in Prepare() only
    SpectralTrainingSet&                           set;     // msi and spectra are there
    float                                          highest; // up to which scaled values are to be trusted where a method clips them
    const SpectralTrainingSettings&                training;
    SpectralTrainingFacts&                         facts;
    const Progress&                                progress; // may be empty
    const std::function<void(const std::string&)>& log;      // one line each; may be empty
    std::string                                    image;    // the image's name, for messages

    void Log(const std::string& line) const;

    /** \throw CancelledError when progress says so. */
    void Report(double fraction, double value) const;
  };

  virtual ~SpectralInversionMethod();

  /** All methods, with default settings, in the order in which they are offered: the first is the default. */
  static std::vector<std::unique_ptr<SpectralInversionMethod>> MakeAll();

  /** Those of them that are not made of others. */
  static std::vector<std::unique_ptr<SpectralInversionMethod>> MakeSingle();

  /** One of them. \throw SettingError when there is none of that key. */
  static std::unique_ptr<SpectralInversionMethod> Make(const std::string& key);

  virtual std::unique_ptr<SpectralInversionMethod> Clone() const = 0;

  /** Lower-case letters; also what a model file says. */
  virtual std::string GetKey() const   = 0;
  virtual std::string GetTitle() const = 0;
  virtual std::string GetHelp() const  = 0;

  /** Before the keys of its settings: "method.morph.". */
  std::string GetPrefix() const;

  /** Its own settings. */
  virtual void Visit(SettingVisitor& visitor);

  /** The methods whose settings are its own: itself, but for one that is made of others. */
  using Parts = std::vector<SpectralInversionMethod*>;
  virtual Parts GetParts();

  /** How much it counts in a mean of several, over zero. */
  virtual double GetWeight() const;

  /** What some settings depend on when they are left to the module. */
  struct Situation
  {
    unsigned int multispectralBands = 0;
    bool         registered         = false; // whether the images of both sensors are there, and show the same ground
  };

  /** Settles those settings. To be called before the image is sampled. */
  virtual void Adapt(const Situation& situation);

  /** What of it is worth trying in a situation, its settings leaving that open. */
  virtual std::vector<std::unique_ptr<SpectralInversionMethod>> MakeVariants(const Situation& situation) const;

  /** Whether it trains step by step, as SpectralTrainingSettings say. */
  virtual bool IsIterative() const;

  /** Whether it looks at the hyperspectral image in inference as well; that of how many by how many pixels it then trains with (0 without a prior). */
  bool                 HasPrior() const;
  virtual unsigned int GetPriorRatio() const;

  /** Refuses settings that are out of range, or do not go with the image. \throw SettingError */
  virtual void Check(const Image& image) const;

  /** What Prepare() does, as a title of progress; empty when that takes no time. */
  virtual std::string GetPreparationTitle() const;
  virtual std::string GetTrainingTitle() const;

  /** What comes before training, such as endmembers. \throw SettingError; std::invalid_argument for a sample that it cannot learn from; CancelledError. */
  virtual void Prepare(const Task& task);

  virtual std::shared_ptr<const SpectralInverse> Train(const Task& task) = 0;

  /** What SpectralInverse::Write() wrote. \throw std::invalid_argument or a JSON exception when it is not whole. */
  virtual std::shared_ptr<const SpectralInverse> Read(const ModelDocument& document, const SpectralResponse& response) const = 0;

  /** What the method has to say in a report on such a training, in figures. */
  virtual std::vector<SpectralInverse::Highlight> GetHighlights(const SpectralInverse& inverse, const SpectralTrainingFacts& facts) const;
};
} // namespace otb

#endif
