// SPDX-License-Identifier: Apache-2.0
#ifndef kernelTest_h
#define kernelTest_h

#include "otbInstructionSet.h"
#include "otbSpectraMatrix.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace otb
{
namespace test
{
/** Runs with each instruction set that this processor has; SCALAR is what one without any of the others falls back to. */
class KernelTest : public testing::TestWithParam<std::string>
{
protected:
  void SetUp() override
  {
    ASSERT_TRUE(kernels::ForceInstructionSet(GetParam()));
    ASSERT_EQ(kernels::InstructionSet(), GetParam());
  }
  void TearDown() override
  {
    kernels::ForceInstructionSet("");
  }

  SpectraMatrix Random(Eigen::Index rows, Eigen::Index columns)
  {
    return SpectraMatrix::NullaryExpr(rows, columns, [this] { return m_Normal(m_Generator); });
  }

  /** 1 + 2^-12, whose square less 1 + 2^-11 is 2^-24 when multiplication and subtraction are rounded once, and zero when each is. */
  static constexpr float ProbeFactor  = 1.f + 1.f / 4096.f;
  static constexpr float ProbeProduct = 1.f + 1.f / 2048.f;

  /** What the instruction set leaves of it: a kernel that shows anything else has not followed the restriction. */
  static float ProbeRest()
  {
    return GetParam().compare(0, 3, "AVX") == 0 ? 1.f / 16777216.f : 0.f;
  }
  static bool HasProbe()
  {
    return GetParam().compare(0, 3, "AVX") == 0 || GetParam().compare(0, 2, "SS") == 0 || GetParam() == "SCALAR";
  }

private:
  std::mt19937                    m_Generator{11};
  std::normal_distribution<float> m_Normal;
};

inline const auto AllInstructionSets   = testing::ValuesIn(kernels::InstructionSets());
inline const auto NameOfInstructionSet = [](const testing::TestParamInfo<std::string>& info) { return info.param; };
} // namespace test
} // namespace otb

#endif
