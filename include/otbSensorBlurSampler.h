// SPDX-License-Identifier: Apache-2.0
#ifndef otbSensorBlurSampler_h
#define otbSensorBlurSampler_h

#include "otbCoarseGridMap.h"
#include "otbSensorBlurSample.h"

#include "itkProcessObject.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace otb
{
/** \class SensorBlurSampler
 * \brief Reads what a SensorBlurEstimate is found from: squares of coarse pixels spread over the ground that two images share, and the sharp pixels around
 * them.
 *
 * Inputs: a sharp image and a coarse one of as many bands (what the response makes of its spectra). A hash of the seed and of a square's place orders the
 * squares; they are asked for one after the other, each image for the region that is needed alone, until there are MaximumPixels valid coarse pixels,
 * MaximumSharpPixels are read, or no squares are left. Memory is bounded, an image of any size is read in part, and the sample is the same for any number of
 * threads; tiles do not come into it.
 *
 * A pixel with NaN or infinity in a band, or with no data in all, becomes NaN. Update(), then GetSample().
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SensorBlurSampler : public itk::ProcessObject
{
public:
  using Self         = SensorBlurSampler;
  using Superclass   = itk::ProcessObject;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;
  using RegionType   = typename TImage::RegionType;

  itkNewMacro(Self);
  itkTypeMacro(SensorBlurSampler, itk::ProcessObject);

  void SetSharpInput(TImage* image)
  {
    this->SetNthInput(0, image);
  }

  void SetCoarseInput(TImage* image)
  {
    this->SetNthInput(1, image);
  }

  /** The values that mark pixels without data in each image; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(SharpNoData, float);
  itkGetConstMacro(SharpNoData, float);
  itkSetMacro(CoarseNoData, float);
  itkGetConstMacro(CoarseNoData, float);

  /** About the most coarse pixels, 6000 by default: it may be exceeded by one square's. */
  itkSetMacro(MaximumPixels, std::uint64_t);
  itkGetConstMacro(MaximumPixels, std::uint64_t);

  /** About the most sharp pixels to keep, 2^22 by default (64 MB of four bands). */
  itkSetMacro(MaximumSharpPixels, std::uint64_t);
  itkGetConstMacro(MaximumSharpPixels, std::uint64_t);

  /** Coarse pixels across a square, 16 by default. */
  itkSetClampMacro(SquareSize, unsigned int, 3, 1024);
  itkGetConstMacro(SquareSize, unsigned int);

  itkSetMacro(Seed, std::uint64_t);
  itkGetConstMacro(Seed, std::uint64_t);

  /** \throw itk::ExceptionObject when an input is missing, the bands differ in number, or the images do not overlap. */
  void Update() override;

  /** The patches, ordered by row and column. */
  const SensorBlurSample& GetSample() const
  {
    return m_Sample;
  }

  /** How the two grids lie, valid after Update(). */
  const CoarseGridMap& GetGridMap() const
  {
    return m_GridMap;
  }

protected:
  SensorBlurSampler()
  {
    this->SetNumberOfRequiredInputs(2);
  }
  ~SensorBlurSampler() override = default;

private:
  SensorBlurSampler(const Self&) = delete;
  void operator=(const Self&)    = delete;

  struct Square
  {
    std::uint64_t order = 0;
    long          row = 0, column = 0; // of the first coarse pixel
  };

  /** The squares that the sharp image covers at least in part, in the order that they are asked for. */
  std::vector<Square> GetSquares() const;

  /** Coarse pixels [first, last) of an axis that the sharp image covers at least in part. */
  static void GetCovered(const CoarseGridAxis& axis, long fineSize, long& first, long& last);

  /** Asks an image for `rows` x `columns` pixels and gives its bands as planes. */
  static std::vector<float> Read(TImage* image, float noData, long row, long column, long rows, long columns);

  CoarseGridMap    m_GridMap;
  SensorBlurSample m_Sample;
  float            m_SharpNoData        = std::numeric_limits<float>::quiet_NaN();
  float            m_CoarseNoData       = std::numeric_limits<float>::quiet_NaN();
  std::uint64_t    m_MaximumPixels      = 6000;
  std::uint64_t    m_MaximumSharpPixels = std::uint64_t{1} << 22;
  unsigned int     m_SquareSize         = 16;
  std::uint64_t    m_Seed               = 0;
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSensorBlurSampler.hxx"
#endif

#endif
