// SPDX-License-Identifier: Apache-2.0
#ifndef otbSettingVisitor_h
#define otbSettingVisitor_h

#include "SpectraMorphExport.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace otb
{
/** A setting that cannot be used; the message begins with its key: "method.morph.hidden: found 0, expected a whole number from 1". */
struct SpectraMorph_EXPORT SettingError : std::invalid_argument
{
  SettingError(const std::string& key, const std::string& found, const std::string& expected);
};

/** What a setting is to people. The range and the default are told beside the help, and not part of it. */
struct SettingText
{
  std::string key;
  std::string title;
  std::string help; // whole sentences
};

/** Whole numbers from `least` to `most`. \c text is the range as a sentence, where some of its numbers mean something of their own; else it is made of the two.
 */
struct WholeRange
{
  WholeRange(std::int64_t from = std::numeric_limits<std::int32_t>::min(), std::string sentence = "") : least(from), text(std::move(sentence))
  {
  }

  std::int64_t least;
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
  std::string  text;
};

/** Numbers over `over`, up to `most`. */
struct RealRange
{
  double      over;
  double      most;
  std::string noun = "number"; // what such a number is called in messages
};

struct SettingChoice
{
  std::string key;
  std::string title;
};

/** \class SettingVisitor
 * \brief Is shown each setting of a computation once, with all that is to be known of it: key, title, help, range or choices, and the variable that holds it.
 *
 * A struct of settings has a function Visit(SettingVisitor&) beside its members, whose initial values are the defaults. Whatever needs to know of settings is a
 * visitor: the check of their ranges (CheckSettings()), and an application's declaration of parameters, help text and reading of values.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SettingVisitor
{
public:
  virtual ~SettingVisitor();

  /** A heading of settings whose keys begin with its own and a dot. */
  virtual void Group(const SettingText& text);

  template <class Number>
  void Whole(const SettingText& text, Number& value, const WholeRange& range)
  {
    auto whole = static_cast<std::int64_t>(value);
    VisitWhole(text, whole, range);
    value = static_cast<Number>(whole);
  }

  void Real(const SettingText& text, float& value, const RealRange& range)
  {
    VisitReal(text, value, range);
  }

  void Flag(const SettingText& text, bool& value)
  {
    VisitFlag(text, value);
  }

  /** The values of the enumeration are 0, 1, ... in the order of the choices. */
  template <class Enumeration>
  void Choice(const SettingText& text, Enumeration& value, const std::vector<SettingChoice>& choices)
  {
    auto chosen = static_cast<std::size_t>(value);
    VisitChoice(text, chosen, choices);
    value = static_cast<Enumeration>(chosen);
  }

  /** Where random numbers start from; any whole number. */
  void Seed(const SettingText& text, std::uint64_t& value)
  {
    VisitSeed(text, value);
  }

protected:
  virtual void VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range)                    = 0;
  virtual void VisitReal(const SettingText& text, float& value, const RealRange& range)                             = 0;
  virtual void VisitFlag(const SettingText& text, bool& value)                                                      = 0;
  virtual void VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices) = 0;
  virtual void VisitSeed(const SettingText& text, std::uint64_t& value)                                             = 0;
};

/** \throw SettingError when the value is out of range; `key` is the setting's whole key. */
SpectraMorph_EXPORT void CheckSetting(const std::string& key, std::int64_t value, const WholeRange& range);
SpectraMorph_EXPORT void CheckSetting(const std::string& key, float value, const RealRange& range);

/** The help with the range and the default: what a user must know. */
SpectraMorph_EXPORT std::string DescribeSetting(const SettingText& text, std::int64_t value, const WholeRange& range);
SpectraMorph_EXPORT std::string DescribeSetting(const SettingText& text, float value, const RealRange& range);
SpectraMorph_EXPORT std::string DescribeSetting(const SettingText& text, const std::string& value);

/** A number as short as it can be read: 0.5, 3.4e+38. */
SpectraMorph_EXPORT std::string ToBriefText(double value, int digits = 6);

/** \class SettingCheck
 * \brief Checks the range of each setting. */
class SpectraMorph_EXPORT SettingCheck : public SettingVisitor
{
public:
  /** \param prefix comes before the settings' keys in messages. */
  explicit SettingCheck(std::string prefix = "");

protected:
  void VisitWhole(const SettingText& text, std::int64_t& value, const WholeRange& range) override;
  void VisitReal(const SettingText& text, float& value, const RealRange& range) override;
  void VisitFlag(const SettingText& text, bool& value) override;
  void VisitChoice(const SettingText& text, std::size_t& chosen, const std::vector<SettingChoice>& choices) override;
  void VisitSeed(const SettingText& text, std::uint64_t& value) override;

private:
  std::string m_Prefix;
};
} // namespace otb

#endif
