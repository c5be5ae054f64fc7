// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

#include "otbBandExpansionImageFilter.h"

#include <algorithm>

namespace otb
{
namespace Wrapper
{
void SpectralInversionApplication::AddHyperspectralCheckParameters()
{
  AddBadBandsParameter("inhs");
  AddMaskParameter("maskhs", "Mask of the hyperspectral image", "inhs", "are left out of training, and of the prior");
  AddInputNoDataParameter("nodatahs", "No data in the hyperspectral image", "inhs");
  AddSaturationParameter("inhs");
}

void SpectralInversionApplication::AddMultispectralCheckParameters()
{
  AddMaskParameter("mask", "Mask of the multispectral image", "inms", "become no data in the outputs");
  AddInputNoDataParameter("nodatams", "No data in the multispectral image", "inms");
}

void SpectralInversionApplication::AddKeepBadBandsParameter()
{
  AddParameter(ParameterType_Bool, "keepbad", "Keep bad bands in the output");
  SetParameterDescription("keepbad",
                          "The output has all bands of the hyperspectral image; the bad ones hold no data in every pixel and are marked in the output's "
                          "bad bands list (bbl); otherwise it has the good bands alone. Default false.");
}

void SpectralInversionApplication::PrepareHyperspectralImage()
{
  PrepareImage("inhs", {"maskhs", "nodatahs", true, {}, {}});
}

void SpectralInversionApplication::PrepareHyperspectralImage(const SpectralInversionModel& model)
{
  PrepareImage("inhs", {"", "nodatahs", false, model.axis, {}});
}

void SpectralInversionApplication::PrepareMultispectralImage()
{
  PrepareImage("inms", {"mask", "nodatams", false, {}, {}});
}

void SpectralInversionApplication::KeepBadBands()
{
  const auto& bad = GetBadBandsOf("inhs");
  if (GetParameterInt("keepbad") == 0 || std::find(bad.begin(), bad.end(), true) == bad.end())
  {
    return;
  }
  auto expansion = BandExpansionImageFilter<FloatVectorImageType>::New();
  expansion->SetInput(dynamic_cast<FloatVectorImageType*>(GetParameterOutputImage("out")));
  expansion->SetInputNoData(OutputNoData("out"));
  expansion->SetOutputNoData(OutputNoData("out"));
  expansion->SetBadBands(bad);
  expansion->SetSpectralAxis(GetWholeAxisOf("inhs"));
  m_Filters.push_back(expansion.GetPointer());
  SetParameterOutputImage("out", expansion->GetOutput());
}
} // namespace Wrapper
} // namespace otb
