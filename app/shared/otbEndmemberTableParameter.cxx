// SPDX-License-Identifier: Apache-2.0
#include "otbEndmemberTableParameter.h"
#include "otbSpectralApplication.h"

namespace otb
{
namespace Wrapper
{
void AddEndmemberTableParameter(SpectralApplication& application)
{
  application.AddParameter(ParameterType_OutputFilename, "outcsv", "Endmembers as CSV");
  application.SetParameterDescription(
      "outcsv",
      "The endmember spectra in the hyperspectral image's unit, as a table for spreadsheets: a line per band with its wavelength in nm (its number, where "
      "wavelengths are not known), a column per endmember. Of the method morph, alone or within auto.");
  application.MandatoryOff("outcsv");
}
} // namespace Wrapper
} // namespace otb
