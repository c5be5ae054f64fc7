// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralInversionTypes_h
#define otbSpectralInversionTypes_h

namespace otb
{
/** What abundances must satisfy, by construction of the network's last layer. */
enum class AbundanceConstraint
{
  None,        /**< Any real number, as published. */
  NonNegative, /**< Softplus, log(1 + e^z). */
  SumToOne     /**< Softmax, e^z / sum e^z: non-negative and summing to one. */
};

/** What training minimises, averaged over pixels and bands. */
enum class SpectralLoss
{
  L1, /**< |estimate - target|, as published. */
  L2  /**< (estimate - target)^2. */
};
} // namespace otb

#endif
