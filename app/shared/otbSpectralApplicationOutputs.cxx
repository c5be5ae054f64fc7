// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"
#include "otbNaturalColourStyle.h"

#include "otbImageFileWriter.h"
#include "otbImageSpectralAxis.h"
#include "otbImageIOFactory.h"
#include "otbWrapperAddProcessToWatchEvent.h"
#include "otbWrapperOutputImageParameter.h"

#include "itksys/SystemTools.hxx"

#include <atomic>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
bool IsOnDisk(const std::string& file)
{
  return !file.empty() && file.rfind("/vsi", 0) != 0;
}

/** The file that holds the pixels: those of ENVI's x.hdr are in x. */
std::filesystem::path GetPixelFile(const std::filesystem::path& file)
{
  return itksys::SystemTools::LowerCase(file.extension().string()) == ".hdr" ? std::filesystem::path(file).replace_extension() : file;
}

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

template <class Action>
void Observe(itk::ProcessObject* process, const itk::EventObject& event, const Action& action)
{
  struct Command : itk::Command
  {
    explicit Command(const Action& performed) : m_Action(performed)
    {
    }
    void Execute(itk::Object*, const itk::EventObject&) override
    {
      m_Action();
    }
    void Execute(const itk::Object*, const itk::EventObject&) override
    {
      m_Action();
    }
    Action m_Action;
  };
  const itk::Command::Pointer command = new Command(action);
  command->UnRegister();
  process->AddObserver(event, command);
}

/** Processes forget that they are to stop when they begin, and notice after a piece of the image; a launcher that stops a writer deletes nothing. */
template <class Action>
void StopAtOnce(itk::ProcessObject* process, const Action& discard)
{
  const auto stopped = std::make_shared<std::atomic<bool>>(false);
  Observe(process, itk::ModifiedEvent(),
          [process, stopped]
          {
            // Not the process's own function, which may wait for a lock that is held here.
            *stopped = *stopped || process->itk::ProcessObject::GetAbortGenerateData();
          });
  const auto stop = [discard, stopped]
  {
    if (*stopped)
    {
      discard();
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
  };
  Observe(process, itk::StartEvent(), stop);
  Observe(process, itk::ProgressEvent(), stop);
}

/** \throw std::invalid_argument when an output file is not one that can be written; an empty extension is left to OTB, which adds one. */
void CheckOutputFile(const std::string& key, const std::filesystem::path& file, bool image)
{
  namespace fs           = std::filesystem;
  const fs::path  folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error) || !itksys::SystemTools::TestFileAccess(folder.string(), itksys::TEST_FILE_WRITE))
  {
    throw std::invalid_argument(key + ": found the folder " + folder.string() + ", expected a folder that exists and can be written to");
  }
  // Devices and pipes are refused too: the file is written by another name and renamed, which would put a file in their place.
  if (fs::exists(file, error) && (!fs::is_regular_file(file, error) || !itksys::SystemTools::TestFileAccess(file.string(), itksys::TEST_FILE_WRITE)))
  {
    throw std::invalid_argument(key + ": found " + file.string() + ", expected a file that can be written");
  }
  if (image && file.has_extension() && ImageIOFactory::CreateImageIO(file.c_str(), ImageIOFactory::WriteMode).IsNull())
  {
    throw std::invalid_argument(key + ": found the extension " + file.extension().string() +
                                ", expected that of an image format that OTB writes, such as .tif");
  }
}
} // namespace

std::string SpectralApplication::GetSimpleName(const std::string& filename)
{
  return filename.substr(0, filename.find("?&"));
}

void SpectralApplication::CheckOutputFiles()
{
  namespace fs                  = std::filesystem;
  const auto               keys = this->GetParametersKeys(true);
  std::vector<std::string> inputs;
  for (const auto& key : keys)
  {
    const auto type = this->GetParameterType(key);
    if ((type == ParameterType_InputImage || type == ParameterType_InputFilename) && this->HasValue(key))
    {
      const std::string file = GetSimpleName(this->GetParameterString(key));
      std::error_code   error;
      // Reading might never end.
      if (fs::is_other(file, error))
      {
        throw std::invalid_argument(key + ": found " + file + ", a pipe or a device, expected a file");
      }
      inputs.push_back(key);
    }
  }
  std::map<fs::path, std::string> outputs;
  for (const auto& key : keys)
  {
    const auto type = this->GetParameterType(key);
    if ((type != ParameterType_OutputImage && type != ParameterType_OutputFilename) || !this->IsParameterEnabled(key) || !this->HasValue(key))
    {
      continue;
    }
    const fs::path  file = GetSimpleName(this->GetParameterString(key));
    std::error_code error;
    if (!IsOnDisk(file.string()))
    {
      continue;
    }
    CheckOutputFile(key, file, type == ParameterType_OutputImage);
    for (const auto& input : inputs)
    {
      if (fs::equivalent(file, GetSimpleName(this->GetParameterString(input)), error))
      {
        throw std::invalid_argument(key + ": found the file of " + input + ", expected another, since that is read while this is written");
      }
    }
    const auto entry = outputs.emplace(fs::weakly_canonical(file, error), key);
    if (!entry.second)
    {
      throw std::invalid_argument(key + ": found the file of " + entry.first->second + ", expected a file of its own");
    }
  }
}

void SpectralApplication::CheckOutputImages()
{
  for (const auto& key : this->GetParametersKeys(true))
  {
    auto* const parameter = dynamic_cast<OutputImageParameter*>(this->GetParameterByKey(key));
    if (parameter == nullptr || !this->IsParameterEnabled(key) || parameter->GetValue() == nullptr)
    {
      continue;
    }
    auto* const image = parameter->GetValue();
    image->UpdateOutputInformation();
    const std::string file = GetSimpleName(this->GetParameterString(key));
    const auto        io   = file.empty() ? nullptr : ImageIOFactory::CreateImageIO(file.c_str(), ImageIOFactory::WriteMode);
    if (io.IsNotNull() && !io->CanStreamWrite())
    {
      CheckMemory(key + ": found a format that is written in one piece",
                  sizeof(float) * static_cast<double>(image->GetLargestPossibleRegion().GetNumberOfPixels()) * image->GetNumberOfComponentsPerPixel());
    }
  }
}

std::vector<std::string> SpectralApplication::GetImagesToWrite()
{
  std::vector<std::string> keys;
  for (const auto& key : this->GetParametersKeys(true))
  {
    if (this->GetParameterType(key) == ParameterType_OutputImage && this->IsParameterEnabled(key) && this->HasValue(key))
    {
      keys.push_back(key);
    }
  }
  return keys;
}

void SpectralApplication::WriteFile(const std::string& key, const std::string& text)
{
  if (this->IsParameterEnabled(key) && this->HasValue(key))
  {
    // One at a time writes by a name.
    m_TextFiles.erase(key);
    auto file = std::make_unique<AtomicFile>(this->GetParameterString(key), key);
    file->Stream() << text;
    file->Close();
    m_TextFiles[key] = std::move(file);
  }
}

void SpectralApplication::OnProcess(itk::Object*, const itk::EventObject& event)
{
  const auto* const told = dynamic_cast<const AddProcessToWatchEvent*>(&event);
  if (told == nullptr)
  {
    return;
  }
  // OTB stops the last process it knows of. When that has just ended, nobody else would notice.
  if (m_Process && m_Process->GetAbortGenerateData())
  {
    this->DiscardOutputs();
    throw itk::ProcessAborted(__FILE__, __LINE__);
  }
  m_Process = told->GetProcess();
  StopAtOnce(m_Process, [this] { this->DiscardOutputs(); });
  for (const auto& key : this->GetImagesToWrite())
  {
    if (dynamic_cast<OutputImageParameter&>(*this->GetParameterByKey(key)).GetWriter() == m_Process)
    {
      this->Guard([&] { this->StageImage(key, m_Process); });
    }
  }
}

void SpectralApplication::StageImage(const std::string& key, itk::ProcessObject* writer)
{
  const std::string name = this->GetParameterString(key);
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
  Observe(writer, itk::EndEvent(), [this, key] { this->Guard([&] { this->OnWritten(key); }); });
}

void SpectralApplication::OnWritten(const std::string& key)
{
  const auto image = m_Images.find(key);
  const bool whole = image == m_Images.end() || IsWholeImage(GetPixelFile(image->second->GetTemporaryPath()).string(),
                                                             this->GetParameterString(key).find("SPARSE_OK") != std::string::npos);
  if (!whole || (m_WriteErrors && !m_WriteErrors->GetFirst().empty()))
  {
    throw std::runtime_error(this->ExplainWriting("not all of it is there"));
  }
  m_WriteErrors.reset();
  m_ImagesToWrite.erase(key);
  if (m_ImagesToWrite.empty())
  {
    this->AfterWriting();
    this->CommitOutputs();
    this->WriteStyle();
  }
}

void SpectralApplication::AddStyleParameter(const std::string& imageKey)
{
  m_StyledImage = imageKey;
  this->AddParameter(ParameterType_Bool, "style", "QGIS style in natural colours");
  this->SetParameterDescription("style",
                                "Writes a style beside " + imageKey +
                                    ", of its name with the extension .qml, by which QGIS opens it in natural colours: the bands nearest to 650, 550 "
                                    "and 450 nm as red, green and blue. Without effect on an image that has no such bands or no wavelengths. Default false.");
}

void SpectralApplication::WriteStyle()
{
  if (m_StyledImage.empty() || !this->HasValue(m_StyledImage))
  {
    return;
  }
  const std::string path  = GetSimpleName(this->GetParameterString(m_StyledImage));
  const auto        axis  = ReadSpectralAxisOfImage(path);
  const auto        bands = axis ? FindNaturalColours(*axis) : std::nullopt;
  const bool        asked = this->GetParameterInt("style") != 0;
  if (bands)
  {
    otbAppLogINFO(<< "Natural colours of " << m_StyledImage << ": bands " << (*bands)[0] << ", " << (*bands)[1] << ", " << (*bands)[2]
                  << " as red, green, blue");
  }
  else if (asked)
  {
    otbAppLogINFO(<< "style is not written: " << m_StyledImage << " has no bands near 650, 550 and 450 nm");
  }
  if (bands && asked)
  {
    otbAppLogINFO(<< "Style: " << WriteNaturalColourStyle(path, *bands, "style"));
  }
}

void SpectralApplication::CommitOutputs()
{
  for (const auto& image : m_Images)
  {
    // What GDAL and its users put beside an image that was there before: statistics, overviews, masks.
    const auto pixels = GetPixelFile(GetSimpleName(this->GetParameterString(image.first)));
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

void SpectralApplication::DiscardOutputs()
{
  m_Images.clear();
  m_TextFiles.clear();
  m_ImagesToWrite.clear();
  m_WriteErrors.reset();
}
} // namespace Wrapper
} // namespace otb
