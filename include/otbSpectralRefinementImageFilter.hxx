// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinementImageFilter_hxx
#define otbSpectralRefinementImageFilter_hxx

#include "otbCoarseAgreement.h"
#include "otbImageSpectralAxis.h"
#include "otbParallelTasks.h"
#include "otbRequestRegion.h"
#include "otbRoundSpectra.h"
#include "otbSpectralRefinementImageFilter.h"
#include "otbToolkitVersion.h"
#include "otbValidSpectrum.h"

#include <algorithm>
#include <atomic>

namespace otb
{
template <class TImage>
const TImage* SpectralRefinementImageFilter<TImage>::GetImage(unsigned int number, const char* name) const
{
  const TImage* const image = this->GetNumberOfIndexedInputs() > number ? this->GetInput(number) : nullptr;
  if (image == nullptr)
  {
    itkExceptionMacro(<< "There is no " << name << " image, expected one");
  }
  return image;
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  if (!m_Model)
  {
    itkExceptionMacro(<< "There is no model, expected one of the refinement");
  }
  const TImage* const fused         = GetImage(0, "fused");
  const TImage* const multispectral = GetImage(1, "multispectral");
  const TImage* const hyperspectral = GetImage(2, "hyperspectral");
  const auto          size          = fused->GetLargestPossibleRegion().GetSize();
  if (multispectral->GetLargestPossibleRegion().GetSize() != size)
  {
    itkExceptionMacro(<< "The multispectral image has " << multispectral->GetLargestPossibleRegion().GetSize() << " pixels, expected " << size
                      << " as the fused image");
  }
  m_GridMap = CoarseGridMap::Between(multispectral, hyperspectral);
  try
  {
    m_Refinement = SpectralRefinement(*m_Model, m_GridMap.rows, m_GridMap.columns, static_cast<long>(size[1]), static_cast<long>(size[0]), m_Mixing.get());
  }
  catch (const std::invalid_argument& error)
  {
    itkExceptionMacro(<< error.what());
  }
  m_KeepsFused     = m_Mixing && GetKeptBytes(m_Refinement.GetCoreRows(), true) <= MostKept;
  const auto check = [this](const TImage* image, const char* name, unsigned int expected)
  {
    if (image->GetNumberOfComponentsPerPixel() != expected)
    {
      itkExceptionMacro(<< "The " << name << " image has " << image->GetNumberOfComponentsPerPixel() << " bands, expected " << expected << " as the model");
    }
  };
  check(fused, "fused", m_Refinement.GetFusedSize());
  check(multispectral, "multispectral", m_Refinement.GetMultispectralBands());
  check(hyperspectral, "hyperspectral", m_Refinement.GetSpectralBands());

  const unsigned int bands  = m_Refinement.GetSpectralBands();
  auto* const        output = this->GetOutput();
  output->SetNumberOfComponentsPerPixel(bands);
  ImageMetadata metadata = output->GetImageMetadata();
  if (m_Mixing)
  {
    // What is said of abundances says nothing of spectra.
    RemoveSpectralAxis(metadata);
    metadata.Bands.assign(bands, ImageMetadataBase());
  }
  metadata.Bands.resize(bands);
  this->Describe(metadata);
  if (m_SpectralAxis.size() != 0)
  {
    otb::SetSpectralAxis(metadata, m_SpectralAxis);
  }
  output->SetImageMetadata(metadata);
}

template <class TImage>
typename SpectralRefinementImageFilter<TImage>::Region SpectralRefinementImageFilter<TImage>::GetRegion(const RegionType& region) const
{
  const auto start = this->GetOutput()->GetLargestPossibleRegion().GetIndex();
  return {static_cast<long>(region.GetIndex(1) - start[1]), static_cast<long>(region.GetIndex(0) - start[0]), static_cast<long>(region.GetSize(1)),
          static_cast<long>(region.GetSize(0))};
}

template <class TImage>
typename SpectralRefinementImageFilter<TImage>::RegionType SpectralRefinementImageFilter<TImage>::GetImageRegion(const Region& region,
                                                                                                                 const TImage* image) const
{
  return GetRegionFromFirst(image, region.top, region.left, region.rows, region.columns);
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::Make(const TImage* constImage, const Region& region)
{
  UpdateRegion(const_cast<TImage*>(constImage), GetImageRegion(region, constImage));
}

template <class TImage>
const float* SpectralRefinementImageFilter<TImage>::GetPixel(const TImage* image, long row, long column) const
{
  const auto index = GetImageRegion({row, column, 1, 1}, image).GetIndex();
  return image->GetBufferPointer() + static_cast<std::size_t>(image->ComputeOffset(index)) * image->GetNumberOfComponentsPerPixel();
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::GenerateInputRequestedRegion()
{
  for (unsigned int number = 0; number < 3; ++number)
  {
    auto* const image = const_cast<TImage*>(this->GetInput(number));
    if (number == 0 && !(IsRefining() && m_KeepsFused))
    {
      RequestRegion(image, GetImageRegion(GetRegion(this->GetOutput()->GetRequestedRegion()), image));
      continue;
    }
    // All that is needed has been read before; a pipeline has no way to ask for nothing. What is there is given for nothing.
    const auto buffered = image->GetBufferedRegion();
    const auto all      = image->GetLargestPossibleRegion();
    const bool present  = buffered.GetNumberOfPixels() > 0 && all.IsInside(buffered);
    image->SetRequestedRegion(RegionType(present ? buffered.GetIndex() : all.GetIndex(), {{1, 1}}));
  }
}

template <class TImage>
unsigned long SpectralRefinementImageFilter<TImage>::GetInputTime() const
{
  unsigned long time = this->GetMTime();
  for (unsigned int number = 0; number < 3; ++number)
  {
    // An image that a filter makes is modified whenever it is made.
    const TImage* const image = this->GetInput(number);
    time                      = std::max<unsigned long>(time, image->GetSource() ? image->GetPipelineMTime() : image->GetMTime());
  }
  return time;
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::UpdateOutputData(itk::DataObject* output)
{
  // What is kept is found when lines are refined; else before the inputs are made for the requested piece, which solving asks for other regions.
  if (IsRefining() && !m_KeepsFused && !this->m_Updating)
  {
    this->PrepareOutputs();
    this->m_Updating = true;
    try
    {
      const Region piece = GetRegion(this->GetOutput()->GetRequestedRegion());
      FindSolutions(piece, piece);
    }
    catch (...)
    {
      this->ResetPipeline();
      throw;
    }
    this->m_Updating = false;
    GenerateInputRequestedRegion();
  }
  Superclass::UpdateOutputData(output);
}

template <class TImage>
std::size_t SpectralRefinementImageFilter<TImage>::GetKeptBytes(long lines, bool fused) const
{
  const std::size_t numbers = m_Refinement.GetComponents() + (fused ? m_Refinement.GetFusedSize() : 0);
  return static_cast<std::size_t>(lines * m_Refinement.GetSensor().GetColumns().fineSize) * numbers * sizeof(float);
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::ForgetAllBut(long firstRow, long lastRow)
{
  for (auto solution = m_Solutions.begin(); solution != m_Solutions.end();)
  {
    const long row = solution->first.first;
    solution       = row < firstRow || row > lastRow ? m_Solutions.erase(solution) : std::next(solution);
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::FindSolutions(const Region& requested, const Region& piece)
{
  constexpr std::size_t MaximumBytes = 48 << 20; // of what is known of a neighbourhood's pixels
  const long MaximumPixels = static_cast<long>(MaximumBytes / (sizeof(float) * (m_Refinement.GetSummarySize() + m_Refinement.GetMultispectralBands()) + 1));
  const auto time          = GetInputTime();
  if (time != m_SolutionsTime)
  {
    m_Solutions.clear();
  }
  m_SolutionsTime   = 0; // until those that are begun are whole
  const auto rowsOf = [this](const Region& region)
  {
    const Region cores = m_Refinement.GetCores(region);
    return std::make_pair(cores.top / m_Refinement.GetCoreRows(), (cores.top + cores.rows - 1) / m_Refinement.GetCoreRows());
  };
  const Region cores             = m_Refinement.GetCores(requested);
  const auto [firstRow, lastRow] = rowsOf(requested);
  const long firstColumn = cores.left / m_Refinement.GetCoreColumns(), lastColumn = (cores.left + cores.columns - 1) / m_Refinement.GetCoreColumns();
  // The first core has a halo on one side; an image that is smaller than a core has none.
  const Region first  = m_Refinement.GetNeighbourhood({0, 0, m_Refinement.GetCoreRows(), m_Refinement.GetCoreColumns()});
  const long   lines  = std::max(first.rows, 2 * first.rows - m_Refinement.GetCoreRows());
  const long   beside = std::max(0L, 2 * (first.columns - m_Refinement.GetCoreColumns()));
  const long   atOnce = std::max(1L, (MaximumPixels / lines - beside) / m_Refinement.GetCoreColumns());
  // The next piece may begin in the last column of this one's cores.
  const auto kept = GetKeptBytes(m_Refinement.GetCores(piece).rows, m_KeepsFused) <= MostKept ? rowsOf(piece) : rowsOf(requested);
  ForgetAllBut(kept.first, kept.second);
  for (long row = firstRow; row <= lastRow; ++row)
  {
    std::vector<Place> places;
    const auto         solve = [&]
    {
      if (!places.empty())
      {
        SolveCores(places, requested);
      }
      places.clear();
    };
    for (long column = firstColumn; column <= lastColumn; ++column)
    {
      if (m_Solutions.count({row, column}) != 0)
      {
        solve();
        continue;
      }
      places.push_back({row, column});
      if (static_cast<long>(places.size()) == atOnce)
      {
        solve();
      }
    }
    solve();
  }
  // Much memory, which the next filter may want.
  m_Workspaces.clear();
  for (unsigned int number = 0; number < 3; ++number)
  {
    auto* const image = const_cast<TImage*>(this->GetInput(number));
    if (image->GetSource() && (number > 0 || m_KeepsFused))
    {
      image->ReleaseData();
    }
  }
  m_SolutionsTime = time;
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::SolveCores(const std::vector<Place>& places, const Region& requested)
{
  const auto coreOf = [this](const Place& place) {
    return m_Refinement.GetCores({place.first * m_Refinement.GetCoreRows(), place.second * m_Refinement.GetCoreColumns(), 1, 1});
  };
  const Region first = coreOf(places.front()), last = coreOf(places.back());
  Surroundings around;
  around.fine   = m_Refinement.GetNeighbourhood({first.top, first.left, first.rows, last.left + last.columns - first.left});
  around.coarse = m_Refinement.GetCoarse(around.fine);
  ReadCoarse(around);

  const std::size_t     q = m_Refinement.GetComponents(), summary = m_Refinement.GetSummarySize(), c = m_Refinement.GetMultispectralBands();
  std::vector<Solution> solutions(places.size());
  for (std::size_t k = 0; k < places.size(); ++k)
  {
    const Region core   = coreOf(places[k]);
    const auto   pixels = static_cast<std::size_t>(core.rows * core.columns);
    solutions[k].z.assign(pixels * q, 0.f);
    solutions[k].valid.assign(pixels, 0);
    solutions[k].fused.resize(m_KeepsFused ? pixels * m_Refinement.GetFusedSize() : 0);
    m_Solutions[places[k]] = std::move(solutions[k]);
  }
  ReadFine(around, places, requested);
  if (!around.coarse.IsEmpty() && !m_Model->tolerance.empty())
  {
    CoarseAgreement::Exclude(CoarseAgreement::Differences(m_Refinement.GetSensor(), around.fine, around.multispectral.data(), around.seen, GetThreads(this)),
                             m_Model->tolerance, around.usable);
  }

  const auto               threads = static_cast<std::size_t>(GetThreads(this));
  std::atomic<std::size_t> next{0};
  m_Workspaces.resize(std::max(m_Workspaces.size(), threads));
  RunTasks(static_cast<unsigned int>(threads), threads,
           [&](std::size_t thread)
           {
             for (std::size_t k = next++; k < places.size(); k = next++)
             {
               const Region              core = coreOf(places[k]);
               SpectralRefinement::Block block;
               block.fine          = m_Refinement.GetNeighbourhood(core);
               const auto offset   = static_cast<std::size_t>((block.fine.top - around.fine.top) * around.fine.columns + block.fine.left - around.fine.left);
               block.summaries     = around.summaries.data() + offset * summary;
               block.multispectral = around.multispectral.data() + offset * c;
               block.valid         = around.valid.data() + offset;
               block.stride        = static_cast<std::size_t>(around.fine.columns);
               block.coarse        = around.coarse;
               block.projections   = around.projections.data();
               block.usable        = around.usable.data();
               block.coarseStride  = static_cast<std::size_t>(around.coarse.columns);
               m_Refinement.Solve(block, core, m_Workspaces[thread], m_Solutions.at(places[k]).z.data(), static_cast<std::size_t>(core.columns));
             }
           });
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::ReadCoarse(Surroundings& around)
{
  if (around.coarse.IsEmpty())
  {
    return;
  }
  const TImage* const image = this->GetInput(2);
  Make(image, around.coarse);
  const std::size_t q = m_Refinement.GetComponents(), C = m_Refinement.GetSpectralBands();
  const auto        columns = static_cast<std::size_t>(around.coarse.columns);
  around.projections.resize(static_cast<std::size_t>(around.coarse.rows) * columns * q);
  around.usable.resize(static_cast<std::size_t>(around.coarse.rows) * columns);
  around.seen.resize(around.coarse.rows * around.coarse.columns, m_Refinement.GetMultispectralBands());
  for (long row = 0; row < around.coarse.rows; ++row)
  {
    const float* const spectra = GetPixel(image, around.coarse.top + row, around.coarse.left);
    const std::size_t  place   = static_cast<std::size_t>(row) * columns;
    m_Refinement.SummariseCoarse(spectra, columns, around.projections.data() + place * q);
    m_Model->response.Apply(spectra, columns, around.seen.data() + place * m_Refinement.GetMultispectralBands());
    for (std::size_t column = 0; column < columns; ++column)
    {
      const float* const spectrum   = spectra + column * C;
      const bool         saturated  = std::any_of(spectrum, spectrum + C, [this](float value) { return value >= m_HyperspectralSaturation; });
      around.usable[place + column] = !saturated && IsValidSpectrum(spectrum, C, m_HyperspectralNoData);
    }
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::ReadFine(Surroundings& around, const std::vector<Place>& places, const Region& requested)
{
  constexpr long MaximumBytes = 12 << 20; // of the fused image
  const auto     pixels       = static_cast<std::size_t>(around.fine.rows * around.fine.columns);
  const long     lineBytes    = around.fine.columns * static_cast<long>(m_Refinement.GetFusedSize() * sizeof(float));
  // A piece that is nearly as large may as well be made at once, which spares making it again.
  const bool whole = !m_KeepsFused && 2 * static_cast<long>(pixels) <= 3 * requested.rows * requested.columns;
  const long lines = whole ? around.fine.rows : std::clamp(MaximumBytes / lineBytes, 1L, around.fine.rows);
  around.summaries.resize(pixels * m_Refinement.GetSummarySize());
  around.multispectral.resize(pixels * m_Refinement.GetMultispectralBands());
  around.valid.resize(pixels);
  for (long row = 0; row < around.fine.rows; row += lines)
  {
    this->UpdateProgress(static_cast<float>(row) / static_cast<float>(around.fine.rows));
    if (this->GetAbortGenerateData())
    {
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
    const Region part = {around.fine.top + row, around.fine.left, std::min(lines, around.fine.rows - row), around.fine.columns};
    Make(this->GetInput(0), part);
    Make(this->GetInput(1), part);
    RunTasks(GetThreads(this), static_cast<std::size_t>(part.rows), [&](std::size_t line) { ReadLine(around, places, part.top + static_cast<long>(line)); });
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::ReadLine(Surroundings& around, const std::vector<Place>& places, long row)
{
  const std::size_t  K = m_Refinement.GetFusedSize(), c = m_Refinement.GetMultispectralBands();
  const auto         columns = static_cast<std::size_t>(around.fine.columns);
  const std::size_t  place   = static_cast<std::size_t>(row - around.fine.top) * columns;
  const float* const fused   = GetPixel(this->GetInput(0), row, around.fine.left);
  const float* const msi     = GetPixel(this->GetInput(1), row, around.fine.left);
  unsigned char*     valid   = around.valid.data() + place;
  m_Refinement.Summarise(fused, columns, around.summaries.data() + place * m_Refinement.GetSummarySize());
  std::copy_n(msi, columns * c, around.multispectral.data() + place * c);
  for (std::size_t column = 0; column < columns; ++column)
  {
    valid[column] = IsValidSpectrum(fused + column * K, K, m_FusedNoData) && IsValidSpectrum(msi + column * c, c, m_MultispectralNoData);
  }
  for (const Place& core : places)
  {
    const Region region = m_Refinement.GetCores({core.first * m_Refinement.GetCoreRows(), core.second * m_Refinement.GetCoreColumns(), 1, 1});
    if (row < region.top || row >= region.top + region.rows)
    {
      continue;
    }
    Solution&         solution = m_Solutions.at(core);
    const std::size_t from = static_cast<std::size_t>(region.left - around.fine.left), to = static_cast<std::size_t>((row - region.top) * region.columns);
    const auto        count = static_cast<std::size_t>(region.columns);
    std::copy_n(valid + from, count, solution.valid.data() + to);
    if (m_KeepsFused)
    {
      std::copy_n(fused + from * K, count * K, solution.fused.data() + to * K);
    }
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::GenerateData()
{
  this->AllocateOutputs();
  const Region requested = GetRegion(this->GetOutput()->GetRequestedRegion());
  // A row of cores at a time where it is kept with what it was made of, however many lines the piece has.
  const bool inRows = IsRefining() && m_KeepsFused;
  const long end = requested.top + requested.rows, lines = m_Refinement.GetCoreRows();
  for (long top = requested.top, next = end; top < end; top = next)
  {
    next              = inRows ? std::min(end, (top / lines + 1) * lines) : end;
    const Region part = {top, requested.left, next - top, requested.columns};
    if (inRows)
    {
      FindSolutions(part, requested);
    }
    RunTasks(GetThreads(this), static_cast<std::size_t>(part.rows), [&](std::size_t line) { RefineLine(part.top + static_cast<long>(line), part); });
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::RefineLine(long row, const Region& requested)
{
  const std::size_t K = m_Refinement.GetFusedSize(), C = m_Refinement.GetSpectralBands(), q = m_Refinement.GetComponents();
  const long        end = requested.left + requested.columns;
  for (long column = requested.left; column < end;)
  {
    float* const out = const_cast<float*>(GetPixel(this->GetOutput(), row, column));
    if (!IsRefining())
    {
      const float* const fused = GetPixel(this->GetInput(0), row, column);
      const auto         count = static_cast<std::size_t>(end - column);
      m_Refinement.Refine(fused, nullptr, count, out);
      for (std::size_t pixel = 0; pixel < count; ++pixel)
      {
        Finish(IsValidSpectrum(fused + pixel * K, K, m_FusedNoData), out + pixel * C);
      }
      return;
    }
    const Region      core     = m_Refinement.GetCores({row, column, 1, 1});
    const Place       place    = {row / m_Refinement.GetCoreRows(), column / m_Refinement.GetCoreColumns()};
    const Solution&   solution = m_Solutions.at(place);
    const auto        count    = static_cast<std::size_t>(std::min(end, core.left + core.columns) - column);
    const std::size_t from     = static_cast<std::size_t>((row - core.top) * core.columns + column - core.left);
    m_Refinement.Refine(m_KeepsFused ? solution.fused.data() + from * K : GetPixel(this->GetInput(0), row, column), solution.z.data() + from * q, count, out);
    for (std::size_t pixel = 0; pixel < count; ++pixel)
    {
      Finish(solution.valid[from + pixel] != 0, out + pixel * C);
    }
    column += static_cast<long>(count);
  }
}

template <class TImage>
void SpectralRefinementImageFilter<TImage>::Finish(bool valid, float* spectrum) const
{
  const std::size_t C = m_Refinement.GetSpectralBands();
  if (!valid)
  {
    std::fill_n(spectrum, C, this->GetOutputFormat().noData);
  }
  else
  {
    this->Round(spectrum, C);
  }
}
} // namespace otb

#endif
