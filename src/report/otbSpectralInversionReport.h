// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionReport_h
#define otbSpectralInversionReport_h

#include "otbHeldOutScore.h"
#include "otbImageQuality.h"
#include "otbQuicklook.h"
#include "otbSensorBlurEstimate.h"
#include "otbSpectralInversionModel.h"

#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** \class SpectralInversionReport
 * \brief What a training, or a whole super-resolution, was given, did and achieved, as one HTML page for people.
 *
 * The page refers to no other file. Text from anywhere may be put in: it is escaped. A part without content is left out: without abundances, say, there is no
 * section of abundances.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SpectralInversionReport
{
  /** A figure to see at first sight, and what it says. */
  struct Highlight
  {
    std::string value;
    std::string meaning;
  };

  struct Image
  {
    std::string parameter;
    std::string file;
    std::string size;   // 100 × 100 pixels, 4 bands
    std::string remark; // pixel size, wavelengths, ...
  };

  struct Setting
  {
    std::string key;
    std::string name;
    std::string value;
    bool        isDefault = false;
  };

  struct Picture
  {
    std::string                     title;
    std::string                     remark; // what is shown how
    Quicklook                       quicklook;
    std::vector<Quicklook::Stretch> stretches;

    /** Of a quantity in the colours of ColourRamp: the values of the first and the last colour. */
    std::optional<Quicklook::Stretch> legend = std::nullopt;
  };

  struct Comparison
  {
    std::string          name;
    std::string          measured; // what was compared on which pixels, or why nothing was
    ImageQuality::Scores scores;
  };

  /** How the result of a method foretells hyperspectral pixels that were held out. */
  struct Candidate
  {
    std::string  name;
    HeldOutScore unrefined;
    HeldOutScore refined;        // without pixels when it is not refined
    unsigned int components = 0; // of the refinement
    bool         taken      = true;
  };

  struct Step
  {
    std::string name;
    double      seconds = 0.;
  };

  std::string            application;
  std::string            method; // in words
  std::vector<Highlight> highlights;
  std::vector<Image>     images;
  std::vector<Setting>   settings;
  std::vector<Picture>   pictures;
  std::string            pictureRemark;

  /** Those that were scored at the same pixels; without any there is no section of agreement. */
  std::vector<Candidate> candidates;

  /** Between the two images, if it was found. Shown with the scores, which are taken through it. */
  std::optional<SensorBlurEstimate> blur;

  std::vector<Comparison> comparisons;
  SpectralResponse        response;
  SpectralAxis            axis;       // of the hyperspectral image, empty when not known
  SpectraMatrix           endmembers; // in the image's unit; empty for methods that have none
  std::vector<Picture>    abundances; // one per endmember
  std::string             abundanceRemark;
  std::vector<double>     losses; // after each epoch
  std::string             lossName;
  std::vector<Step>       steps;

  /** \throw std::invalid_argument when the parts do not fit each other; std::runtime_error when a picture cannot be encoded. */
  std::string ToHtml() const;
};
} // namespace otb

#endif
