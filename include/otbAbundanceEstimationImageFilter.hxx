// SPDX-License-Identifier: Apache-2.0
#ifndef otbAbundanceEstimationImageFilter_hxx
#define otbAbundanceEstimationImageFilter_hxx

#include "otbAbundanceEstimationImageFilter.h"
#include "otbRequestRegion.h"
#include "otbValidSpectrum.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::SetModel(std::shared_ptr<const SpectralInversionModel> model)
{
  m_Estimator = AbundanceEstimator(*model);
  m_Model     = std::move(model);
  this->Modified();
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::SetPrior(const TInputImage* hyperspectral)
{
  this->SetNthInput(1, const_cast<TInputImage*>(hyperspectral));
}

template <class TInputImage, class TOutputImage>
const TInputImage* AbundanceEstimationImageFilter<TInputImage, TOutputImage>::GetPrior() const
{
  return this->GetNumberOfInputs() < 2 ? nullptr : this->GetInput(1);
}

template <class TInputImage, class TOutputImage>
unsigned int AbundanceEstimationImageFilter<TInputImage, TOutputImage>::CheckInputBands(unsigned int inputBands) const
{
  if (!m_Model)
  {
    itkExceptionMacro(<< "There is no model, expected one that has abundances");
  }
  if (inputBands != m_Model->GetMultispectralBands())
  {
    itkExceptionMacro(<< "The multispectral image has " << inputBands << " bands, expected " << m_Model->GetMultispectralBands() << " as the model");
  }
  if (HasPrior() && GetPrior() == nullptr)
  {
    itkExceptionMacro(<< "There is no hyperspectral image, expected one: the model was trained with a coarse spectral prior");
  }
  if (HasPrior() && GetPrior()->GetNumberOfComponentsPerPixel() != m_Model->GetHyperspectralBands())
  {
    itkExceptionMacro(<< "The hyperspectral image has " << GetPrior()->GetNumberOfComponentsPerPixel() << " bands, expected "
                      << m_Model->GetHyperspectralBands() << " as the model");
  }
  return m_Model->inverse->GetNumberOfLatents();
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  if (HasPrior())
  {
    m_GridMap = CoarseGridMap::Between(this->GetInput(), GetPrior());
  }
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto* prior = const_cast<TInputImage*>(GetPrior());
  if (prior == nullptr)
  {
    return;
  }
  if (!HasPrior())
  {
    prior->SetRequestedRegion({prior->GetLargestPossibleRegion().GetIndex(), {{1, 1}}});
    return;
  }
  RequestRegion(prior, m_GridMap.GetCells(this->GetInput(), this->GetOutput()->GetRequestedRegion(), prior));
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::ProcessPixels(const float* input, std::size_t count, float* output) const
{
  m_Estimator.Apply(input, count, output);
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::ThreadedGenerateData(const OutputImageRegionType& region, itk::ThreadIdType threadId)
{
  if (!HasPrior())
  {
    Superclass::ThreadedGenerateData(region, threadId);
    return;
  }
  const long                start = this->GetInput()->GetLargestPossibleRegion().GetIndex(1);
  const long                end   = region.GetIndex(1) + static_cast<long>(region.GetSize(1));
  itk::ProgressReporter     progress(this, threadId, region.GetSize(1));
  AbundanceEstimator::Cells cells;
  for (long line = region.GetIndex(1); line < end;)
  {
    const long cellRow = m_GridMap.rows.Cell(line - start);
    long       next    = line + 1;
    while (next < end && m_GridMap.rows.Cell(next - start) == cellRow)
    {
      ++next;
    }
    EstimateLines(region, line, next, cellRow, cells);
    for (; line < next; ++line)
    {
      progress.CompletedPixel();
    }
  }
}

template <class TInputImage, class TOutputImage>
void AbundanceEstimationImageFilter<TInputImage, TOutputImage>::EstimateLines(const OutputImageRegionType& region, long firstLine, long lastLine, long cellRow,
                                                                              AbundanceEstimator::Cells& cells)
{
  const auto*       fine   = this->GetInput();
  const auto*       prior  = GetPrior();
  auto*             output = this->GetOutput();
  const std::size_t c      = fine->GetNumberOfComponentsPerPixel();
  const std::size_t C      = prior->GetNumberOfComponentsPerPixel();
  const std::size_t K      = output->GetNumberOfComponentsPerPixel();
  const long        origin = fine->GetLargestPossibleRegion().GetIndex(0);
  const long        left   = region.GetIndex(0);
  const long        right  = left + static_cast<long>(region.GetSize(0));
  const float       noData = this->GetOutputNoData();

  // A column of fine pixels has one coarse pixel; runs of columns that share it are a cell.
  struct Run
  {
    long         first, last; // fine columns [first, last)
    const float* prior;       // null where there is none
  };
  const auto runFrom = [&](long column)
  {
    const long cell = m_GridMap.columns.Cell(column - origin);
    Run        run  = {column, column + 1, nullptr};
    while (run.last < right && m_GridMap.columns.Cell(run.last - origin) == cell)
    {
      ++run.last;
    }
    if (cell >= 0 && cellRow >= 0)
    {
      auto index = prior->GetLargestPossibleRegion().GetIndex();
      index[0] += cell;
      index[1] += cellRow;
      const float* spectrum = prior->GetBufferPointer() + static_cast<std::size_t>(prior->ComputeOffset(index)) * C;
      run.prior             = IsValidSpectrum(spectrum, C, m_PriorNoData) ? spectrum : nullptr;
    }
    return run;
  };
  const auto offset = [](const auto* image, long column, long line)
  {
    typename OutputImageRegionType::IndexType index;
    index[0] = column;
    index[1] = line;
    return static_cast<std::size_t>(image->ComputeOffset(index));
  };

  Run runs[AbundanceEstimator::CellsPerBlock];
  for (long column = left; column < right;)
  {
    std::size_t count   = 0;
    long        longest = 0;
    cells.priors.clear();
    while (column < right && count < AbundanceEstimator::CellsPerBlock)
    {
      const Run run = runFrom(column);
      column        = run.last;
      if (run.prior != nullptr)
      {
        runs[count++] = run;
        longest       = std::max(longest, run.last - run.first);
        cells.priors.push_back(run.prior);
        continue;
      }
      for (long line = firstLine; line < lastLine; ++line)
      {
        std::fill_n(output->GetBufferPointer() + offset(output, run.first, line) * K, static_cast<std::size_t>(run.last - run.first) * K, noData);
      }
    }
    if (count == 0)
    {
      continue;
    }

    // Members of the cells: their fine pixels, line by line, as many at a time as fit the cache.
    const long members = longest * (lastLine - firstLine);
    for (long first = 0; first < members; first += static_cast<long>(AbundanceEstimator::MembersPerBlock))
    {
      const long last = std::min(members, first + static_cast<long>(AbundanceEstimator::MembersPerBlock));
      cells.msi.clear();
      cells.abundances.clear();
      for (long member = first; member < last; ++member)
      {
        for (std::size_t cell = 0; cell < count; ++cell)
        {
          const long x      = runs[cell].first + member % longest;
          const long y      = firstLine + member / longest;
          const bool exists = x < runs[cell].last;
          cells.msi.push_back(exists ? fine->GetBufferPointer() + offset(fine, x, y) * c : nullptr);
          cells.abundances.push_back(exists ? output->GetBufferPointer() + offset(output, x, y) * K : nullptr);
        }
      }
      m_Estimator.Apply(cells);
      for (std::size_t slot = 0; slot < cells.msi.size(); ++slot)
      {
        if (cells.msi[slot] == nullptr)
        {
          continue;
        }
        if (!IsValidSpectrum(cells.msi[slot], c, this->GetInputNoData()))
        {
          std::fill_n(cells.abundances[slot], K, noData);
        }
        else
        {
          this->Round(cells.abundances[slot], K);
        }
      }
    }
  }
}
} // namespace otb

#endif
