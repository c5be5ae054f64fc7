// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralApplication_h
#define otbSpectralApplication_h

#include "otbAtomicFile.h"
#include "otbGDALCacheLimit.h"
#include "otbOneLineLogger.h"
#include "otbReleasePipeline.h"
#include "otbWrittenImage.h"
#include "otbSpectralAxis.h"
#include "otbSpectralResponse.h"

#include "otbWrapperApplication.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class SpectralApplication
 * \brief Base of the module's applications: the parameters they share, errors as one line, and outputs that are there whole or not at all.
 *
 * A derived application declares its parameters in DoInit() with the help of the Add functions, and wires its filters in Run().
 *
 * What an application writes, images by OTB and text by WriteFile(), is written apart, see StagedFile, and appears when the last of it is whole. After an error
 * or an interruption nothing is left of it, and files that were there before are as they were. Where nobody asks for the images (a chain in memory), the text
 * appears when the application is deleted or runs again.
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
  SpectralApplication();
  ~SpectralApplication() override;

  /** What DoExecute() is elsewhere. Every exception that leaves it, or the output images when they are asked for their size, ends as one line in the log that
   * holds its description alone. */
  virtual void Run() = 0;

  /** Lets go of what an earlier run has left, before Run(). */
  virtual void Forget();

  /** Writes a text file by the name that an output parameter has, if it has one. It appears together with the output images; text written before
   * for the same parameter is forgotten.
   * \throw std::runtime_error naming the parameter when it cannot be written. */
  void WriteFile(const std::string& key, const std::string& text);

  /** Links to the application's HTML page, where that is installed. Call it after SetName(). */
  void SetHelpPageLink();

  /** The `srf` group (file, matrix, sensor, bands) and `wl`. Call it once. */
  void AddSpectralResponseParameters();

  /** `wl` alone, for applications that need wavelengths but no spectral response. */
  void AddWavelengthParameter();

  /** `nodata`, the value of invalid pixels in the output images. */
  void AddNoDataParameter();

  /** `style`, for a QGIS style beside the hyperspectral output image `imageKey`. */
  void AddStyleParameter(const std::string& imageKey);

  /** `snr` and `rand`: noise in a simulated image. */
  void AddNoiseParameters();

  /** The image with the noise that AddNoiseParameters()' parameters ask for, the image itself when they ask for none. Reads the image once, streamed, for the
   * power of its bands. \throw std::invalid_argument when snr is not finite. */
  FloatVectorImageType* AddNoise(FloatVectorImageType* image, float noData);

  /** A mask of an input image: 0 where a pixel does not count; `effect` says what becomes of it. */
  void AddMaskParameter(const std::string& key, const std::string& name, const std::string& imageKey, const std::string& effect);

  /** The value of an input image's invalid pixels, where its file does not declare it. */
  void AddInputNoDataParameter(const std::string& key, const std::string& name, const std::string& imageKey);

  /** `badbands`: bands of an input image to leave out; whether PrepareImage() looks for more. */
  void AddBadBandsParameter(const std::string& imageKey, bool looks = true);

  /** `saturation`: from which value an input image's pixels are left out. */
  void AddSaturationParameter(const std::string& imageKey);

  /** What PrepareImage() looks at; keys are empty where the application has no such parameter. */
  struct ImageChecks
  {
    std::string mask;
    std::string noData;
    /** Whether the image is one to learn from: `badbands`, `saturation`, and no data in any band. */
    bool learn;
    /** Otherwise: the wavelengths of the bands to pick, if the image has those and more; empty for all bands. */
    SpectralAxis like;
    /** Or: which bands to leave out. */
    std::vector<bool> bad;
  };

  /** Leaves out bad bands and invalid pixels of an input image: from now on GetImage(), GetNumberOfBands(), ReadSpectralAxis(), ReadSpectralResponse() and
   * InputNoData() are of its good bands, and its invalid pixels are NaN. Reads an image to learn from once, streamed, to find bands without a measurement.
   * \throw std::invalid_argument naming the parameter when the mask has another size or no good band is left. */
  void PrepareImage(const std::string& imageKey, const ImageChecks& checks);

  /** The bands of an input image that are bad by `badbands` or by its file's list, without a look at the pixels; logs them. */
  std::vector<bool> ReadBadBands(const std::string& imageKey);

  /** An input image, as prepared if it is. */
  FloatVectorImageType* GetImage(const std::string& imageKey);

  /** Of a prepared image: a flag for each band of the file, and the axis of all of them (empty when unknown). */
  const std::vector<bool>& GetBadBandsOf(const std::string& imageKey) const;
  const SpectralAxis&      GetWholeAxisOf(const std::string& imageKey) const;

  /** `outcsv`, endmembers as a table. */
  void AddEndmemberTableParameter();

  /** Writes the endmembers (K x C) to `outcsv`, if it is given. */
  void WriteEndmemberTable(const SpectraMatrix& endmembers, const SpectralAxis& axis);

  /** Called when the output images have been written and before they appear. */
  virtual void AfterWriting()
  {
  }

  /** The value of a whole number. OTB would move one that is out of range to its limit without a word. \throw std::invalid_argument when it is under `least`.
   */
  int GetIntegerFrom(const std::string& key, int least);

  /** \throw std::invalid_argument when what was found would take more memory than the machine has. */
  static void CheckMemory(const std::string& found, double bytes);

  /** As short as it can be read: 0.5, 3.4e+38. */
  static std::string ToText(double value);

  /** The description of an ITK exception in one line, without the class and the address that ITK puts before it. */
  static std::string GetMessage(const std::string& description);

  /** The name without the options of an extended filename. */
  static std::string GetSimpleName(const std::string& filename);

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

  /** One pass over an image by a streaming reduction (a PersistentFilterStreamingDecorator), whose progress is shown with this text; buffers are given back. */
  template <class TReduction>
  void Pass(TReduction* reduction, const std::string& text)
  {
    this->AddProcess(reduction->GetStreamer(), text);
    reduction->Update();
    ReleasePipeline(reduction->GetFilter());
  }

  /** The filters that make the output images, which do not keep their sources alive; let go when the application runs again. */
  std::vector<itk::ProcessObject::Pointer> m_Filters;

  /** Has an output image of fractions written as float where an integer type is asked for, as QGIS does for all images at once. */
  void KeepFractions(const std::string& outKey);

private:
  void DoExecute() final;

  /** Does it, and turns what is thrown into one line of the log, without outputs. A cancellation goes on its way. \throw ApplicationException */
  void Guard(const std::function<void()>& action);

  /** The text of an error for users: GetMessage(), with the parameter that it is about. */
  std::string Explain(const std::string& text);

  /** OTB tells of each process, the writers of output images among them, before it runs: those are given another name to write by. */
  void OnProcess(itk::Object* caller, const itk::EventObject& event);

  /** \throw ApplicationException when the image that was written last is not whole. */
  void OnWritten(const std::string& key);

  void StageImage(const std::string& key, itk::ProcessObject* writer);

  /** The message for the image that is being written. */
  std::string ExplainWriting(const std::string& reason);

  /** The output images that OTB writes after Run(). */
  std::vector<std::string> GetImagesToWrite();

  void CommitOutputs();
  void DiscardOutputs();

  /** \throw std::invalid_argument when an output file cannot be written: the folder does not exist or is not writable, there is something else than a file by
   * that name, no image has such a format; or when the file is an input or another output as well. */
  void CheckOutputFiles();

  /** Tells the output images to describe themselves, so that what a filter refuses is refused here.
   * \throw std::invalid_argument when one would have to be in memory as a whole, and is larger than that. */
  void CheckOutputImages();

  /** Writes what AddStyleParameter()'s parameter asks for, once the image is there, and tells the bands. */
  void WriteStyle();

  /** The value of a parameter that is optional to OTB, being in a branch of a choice, but not to us.
   * \throw std::invalid_argument when it has none. */
  std::string GetRequired(const std::string& key, const std::string& expected);

  /** ReadSpectralResponse() without a word. */
  SpectralResponse MakeSpectralResponse(const std::string& imageKey);

  /** ReadSpectralAxis() where there must be one. */
  SpectralAxis RequireSpectralAxis(const std::string& imageKey);

  std::unique_ptr<GDALCacheLimit> m_CacheLimit; // as long as the application, by whose output images others read

  itk::SmartPointer<OneLineLogger>                   m_ErrorLogger;
  itk::ProcessObject::Pointer                        m_Process;   // the last that OTB told of
  std::map<std::string, std::unique_ptr<AtomicFile>> m_TextFiles; // by parameter
  std::map<std::string, std::unique_ptr<StagedFile>> m_Images;    // by parameter
  std::set<std::string>                              m_ImagesToWrite;
  std::unique_ptr<ImageWriteErrors>                  m_WriteErrors; // of the image that is being written
  std::string                                        m_ImageKey;

  /** By wavelengths: the bands of the image that `like` has not; in the same order; none when the image has not all of `like`. */
  static std::vector<bool> FindOtherBands(std::size_t bands, const SpectralAxis& axis, const SpectralAxis& like);

  /** By `badbands` and the file's bad bands list; adds which and why to `reasons`. \throw std::invalid_argument when `badbands` is no list of its bands. */
  std::vector<bool> FindDeclaredBadBands(const std::string& imageKey, const SpectralAxis& axis, std::string& reasons);

  /** Logs what is left out. \throw std::invalid_argument when nothing is left. */
  void TellBadBands(const std::string& imageKey, const std::vector<bool>& bad, const std::string& reasons);

  /** By `badbands`, the file's bad bands list, and what a pass over the image finds. */
  std::vector<bool> FindBadBands(const std::string& imageKey, const SpectralAxis& axis, float noData);

  /** An input image without what is bad in it. */
  struct PreparedImage
  {
    FloatVectorImageType::Pointer image;
    itk::ProcessObject::Pointer   filter; // whose output the image is
    std::optional<SpectralAxis>   axis;
    SpectralAxis                  wholeAxis;
    std::vector<bool>             bad;
  };

  std::map<std::string, PreparedImage> m_Prepared;
  std::string                          m_StyledImage; // its parameter
};
} // namespace Wrapper
} // namespace otb

#endif
