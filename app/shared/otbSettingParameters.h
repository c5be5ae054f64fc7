// SPDX-License-Identifier: Apache-2.0
#ifndef otbSettingParameters_h
#define otbSettingParameters_h

#include "otbSettingVisitor.h"

#include "otbWrapperApplication.h"

#include <functional>
#include <string>
#include <vector>

namespace otb
{
namespace Wrapper
{
/** \class SettingDeclaration
 * \brief Makes a parameter of each setting it visits: title, help with range and default, and the default itself.
 *
 * Ranges are not OTB's own, which moves a value that is out of range to its limit without a word; SettingReader checks them. Flags must be false and choices
 * the first one by default, since QGIS does not pass what is false. */
class SettingDeclaration : public SettingVisitor
{
public:
  using AddSeed = std::function<void(const std::string& key, const std::string& title)>;

  /** \param prefix comes before the settings' keys. \param addSeed adds a seed's parameter, which OTB lets none but the application do. */
  explicit SettingDeclaration(Application& application, std::string prefix = "", AddSeed addSeed = {});

  void Group(const SettingText& text) override;

protected:
  void VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range) override;
  void VisitReal(const SettingText& text, float& value, const RealRange& range) override;
  void VisitFlag(const SettingText& text, bool& value) override;
  void VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices) override;
  void VisitSeed(const SettingText& text, std::uint64_t& value) override;

private:
  void Add(ParameterType type, const SettingText& text, const std::string& help);

  Application& m_Application;
  std::string  m_Prefix;
  AddSeed      m_AddSeed;
};

/** \class SettingReader
 * \brief Gives each setting it visits the value of its parameter. Throws SettingError for one that is out of range. */
class SettingReader : public SettingVisitor
{
public:
  explicit SettingReader(Application& application, std::string prefix = "");

  /** Keys of parameters that have another value than the default, of the settings visited. */
  const std::vector<std::string>& GetChanged() const
  {
    return m_Changed;
  }

protected:
  void VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range) override;
  void VisitReal(const SettingText& text, float& value, const RealRange& range) override;
  void VisitFlag(const SettingText& text, bool& value) override;
  void VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices) override;
  void VisitSeed(const SettingText& text, std::uint64_t& value) override;

private:
  template <class Value>
  void Set(const std::string& key, Value& value, const Value& found);

  Application&             m_Application;
  std::string              m_Prefix;
  std::vector<std::string> m_Changed;
};
} // namespace Wrapper
} // namespace otb

#endif
