// SPDX-License-Identifier: Apache-2.0
#include "otbNonnegativeUnmixing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace otb
{
namespace
{
// Solves one pixel after another in memory that is allocated once.
class ActiveSetSolver
{
public:
  explicit ActiveSetSolver(const Eigen::MatrixXd& gram) : m_Gram(gram), m_K(gram.rows()), m_Factor(m_K, m_K), m_A(m_K), m_Candidate(m_K)
  {
    m_Passive.reserve(static_cast<std::size_t>(m_K));
  }

  const Eigen::VectorXd& Solve(const Eigen::VectorXd& products)
  {
    m_A.setZero();
    m_Passive.clear();
    const double tolerance = 10. * std::numeric_limits<double>::epsilon() * static_cast<double>(m_K) * std::max(1e-300, products.cwiseAbs().maxCoeff());
    // Each round frees the abundance that gains most; three times K rounds are the customary bound.
    for (Eigen::Index round = 0; round < 3 * m_K; ++round)
    {
      const Eigen::Index free = SteepestBound(products, tolerance);
      if (free < 0)
      {
        break;
      }
      m_Passive.push_back(free);
      if (!SolvePassive(products) || m_Candidate(free) <= 0.)
      {
        // It is a combination of those already free: it cannot add anything.
        m_Passive.pop_back();
        break;
      }
      while (!MoveTowardsCandidate())
      {
        SolvePassive(products);
      }
    }
    return m_A;
  }

private:
  Eigen::Index SteepestBound(const Eigen::VectorXd& products, double tolerance) const
  {
    Eigen::Index best    = -1;
    double       largest = tolerance;
    for (Eigen::Index k = 0; k < m_K; ++k)
    {
      const double descent = products(k) - m_Gram.row(k).dot(m_A);
      if (descent > largest && std::find(m_Passive.begin(), m_Passive.end(), k) == m_Passive.end())
      {
        best    = k;
        largest = descent;
      }
    }
    return best;
  }

  // Least squares over the free abundances by Cholesky decomposition; false when their endmembers depend on each other.
  bool SolvePassive(const Eigen::VectorXd& products)
  {
    const std::size_t n = m_Passive.size();
    for (std::size_t i = 0; i < n; ++i)
    {
      for (std::size_t j = 0; j <= i; ++j)
      {
        double value = m_Gram(m_Passive[i], m_Passive[j]);
        for (std::size_t l = 0; l < j; ++l)
        {
          value -= m_Factor(i, l) * m_Factor(j, l);
        }
        if (i == j && value <= 1e-12 * m_Gram(m_Passive[i], m_Passive[i]))
        {
          return false;
        }
        m_Factor(i, j) = i == j ? std::sqrt(value) : value / m_Factor(j, j);
      }
    }
    m_Candidate.setZero();
    for (std::size_t i = 0; i < n; ++i)
    {
      double value = products(m_Passive[i]);
      for (std::size_t l = 0; l < i; ++l)
      {
        value -= m_Factor(i, l) * m_Candidate(m_Passive[l]);
      }
      m_Candidate(m_Passive[i]) = value / m_Factor(i, i);
    }
    for (std::size_t i = n; i-- > 0;)
    {
      double value = m_Candidate(m_Passive[i]);
      for (std::size_t l = i + 1; l < n; ++l)
      {
        value -= m_Factor(l, i) * m_Candidate(m_Passive[l]);
      }
      m_Candidate(m_Passive[i]) = value / m_Factor(i, i);
    }
    return true;
  }

  // Goes to the candidate, or as far as no abundance turns negative, where those that reach zero are bound again; true when the candidate was reached.
  bool MoveTowardsCandidate()
  {
    double step = 1.;
    for (const Eigen::Index k : m_Passive)
    {
      if (m_Candidate(k) <= 0.)
      {
        step = std::min(step, m_A(k) / (m_A(k) - m_Candidate(k)));
      }
    }
    if (step >= 1.)
    {
      m_A = m_Candidate;
      return true;
    }
    for (const Eigen::Index k : m_Passive)
    {
      m_A(k) += step * (m_Candidate(k) - m_A(k));
    }
    const auto bound = [this](Eigen::Index k) { return m_Candidate(k) <= 0. && m_A(k) <= 1e-15; };
    for (const Eigen::Index k : m_Passive)
    {
      m_A(k) = bound(k) ? 0. : m_A(k);
    }
    m_Passive.erase(std::remove_if(m_Passive.begin(), m_Passive.end(), [this](Eigen::Index k) { return m_A(k) == 0.; }), m_Passive.end());
    return m_Passive.empty();
  }

  const Eigen::MatrixXd&    m_Gram;
  Eigen::Index              m_K;
  std::vector<Eigen::Index> m_Passive; // the free abundances
  Eigen::MatrixXd           m_Factor;
  Eigen::VectorXd           m_A, m_Candidate;
};
} // namespace

NonnegativeUnmixing::NonnegativeUnmixing(SpectraMatrix endmembers) : m_Endmembers(std::move(endmembers))
{
  if (m_Endmembers.size() == 0 || !m_Endmembers.allFinite())
  {
    throw std::invalid_argument("there is no endmember, or one has a value that is not finite; expected at least one spectrum of numbers");
  }
  m_Precise = m_Endmembers.cast<double>();
  m_Gram    = m_Precise * m_Precise.transpose();
}

void NonnegativeUnmixing::Apply(const float* spectra, std::size_t count, float* abundances) const
{
  const Eigen::Index K = m_Endmembers.rows();
  const Eigen::Index C = m_Endmembers.cols();
  ActiveSetSolver    solver(m_Gram);
  // In double precision: endmembers that are much alike multiply the error of the products by the condition of their Gram matrix.
  Eigen::VectorXd spectrum(C), products(K);
  for (std::size_t pixel = 0; pixel < count; ++pixel, spectra += C, abundances += K)
  {
    spectrum           = Eigen::Map<const Eigen::VectorXf>(spectra, C).cast<double>();
    products.noalias() = m_Precise * spectrum;
    Eigen::Map<Eigen::VectorXf> result(abundances, K);
    // An invalid pixel must not stall the solver.
    if (products.allFinite())
    {
      result = solver.Solve(products).cast<float>();
    }
    else
    {
      result.setConstant(std::numeric_limits<float>::quiet_NaN());
    }
  }
}
} // namespace otb
