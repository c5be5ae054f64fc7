// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralInversionApplication.h"

namespace otb
{
namespace Wrapper
{
namespace
{
// The averaged network extrapolates better, most where there are few pixels to train on. Morph, whose decoder is fixed, gains nothing by it.
constexpr double AveragedShareOfLift = 0.5;
} // namespace

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
  SetParameterDescription("outab", "A band for each endmember, with its abundance in each pixel. Only for the method morph.");
  MandatoryOff("outab");
  m_Style.Add("out");
}

void SpectralInversionApplication::AddTrainingParameters()
{
  AddParameter(ParameterType_Choice, "method", "Method");
  SetParameterDescription("method", "How a multispectral pixel becomes a spectrum. Default morph.");
  AddChoice("method.morph", "SpectraMorph: abundances of endmembers, mixed linearly");
  SetParameterDescription("method.morph",
                          "SpectraMorph (arXiv 2510.20814): a network estimates abundances of endmembers, which are found in the hyperspectral image by "
                          "non-negative matrix factorisation; spectra are their linear mixture.");
  AddChoice("method.lift", "SpectraLift: direct regression of the spectrum");
  SetParameterDescription("method.lift", "SpectraLift (arXiv 2507.13339): a residual network gives the spectrum itself.");

  AddParameter(ParameterType_Int, "method.morph.ne", "Number of endmembers");
  SetParameterDescription(
      "method.morph.ne",
      "A whole number from 1 to the smaller of the numbers of bands and of pixels; -1 to estimate it from the signal and the noise (HySime). Default 7.");
  SetDefaultParameterInt("method.morph.ne", 7);
  AddParameter(ParameterType_Int, "method.morph.hidden", "Hidden units");
  SetParameterDescription("method.morph.hidden", "Units of the network's hidden layer, a whole number from 1. Default 1024.");
  SetDefaultParameterInt("method.morph.hidden", 1024);
  AddParameter(ParameterType_Choice, "method.morph.constraint", "Constraint on abundances");
  SetParameterDescription("method.morph.constraint",
                          "What abundances must satisfy. The published method has none, which gives the best spectra. Default none.");
  AddChoice("method.morph.constraint.none", "None");
  AddChoice("method.morph.constraint.nonnegative", "Non-negative");
  AddChoice("method.morph.constraint.sumtoone", "Non-negative, with sum one");
  AddParameter(ParameterType_Bool, "method.morph.csp", "Coarse spectral prior");
  SetParameterDescription("method.morph.csp",
                          "Shows the network the hyperspectral image as well, up-sampled by nearest neighbour. A great gain for multispectral images of one "
                          "or few bands, little for others. The two images must be registered. Default false.");
  AddParameter(ParameterType_Int, "method.morph.cspratio", "Training ratio of the prior");
  SetParameterDescription("method.morph.cspratio",
                          "In training the prior is the hyperspectral image averaged over that many by that many pixels, a whole number from 2. Default 4.");
  SetDefaultParameterInt("method.morph.cspratio", 4);
  AddParameter(ParameterType_Int, "method.morph.cspbands", "Most bands of the prior");
  SetParameterDescription(
      "method.morph.cspbands",
      "The prior is shown to the network with at most that many bands, a whole number from 1, each the mean of adjacent ones: faster and as a "
      "rule better than the image's own bands, which the published method takes. Default 32.");
  SetDefaultParameterInt("method.morph.cspbands", 32);

  AddParameter(ParameterType_Bool, "method.lift.last", "Keep the last weights");
  SetParameterDescription("method.lift.last",
                          "The network's weights are those after the last epoch, as published, instead of their mean over the second half of the training, "
                          "which extrapolates better. Default false.");

  AddParameter(ParameterType_Int, "epochs", "Epochs");
  SetParameterDescription("epochs", "Passes over the training pixels, a whole number from 1. Default 2500.");
  SetDefaultParameterInt("epochs", 2500);
  AddParameter(ParameterType_Group, "lr", "Learning rates");
  SetParameterDescription("lr", "Of the optimiser, over the epochs: from start up to peak, then down to end.");
  const auto addRate = [this](const std::string& key, const std::string& name, const std::string& description, float value)
  {
    AddParameter(ParameterType_Float, key, name);
    SetParameterDescription(key, description + " Over 0, up to 1. Default " + ToText(value) + ".");
    SetDefaultParameterFloat(key, value);
  };
  addRate("lr.start", "At the start", "Learning rate of the first epoch, from where it rises linearly over the first 30 % of the epochs.", 1e-3f);
  addRate("lr.peak", "At the peak", "Highest learning rate.", 1e-2f);
  addRate("lr.end", "At the end", "Learning rate to which it falls linearly over the last 70 % of the epochs.", 1e-6f);
  AddParameter(ParameterType_Choice, "loss", "Loss");
  SetParameterDescription("loss", "What training minimises, as a mean over pixels and bands. Default l1.");
  AddChoice("loss.l1", "Absolute difference");
  AddChoice("loss.l2", "Squared difference");
  AddParameter(ParameterType_Int, "batch", "Pixels per step");
  SetParameterDescription("batch", "Number of pixels, drawn anew each epoch, of a step of the optimiser, a whole number from 1; 0 for all of them. Default 0.");
  SetDefaultParameterInt("batch", 0);
  AddParameter(ParameterType_Int, "samples", "Most pixels to train on");
  SetParameterDescription(
      "samples", "A hyperspectral image of more pixels than that, or than fit ram, is trained on a uniform random sample of them. Training takes time in "
                 "proportion. A whole number from 1; -1 or 0 for as many as fit ram. Default 32768.");
  SetDefaultParameterInt("samples", 32768);
  AddParameter(ParameterType_Choice, "scaling", "Scaling");
  SetParameterDescription("scaling",
                          "How values of both images are scaled for the network. The output is in the hyperspectral image's unit either way. Default auto.");
  AddChoice("scaling.auto", "1st and 99th percentile of the hyperspectral image to 0 and 1");
  AddChoice("scaling.none", "None, for images with values from 0 to 1");
  AddRANDParameter("rand", "Random seed", 0);
  SetParameterDescription("rand",
                          "Of the network's first weights, the mini-batches and the sample, any whole number; the same seed gives the same model. Default 0.");
}

SpectralInversionEstimator::Settings SpectralInversionApplication::GetSettings()
{
  SpectralInversionEstimator::Settings settings;
  const bool                           morph = GetParameterString("method") == "morph";
  settings.method                            = morph ? SpectralInversionMethod::Morph : SpectralInversionMethod::Lift;
  settings.hiddenUnits                       = static_cast<unsigned int>(GetIntegerFrom("method.morph.hidden", 1));
  const std::string constraint               = GetParameterString("method.morph.constraint");
  settings.constraint                        = constraint == "sumtoone"      ? AbundanceConstraint::SumToOne
                                               : constraint == "nonnegative" ? AbundanceConstraint::NonNegative
                                                                             : AbundanceConstraint::None;
  settings.prior                             = morph && GetParameterInt("method.morph.csp") != 0;
  settings.priorRatio                        = static_cast<unsigned int>(GetIntegerFrom("method.morph.cspratio", 2));
  settings.priorBands                        = static_cast<unsigned int>(GetIntegerFrom("method.morph.cspbands", 1));
  settings.scaling = GetParameterString("scaling") == "auto" ? SpectralInversionEstimator::Scaling::Auto : SpectralInversionEstimator::Scaling::None;

  settings.training.epochs    = static_cast<unsigned int>(GetIntegerFrom("epochs", 1));
  settings.training.rateStart = GetParameterFloat("lr.start");
  settings.training.ratePeak  = GetParameterFloat("lr.peak");
  settings.training.rateEnd   = GetParameterFloat("lr.end");
  settings.training.loss      = GetParameterString("loss") == "l1" ? SpectralLoss::L1 : SpectralLoss::L2;
  settings.training.batch     = static_cast<std::size_t>(GetIntegerFrom("batch", 0));
  settings.training.averaging = morph || GetParameterInt("method.lift.last") != 0 ? 0. : AveragedShareOfLift;
  settings.training.seed      = static_cast<std::uint64_t>(GetParameterInt("rand"));
  settings.training.threads   = itk::MultiThreader::GetGlobalDefaultNumberOfThreads();
  return settings;
}
} // namespace Wrapper
} // namespace otb
