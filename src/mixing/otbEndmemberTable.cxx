// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberTable.h"

#include <limits>
#include <locale>
#include <sstream>

namespace otb
{
std::string ToEndmemberTable(const SpectraMatrix& endmembers, const SpectralAxis& axis)
{
  std::ostringstream csv;
  csv.imbue(std::locale::classic());
  csv << (axis.size() == 0 ? "band" : "wavelength_nm");
  for (Eigen::Index number = 1; number <= endmembers.rows(); ++number)
  {
    csv << ",endmember_" << number;
  }
  csv << '\n';
  for (Eigen::Index band = 0; band < endmembers.cols(); ++band)
  {
    csv.precision(10);
    csv << (axis.size() == 0 ? static_cast<double>(band + 1) : axis.wavelengths.at(static_cast<std::size_t>(band)));
    csv.precision(std::numeric_limits<float>::max_digits10);
    for (Eigen::Index number = 0; number < endmembers.rows(); ++number)
    {
      csv << ',' << endmembers(number, band);
    }
    csv << '\n';
  }
  return csv.str();
}
} // namespace otb
