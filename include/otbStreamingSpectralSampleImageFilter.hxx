// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingSpectralSampleImageFilter_hxx
#define otbStreamingSpectralSampleImageFilter_hxx

#include "otbPlaceHash.h"
#include "otbStreamingSpectralSampleImageFilter.h"
#include "otbValidSpectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace otb
{
template <class TImage>
bool PersistentSpectralSampleImageFilter<TImage>::IsTaken(std::uint64_t column, std::uint64_t row) const
{
  return HashOfPlace(m_Seed, row / m_CellSize, column / m_CellSize) <= m_Threshold;
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::Reset()
{
  m_Sample      = SpectralSample();
  m_ValidPixels = 0;

  // Cells are taken independently, so their number varies by about its square root: aim four of these below the limit.
  auto* input = const_cast<TImage*>(this->GetInput());
  input->UpdateOutputInformation();
  const double all      = static_cast<double>(input->GetLargestPossibleRegion().GetNumberOfPixels());
  const double perCell  = static_cast<double>(m_CellSize) * m_CellSize;
  const double most     = static_cast<double>(m_MaximumPixels);
  const double wanted   = std::max(most / 2., most - 4. * std::sqrt(most * perCell));
  const double fraction = all <= most ? 1. : wanted / all;
  m_Threshold           = fraction >= 1. ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(fraction * 0x1p64);
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::PrepareLines(std::size_t lines)
{
  m_Lines.assign(lines, Line());
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::ReduceLines(const RegionType& region, std::size_t firstLine)
{
  const auto*       image = this->GetInput();
  const std::size_t bands = image->GetNumberOfComponentsPerPixel();
  const auto        start = image->GetLargestPossibleRegion().GetIndex();
  for (std::size_t number = 0; number < region.GetSize(1); ++number)
  {
    auto index = region.GetIndex();
    index[1] += static_cast<itk::IndexValueType>(number);
    const float* spectrum = image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * bands;
    Line&        line     = m_Lines[firstLine + number];
    line.row              = static_cast<std::uint32_t>(index[1] - start[1]);
    for (std::size_t i = 0; i < region.GetSize(0); ++i, spectrum += bands)
    {
      if (IsValidSpectrum(spectrum, bands, m_NoData))
      {
        ++line.validPixels;
        const auto column = static_cast<std::uint32_t>(index[0] + static_cast<itk::IndexValueType>(i) - start[0]);
        if (IsTaken(column, line.row))
        {
          line.columns.push_back(column);
          line.spectra.insert(line.spectra.end(), spectrum, spectrum + bands);
        }
      }
    }
  }
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::Append(const Line& line)
{
  auto& spectra = m_Sample.spectra;
  if (line.columns.empty())
  {
    return;
  }
  const auto bands = static_cast<Eigen::Index>(this->GetInput()->GetNumberOfComponentsPerPixel());
  const auto taken = static_cast<Eigen::Index>(m_Sample.columns.size());
  const auto added = static_cast<Eigen::Index>(line.columns.size());
  if (taken + added > spectra.rows())
  {
    // By a quarter: doubling would take thrice the sample's memory at worst.
    spectra.conservativeResize(taken + added + spectra.rows() / 4, bands);
  }
  spectra.middleRows(taken, added) = Eigen::Map<const SpectraMatrix>(line.spectra.data(), added, bands);
  m_Sample.columns.insert(m_Sample.columns.end(), line.columns.begin(), line.columns.end());
  m_Sample.rows.insert(m_Sample.rows.end(), line.columns.size(), line.row);
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::MergeLines()
{
  for (Line& line : m_Lines)
  {
    m_ValidPixels += line.validPixels;
    this->Append(line);
    line = Line();
  }
  m_Lines.clear();
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::Sort()
{
  std::vector<std::size_t> order(m_Sample.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [this](std::size_t a, std::size_t b)
  { return std::tie(m_Sample.rows[a], m_Sample.columns[a]) < std::tie(m_Sample.rows[b], m_Sample.columns[b]); };
  if (std::is_sorted(order.begin(), order.end(), before))
  {
    return;
  }
  std::sort(order.begin(), order.end(), before);
  SpectralSample sorted;
  sorted.spectra.resize(m_Sample.spectra.rows(), m_Sample.spectra.cols());
  for (const std::size_t pixel : order)
  {
    sorted.spectra.row(static_cast<Eigen::Index>(sorted.rows.size())) = m_Sample.spectra.row(static_cast<Eigen::Index>(pixel));
    sorted.columns.push_back(m_Sample.columns[pixel]);
    sorted.rows.push_back(m_Sample.rows[pixel]);
  }
  m_Sample = std::move(sorted);
}

template <class TImage>
void PersistentSpectralSampleImageFilter<TImage>::Synthetize()
{
  auto* const image = const_cast<TImage*>(this->GetInput());
  m_Sample.spectra.conservativeResize(static_cast<Eigen::Index>(m_Sample.columns.size()), static_cast<Eigen::Index>(image->GetNumberOfComponentsPerPixel()));
  this->Sort();
  // What comes after works on the sample; an image that can be made again need not lie beside it.
  if (image->GetSource())
  {
    image->ReleaseData();
  }
}
} // namespace otb

#endif
