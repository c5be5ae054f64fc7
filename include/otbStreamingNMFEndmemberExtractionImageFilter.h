// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingNMFEndmemberExtractionImageFilter_h
#define otbStreamingNMFEndmemberExtractionImageFilter_h

#include "otbCallbackProcess.h"
#include "otbNonnegativeMatrixFactorization.h"
#include "otbStreamingSpectralSampleImageFilter.h"

namespace otb
{
/** \class PersistentNMFEndmemberExtractionImageFilter
 * \brief Endmembers of a hyperspectral image by non-negative matrix factorisation, V ~ W E, of a bounded sample of its pixels.
 *
 * The image is read once, in strips; memory is bounded by MaximumPixels. Negative values count as zero. Any unit will do: values are factorised as multiples of
 * a power of two near their maximum. The endmembers E (K x C) are in the input's unit; EndmemberImageSource makes the image of them that OTB's unmixing
 * applications take.
 *
 * \sa NonnegativeMatrixFactorization
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT PersistentNMFEndmemberExtractionImageFilter : public PersistentSpectralSampleImageFilter<TImage>
{
public:
  using Self         = PersistentNMFEndmemberExtractionImageFilter;
  using Superclass   = PersistentSpectralSampleImageFilter<TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(PersistentNMFEndmemberExtractionImageFilter, PersistentSpectralSampleImageFilter);

  /** K, 7 by default; at most the bands. */
  itkSetMacro(NumberOfEndmembers, unsigned int);
  itkGetConstMacro(NumberOfEndmembers, unsigned int);

  /** Memory that the sample and its factorisation take for each pixel of the sample, for a while: three copies of its spectrum, abundances in single and in
   * double precision, four more doubles, and its place. */
  static std::uint64_t GetBytesPerPixel(std::uint64_t bands, std::uint64_t endmembers)
  {
    return 3 * sizeof(float) * bands + (sizeof(float) + sizeof(double)) * endmembers + 4 * sizeof(double) + 8;
  }

  /** The factorisation, to be watched or aborted; the reading shows at the decorator's streamer. */
  itkGetModifiableObjectMacro(Solver, CallbackProcess);

  /** The result, valid after the streaming. */
  const NonnegativeMatrixFactorization::Result& GetResult() const
  {
    return m_Result;
  }

  void Synthetize() override;

protected:
  PersistentNMFEndmemberExtractionImageFilter() : m_Solver(CallbackProcess::New())
  {
  }
  ~PersistentNMFEndmemberExtractionImageFilter() override = default;

  /** \throw itk::ExceptionObject when K is zero or exceeds the bands or the pixels. */
  void GenerateOutputInformation() override;

private:
  PersistentNMFEndmemberExtractionImageFilter(const Self&) = delete;
  void operator=(const Self&)                              = delete;

  unsigned int                           m_NumberOfEndmembers = 7;
  CallbackProcess::Pointer               m_Solver;
  NonnegativeMatrixFactorization::Result m_Result;
};

/** Streams a whole image through a PersistentNMFEndmemberExtractionImageFilter: Update(), then GetFilter()->GetResult(). */
template <class TImage>
using StreamingNMFEndmemberExtractionImageFilter = StreamingReduction<PersistentNMFEndmemberExtractionImageFilter<TImage>, StreamingPieces::Blocks>;
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbStreamingNMFEndmemberExtractionImageFilter.hxx"
#endif

#endif
