// SPDX-License-Identifier: Apache-2.0
#ifndef otbReleasePipeline_h
#define otbReleasePipeline_h

#include "itkImageBase.h"
#include "itkProcessObject.h"

#include <set>

namespace otb
{
/** Gives back the buffers of what a filter makes and of all that it is made of. Between two passes over a scene they would lie in memory beside those of the
 * next one. An image without a source could not be made again and keeps its buffer; so does one that a filter made as a whole, for that filter may be one that
 * cannot make it in pieces, in a chain with other applications, and would have all its work to do again. */
inline void ReleasePipeline(itk::ProcessObject* last)
{
  std::set<itk::ProcessObject*> found = {last}, next = found;
  while (!next.empty())
  {
    itk::ProcessObject* const filter = *next.begin();
    next.erase(next.begin());
    for (const auto& output : filter->GetOutputs())
    {
      const auto* const image   = dynamic_cast<const itk::ImageBase<2>*>(output.GetPointer());
      const bool        whole   = image != nullptr && image->GetBufferedRegion() == image->GetLargestPossibleRegion();
      const bool        isAFile = filter->GetNumberOfInputs() == 0;
      if (isAFile || !whole)
      {
        output->ReleaseData();
      }
    }
    for (const auto& input : filter->GetInputs())
    {
      const auto source = input ? input->GetSource() : nullptr;
      if (source && found.insert(source.GetPointer()).second)
      {
        next.insert(source.GetPointer());
      }
    }
  }
}
} // namespace otb

#endif
