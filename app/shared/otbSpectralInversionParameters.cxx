// SPDX-License-Identifier: Apache-2.0
#include "otbSettingParameters.h"
#include "otbSpectralInversionApplication.h"
#include "otbToolkitVersion.h"

namespace otb
{
namespace Wrapper
{
void SpectralInversionApplication::AddTrainingImageParameter()
{
  AddParameter(ParameterType_InputImage, "inhs", "Hyperspectral image");
  SetParameterDescription("inhs", "The coarse hyperspectral image (LR-HSI), in any unit. Pixels with NaN, infinity or no data are left out.");
}

void SpectralInversionApplication::AddMultispectralImageParameter()
{
  AddParameter(ParameterType_InputImage, "inms", "Multispectral image");
  SetParameterDescription(
      "inms", "The sharp multispectral, RGB or panchromatic image (HR-MSI) of the same ground, in the unit of the hyperspectral image: its bands are those "
              "of the spectral response, in the same order.");
}

void SpectralInversionApplication::AddInversionOutputParameters()
{
  AddParameter(ParameterType_OutputImage, "out", "Sharp hyperspectral image");
  SetParameterDescription("out",
                          "The sharp hyperspectral image (HR-HSI): size and georeferencing of the multispectral image, bands, wavelengths and unit of the "
                          "hyperspectral one.");
  AddParameter(ParameterType_OutputImage, "outab", "Abundances");
  SetParameterDescription("outab", "A band for each endmember, with its abundance in each pixel. Of the method morph, alone or within auto.");
  MandatoryOff("outab");
  m_Uncertainty.Add();
  m_Style.Add("out");
}

void SpectralInversionApplication::AddTrainingParameters(const std::string& chosen)
{
  const auto methods = SpectralInversionMethod::MakeAll();
  AddParameter(ParameterType_Choice, "method", "Method");
  SetParameterDescription("method", "How a multispectral pixel becomes a spectrum. Default " + chosen + ".");
  for (const auto& method : methods)
  {
    AddChoice("method." + method->GetKey(), method->GetTitle());
    SetParameterDescription("method." + method->GetKey(), method->GetHelp());
  }
  SetParameterString("method", chosen, false);
  for (const auto& method : methods)
  {
    SettingDeclaration declaration(*this, method->GetPrefix());
    method->Visit(declaration);
  }
  SettingDeclaration declaration(*this, "", [this](const std::string& key, const std::string& title) { AddRANDParameter(key, title, 0); });
  SpectralInversionEstimator::Settings().Visit(declaration);
}

std::unique_ptr<SpectralInversionMethod> SpectralInversionApplication::ReadMethod(const SpectralResponse& response, bool registered)
{
  auto method = SpectralInversionMethod::Make(GetParameterString("method"));
  for (SpectralInversionMethod* const part : method->GetParts())
  {
    SettingReader reader(*this, part->GetPrefix());
    part->Visit(reader);
    if (part->GetKey() != method->GetKey())
    {
      // OTB's launcher warns that they are ignored.
      for (const std::string& key : reader.GetChanged())
      {
        Inform(key + " is used: " + part->GetKey() + " is one of the methods of " + method->GetKey());
      }
    }
  }
  method->Adapt({response.GetNumberOfMultispectralBands(), registered});
  return method;
}

SpectralInversionEstimator::Settings SpectralInversionApplication::GetSettings(const SpectralInversionMethod& method)
{
  SpectralInversionEstimator::Settings settings;
  settings.method = method.Clone();
  SettingReader reader(*this);
  settings.Visit(reader);
  settings.training.threads = GetDefaultThreads();
  return settings;
}

void SpectralInversionApplication::TellWhatIsNotUsed(const SpectralInversionMethod& method)
{
  if (method.IsIterative())
  {
    return;
  }
  SettingReader reader(*this);
  SpectralTrainingSettings().Visit(reader);
  std::string keys;
  for (const std::string& key : reader.GetChanged())
  {
    keys += (keys.empty() ? "" : ", ") + key;
  }
  if (!keys.empty())
  {
    otbAppLogINFO(<< keys << (reader.GetChanged().size() > 1 ? " are" : " is") << " not used: the method " << method.GetKey()
                  << " does not train step by step");
  }
}
} // namespace Wrapper
} // namespace otb
