// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionReportImages_h
#define otbSpectralInversionReportImages_h

#include "otbInputImage.h"
#include "otbRefinementSample.h"
#include "otbSpectralInversionReport.h"

#include "itkProcessObject.h"

#include <functional>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class SpectralInversionReportImages
 * \brief Fills the pictures and the scores of a SpectralInversionReport from images.
 *
 * Images are looked at through few of their lines, and the result is compared with the coarse image in a window: time and memory are small however large the
 * images are.
 *
 * \ingroup SpectraMorph
 */
class SpectralInversionReportImages
{
public:
  /** Told of each step before it runs. */
  using Watch = std::function<void(itk::ProcessObject*, const std::string& text)>;

  /** Adds a picture of the hyperspectral image, whose stretch is that of the result as well. Report and model must outlive this.
   * \param ram of the comparisons' streaming [MiB] */
  SpectralInversionReportImages(SpectralInversionReport& report, const SpectralInversionModel& model, const MarkedImage& hyperspectral, unsigned int ram,
                                Watch watch);

  /** Pictures of both and their agreement; then the result's with the hyperspectral image, if that is of the same ground. */
  void AddResult(const MarkedImage& multispectral, const MarkedImage& result);

  /** The agreement of the result with the hyperspectral image through the blur found. \param sample of the result */
  void CompareThroughBlur(const RefinementSample& sample);

  /** A picture of the errors that are expected of the result. \param training how much of the scene is outside of what training saw, for people */
  void AddUncertainty(const MarkedImage& errors, const std::string& training);

  void AddAbundances(const MarkedImage& abundances);

private:
  void      ChooseColours();
  Quicklook Read(const MarkedImage& image, std::size_t longest, const std::string& text);
  Quicklook ReadThrough(const SpectralResponse& response, const MarkedImage& image, const std::string& text);
  void      AddPicture(const std::string& title, const std::string& remark, const Quicklook& quicklook);
  Quicklook Harmonised(const Quicklook& multispectral) const;
  void      CompareWithMultispectral(const Quicklook& multispectral, const Quicklook& projected, unsigned int step);
  void      CompareWithHyperspectral(const MarkedImage& multispectral, const MarkedImage& result);

  SpectralInversionReport&        m_Report;
  const SpectralInversionModel&   m_Model;
  unsigned int                    m_RAM;
  Watch                           m_Watch;
  ColourBands                     m_HyperspectralColours;
  ColourBands                     m_MultispectralColours;
  MarkedImage                     m_Hyperspectral;
  std::vector<Quicklook::Stretch> m_Stretches; // of the hyperspectral bands shown
};
} // namespace Wrapper
} // namespace otb

#endif
