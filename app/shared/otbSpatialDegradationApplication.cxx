// SPDX-License-Identifier: Apache-2.0
#include "otbSpatialDegradationApplication.h"

#include <stdexcept>

namespace otb
{
namespace Wrapper
{
namespace
{
/** Far wider than the widest kernel, which is flat by then; what OTB makes of NaN is beyond. */
constexpr int MaximumSigma = 1000000;

struct ShapeTitle
{
  const char* key;
  const char* title;
};

// In terms of t = distance / sigma.
constexpr ShapeTitle ShapeTitles[] = {{"gaussian", "Gaussian: exp(-t^2 / 2)"},
                                      {"kolmogorov", "Kolmogorov turbulence: exp(-t^(5/3))"},
                                      {"airy", "Airy, as published: (2 K1(z) / z)^2 with z = 2.33811 t"},
                                      {"moffat", "Moffat: (1 + t^2)^-3.5"},
                                      {"sinc", "Sinc: sin(pi t) / (pi t)"},
                                      {"lorentzian2", "Squared Lorentzian: 1 / (1 + t^4)"},
                                      {"hermite", "Gauss-Hermite: t exp(-t^2 / 2)"},
                                      {"parabolic", "Parabolic: 1 - t^2 where positive"},
                                      {"gabor", "Gabor: exp(-(x^2 + y^2 / 4) / (2 sigma^2))"},
                                      {"delta", "None: area average alone"}};
} // namespace

void SpatialDegradationApplication::AddBlurParameters()
{
  AddParameter(ParameterType_Choice, "psf", "Point spread function");
  SetParameterDescription("psf", "The blur of the coarse sensor, on the pixels of the sharp image, scaled to sum one. Default gaussian.");
  for (const ShapeTitle& shape : ShapeTitles)
  {
    AddChoice(std::string("psf.") + shape.key, shape.title);
  }
  AddChoice("psf.file", "Kernel from a file");
  AddParameter(ParameterType_InputFilename, "psf.file.in", "Kernel");
  SetParameterDescription("psf.file.in", "Odd numbers of rows and columns, in any scale: a table (.csv or .txt, a row of the kernel per line) or the first "
                                         "band of an image.");
  MandatoryOff("psf.file.in");

  AddParameter(ParameterType_Float, "sigma", "Width of the blur");
  SetParameterDescription(
      "sigma", "Scale of the point spread function in pixels of the sharp image, over 0, up to 1000000. Without effect on a kernel from a file. Default 3.4.");
  SetDefaultParameterFloat("sigma", 3.4);

  AddParameter(ParameterType_Int, "radius", "Radius of the kernel");
  SetParameterDescription(
      "radius",
      "The kernel has 2 radius + 1 rows and columns, in pixels of the sharp image; a whole number from 1. Without effect on a kernel from a file. Default 7.");
  SetDefaultParameterInt("radius", 7);

  AddParameter(ParameterType_Choice, "border", "Border");
  SetParameterDescription("border", "What lies outside the image. Default reflect.");
  AddChoice("border.reflect", "The image, mirrored at its edge");
  AddChoice("border.zero", "Zero, as in the published evaluations: the border darkens");
}

SpatialDegradationApplication::FilterType::Pointer SpatialDegradationApplication::MakeDegradation(FloatVectorImageType* image)
{
  const auto        filter = Keep(FilterType::New());
  const std::string shape  = GetParameterString("psf");
  if (shape != "file")
  {
    const auto  radius = static_cast<unsigned int>(GetIntegerFrom("radius", 1));
    const float sigma  = GetParameterFloat("sigma");
    if (!(sigma > 0.f && sigma <= MaximumSigma))
    {
      throw std::invalid_argument("sigma: found " + ToText(sigma) + ", expected a positive number of pixels, at most " + std::to_string(MaximumSigma));
    }
    filter->SetPointSpreadFunction(PointSpreadFunction::FromShape(shape, sigma, radius));
  }
  else if (HasValue("psf.file.in"))
  {
    try
    {
      filter->SetPointSpreadFunction(PointSpreadFunction::FromFile(GetParameterString("psf.file.in")));
    }
    catch (const std::exception& error)
    {
      throw std::invalid_argument(std::string("psf.file.in: ") + error.what());
    }
  }
  else
  {
    throw std::invalid_argument("psf.file.in: found no value, expected a table or an image of the kernel, since psf is file");
  }
  filter->SetInput(image);
  filter->SetBorder(GetParameterString("border") == "zero" ? PointSpreadFunction::Border::Zero : PointSpreadFunction::Border::Reflect);
  filter->SetRatio(static_cast<unsigned int>(GetIntegerFrom("ratio", 1)));
  return filter;
}
} // namespace Wrapper
} // namespace otb
