// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralKernels_h
#define otbSpectralKernels_h

/** The few dense operations that all methods of the module are made of, vectorised for the processor they run on (otbKernelTargets.h says how).
 *
 * Matrices are row-major single precision. "Lanes" are the columns that are computed side by side in a SIMD register: pixels in the network, bands in the
 * mixing. Each result element is a sum taken in one fixed order, whatever its neighbours: results do not depend on how the work is cut.
 */
#include "otbElementwise.h"
#include "otbHiddenLayer.h"
#include "otbMatrixProducts.h"

#endif
