// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingNMFEndmemberExtractionImageFilter_hxx
#define otbStreamingNMFEndmemberExtractionImageFilter_hxx

#include "otbStreamingNMFEndmemberExtractionImageFilter.h"
#include "otbToolkitVersion.h"

#include <algorithm>

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
  settings.threads    = GetThreads(this);
  const NonnegativeMatrixFactorization factorization(settings);
  m_Solver->Run(
      [&](const CallbackProcess::Report& report) {
        m_Result =
            factorization.Factorize(this->GetSample().spectra.cwiseMax(0.f), [&](double violation) { return report(factorization.Fraction(violation)); });
      });
}
} // namespace otb

#endif
