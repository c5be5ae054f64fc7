// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorLines_h
#define otbSensorLines_h

#include "SpectraMorphExport.h"
#include "otbSensorOperator.h"
#include "otbSpectralRefinement.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace otb
{
/** \class SensorLines
 * \brief The coarse sensor D over a rectangle of fine pixels of any number of channels, given line by line: only sums of the coarse lines that are being looked
 * at are kept, so a rectangle of spectra needs not be in memory.
 *
 * Sums are taken in one fixed order, the fine lines' own: how they come in strips, and how many threads there are, does not show.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SensorLines
{
public:
  using Region = SpectralRefinement::Region;

  /** The coarse pixels that are inside and see nothing but a rectangle of fine ones; may be empty. */
  static Region GetCoarse(const SensorOperator& sensor, const Region& fine);

  /** Takes those of the coarse pixels GetCoarse(sensor, fine) out that see a fine pixel that is not valid: `usable` becomes 0 there. */
  static void ExcludeInvalid(const SensorOperator& sensor, const Region& fine, const std::vector<unsigned char>& valid, std::vector<unsigned char>& usable);

  /** \param result GetCoarse(sensor, fine).rows x columns x channels, written as lines are complete */
  SensorLines(const SensorOperator& sensor, const Region& fine, std::size_t channels, float* result);

  /** The next `count` lines of the rectangle, each of fine.columns x channels, one after the other; not finite values spread. */
  void Add(const float* lines, long count, unsigned int threads = 1);

private:
  /** Sums along columns of one coarse line: rank x fine.columns x channels. */
  struct Sum
  {
    std::vector<float> values;
    long               line = -1;
  };

  void Finish(const Sum& sum, unsigned int part, unsigned int parts);

  const SensorOperator& m_Sensor;
  Region                m_Fine, m_Coarse;
  std::size_t           m_Channels;
  float*                m_Result;
  long                  m_Next = 0; // fine line, of the image
  std::vector<Sum>      m_Sums;     // coarse line i at i modulo their number
};
} // namespace otb

#endif
