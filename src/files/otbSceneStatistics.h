// SPDX-License-Identifier: Apache-2.0
#ifndef otbSceneStatistics_h
#define otbSceneStatistics_h

#include "SpectraMorphExport.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
/** \class SceneStatistics
 * \brief What passes over the whole images of a run have found, as a JSON document: with it, another run that makes a part of the same output reads no more of
 * the images than that part needs, and makes the same bits.
 *
 * Numbers come back with the same bits. It is data: nothing in it is executed or followed.
 *
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT SceneStatistics
{
  /** A value that fills pixels without a measurement, see PersistentFillValueImageFilter. */
  struct Fill
  {
    float         value  = 0.f;
    std::uint64_t pixels = 0;
    bool          single = false;
  };

  /** Of an input image. */
  struct Image
  {
    std::uint64_t         columns = 0, rows = 0; // >= 1
    std::vector<Fill>     fills;
    std::vector<bool>     empty;           // a flag per band, alpha aside: whether it holds nothing but zeros; at least one band
    bool                  great = false;   // whether there are numbers of a magnitude that no measurement has
    std::optional<double> magnitude, high; // how large its values are: root of the mean square, and what few exceed; both or neither

    /** Bands that nobody is to learn from, a flag each, and why, for the log; nothing when they were not looked for. */
    std::optional<std::vector<bool>> bad;
    std::string                      badReasons;
  };

  std::uint64_t columns = 0, rows = 0;           // of the output, >= 1
  std::uint64_t blockColumns = 1, blockRows = 1; // its pixels are found in blocks of so many, >= 1, the first of which begins at its first pixel

  std::map<std::string, Image> images;      // by parameter
  std::vector<double>          meanSquares; // of the output's bands without noise, >= 0; empty when nobody asked for them

  /** \throw std::invalid_argument when a number is not in its range; the message says which. */
  void Validate() const;

  /** The content of a file. \throw std::invalid_argument as Validate() does. */
  std::string ToText() const;

  /** \throw std::runtime_error naming `parameter`, the file and the reason when it is not a whole, consistent document of a known version. */
  static SceneStatistics Load(const std::string& path, const std::string& parameter);
};
} // namespace otb

#endif
