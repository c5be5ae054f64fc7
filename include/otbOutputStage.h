// SPDX-License-Identifier: Apache-2.0
#ifndef otbOutputStage_h
#define otbOutputStage_h

#include "otbRoundSpectra.h"

#include "otbImageMetadata.h"
#include "otbNoDataHelper.h"

#include <cstddef>
#include <vector>

namespace otb
{
/** How an image of spectra is to be written. */
struct OutputFormat
{
  /** The value of every band of an invalid pixel. */
  float noData = -9999.f;

  /** Whether values are rounded to integers: for images to be written with an integer pixel type, since OTB's writers truncate. */
  bool integers = false;

  /** The pieces that a writer should ask for are made of blocks of this many columns and lines, if they are given; of the input file's blocks otherwise, which
   * suit an output that is smaller. A block of the output's file that is written in several pieces is read, and perhaps compressed, again for each. */
  unsigned int tileColumns = 0;
  unsigned int tileLines   = 0;
};

/** \class OutputStage
 * \brief What every filter has that can be the last of a chain of them: it takes the format in which its output is to be written.
 *
 * In a chain of stages (inference, then what refines its result) only the last one knows of rounding, the value of invalid pixels and the file's blocks; those
 * before it leave their values as they are. Which is the last is known when the chain is complete: it is told then, whatever it is.
 *
 * A filter derives from it, gives invalid pixels the format's value, calls Round() on what it has computed, and Describe() when it makes its metadata.
 *
 * \ingroup SpectraMorph
 */
class OutputStage
{
public:
  virtual ~OutputStage() = default;

  const OutputFormat& GetOutputFormat() const
  {
    return m_OutputFormat;
  }

  void SetOutputFormat(const OutputFormat& format)
  {
    m_OutputFormat = format;
    this->OutputFormatChanged();
  }

protected:
  /** The filter's output is to be made anew. */
  virtual void OutputFormatChanged() = 0;

  void Round(float* values, std::size_t count) const
  {
    if (m_OutputFormat.integers)
    {
      RoundSpectra(values, count);
    }
  }

  /** Declares the value of invalid pixels for every band, and the blocks. */
  void Describe(ImageMetadata& metadata) const
  {
    const std::size_t bands = metadata.Bands.size();
    WriteNoDataFlags(std::vector<bool>(bands, true), std::vector<double>(bands, m_OutputFormat.noData), metadata);
    if (m_OutputFormat.tileColumns != 0 && m_OutputFormat.tileLines != 0)
    {
      metadata.Add(MDNum::TileHintX, m_OutputFormat.tileColumns);
      metadata.Add(MDNum::TileHintY, m_OutputFormat.tileLines);
    }
  }

private:
  OutputFormat m_OutputFormat;
};
} // namespace otb

#endif
