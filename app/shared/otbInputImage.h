// SPDX-License-Identifier: Apache-2.0
#ifndef otbInputImage_h
#define otbInputImage_h

#include "otbNoisyBands.h"
#include "otbSpectralAxis.h"

#include "otbWrapperTypes.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** An image, and the value that marks its invalid pixels in all bands; NaN for none besides NaN and infinity. */
struct MarkedImage
{
  FloatVectorImageType::Pointer image;
  float                         noData = std::numeric_limits<float>::quiet_NaN();
};

/** How large an image's values are, of a band in the middle. */
struct ValueSpread
{
  double magnitude = 0; // root of the mean square
  double high      = 0; // few are greater
};

/** \class InputImage
 * \brief An input image as what follows is to see it, and all that is known of it. InputImages makes it, and it is passed on.
 *
 * Where bad bands or pixels were taken out, `image` is the output of a filter that the application keeps. Its information is up to date. */
struct InputImage : MarkedImage
{
  std::string       key;       // of the parameter, by which messages call it
  SpectralAxis      axis;      // of the image's bands; empty when unknown, or when nobody asked for it
  std::vector<bool> bad;       // a flag for each band of the file: whether the image is without it
  SpectralAxis      wholeAxis; // of all bands of the file

  std::size_t              alpha = 0; // how many alpha bands of the file are a mask, and not among its bands
  std::vector<std::size_t> fileBands; // of an image from a file: which of the bands that its name picks the bands are, bad ones among them

  std::vector<BandPrediction> predictions; // of an image to learn from: its bands that hold noise, which are learnt as others foretell them

  std::optional<ValueSpread> spread; // nothing is known of an image that no file holds

  unsigned int GetNumberOfBands() const
  {
    return image->GetNumberOfComponentsPerPixel();
  }
};
} // namespace Wrapper
} // namespace otb

#endif
