// SPDX-License-Identifier: Apache-2.0
#include "otbBlurComparison.h"
#include "otbRegistration.h"
#include "otbSpectralApplication.h"

#include "otbSensorBlurSampler.h"
#include "otbSpectralResponseImageFilter.h"
#include "otbToolkitVersion.h"

#include <limits>

namespace otb
{
namespace Wrapper
{
BlurComparison BlurComparison::Of(SpectralApplication& application, const SpectralResponse& response, const InputImage& multispectral,
                                  const InputImage& hyperspectral)
{
  const auto seen = application.Keep(SpectralResponseImageFilter<FloatVectorImageType>::New());
  seen->SetInput(hyperspectral.image);
  seen->SetSpectralResponse(response);
  seen->SetInputNoData(hyperspectral.noData);
  seen->SetOutputNoData(std::numeric_limits<float>::quiet_NaN());
  const auto coarse = Reproject(application, seen->GetOutput(), hyperspectral.key, multispectral.image, multispectral.key, Resampling::Linear);

  BlurComparison comparison;
  comparison.reprojected = coarse.GetPointer() != seen->GetOutput();
  comparison.map         = CoarseGridMap::Between<FloatVectorImageType>(multispectral.image, coarse, multispectral.key, hyperspectral.key);
  const auto sampler     = application.Keep(SensorBlurSampler<FloatVectorImageType>::New());
  sampler->SetSharpInput(multispectral.image);
  sampler->SetSharpNoData(multispectral.noData);
  sampler->SetCoarseInput(coarse);
  application.AddProcess(sampler, "Comparing the images");
  application.TimeStep("Comparing the images",
                       [&]
                       {
                         sampler->Update();
                         comparison.estimate = SensorBlurEstimate::Of(sampler->GetSample(), GetDefaultThreads());
                       });
  ReleasePipeline(coarse->GetSource());
  return comparison;
}
} // namespace Wrapper
} // namespace otb
