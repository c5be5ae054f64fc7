// SPDX-License-Identifier: Apache-2.0
#include "otbRegistration.h"
#include "otbSpectralApplication.h"

#include "otbSpectraSelectionImageFilter.h"

#include <cmath>
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

InputImage ReprojectSmoothly(SpectralApplication& application, const InputImage& coarse, const InputImage& fine)
{
  InputImage smooth = coarse;
  if (HaveSameProjection(coarse.image.GetPointer(), fine.image.GetPointer()))
  {
    return smooth;
  }
  if (!std::isnan(coarse.noData))
  {
    // Interpolation spreads NaN, and would mix any other value into spectra.
    const auto marked = application.Keep(SpectraSelectionImageFilter<FloatVectorImageType>::New());
    marked->SetInput(coarse.image);
    marked->SetInputNoData(coarse.noData);
    marked->UpdateOutputInformation();
    smooth.image  = marked->GetOutput();
    smooth.noData = marked->GetOutputNoData();
  }
  smooth.image = Reproject(application, smooth.image, coarse.key, fine.image, fine.key, Resampling::Linear);
  return smooth;
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
