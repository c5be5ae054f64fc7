// SPDX-License-Identifier: Apache-2.0
#ifndef otbOneLineLogger_h
#define otbOneLineLogger_h

#include "otbLogger.h"
#include "otbToolkitVersion.h"

#include <functional>
#include <string>

namespace otb
{
namespace Wrapper
{
/** \class OneLineLogger
 * \brief OTB's logger, with the text of fatal errors as a function makes it. */
class OneLineLogger : public Logger
{
public:
  using Self       = OneLineLogger;
  using Superclass = Logger;
  using Pointer    = itk::SmartPointer<Self>;
  using ErrorText  = std::function<std::string(const std::string&)>;

  itkNewMacro(Self);
  itkTypeMacro(OneLineLogger, Logger);

  /** None leaves errors as they are. */
  void SetErrorText(const ErrorText& text)
  {
    m_ErrorText = text;
  }

  std::string BuildFormattedEntry(LogPriorityType level, const std::string& content) override
  {
    const bool error = m_ErrorText && level == itk::LoggerBase::FATAL;
    return Superclass::BuildFormattedEntry(level, error ? m_ErrorText(content) + "\n" : content);
  }

protected:
  OneLineLogger()           = default;
  ~OneLineLogger() override = default;

private:
  ErrorText m_ErrorText;
};
} // namespace Wrapper
} // namespace otb

#endif
