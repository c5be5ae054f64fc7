// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpatialDegradationApplication_h
#define otbSpatialDegradationApplication_h

#include "otbSpectralApplication.h"

#include "otbSpatialDegradationImageFilter.h"

namespace otb
{
namespace Wrapper
{
/** \class SpatialDegradationApplication
 * \brief Base of the applications that simulate a coarser sensor: the parameters of its blur.
 * \ingroup SpectraMorph
 */
class SpatialDegradationApplication : public SpectralApplication
{
public:
  using Self         = SpatialDegradationApplication;
  using Superclass   = SpectralApplication;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using FilterType   = SpatialDegradationImageFilter<FloatVectorImageType>;

  itkTypeMacro(SpatialDegradationApplication, SpectralApplication);

protected:
  SpatialDegradationApplication()           = default;
  ~SpatialDegradationApplication() override = default;

  /** `psf`, `psf.file.in`, `sigma`, `radius`, `border`. */
  void AddBlurParameters();

  /** A filter, kept alive, that degrades an image by the blur that they ask for and by `ratio`. \throw std::invalid_argument naming the parameter. */
  FilterType::Pointer MakeDegradation(FloatVectorImageType* image);
};
} // namespace Wrapper
} // namespace otb

#endif
