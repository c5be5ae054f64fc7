// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"
#include "otbRegistration.h"

namespace otb
{
namespace Wrapper
{
void SpectralInversionApplication::AddHyperspectralCheckParameters()
{
  m_Inputs.AddBadBandsParameter("inhs");
  m_Inputs.AddMaskParameter("maskhs", "Mask of the hyperspectral image", "inhs", "are left out of training, and of the prior");
  m_Inputs.AddNoDataParameter("nodatahs", "No data in the hyperspectral image", "inhs");
  m_Inputs.AddSaturationParameter("inhs");
}

void SpectralInversionApplication::AddMultispectralCheckParameters()
{
  m_Inputs.AddMaskParameter("mask", "Mask of the multispectral image", "inms", "become no data in the outputs");
  m_Inputs.AddNoDataParameter("nodatams", "No data in the multispectral image", "inms");
}

InputImage SpectralInversionApplication::ReadTrainingImage()
{
  return m_Inputs.Prepare("inhs", {"maskhs", "nodatahs", true, {}, {}});
}

InputImage SpectralInversionApplication::ReadHyperspectralImage(const SpectralInversionModel& model)
{
  return m_Inputs.Prepare("inhs", {"", "nodatahs", false, model.axis, {}});
}

InputImage SpectralInversionApplication::ReadMultispectralImage()
{
  return m_Inputs.Prepare("inms", {"mask", "nodatams", false, {}, {}});
}

bool SpectralInversionApplication::IsSameGround(Images& images)
{
  try
  {
    Coregister(images);
    return true;
  }
  catch (const std::invalid_argument&)
  {
    return false;
  }
}

const InputImage& SpectralInversionApplication::Coregister(Images& images)
{
  if (!images.registered)
  {
    const InputImage& fine   = images.multispectral;
    InputImage        coarse = *images.hyperspectral;
    coarse.image             = Reproject(*this, coarse.image, coarse.key, fine.image, fine.key, Resampling::Nearest);
    if (coarse.image != images.hyperspectral->image)
    {
      Inform("Grids: " + coarse.key + " is reprojected to the projection of " + fine.key + ", by nearest neighbour");
    }
    FindGridMap(fine.image, fine.key, coarse.image, coarse.key, fine.key);
    images.registered = coarse;
  }
  return *images.registered;
}

const InputImage& SpectralInversionApplication::CoregisterSmoothly(Images& images)
{
  const InputImage& registered = Coregister(images);
  if (registered.image == images.hyperspectral->image)
  {
    return registered;
  }
  if (!images.interpolated)
  {
    images.interpolated = ReprojectSmoothly(*this, *images.hyperspectral, images.multispectral);
  }
  return *images.interpolated;
}
} // namespace Wrapper
} // namespace otb
