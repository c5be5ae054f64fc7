// SPDX-License-Identifier: Apache-2.0
#ifndef otbOutputImages_h
#define otbOutputImages_h

#include "otbInputImage.h"
#include "otbOutputStage.h"

#include "otbWrapperTypes.h"

#include <optional>
#include <string>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class OutputImages
 * \brief How output images are to be written, by the pixel type, the options of the file's name, and `nodata`. */
class OutputImages
{
public:
  explicit OutputImages(SpectralApplication& application);

  /** `nodata`, the value of invalid pixels in the output images. */
  void AddNoDataParameter();

  /** What the last filter of an output image needs to know. Invalid pixels get `nodata` if it is given, else 0 for unsigned integer output and -9999 for any
   * other; tiles are the blocks of the file, of so many columns.
   * \throw std::invalid_argument when the output's pixel type cannot hold the value. */
  OutputFormat ReadFormat(const std::string& key, unsigned int columns);

  /** The same of an image of fractions: as float, whatever the pixel type asked for, and without blocks. */
  OutputFormat ReadFormatOfFractions(const std::string& key);

  /** Puts an image of fractions out: written as float where an integer type is asked for, as QGIS does for all images at once. */
  void SetFractions(const std::string& key, FloatVectorImageType* image);

  /** `nodata` as ReadFormat() has it. */
  float ReadNoData(const std::string& key);

  /** Whether an output's pixel type can hold values like those; integers keep little of reflectances. `source` has such values, by a parameter.
   * \throw std::invalid_argument when it cannot. */
  void CheckValues(const std::string& key, const std::optional<ValueSpread>& values, const std::string& source);

private:
  float ReadNoData(const std::string& key, ImagePixelType type);

  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
