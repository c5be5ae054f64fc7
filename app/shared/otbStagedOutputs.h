// SPDX-License-Identifier: Apache-2.0
#ifndef otbStagedOutputs_h
#define otbStagedOutputs_h

#include "otbAtomicFile.h"
#include "otbWrittenImage.h"

#include "otbWrapperApplication.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class StagedOutputs
 * \brief What a run of an application writes, images by OTB and text: it is written apart, see StagedFile, and appears when the last of it is whole.
 *
 * After an error or an interruption nothing is left of it, and files that were there before are as they were. Where nobody asks for the images (a chain in
 * memory), the text appears when the application is deleted or runs again.
 */
class StagedOutputs
{
public:
  using Guard = std::function<void(const std::function<void()>&)>;

  /** The application, whose member this is, must outlive it.
   * \param guard runs what OTB calls back, and turns its errors into the application's
   * \param whole called when the last of the output images has been written; it is to call Commit() */
  StagedOutputs(Application& application, Guard guard, std::function<void()> whole);

  /** A run begins: whole text of an earlier one, which waits for images that nobody asked for, appears; the rest is discarded. */
  void Begin();

  /** Writes a text file by the name that an output parameter has, if it has one; text written before for the same parameter is forgotten.
   * \throw std::runtime_error naming the parameter when it cannot be written. */
  void WriteText(const std::string& key, const std::string& text);

  /** The run has ended, but for the output images, which OTB writes now. Where there are none, the text appears. */
  void AwaitImages();

  /** A process is about to run: if it writes an output image, it is given another name to write by. */
  void Stage(itk::ProcessObject* process);

  /** Everything appears. */
  void Commit();

  /** Everything appears, unless images are being written. */
  void CommitText();

  void Discard();

  /** Whether an output image is being written. */
  bool IsWriting() const
  {
    return m_WriteErrors != nullptr;
  }

  /** The message for that image. */
  std::string ExplainWriting(const std::string& reason);

private:
  /** The output images that OTB writes after a run. */
  std::vector<std::string> GetImagesToWrite();

  void StageImage(const std::string& key, itk::ProcessObject* writer);

  /** \throw std::runtime_error when the image that was written last is not whole. */
  void OnWritten(const std::string& key, itk::ProcessObject* writer);

  Application&                                       m_Application;
  Guard                                              m_Guard;
  std::function<void()>                              m_Whole;
  std::map<std::string, std::unique_ptr<AtomicFile>> m_TextFiles; // by parameter
  std::map<std::string, std::unique_ptr<StagedFile>> m_Images;    // by parameter
  std::set<std::string>                              m_ImagesToWrite;
  std::unique_ptr<ImageWriteErrors>                  m_WriteErrors; // of the image that is being written
  std::string                                        m_ImageKey;
};
} // namespace Wrapper
} // namespace otb

#endif
