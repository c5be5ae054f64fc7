// SPDX-License-Identifier: Apache-2.0
#ifndef otbStreamingReduction_h
#define otbStreamingReduction_h

#include "otbPersistentFilterStreamingDecorator.h"

namespace otb
{
/** The pieces in which an image is read when all of it is reduced to something small. */
enum class StreamingPieces
{
  Strips, // of whole lines
  Blocks  // those of the image's file
};

/** \class StreamingReduction
 * \brief Streams whole images through a persistent filter, in pieces that fit into memory: Update(), then ask GetFilter() for what it has found.
 *
 * \tparam TFilter the persistent filter, such as a LineReductionImageFilter
 * \tparam Pieces how the images are cut
 * \ingroup SpectraMorph
 */
template <class TFilter, StreamingPieces Pieces = StreamingPieces::Strips>
class ITK_TEMPLATE_EXPORT StreamingReduction : public PersistentFilterStreamingDecorator<TFilter>
{
public:
  using Self         = StreamingReduction;
  using Superclass   = PersistentFilterStreamingDecorator<TFilter>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using ImageType    = typename TFilter::InputImageType;

  itkNewMacro(Self);
  itkTypeMacro(StreamingReduction, PersistentFilterStreamingDecorator);

  void SetInput(ImageType* image)
  {
    this->GetFilter()->SetInput(image);
  }

protected:
  StreamingReduction()
  {
    if (Pieces == StreamingPieces::Strips)
    {
      this->GetStreamer()->SetAutomaticStrippedStreaming(0);
    }
    else
    {
      this->GetStreamer()->SetAutomaticAdaptativeStreaming(0);
    }
  }
  ~StreamingReduction() override = default;

private:
  StreamingReduction(const Self&) = delete;
  void operator=(const Self&)     = delete;
};
} // namespace otb

#endif
