// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralStage_h
#define otbSpectralStage_h

#include "otbInputImage.h"
#include "otbOutputStage.h"

#include <limits>

namespace otb
{
namespace Wrapper
{
/** \class SpectralStage
 * \brief What a stage of a chain of filters hands to the next one: spectra as they are, not rounded, NaN in every band of an invalid pixel.
 *
 * It is made of the filter that computes them, which must be an OutputStage, since it may turn out to be the last, and which the application keeps alive. */
struct SpectralStage : MarkedImage
{
  template <class TFilter>
  explicit SpectralStage(TFilter* filter) : MarkedImage{filter->GetOutput(), std::numeric_limits<float>::quiet_NaN()}, output(filter)
  {
    output->SetOutputFormat(GetPlainFormat());
  }

  /** How an image is made that others compute with. */
  static OutputFormat GetPlainFormat()
  {
    OutputFormat plain;
    plain.noData = std::numeric_limits<float>::quiet_NaN();
    return plain;
  }

  OutputStage* output;
};
} // namespace Wrapper
} // namespace otb

#endif
