// SPDX-License-Identifier: Apache-2.0
#ifndef otbParallelFor_h
#define otbParallelFor_h

#define EIGEN_USE_THREADS
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <atomic>
#include <cstddef>
#include <memory>

namespace otb
{
/** Runs numbered tasks on a fixed number of threads, the caller's among them, and waits for all. Built for thousands of short rounds. */
class ParallelFor
{
public:
  explicit ParallelFor(unsigned int threads)
  {
    if (threads > 1)
    {
      m_Pool = std::make_unique<Eigen::ThreadPool>(static_cast<int>(threads) - 1);
    }
  }

  template <class Task>
  void operator()(std::size_t count, const Task& task)
  {
    if (!m_Pool || count < 2)
    {
      for (std::size_t number = 0; number < count; ++number)
      {
        task(number);
      }
      return;
    }
    std::atomic<std::size_t> next{0};
    const auto               work = [&next, &task, count]()
    {
      for (std::size_t number = next++; number < count; number = next++)
      {
        task(number);
      }
    };
    Eigen::Barrier done(static_cast<unsigned int>(m_Pool->NumThreads()));
    for (int thread = 0; thread < m_Pool->NumThreads(); ++thread)
    {
      m_Pool->Schedule(
          [&work, &done]()
          {
            work();
            done.Notify();
          });
    }
    work();
    done.Wait();
  }

private:
  std::unique_ptr<Eigen::ThreadPool> m_Pool;
};
} // namespace otb

#endif
