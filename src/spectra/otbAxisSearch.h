// SPDX-License-Identifier: Apache-2.0
#ifndef otbAxisSearch_h
#define otbAxisSearch_h

#include "otbSpectralAxisSources.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace otb
{
/** \class AxisSearch
 * \brief The search for an image's axis in one place after the other, and why none of them has it. */
class AxisSearch
{
public:
  /** \param alpha which of the bands are alpha, in ascending order: a place may know of them or not. They have no wavelength. */
  explicit AxisSearch(std::size_t bands, std::vector<std::size_t> alpha = {}) : m_Bands(bands), m_Alpha(std::move(alpha))
  {
  }

  std::size_t GetNumberOfBands() const
  {
    return m_Bands;
  }

  const std::vector<std::size_t>& GetAlpha() const
  {
    return m_Alpha;
  }

  /** Takes the axis that the texts of a place make, if there is none yet; remembers what is wrong with texts that make none. Whether there is one now. */
  bool Try(const std::string& place, const AxisTexts& texts);

  /** Takes the axis in place of any other. */
  void Set(const SpectralAxis& axis)
  {
    m_Axis = axis;
  }

  /** Remembers another reason. */
  void Add(const std::string& reason)
  {
    m_Reasons.push_back(reason);
  }

  const std::optional<SpectralAxis>& GetAxis() const
  {
    return m_Axis;
  }

  /** What was wrong in the places where there was something; empty when there was nothing. */
  std::string GetReasons() const;

private:
  std::size_t                 m_Bands;
  std::vector<std::size_t>    m_Alpha;
  std::optional<SpectralAxis> m_Axis;
  std::vector<std::string>    m_Reasons;
};

/** From a file beside the image: the metadata of an EnMAP or DESIS product, prismaread's table, an ENVI header. Without one, adds to the reasons which files
 * were looked for. */
void SearchSideFiles(const std::string& image, AxisSearch& search);
} // namespace otb

#endif
