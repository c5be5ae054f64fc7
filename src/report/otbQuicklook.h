// SPDX-License-Identifier: Apache-2.0
#ifndef otbQuicklook_h
#define otbQuicklook_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <string>
#include <vector>

namespace otb
{
/** \class Quicklook
 * \brief An image small enough for the eye, and as a picture in a page.
 * \ingroup SpectraMorph
 */
struct SpectraMorph_EXPORT Quicklook
{
  std::size_t columns = 0;
  std::size_t rows    = 0;
  std::size_t bands   = 0;

  /** Pixels line by line, a pixel's bands contiguous; an invalid pixel has a band that is not finite. */
  std::vector<float> values;

  /** The values of a band that become black and white. */
  struct Stretch
  {
    float low  = 0.f;
    float high = 1.f;
  };

  /** For each band its percentiles `low` and `high`, from 0 to 100, over the valid pixels; [0, 1] when there is none. Equal percentiles are moved apart. */
  std::vector<Stretch> PercentileStretch(double low = 2., double high = 98.) const;

  /** The picture as the address of a PNG image, `data:image/png;base64,...`: grey of one band, red, green and blue of three; invalid pixels are transparent.
   * \param stretches one per band
   * \throw std::invalid_argument when there are no pixels, or other numbers of bands, values or stretches; std::runtime_error when GDAL cannot write PNG. */
  std::string ToPngAddress(const std::vector<Stretch>& stretches) const;

  bool IsValid(std::size_t pixel) const;
};

/** The bands that a picture shows. */
struct SpectraMorph_EXPORT ColourBands
{
  /** Red, green and blue, or one band shown grey; counted from 0. */
  std::vector<unsigned int> bands;

  /** Whether they are those that the eye would see. */
  bool natural = false;

  /** The bands nearest to 650, 550 and 450 nm when none is more than 50 nm off, else three spread evenly over the image's; the first when there are fewer
   * than three.
   * \param wavelengths of each band [nm], empty when they are not known */
  static ColourBands Choose(const std::vector<double>& wavelengths, unsigned int bands);
};
} // namespace otb

#endif
