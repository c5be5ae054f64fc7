// SPDX-License-Identifier: Apache-2.0
#include "otbBandList.h"
#include "otbTextLines.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace otb
{
namespace
{
/** The parser of one item, which knows what a message must say. */
class Item
{
public:
  Item(std::string_view text, std::size_t bands, const SpectralAxis& axis, const std::string& source)
    : m_Text(text), m_Bands(bands), m_Axis(axis), m_Source(source)
  {
  }

  void Mark(std::vector<bool>& set) const
  {
    const double nanometres = Unit();
    const auto   number     = m_Text.substr(0, m_Text.size() - (nanometres > 0 ? 2 : 0));
    const auto   dash       = number.find('-', 1);
    const auto   first      = ParseNumber(number.substr(0, dash));
    const auto   last       = dash == std::string_view::npos ? first : ParseNumber(number.substr(dash + 1));
    if (!first || !last || !(*first > 0) || !(*last >= *first) || !std::isfinite(*last))
    {
      Fail("numbers of bands or wavelengths such as 1-5 or 1350-1450nm");
    }
    if (nanometres > 0)
    {
      MarkWavelengths(*first * nanometres, *last * nanometres, set);
    }
    else
    {
      MarkNumbers(*first, *last, set);
    }
  }

private:
  /** The size of the item's unit in nanometres, zero when there is none. */
  double Unit() const
  {
    const auto ending = m_Text.substr(m_Text.size() - std::min<std::size_t>(m_Text.size(), 2));
    return ending == "nm" ? 1. : ending == "um" ? 1e3 : 0.;
  }

  void MarkNumbers(double first, double last, std::vector<bool>& set) const
  {
    if (first != std::floor(first) || last != std::floor(last) || last > static_cast<double>(m_Bands))
    {
      Fail("whole numbers of bands from 1 to " + std::to_string(m_Bands) + ", or wavelengths with a unit such as 1350-1450nm");
    }
    std::fill(set.begin() + static_cast<std::ptrdiff_t>(first) - 1, set.begin() + static_cast<std::ptrdiff_t>(last), true);
  }

  void MarkWavelengths(double first, double last, std::vector<bool>& set) const
  {
    const auto& centers = m_Axis.wavelengths;
    if (centers.size() != m_Bands)
    {
      Fail("numbers of bands, since the wavelengths of the image are not known");
    }
    if (first == last)
    {
      // A band without a wavelength (0) is near to none.
      const auto nearer = [first](double a, double b) { return a > 0 && (b == 0 || std::abs(a - first) < std::abs(b - first)); };
      set[static_cast<std::size_t>(std::min_element(centers.begin(), centers.end(), nearer) - centers.begin())] = true;
      return;
    }
    bool any = false;
    for (std::size_t band = 0; band < m_Bands; ++band)
    {
      const bool inside = centers[band] > 0 && centers[band] >= first && centers[band] <= last;
      set[band]         = set[band] || inside;
      any               = any || inside;
    }
    if (!any)
    {
      Fail("a range that holds the centre of a band");
    }
  }

  [[noreturn]] void Fail(const std::string& expected) const
  {
    throw std::invalid_argument(m_Source + ": found " + Quote(m_Text) + ", expected " + expected);
  }

  std::string_view    m_Text;
  std::size_t         m_Bands;
  const SpectralAxis& m_Axis;
  const std::string&  m_Source;
};
} // namespace

std::vector<bool> ParseBandList(const std::string& text, std::size_t bands, const SpectralAxis& axis, const std::string& source)
{
  std::vector<bool> set(bands, false);
  for (const auto item : SplitList(text))
  {
    Item(item, bands, axis, source).Mark(set);
  }
  return set;
}

std::string ToText(const std::vector<bool>& set)
{
  std::string text;
  for (auto first = std::find(set.begin(), set.end(), true); first != set.end();)
  {
    const auto end  = std::find(first, set.end(), false);
    const auto from = std::to_string(first - set.begin() + 1);
    text += (text.empty() ? "" : ", ") + from + (end - first > 1 ? "-" + std::to_string(end - set.begin()) : "");
    first = std::find(end, set.end(), true);
  }
  return text;
}

std::vector<std::size_t> OtherBands(const std::vector<bool>& set)
{
  std::vector<std::size_t> bands;
  for (std::size_t band = 0; band < set.size(); ++band)
  {
    if (!set[band])
    {
      bands.push_back(band);
    }
  }
  return bands;
}
} // namespace otb
