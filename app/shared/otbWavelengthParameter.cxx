// SPDX-License-Identifier: Apache-2.0
#include "otbWavelengthParameter.h"
#include "otbSpectralApplication.h"

#include "otbImageFileSpectralAxis.h"
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
            "the full width at half maximum in a second column if known, or in the columns that a header names (band, wavelength, fwhm in any order; as "
            "spreadsheets write them). Or an ENVI header, the XML metadata of an EnMAP or DESIS product, or the product itself (EMIT, PRISMA). Needed only "
            "when the file of the hyperspectral image has no wavelengths, which it overrides.");
  application.MandatoryOff("wl");
}

bool IsFromFile(FloatVectorImageType* image)
{
  return dynamic_cast<const ImageFileReader<FloatVectorImageType>*>(image->GetSource().GetPointer()) != nullptr;
}

namespace
{
/** Of an axis of all bands of a file that of the spectral ones. */
SpectralAxis WithoutAlpha(const SpectralAxis& axis, unsigned int bands, const std::vector<std::size_t>& spectral)
{
  return spectral.empty() || spectral.size() == bands || axis.size() != bands ? axis : axis.Pick(spectral);
}
} // namespace

SpectralAxis ReadSpectralAxis(SpectralApplication& application, const std::string& imageKey, const std::vector<std::size_t>& spectral)
{
  auto* const image = application.GetParameterFloatVectorImage(imageKey);
  image->UpdateOutputInformation();
  const unsigned int all    = image->GetNumberOfComponentsPerPixel();
  const auto         bands  = spectral.empty() ? all : static_cast<unsigned int>(spectral.size());
  const bool         isFile = IsFromFile(image);
  const std::string  layout = isFile ? FindWrongLayoutOfImage(application.GetParameterString(imageKey)) : std::string();
  if (!layout.empty())
  {
    throw std::invalid_argument(imageKey + ": " + layout);
  }
  if (application.HasValue("wl"))
  {
    const std::string path   = application.GetParameterString("wl");
    const std::string source = "wl (" + path + ")";
    const auto        axis   = WithoutAlpha(ReadSpectralAxisFile(path, source, bands), all, spectral);
    if (axis.size() != bands)
    {
      // Of a cube that was turned on its side.
      const auto  size = image->GetLargestPossibleRegion().GetSize();
      const char* side = axis.size() == size[1] ? "lines" : axis.size() == size[0] ? "columns" : nullptr;
      throw std::invalid_argument(source + ": found " + std::to_string(axis.size()) + " wavelengths, expected " + std::to_string(bands) +
                                  ", one for each band of " + imageKey +
                                  (side ? std::string(" (it has as many ") + side + ": do its bands lie along them?)" : ""));
    }
    return axis;
  }
  // OTB takes what GDAL makes of a file, which is wrong where the file contradicts itself: the file is asked first.
  const auto found = isFile ? FindSpectralAxisOfImage(application.GetParameterString(imageKey)) : ImageFileAxis();
  auto       axis  = found.axis;
  if (!axis && found.reason.empty())
  {
    axis = GetSpectralAxis(image->GetImageMetadata());
  }
  axis = axis ? std::make_optional(WithoutAlpha(*axis, all, spectral)) : axis;
  return axis && axis->size() == bands ? *axis : SpectralAxis();
}
} // namespace Wrapper
} // namespace otb
