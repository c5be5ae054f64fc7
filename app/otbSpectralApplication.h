// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralApplication_h
#define otbSpectralApplication_h

#include "otbSpectralAxis.h"
#include "otbSpectralResponse.h"

#include "otbWrapperApplication.h"

#include <optional>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class SpectralApplication
 * \brief Base of the module's applications: the parameters they share, and errors as one line.
 *
 * A derived application declares its parameters in DoInit() with the help of the Add functions, and wires its filters in Run().
 *
 * \ingroup SpectraMorph
 */
class SpectralApplication : public Application
{
public:
  using Self         = SpectralApplication;
  using Superclass   = Application;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkTypeMacro(SpectralApplication, Application);

protected:
  SpectralApplication()           = default;
  ~SpectralApplication() override = default;

  /** What DoExecute() is elsewhere. Every exception that leaves it, or the output images when they are asked for their size, ends as one line in the log that
   * holds its description alone. */
  virtual void Run() = 0;

  /** The `srf` group (file, matrix, sensor, bands) and `wl`. Call it once. */
  void AddSpectralResponseParameters();

  /** `wl` alone, for applications that need wavelengths but no spectral response. */
  void AddWavelengthParameter();

  /** `nodata`, the value of invalid pixels in the output images. */
  void AddNoDataParameter();

  /** `snr` and `rand`: noise in a simulated image. */
  void AddNoiseParameters();

  /** The image with the noise that AddNoiseParameters()' parameters ask for, the image itself when they ask for none. Reads the image once, streamed, for the
   * power of its bands. The filters live as long as the application. \throw std::invalid_argument when snr is not finite. */
  FloatVectorImageType* AddNoise(FloatVectorImageType* image, float noData);

  /** The value of a whole number. OTB would move one that is out of range to its limit without a word. \throw std::invalid_argument when it is under `least`.
   */
  int GetIntegerFrom(const std::string& key, int least);

  /** As short as it can be read: 0.5, 3.4e+38. */
  static std::string ToText(double value);

  /** What an ITK exception says, without the class and the address that ITK puts before it. */
  static std::string GetMessage(const itk::ExceptionObject& error);

  /** Number of bands of an input image. */
  unsigned int GetNumberOfBands(const std::string& imageKey);

  /** The wavelengths of an input image: those in the file of `wl` if it is given, else those the image carries in memory, else those of its file; nothing if
   * there are none. \throw std::invalid_argument when `wl` cannot be read or does not fit the image. */
  std::optional<SpectralAxis> ReadSpectralAxis(const std::string& imageKey);

  /** The spectral response that the `srf` group asks for, over the bands of that input image.
   * \throw std::invalid_argument naming the parameter when it is missing, cannot be read, or does not fit the image. */
  SpectralResponse ReadSpectralResponse(const std::string& imageKey);

  /** The value that marks invalid pixels of an input image by its metadata, NaN when there is none or it differs from band to band. */
  float InputNoData(const std::string& imageKey);

  /** `nodata` if it is given, else 0 for unsigned integer output and -9999 for any other.
   * \throw std::invalid_argument when the output's pixel type cannot hold it. */
  float OutputNoData(const std::string& outKey);

  /** Whether an output image is to be written with an integer pixel type, for which it must be rounded. */
  bool IsIntegerOutput(const std::string& outKey);

private:
  void DoExecute() final;

  /** Removes output images that were not written whole. \throw ApplicationException when there is one. */
  void AfterExecuteAndWriteOutputs() final;

  /** \throw std::invalid_argument when an output file cannot be written: the folder does not exist or is not writable, there is something else than a file by
   * that name, no image has such a format; or when the file is an input or another output as well. */
  void CheckOutputFiles();

  /** Tells the output images to describe themselves, so that what a filter refuses is refused here. */
  void CheckOutputImages();

  /** The value of a parameter that is optional to OTB, being in a branch of a choice, but not to us.
   * \throw std::invalid_argument when it has none. */
  std::string GetRequired(const std::string& key, const std::string& expected);

  /** ReadSpectralAxis() where there must be one. */
  SpectralAxis RequireSpectralAxis(const std::string& imageKey);

  itk::ProcessObject::Pointer m_Power;
  itk::ProcessObject::Pointer m_Noise;
};
} // namespace Wrapper
} // namespace otb

#endif
