// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"
#include "otbHelpPage.h"
#include "otbOutputChecks.h"

#include "otbWrapperAddProcessToWatchEvent.h"

#include <algorithm>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** GDAL's cache in MiB. Of little use to images that are read once in order, but it must hold the blocks of all bands of a tile or two. */
std::int64_t GetCacheSize(int ram)
{
  return std::max(64, ram / 4);
}
} // namespace

SpectralApplication::SpectralApplication()
  : m_ErrorLogger(OneLineLogger::New()), m_Staged(
                                             *this, [this](const std::function<void()>& action) { this->Guard(action); },
                                             [this]
                                             {
                                               this->AfterWriting();
                                               m_Staged.Commit();
                                               this->AfterAppearing();
                                             }),
    m_Cancellation([this] { m_Staged.Discard(); })
{
  // Errors that come while OTB writes the outputs do not pass here: OTB's launchers log them, in the words they were thrown with.
  m_ErrorLogger->SetPriorityLevel(this->GetLogger()->GetPriorityLevel());
  m_ErrorLogger->SetErrorText([this](const std::string& text) { return this->Explain(text); });
  this->SetLogger(m_ErrorLogger);

  const auto watcher = itk::MemberCommand<Self>::New();
  watcher->SetCallbackFunction(this, &Self::OnProcess);
  this->AddObserver(AddProcessToWatchEvent(), watcher);
}

SpectralApplication::~SpectralApplication()
{
  try
  {
    m_Staged.CommitText();
  }
  catch (const std::exception&)
  {
    // A destructor has no way to tell.
  }
  // The launcher may keep the logger longer.
  m_ErrorLogger->SetErrorText(nullptr);
}

void SpectralApplication::Inform(const std::string& text)
{
  otbAppLogINFO(<< text);
}

void SpectralApplication::Warn(const std::string& text)
{
  otbAppLogWARNING(<< text);
}

std::string SpectralApplication::Explain(const std::string& text)
{
  const std::string message = ExplainError(*this, text);
  // What GDAL said of an image that is read has been explained.
  const bool writing = m_Staged.IsWriting() && text.find("GDALImageIO(") != std::string::npos && message == GetMessage(text);
  return writing ? m_Staged.ExplainWriting(GetReason(message).empty() ? message : GetReason(message)) : message;
}

int SpectralApplication::GetIntegerFrom(const std::string& key, int least)
{
  const int value = this->GetParameterInt(key);
  if (value < least)
  {
    throw std::invalid_argument(key + ": found " + std::to_string(value) + ", expected a whole number from " + std::to_string(least));
  }
  return value;
}

void SpectralApplication::TimeStep(const std::string& name, const std::function<void()>& step)
{
  auto watch = Stopwatch::StartNew();
  step();
  watch.Stop();
  this->AfterStep(name, static_cast<double>(watch.GetElapsedMilliseconds()) / 1000.);
}

void SpectralApplication::DoExecute()
{
  m_Cancellation.Begin();
  Guard(
      [this]
      {
        m_Staged.Begin();
        CheckOutputFiles(*this);
        this->Forget();
        m_CacheLimit.reset();
        m_CacheLimit = std::make_unique<GDALCacheLimit>(GetCacheSize(this->GetIntegerFrom("ram", 1)) << 20);
        m_Scene.Begin();
        this->Run();
        CheckOutputImages(*this);
        if (const auto scene = m_Scene.GetText())
        {
          this->WriteFile("outscene", *scene);
        }
        m_Staged.AwaitImages();
      });
}

void SpectralApplication::Forget()
{
  m_Inputs.Forget();
  m_Kept.clear();
}

void SpectralApplication::Guard(const std::function<void()>& action)
{
  std::string text;
  try
  {
    action();
    return;
  }
  catch (const ApplicationException&)
  {
    // Logged where it was thrown.
    m_Staged.Discard();
    throw;
  }
  catch (const itk::ProcessAborted&)
  {
    m_Staged.Discard();
    throw;
  }
  catch (const itk::ExceptionObject& error)
  {
    // Not what(), which begins with a place in the source.
    text = error.GetDescription();
  }
  catch (const std::exception& error)
  {
    text = error.what();
  }
  text = this->Explain(text);
  m_Staged.Discard();
  otbAppLogFATAL(<< text);
}

void SpectralApplication::OnProcess(itk::Object*, const itk::EventObject& event)
{
  const auto* const told = dynamic_cast<const AddProcessToWatchEvent*>(&event);
  if (told != nullptr)
  {
    m_Cancellation.Watch(told->GetProcess());
    m_Staged.Stage(told->GetProcess());
  }
}

void SpectralApplication::WriteFile(const std::string& key, const std::string& text)
{
  m_Staged.WriteText(key, text);
}

void SpectralApplication::SetHelpPageLink()
{
  const std::string page = FindHelpPage(this->GetName());
  if (!page.empty())
  {
    this->SetDocLink(page);
  }
}
} // namespace Wrapper
} // namespace otb
