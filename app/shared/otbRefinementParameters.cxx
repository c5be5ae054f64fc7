// SPDX-License-Identifier: Apache-2.0
#include "otbRefinementParameters.h"
#include "otbSpectralApplication.h"

namespace otb
{
namespace Wrapper
{
RefinementParameters::RefinementParameters(SpectralApplication& application) : m_Application(application)
{
}

void RefinementParameters::Add()
{
  m_Application.AddParameter(ParameterType_Choice, "refine", "Refinement by the hyperspectral image");
  m_Application.SetParameterDescription(
      "refine", "Corrects the result so that it agrees with both images: blurred as the hyperspectral sensor blurs, with the hyperspectral image; through the "
                "spectral response, with the multispectral one. The blur and a misregistration are found from the images. Default auto.");
  m_Application.AddChoice("refine.auto", "Where it pays");
  m_Application.SetParameterDescription(
      "refine.auto", "If the hyperspectral image is given and shows the same ground, and refined results foretell pixels of it that were held out better.");
  m_Application.AddChoice("refine.true", "Yes");
  m_Application.SetParameterDescription("refine.true", "Whatever that score says.");
  m_Application.AddChoice("refine.false", "No, each pixel by itself");

  m_Application.AddParameter(ParameterType_InputFilename, "inref", "Refinement of the scene");
  m_Application.SetParameterDescription("inref",
                                        "What another run has written by outref (JSON): with it, parts of a scene that are computed apart fit together "
                                        "without a seam. Its gains and offsets count instead of those that radio would find. By default all is found from the "
                                        "images.");
  m_Application.MandatoryOff("inref");
  m_Application.AddParameter(ParameterType_OutputFilename, "outref", "Refinement found");
  m_Application.SetParameterDescription(
      "outref", "What was found from the two images (JSON): gains and offsets of radio, which of the model's methods are taken, what the "
                "refinement needs (blur, directions and size of errors), and the errors to expect of the result.");
  m_Application.MandatoryOff("outref");
}

void RefinementParameters::AddSecondRound()
{
  m_Application.AddParameter(ParameterType_Bool, "retrain", "Second round: train on the refined result");
  m_Application.SetParameterDescription(
      "retrain",
      "Trains once more, on 4096 pixels of the refined result, which are purer than those of the hyperspectral image, refines what that gives, and takes the mean of "
      "both rounds. Most scenes gain some tenths of a dB; a result that is within the noise already, or of a wrong response, may lose as much. It takes the time of "
      "another training, on those pixels, and of making the result twice more. Default false.");
}

bool RefinementParameters::IsSecondRoundWanted() const
{
  return m_Application.GetParameterInt("retrain") != 0;
}

RefinementParameters::Mode RefinementParameters::GetMode() const
{
  const std::string mode = m_Application.GetParameterString("refine");
  return mode == "true" ? Mode::On : mode == "false" ? Mode::Off : Mode::Auto;
}

std::optional<SceneRefinement> RefinementParameters::Load() const
{
  if (!m_Application.HasValue("inref"))
  {
    return std::nullopt;
  }
  return SpectralRefinementFile::Load(m_Application.GetParameterString("inref"), "inref");
}
} // namespace Wrapper
} // namespace otb
