// SPDX-License-Identifier: Apache-2.0
#include "otbSettingVisitor.h"

#include <sstream>

namespace otb
{
namespace
{
std::string Numbers(const WholeRange& range)
{
  const bool bounded = range.most < std::numeric_limits<std::int32_t>::max();
  return "whole number from " + std::to_string(range.least) + (bounded ? " to " + std::to_string(range.most) : "");
}
} // namespace

SettingError::SettingError(const std::string& key, const std::string& found, const std::string& expected)
  : std::invalid_argument(key + ": found " + found + ", expected " + expected)
{
}

SettingVisitor::~SettingVisitor() = default;

void SettingVisitor::Group(const SettingText&)
{
}

std::string ToBriefText(double value, int digits)
{
  std::ostringstream text;
  text.precision(digits);
  text << value;
  return text.str();
}

void CheckSetting(const std::string& key, std::int64_t value, const WholeRange& range)
{
  if (value < range.least || value > range.most)
  {
    throw SettingError(key, std::to_string(value), "a " + Numbers(range));
  }
}

void CheckSetting(const std::string& key, float value, const RealRange& range)
{
  if (!(value > range.over && value <= range.most))
  {
    throw SettingError(key, ToBriefText(value), "a " + range.noun + " over " + ToBriefText(range.over) + ", up to " + ToBriefText(range.most));
  }
}

std::string DescribeSetting(const SettingText& text, std::int64_t value, const WholeRange& range)
{
  return text.help + " " + (range.text.empty() ? "A " + Numbers(range) + "." : range.text) + " Default " + std::to_string(value) + ".";
}

std::string DescribeSetting(const SettingText& text, float value, const RealRange& range)
{
  return text.help + " Over " + ToBriefText(range.over) + ", up to " + ToBriefText(range.most) + ". Default " + ToBriefText(value) + ".";
}

std::string DescribeSetting(const SettingText& text, const std::string& value)
{
  return text.help + " Default " + value + ".";
}

SettingCheck::SettingCheck(std::string prefix) : m_Prefix(std::move(prefix))
{
}

void SettingCheck::VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range)
{
  CheckSetting(m_Prefix + text.key, value, range);
}

void SettingCheck::VisitReal(const SettingText& text, float& value, const RealRange& range)
{
  CheckSetting(m_Prefix + text.key, value, range);
}

void SettingCheck::VisitFlag(const SettingText&, bool&)
{
}

void SettingCheck::VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices)
{
  if (chosen >= choices.size())
  {
    throw SettingError(m_Prefix + text.key, std::to_string(chosen), "one of its " + std::to_string(choices.size()) + " choices");
  }
}

void SettingCheck::VisitSeed(const SettingText&, std::uint64_t&)
{
}
} // namespace otb
