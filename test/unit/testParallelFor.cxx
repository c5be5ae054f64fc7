// SPDX-License-Identifier: Apache-2.0

// Tasks must not throw: an exception from another thread has nobody to catch it. What can fail is checked before the tasks start.

#include "otbParallelFor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace
{
TEST(ParallelFor, RunsEachTaskOnceAndWaitsForAll)
{
  for (unsigned int threads = 0; threads <= 5; ++threads)
  {
    otb::ParallelFor parallelFor(threads);
    for (std::size_t count = 0; count <= 1000; ++count)
    {
      // Plain integers: nothing but the wait orders their writing before their reading.
      std::vector<int> runs(count, 0);
      parallelFor(count, [&runs](std::size_t number) { ++runs[number]; });
      ASSERT_EQ(runs, std::vector<int>(count, 1)) << count << " tasks on " << threads << " threads";
    }
  }
}

TEST(ParallelFor, UsesNoMoreThreadsThanItWasGiven)
{
  for (unsigned int threads = 1; threads <= 5; ++threads)
  {
    otb::ParallelFor          parallelFor(threads);
    std::mutex                mutex;
    std::set<std::thread::id> seen;
    parallelFor(60,
                [&](std::size_t)
                {
                  std::this_thread::sleep_for(std::chrono::milliseconds(2));
                  const std::lock_guard<std::mutex> lock(mutex);
                  seen.insert(std::this_thread::get_id());
                });
    EXPECT_LE(seen.size(), threads);
    EXPECT_TRUE(threads == 1 || seen.size() > 1) << threads << " threads";
  }
}

TEST(ParallelFor, SurvivesThousandsOfShortRounds)
{
  otb::ParallelFor         parallelFor(4);
  std::vector<std::size_t> sums(7, 0);
  for (std::size_t round = 0; round < 20000; ++round)
  {
    parallelFor(sums.size(), [&](std::size_t number) { sums[number] += round + number; });
  }
  for (std::size_t number = 0; number < sums.size(); ++number)
  {
    EXPECT_EQ(sums[number], 20000u * 19999u / 2 + 20000u * number);
  }
}
} // namespace
