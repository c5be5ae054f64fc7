// SPDX-License-Identifier: Apache-2.0
#include "otbWavelengthParameter.h"
#include "otbParameterFile.h"
#include "otbSpectralApplication.h"

#include "otbImageSpectralAxis.h"

#include "otbImageFileReader.h"

#include <stdexcept>

namespace otb
{
namespace Wrapper
{
void AddWavelengthParameter(SpectralApplication& application)
{
  application.AddParameter(ParameterType_InputFilename, "wl", "Wavelengths of the hyperspectral image");
  application.SetParameterDescription(
      "wl", "Text or CSV file with the centre wavelength of each band in the order of the bands (nm, or um if all are under 100), a line for each band, with "
            "the full width at half maximum in a second column if known. Needed only when the file of the hyperspectral image has no wavelengths, which it "
            "overrides.");
  application.MandatoryOff("wl");
}

SpectralAxis ReadSpectralAxis(SpectralApplication& application, const std::string& imageKey)
{
  auto* const image = application.GetParameterFloatVectorImage(imageKey);
  image->UpdateOutputInformation();
  const unsigned int bands = image->GetNumberOfComponentsPerPixel();
  if (application.HasValue("wl"))
  {
    ParameterFile file("wl", application.GetParameterString("wl"));
    const auto    axis = SpectralAxis::Read(file.text, file.source);
    if (axis.size() != bands)
    {
      throw std::invalid_argument(file.source + ": found " + std::to_string(axis.size()) + " wavelengths, expected " + std::to_string(bands) +
                                  ", one for each band of " + imageKey);
    }
    return axis;
  }
  auto axis = GetSpectralAxis(image->GetImageMetadata());
  if (!axis || axis->size() != bands)
  {
    // The parameter keeps the name of the last file when an image in memory takes its place.
    const bool isFile = dynamic_cast<const ImageFileReader<FloatVectorImageType>*>(image->GetSource().GetPointer()) != nullptr;
    axis              = isFile ? ReadSpectralAxisOfImage(application.GetParameterString(imageKey)) : std::nullopt;
  }
  return axis && axis->size() == bands ? *axis : SpectralAxis();
}
} // namespace Wrapper
} // namespace otb
