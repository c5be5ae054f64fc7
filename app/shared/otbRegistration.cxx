// SPDX-License-Identifier: Apache-2.0
#include "otbRegistration.h"
#include "otbSpectralApplication.h"

#include <stdexcept>

namespace otb
{
namespace Wrapper
{
FloatVectorImageType::Pointer Reproject(SpectralApplication& application, FloatVectorImageType* image, const std::string& key, FloatVectorImageType* reference,
                                        const std::string& referenceKey, Resampling resampling)
{
  reference->UpdateOutputInformation();
  image->UpdateOutputInformation();
  if (HaveSameProjection(image, reference))
  {
    return image;
  }
  try
  {
    const auto reprojection = application.Keep(MakeReprojection<FloatVectorImageType>(image, reference, resampling));
    reprojection->UpdateOutputInformation();
    return reprojection->GetOutput();
  }
  catch (const itk::ExceptionObject& error)
  {
    throw std::invalid_argument(key + ": found a projection that cannot be transformed into that of " + referenceKey +
                                ", expected one that can: " + GetMessage(error.GetDescription()));
  }
}

CoarseGridMap FindGridMap(FloatVectorImageType* fine, const std::string& fineKey, FloatVectorImageType* coarse, const std::string& coarseKey,
                          const std::string& blamed)
{
  fine->UpdateOutputInformation();
  coarse->UpdateOutputInformation();
  try
  {
    return CoarseGridMap::Between(fine, coarse, fineKey, coarseKey);
  }
  catch (const itk::ExceptionObject& error)
  {
    throw std::invalid_argument(blamed + ": " + GetMessage(error.GetDescription()));
  }
}
} // namespace Wrapper
} // namespace otb
