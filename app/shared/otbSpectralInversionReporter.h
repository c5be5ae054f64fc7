// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionReporter_h
#define otbSpectralInversionReporter_h

#include "otbSpectralInversionReport.h"

#include "otbWrapperTypes.h"

#include "itkProcessObject.h"

#include <functional>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class SpectralInversionReporter
 * \brief Fills the pictures and the scores of a SpectralInversionReport from images.
 *
 * Images are looked at through few of their lines, and the result is compared with the coarse image in a window: time and memory are small however large the
 * images are.
 *
 * \ingroup SpectraMorph
 */
class SpectralInversionReporter
{
public:
  struct Image
  {
    FloatVectorImageType* image;
    float                 noData; // in all bands of invalid pixels, NaN for none
  };

  /** Told of each step before it runs. */
  using Watch = std::function<void(itk::ProcessObject*, const std::string& text)>;

  /** Report and model must outlive this.
   * \param ram of the comparisons' streaming [MiB] */
  SpectralInversionReporter(SpectralInversionReport& report, const SpectralInversionModel& model, unsigned int ram, Watch watch);

  /** Its picture, whose stretch is that of the result as well. Call it first. */
  void AddHyperspectralImage(const Image& image);

  /** Pictures of both and their agreement; then the result's with the hyperspectral image, if that is of the same ground. */
  void AddResult(const Image& multispectral, const Image& result);

  void AddAbundances(const Image& abundances);

private:
  Quicklook Read(const Image& image, std::size_t longest, const std::string& text);
  Quicklook ReadThrough(const SpectralResponse& response, const Image& image, const std::string& text);
  void      AddPicture(const std::string& title, const std::string& remark, const Quicklook& quicklook);
  Quicklook Harmonised(const Quicklook& multispectral) const;
  void      CompareWithMultispectral(const Quicklook& multispectral, const Quicklook& projected, unsigned int step);
  void      CompareWithHyperspectral(const Image& multispectral, const Image& result);

  SpectralInversionReport&        m_Report;
  const SpectralInversionModel&   m_Model;
  unsigned int                    m_RAM;
  Watch                           m_Watch;
  ColourBands                     m_HyperspectralColours;
  ColourBands                     m_MultispectralColours;
  Image                           m_Hyperspectral{nullptr, 0.f};
  std::vector<Quicklook::Stretch> m_Stretches; // of the hyperspectral bands shown
};
} // namespace Wrapper
} // namespace otb

#endif
