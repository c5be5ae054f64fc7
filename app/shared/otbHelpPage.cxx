// SPDX-License-Identifier: Apache-2.0
#include "otbHelpPage.h"

#include <boost/dll/runtime_symbol_info.hpp>

namespace otb
{
namespace Wrapper
{
std::string FindHelpPage(const std::string& application)
{
  // The application is in lib/otb/applications below the prefix, or in Debian's lib/<architecture>/otb/applications, maybe by a link from elsewhere.
  boost::system::error_code error;
  const auto                self = boost::filesystem::canonical(boost::dll::this_line_location(error), error);
  for (auto folder = self.parent_path(); !error && !folder.empty(); folder = folder.parent_path())
  {
    const auto page = folder / "share/doc/spectramorph/html" / (application + ".html");
    if (boost::filesystem::exists(page, error))
    {
      return "file://" + page.string();
    }
    error.clear();
  }
  return {};
}
} // namespace Wrapper
} // namespace otb
