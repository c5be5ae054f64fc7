// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralResponse.h"
#include "otbSpectralKernels.h"

#include <cmath>
#include <stdexcept>

namespace otb
{
namespace
{
/** As for wavelengths: the least share of a band's response that must be seen. */
constexpr float LeastShare = 0.7f;
} // namespace

SpectralResponse::SpectralResponse(SpectraMatrix matrix, std::vector<std::string> bandNames, const std::string& source)
  : m_Matrix(std::move(matrix)), m_BandNames(std::move(bandNames))
{
  if (m_Matrix.size() == 0)
  {
    throw std::invalid_argument(source + ": found an empty spectral response, expected at least one row and one column");
  }
  if (m_BandNames.size() != static_cast<std::size_t>(m_Matrix.rows()))
  {
    throw std::invalid_argument(source + ": found " + std::to_string(m_BandNames.size()) + " band names, expected " + std::to_string(m_Matrix.rows()) +
                                ", one for each row of the spectral response");
  }
  for (Eigen::Index row = 0; row < m_Matrix.rows(); ++row)
  {
    double sum = 0;
    for (Eigen::Index column = 0; column < m_Matrix.cols(); ++column)
    {
      const float value = m_Matrix(row, column);
      if (!std::isfinite(value) || value < 0)
      {
        throw std::invalid_argument(source + ", row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1) + ": found " +
                                    std::to_string(value) + ", expected a finite number that is not negative");
      }
      sum += value;
    }
    if (!(sum > 0))
    {
      throw std::invalid_argument(source + ", row " + std::to_string(row + 1) + ": found a row that sums to zero, expected a band with a response");
    }
    m_Matrix.row(row) = (m_Matrix.row(row).cast<double>() / sum).cast<float>();
  }
}

SpectralResponse SpectralResponse::Pick(const std::vector<std::size_t>& bands, const std::string& source) const
{
  SpectraMatrix matrix(m_Matrix.rows(), static_cast<Eigen::Index>(bands.size()));
  for (Eigen::Index column = 0; column < matrix.cols(); ++column)
  {
    matrix.col(column) = m_Matrix.col(static_cast<Eigen::Index>(bands[static_cast<std::size_t>(column)]));
  }
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
  {
    const float share = matrix.row(row).sum();
    if (!(share >= LeastShare))
    {
      throw std::invalid_argument(source + ", row " + std::to_string(row + 1) + ": found " + std::to_string(std::lround(100 * share)) +
                                  " % of its response in bands that are not left out as bad, expected at least " +
                                  std::to_string(std::lround(100 * LeastShare)) + " %");
    }
  }
  return SpectralResponse(std::move(matrix), m_BandNames, source);
}

void SpectralResponse::Apply(const float* spectra, std::size_t count, float* multispectral) const
{
  kernels::DotProducts({spectra, static_cast<std::size_t>(m_Matrix.cols())}, {m_Matrix.data(), static_cast<std::size_t>(m_Matrix.cols())}, count,
                       static_cast<std::size_t>(m_Matrix.rows()), static_cast<std::size_t>(m_Matrix.cols()),
                       {multispectral, static_cast<std::size_t>(m_Matrix.rows())});
}
} // namespace otb
