// SPDX-License-Identifier: Apache-2.0
#include "otbRoundSpectra.h"
#include "otbElementwise.h"

namespace otb
{
void RoundSpectra(float* values, std::size_t count)
{
  kernels::RoundToIntegers(values, count);
}
} // namespace otb
