// SPDX-License-Identifier: Apache-2.0
#ifndef otbReleasePipeline_h
#define otbReleasePipeline_h

#include "itkProcessObject.h"

#include <set>

namespace otb
{
/** Gives back the buffers of what a filter makes and of all that it is made of. Between two passes over a scene they would lie in memory beside those of the
 * next one. An image without a source could not be made again and keeps its buffer. */
inline void ReleasePipeline(itk::ProcessObject* last)
{
  std::set<itk::ProcessObject*> found = {last}, next = found;
  while (!next.empty())
  {
    itk::ProcessObject* const filter = *next.begin();
    next.erase(next.begin());
    for (const auto& output : filter->GetOutputs())
    {
      output->ReleaseData();
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
