// SPDX-License-Identifier: Apache-2.0
#include "otbStagedOutputs.h"
#include "otbFileNames.h"
#include "otbObserve.h"
#include "otbReleasePipeline.h"

#include "otbImageFileWriter.h"
#include "otbWrapperOutputImageParameter.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Gives a writer of one of the image types another file; false when it is of none of them. */
template <class... TImages>
bool SetFileName(itk::ProcessObject* writer, const std::string& name)
{
  const auto set = [&name](auto* candidate)
  {
    if (candidate)
    {
      candidate->SetFileName(name);
    }
    return candidate != nullptr;
  };
  return (set(dynamic_cast<ImageFileWriter<TImages>*>(writer)) || ...);
}
} // namespace

StagedOutputs::StagedOutputs(Application& application, Guard guard, std::function<void()> whole)
  : m_Application(application), m_Guard(std::move(guard)), m_Whole(std::move(whole))
{
}

void StagedOutputs::Begin()
{
  this->CommitText();
  this->Discard();
}

std::vector<std::string> StagedOutputs::GetImagesToWrite()
{
  std::vector<std::string> keys;
  for (const auto& key : m_Application.GetParametersKeys(true))
  {
    if (m_Application.GetParameterType(key) == ParameterType_OutputImage && m_Application.IsParameterEnabled(key) && m_Application.HasValue(key))
    {
      keys.push_back(key);
    }
  }
  return keys;
}

void StagedOutputs::WriteText(const std::string& key, const std::string& text)
{
  if (m_Application.IsParameterEnabled(key) && m_Application.HasValue(key))
  {
    // One at a time writes by a name.
    m_TextFiles.erase(key);
    auto file = std::make_unique<AtomicFile>(m_Application.GetParameterString(key), key);
    file->Stream() << text;
    file->Close();
    m_TextFiles[key] = std::move(file);
  }
}

void StagedOutputs::AwaitImages()
{
  const auto keys = this->GetImagesToWrite();
  m_ImagesToWrite = {keys.begin(), keys.end()};
  if (m_ImagesToWrite.empty())
  {
    this->Commit();
  }
}

void StagedOutputs::Stage(itk::ProcessObject* process)
{
  for (const auto& key : this->GetImagesToWrite())
  {
    if (dynamic_cast<OutputImageParameter&>(*m_Application.GetParameterByKey(key)).GetWriter() == process)
    {
      m_Guard([&] { this->StageImage(key, process); });
    }
  }
}

void StagedOutputs::StageImage(const std::string& key, itk::ProcessObject* writer)
{
  const std::string name = m_Application.GetParameterString(key);
  const std::string file = GetSimpleName(name);
  m_ImageKey             = key;
  m_WriteErrors.reset();
  m_WriteErrors = std::make_unique<ImageWriteErrors>();
  if (IsOnDisk(file))
  {
    auto       staged = std::make_unique<StagedFile>(file, key);
    const bool known =
        SetFileName<UInt8VectorImageType, Int16VectorImageType, UInt16VectorImageType, Int32VectorImageType, UInt32VectorImageType, FloatVectorImageType,
                    DoubleVectorImageType, ComplexInt16VectorImageType, ComplexInt32VectorImageType, ComplexFloatVectorImageType, ComplexDoubleVectorImageType>(
            writer, staged->GetTemporaryPath() + name.substr(file.size()));
    if (known)
    {
      m_Images[key] = std::move(staged);
    }
  }
  Observe(writer, itk::EndEvent(), [this, key, writer] { m_Guard([&] { this->OnWritten(key, writer); }); });
}

void StagedOutputs::OnWritten(const std::string& key, itk::ProcessObject* writer)
{
  const auto image = m_Images.find(key);
  const bool whole = image == m_Images.end() || IsWholeImage(GetPixelFile(image->second->GetTemporaryPath()).string(),
                                                             m_Application.GetParameterString(key).find("SPARSE_OK") != std::string::npos);
  if (!whole || (m_WriteErrors && !m_WriteErrors->GetFirst().empty()))
  {
    throw std::runtime_error(this->ExplainWriting("not all of it is there"));
  }
  m_WriteErrors.reset();
  m_ImagesToWrite.erase(key);
  // The next image is to have the memory for itself.
  for (const auto& input : writer->GetInputs())
  {
    if (input && input->GetSource())
    {
      ReleasePipeline(input->GetSource());
    }
  }
  if (m_ImagesToWrite.empty())
  {
    m_Whole();
  }
}

std::string StagedOutputs::ExplainWriting(const std::string& reason)
{
  std::string text = m_WriteErrors->GetFirst();
  text             = text.empty() ? reason : text;
  // The reason alone where the system gives it: GDAL puts names of functions and addresses before.
  for (const int number : {ENOSPC, EDQUOT, EFBIG, EIO})
  {
    text = text.find(std::strerror(number)) == std::string::npos ? text : std::strerror(number);
  }
  const auto image = m_Images.find(m_ImageKey);
  if (image != m_Images.end())
  {
    const std::string path = image->second->GetTemporaryPath() + ": ";
    text                   = text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  }
  return m_ImageKey + ": found that " + GetSimpleName(m_Application.GetParameterString(m_ImageKey)) + " cannot be written" +
         (text.empty() ? "" : " (" + text + ")") + ", expected room for it on the disk";
}

void StagedOutputs::CommitText()
{
  if (m_Images.empty())
  {
    this->Commit();
  }
}

void StagedOutputs::Commit()
{
  for (const auto& image : m_Images)
  {
    // What GDAL and its users put beside an image that was there before: statistics, overviews, masks.
    const auto pixels = GetPixelFile(GetSimpleName(m_Application.GetParameterString(image.first)));
    for (const char* const suffix : {".aux.xml", ".ovr", ".msk"})
    {
      std::error_code none;
      std::filesystem::remove(pixels.string() + suffix, none);
    }
    image.second->Commit();
  }
  for (const auto& file : m_TextFiles)
  {
    file.second->Commit();
  }
  m_Images.clear();
  m_TextFiles.clear();
}

void StagedOutputs::Discard()
{
  m_Images.clear();
  m_TextFiles.clear();
  m_ImagesToWrite.clear();
  m_WriteErrors.reset();
}
} // namespace Wrapper
} // namespace otb
