// SPDX-License-Identifier: Apache-2.0
#ifndef otbKernelTargets_h
#define otbKernelTargets_h

/** How a kernel is compiled for every instruction set and chosen at run time, the same way wherever there are any.
 *
 * Highway compiles what lies between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set, by including the file again (from
 * foreach_target.h), and HWY_DYNAMIC_DISPATCH picks one at run time: the best that the processor has, or the one that ForceInstructionSet() restricts all
 * kernels to. Headers "-inl.h" are what kernels share, compiled along with each instruction set.
 *
 * Nothing that has inline functions of its own (Eigen, the standard library's algorithms) may be used there: the linker keeps a single copy of an inline
 * function, possibly the one compiled for a processor that this machine is not. */

// Arrays of vectors need a size known at compile time, which the scalable instruction sets do not have.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#endif
