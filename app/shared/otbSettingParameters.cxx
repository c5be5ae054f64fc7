// SPDX-License-Identifier: Apache-2.0
#include "otbSettingParameters.h"

#include <algorithm>
#include <stdexcept>

namespace otb
{
namespace Wrapper
{
SettingDeclaration::SettingDeclaration(Application& application, std::string prefix, AddSeed addSeed)
  : m_Application(application), m_Prefix(std::move(prefix)), m_AddSeed(std::move(addSeed))
{
}

void SettingDeclaration::Add(ParameterType type, const SettingText& text, const std::string& help)
{
  m_Application.GetParameterList()->AddParameter(type, m_Prefix + text.key, text.title);
  m_Application.SetParameterDescription(m_Prefix + text.key, help);
}

void SettingDeclaration::Group(const SettingText& text)
{
  Add(ParameterType_Group, text, text.help);
}

void SettingDeclaration::VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range)
{
  Add(ParameterType_Int, text, DescribeSetting(text, value, range));
  m_Application.SetDefaultParameterInt(m_Prefix + text.key, static_cast<int>(value));
}

void SettingDeclaration::VisitReal(const SettingText& text, float& value, const RealRange& range)
{
  Add(ParameterType_Float, text, DescribeSetting(text, value, range));
  m_Application.SetDefaultParameterFloat(m_Prefix + text.key, value);
}

void SettingDeclaration::VisitFlag(const SettingText& text, bool& value)
{
  if (value)
  {
    throw std::logic_error(m_Prefix + text.key + " is true by default, expected a flag that is false");
  }
  Add(ParameterType_Bool, text, DescribeSetting(text, "false"));
}

void SettingDeclaration::VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices)
{
  if (chosen != 0)
  {
    throw std::logic_error(m_Prefix + text.key + " is not the first choice by default");
  }
  Add(ParameterType_Choice, text, DescribeSetting(text, choices.front().key));
  for (const SettingChoice& choice : choices)
  {
    m_Application.GetParameterList()->AddChoice(m_Prefix + text.key + "." + choice.key, choice.title);
  }
}

void SettingDeclaration::VisitSeed(const SettingText& text, std::uint64_t& value)
{
  m_AddSeed(m_Prefix + text.key, text.title);
  m_Application.SetParameterDescription(m_Prefix + text.key, DescribeSetting(text, std::to_string(value)));
}

SettingReader::SettingReader(Application& application, std::string prefix) : m_Application(application), m_Prefix(std::move(prefix))
{
}

template <class Value>
void SettingReader::Set(const std::string& key, Value& value, const Value& found)
{
  if (found != value)
  {
    m_Changed.push_back(m_Prefix + key);
  }
  value = found;
}

void SettingReader::VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range)
{
  const std::int64_t found = m_Application.GetParameterInt(m_Prefix + text.key);
  CheckSetting(m_Prefix + text.key, found, range);
  Set(text.key, value, found);
}

void SettingReader::VisitReal(const SettingText& text, float& value, const RealRange& range)
{
  const float found = m_Application.GetParameterFloat(m_Prefix + text.key);
  CheckSetting(m_Prefix + text.key, found, range);
  Set(text.key, value, found);
}

void SettingReader::VisitFlag(const SettingText& text, bool& value)
{
  Set(text.key, value, m_Application.GetParameterInt(m_Prefix + text.key) != 0);
}

void SettingReader::VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices)
{
  const std::string name  = m_Application.GetParameterString(m_Prefix + text.key);
  const auto        found = std::find_if(choices.begin(), choices.end(), [&name](const SettingChoice& choice) { return choice.key == name; });
  if (found == choices.end())
  {
    throw SettingError(m_Prefix + text.key, "\"" + name + "\"", "one of its choices");
  }
  Set(text.key, chosen, static_cast<std::size_t>(found - choices.begin()));
}

void SettingReader::VisitSeed(const SettingText& text, std::uint64_t& value)
{
  Set(text.key, value, static_cast<std::uint64_t>(m_Application.GetParameterInt(m_Prefix + text.key)));
}
} // namespace Wrapper
} // namespace otb
