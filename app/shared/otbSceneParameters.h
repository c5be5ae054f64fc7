// SPDX-License-Identifier: Apache-2.0
#ifndef otbSceneParameters_h
#define otbSceneParameters_h

#include "otbInputImage.h"

#include "otbSceneStatistics.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class SceneParameters
 * \brief `inscene` and `outscene`: what passes over whole images find, so that a run that makes a part of an output (box) need not read all of them again.
 *
 * Without the parameters all is found from the images. */
class SceneParameters
{
public:
  explicit SceneParameters(SpectralApplication& application);

  void Add();

  /** A run begins. \throw std::runtime_error when the file of `inscene` cannot be used. */
  void Begin();

  /** Whether `inscene` is given: the images have been looked at. */
  bool IsKnown() const
  {
    return m_Known.has_value();
  }

  /** What is known of an input image; what `find` finds where nothing is. `image` is as its file has it, of so many bands without alpha.
   * \throw std::invalid_argument when `inscene` is of another image. */
  SceneStatistics::Image Take(const InputImage& image, std::size_t bands, const std::function<SceneStatistics::Image()>& find);

  /** Which bands of an input image are bad, and why. Of one in memory nothing is known. */
  std::vector<bool> TakeBadBands(const InputImage& image, std::string& reasons, const std::function<std::vector<bool>(std::string&)>& find);

  /** The output's mean squares. */
  std::vector<double> TakeMeanSquares(std::size_t bands, const std::function<std::vector<double>()>& find);

  /** The output's pixels are found in blocks. */
  void SetBlocks(std::uint64_t columns, std::uint64_t rows);

  /** The text of `outscene`, of a run that has read all it needs to; nothing when the parameter is not given. */
  std::optional<std::string> GetText() const;

private:
  SpectralApplication&           m_Application;
  bool                           m_Added = false;
  std::optional<SceneStatistics> m_Known;
  SceneStatistics                m_Found;
};
} // namespace Wrapper
} // namespace otb

#endif
