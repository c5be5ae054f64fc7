// SPDX-License-Identifier: Apache-2.0
#include "otbInstructionSet.h"

// Before Highway's headers: the instruction sets that kernels are not compiled for.
#include "otbKernelTargets.h"

#include "hwy/highway.h"

namespace otb
{
namespace kernels
{
const char* InstructionSet()
{
  const int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(supported & ~(supported - 1));
}

std::vector<std::string> InstructionSets()
{
  const int64_t restriction = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);
  std::vector<std::string> names;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets())
  {
    names.emplace_back(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(restriction);
  return names;
}

bool ForceInstructionSet(const std::string& name)
{
  hwy::SetSupportedTargetsForTest(0);
  bool found = name.empty();
  for (const int64_t target : hwy::SupportedAndGeneratedTargets())
  {
    if (hwy::TargetName(target) == name)
    {
      hwy::SetSupportedTargetsForTest(target);
      found = true;
    }
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
}
} // namespace kernels
} // namespace otb
