// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingNMFEndmemberExtractionImageFilter_hxx
#define otbStreamingNMFEndmemberExtractionImageFilter_hxx

#include "otbStreamingNMFEndmemberExtractionImageFilter.h"

#include <algorithm>
#include <cmath>

namespace otb
{
template <class TImage>
void PersistentNMFEndmemberExtractionImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const auto*         input = this->GetInput();
  const std::uint64_t bands = input->GetNumberOfComponentsPerPixel();
  const std::uint64_t most  = std::min<std::uint64_t>(bands, input->GetLargestPossibleRegion().GetNumberOfPixels());
  if (m_NumberOfEndmembers == 0 || m_NumberOfEndmembers > most)
  {
    itkExceptionMacro(<< "The number of endmembers is " << m_NumberOfEndmembers << ", expected 1 to " << most << ": the image has " << bands << " bands and "
                      << input->GetLargestPossibleRegion().GetNumberOfPixels() << " pixels");
  }
}

template <class TImage>
void PersistentNMFEndmemberExtractionImageFilter<TImage>::Synthetize()
{
  Superclass::Synthetize();
  NonnegativeMatrixFactorization::Settings settings;
  settings.endmembers = m_NumberOfEndmembers;
  settings.threads    = this->GetNumberOfThreads();
  // The violation falls about exponentially: its logarithm tells how far the descent has come.
  const double logTolerance = std::log(settings.tolerance);
  // The start puts the mean of the spectra where the factors, which are of the order of their square root, have zeros: that suits values of about one alone. A
  // power of two makes them so and leaves their digits as they are.
  SpectraMatrix spectra = this->GetSample().spectra.cwiseMax(0.f);
  const float   highest = spectra.size() > 0 ? spectra.maxCoeff() : 0.f;
  const float   unit    = highest > 0.f ? std::exp2(std::min(std::ceil(std::log2(highest)), 127.f)) : 1.f;
  spectra /= unit;
  m_Solver->Run(
      [&](const CallbackProcess::Report& report)
      {
        m_Result = NonnegativeMatrixFactorization(settings).Factorize(
            spectra, [&](double violation) { return report(violation > 0. ? std::clamp(std::log(violation) / logTolerance, 0., 1.) : 1.); });
      });
  m_Result.endmembers *= unit;
  if (m_Result.cancelled)
  {
    throw itk::ProcessAborted(__FILE__, __LINE__);
  }
}
} // namespace otb

#endif
