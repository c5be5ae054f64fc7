// SPDX-License-Identifier: Apache-2.0
#ifndef otbInputImages_h
#define otbInputImages_h

#include "otbInputImage.h"

#include <map>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class InputImages
 * \brief From the parameters of an input image to a value: the image without its bad bands and pixels, and what is known of it. */
class InputImages
{
public:
  explicit InputImages(SpectralApplication& application);

  /** A mask of an input image: 0 where a pixel does not count; `effect` says what becomes of it. */
  void AddMaskParameter(const std::string& key, const std::string& name, const std::string& imageKey, const std::string& effect);

  /** The value of an input image's invalid pixels, where its file does not declare it. */
  void AddNoDataParameter(const std::string& key, const std::string& name, const std::string& imageKey);

  /** `badbands`: bands of an input image to leave out; whether Prepare() looks for more. */
  void AddBadBandsParameter(const std::string& imageKey, bool looks = true);

  /** `saturation`: from which value an input image's pixels are left out. */
  void AddSaturationParameter(const std::string& imageKey);

  /** What Prepare() looks at; keys are empty where the application has no such parameter. */
  struct Checks
  {
    std::string mask;
    std::string noData;
    /** Whether the image is one to learn from: `badbands`, `saturation`, and no data in any band. */
    bool learn = false;
    /** Otherwise: the wavelengths of the bands to pick, if the image has those and more; empty for all bands. */
    SpectralAxis like;
    /** Or: which bands to leave out, of an image of as many. */
    std::vector<bool> bad;
    /** Of an image to learn from: whether bands with noise far above signal stay, such as those that a simulated sensor sees. */
    bool keepNoisy = false;
  };

  /** The image as its file means it: in physical values, without alpha, and NaN where anything in the file says that there is no measurement. That takes one
   * pass over the file, which finds fill values that nobody has declared. An image in memory is as it is, with the value of invalid pixels that it declares.
   * \param withAxis whether its axis is read
   * \param noData the parameter of the value of invalid pixels, which counts instead of what the file declares; empty for none
   * \throw std::invalid_argument when `wl` cannot be read or does not fit the image. */
  InputImage Read(const std::string& key, bool withAxis = false, const std::string& noData = {});

  /** Lets go of what an earlier run has read. */
  void Forget();

  /** The image without bad bands, invalid pixels being NaN where something marks them that its filters would not see themselves. Reads an image to learn from
   * once, streamed, to find bands without a measurement.
   * \throw std::invalid_argument naming the parameter when the mask has another size or no good band is left. */
  InputImage Prepare(const std::string& key, const Checks& checks);

  /** The bands of an image that are bad by `badbands` or by its file's list, without a look at the pixels; logs them. */
  std::vector<bool> FindDeclaredBadBands(const InputImage& image);

private:
  /** Adds which and why to `reasons`. \throw std::invalid_argument when `badbands` is no list of the image's bands. */
  std::vector<bool> FindDeclaredBadBands(const InputImage& image, std::string& reasons);

  /** By `badbands`, the file's bad bands list, and what a pass over the image finds. */
  std::vector<bool> FindBadBands(const InputImage& image, std::string& reasons);

  /** The same, and noisy ones; how those that hold some noise are foretold by others goes to `predictions`. */
  std::vector<bool> FindBadBandsToLearn(InputImage whole, const Checks& checks, std::string& reasons, std::vector<BandPrediction>& predictions);

  /** Prepare() for an image to learn from. */
  InputImage PrepareToLearn(InputImage& whole, const Checks& checks);

  /** Logs what is left out. \throw std::invalid_argument when nothing is left. */
  void TellBadBands(const std::string& key, const std::vector<bool>& bad, const std::string& reasons);

  /** The image without what is bad in it, by a filter. */
  InputImage Select(const InputImage& whole, const Checks& checks);

  std::string GetBadBandsText();

  SpectralApplication& m_Application;

  /** Images that were read, by their parameters, as their files mean them. */
  std::map<std::string, InputImage> m_Read;
};
} // namespace Wrapper
} // namespace otb

#endif
