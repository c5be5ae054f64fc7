// SPDX-License-Identifier: Apache-2.0

// Every instruction set's kernels against the same operation in double precision.

#include "otbInstructionSet.h"
#include "otbRefinementKernels.h"
#include "otbSpectralKernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace
{
using namespace otb::kernels;

class RefinementKernelTest : public testing::TestWithParam<const char*>
{
protected:
  void SetUp() override
  {
    if (!ForceInstructionSet(GetParam()))
    {
      GTEST_SKIP() << "this processor has no " << GetParam();
    }
  }
  void TearDown() override
  {
    ForceInstructionSet("");
  }

  // With a float before and one behind, which are not numbers that a result may hold.
  struct Values
  {
    std::vector<float> all;
    float*             data()
    {
      return all.data() + 1;
    }
    float& operator[](std::size_t i)
    {
      return all[i + 1];
    }
  };
  Values Random(std::size_t count, float low = -1.f, float high = 1.f)
  {
    std::uniform_real_distribution<float> uniform(low, high);
    Values                                values{std::vector<float>(count + 2, 1e6f)};
    for (std::size_t i = 0; i < count; ++i)
    {
      values[i] = uniform(m_Generator);
    }
    return values;
  }

  // A line with all its arrays; the couplings at both ends are zero.
  struct Problem
  {
    Values         left, above, below, diagonal, data;
    RefinementLine line;
  };
  Problem MakeProblem(std::size_t components, std::size_t lanes)
  {
    Problem problem = {Random(lanes + 1, 0.f), Random(lanes, 0.f), Random(lanes, 0.f), Random(lanes, 1.f, 4.f), Random(components, 0.f, 9.f), {}};
    problem.left[0] = problem.left[lanes] = 0.f;
    problem.line = {components, lanes, problem.left.data(), problem.above.data(), problem.below.data(), problem.diagonal.data(), problem.data.data()};
    return problem;
  }

  std::mt19937 m_Generator{5};
};

TEST_P(RefinementKernelTest, EdgesUncouple)
{
  constexpr std::size_t Lanes = 48, Bands = 3;
  Values                a = Random(Bands * Lanes), b = Random(Bands * Lanes), validA = Random(Lanes, 0.f), validB = Random(Lanes, 0.f), w = Random(Lanes);
  EdgeWeights(a.data(), b.data(), Bands, Lanes, validA.data(), validB.data(), 0.7f, Lanes, w.data());
  for (std::size_t lane = 0; lane < Lanes; ++lane)
  {
    double distance = 0.;
    for (std::size_t band = 0; band < Bands; ++band)
    {
      distance += std::pow(static_cast<double>(a[band * Lanes + lane]) - b[band * Lanes + lane], 2);
    }
    ASSERT_NEAR(w[lane], 0.7 * validA[lane] * validB[lane] * std::exp(-distance), 1e-6);
  }
}

TEST_P(RefinementKernelTest, CouplingsAreTheNormalEquationsOfTheSmoothness)
{
  for (const std::size_t components : {1, 5, 12})
  {
    for (const std::size_t lanes : {16, 48})
    {
      Problem      problem = MakeProblem(components, lanes);
      Values       above = Random(components * lanes), p = Random(components * lanes), below = Random(components * lanes), image = Random(components * lanes);
      const Values before = image;
      Values       rest   = image;
      const double found  = AddCouplings(problem.line, above.data(), p.data(), below.data(), image.data());
      double       dot    = 0.;
      SubtractCouplings(problem.line, above.data(), p.data(), below.data(), rest.data());
      for (std::size_t component = 0; component < components; ++component)
      {
        for (std::size_t lane = 0; lane < lanes; ++lane)
        {
          const std::size_t i        = component * lanes + lane;
          double            expected = before.all[i + 1] + static_cast<double>(p[i]) * problem.diagonal[lane];
          expected -= lane > 0 ? static_cast<double>(problem.left[lane]) * p[i - 1] : 0.;
          expected -= lane + 1 < lanes ? static_cast<double>(problem.left[lane + 1]) * p[i + 1] : 0.;
          expected -= static_cast<double>(problem.above[lane]) * above[i] + static_cast<double>(problem.below[lane]) * below[i];
          ASSERT_NEAR(image[i], expected, 1e-5);
          ASSERT_NEAR(rest[i], 2. * before.all[i + 1] - expected, 1e-5);
          dot += expected * p[i];
        }
      }
      EXPECT_NEAR(found, dot, 1e-5 * static_cast<double>(components * lanes));
      EXPECT_EQ(image.all.front(), 1e6f);
      EXPECT_EQ(image.all.back(), 1e6f);
    }
  }
}

TEST_P(RefinementKernelTest, AStepMovesRestSolutionAndDirection)
{
  constexpr std::size_t Components = 5, Lanes = 48, Count = Components * Lanes;
  for (const auto kind : {SolutionStep::None, SolutionStep::First, SolutionStep::Next})
  {
    Problem      problem = MakeProblem(Components, Lanes);
    Values       p = Random(Count), image = Random(Count), solution = Random(Count), rest = Random(Count);
    const Values oldSolution = solution, oldRest = rest, oldP = p;
    const double norm     = AdvanceRest(problem.line, 0.3f, image.data(), rest.data());
    const double again    = AdvanceDirection(problem.line, 0.6f, rest.data(), p.data(), kind, 0.4f, solution.data());
    double       expected = 0.;
    for (std::size_t i = 0; i < Count; ++i)
    {
      const std::size_t component = i / Lanes, lane = i % Lanes;
      const double      diagonal  = static_cast<double>(problem.diagonal[lane]) + problem.data[component];
      const double      remaining = oldRest.all[i + 1] - 0.3 * image[i];
      ASSERT_NEAR(rest[i], remaining, 1e-6);
      // The reciprocal of the diagonal has 11 bits at least.
      ASSERT_NEAR(p[i], remaining / diagonal + (kind == SolutionStep::None ? 0. : 0.6 * oldP.all[i + 1]), 1e-3);
      const double step = 0.4 * oldP.all[i + 1], before = oldSolution.all[i + 1];
      ASSERT_NEAR(solution[i], kind == SolutionStep::None ? before : kind == SolutionStep::First ? step : before + step, 1e-6);
      expected += remaining * remaining / diagonal;
    }
    EXPECT_NEAR(norm, expected, 1e-3 * expected);
    EXPECT_NEAR(again, expected, 1e-3 * expected);
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, RefinementKernelTest, testing::Values("AVX3", "AVX2", "SSE4", "SSSE3", "SCALAR"),
                         [](const auto& info) { return std::string(info.param); });
} // namespace
