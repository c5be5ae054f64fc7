// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralApplication.h"

#include "otbEndmemberTable.h"

namespace otb
{
namespace Wrapper
{
void SpectralApplication::AddEndmemberTableParameter()
{
  this->AddParameter(ParameterType_OutputFilename, "outcsv", "Endmembers as CSV");
  this->SetParameterDescription(
      "outcsv",
      "The endmember spectra in the hyperspectral image's unit, as a table for spreadsheets: a line per band with its wavelength in nm (its number, where "
      "wavelengths are not known), a column per endmember.");
  this->MandatoryOff("outcsv");
}

void SpectralApplication::WriteEndmemberTable(const SpectraMatrix& endmembers, const SpectralAxis& axis)
{
  this->WriteFile("outcsv", ToEndmemberTable(endmembers, axis));
}
} // namespace Wrapper
} // namespace otb
