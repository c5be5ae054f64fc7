// SPDX-License-Identifier: Apache-2.0
#ifndef otbBlurPixels_h
#define otbBlurPixels_h

#include "otbSensorBlur.h"
#include "otbSensorBlurSample.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace otb
{
/** Where a kernel may have weights: sharp pixels from a coarse pixel's centre. */
struct BlurWindow
{
  double centreRow = 0., centreColumn = 0.;
  double halfRow = 0., halfColumn = 0.;
};

/** A coarse pixel of a sample. */
struct BlurPixel
{
  std::size_t patch;
  long        row, column; // in the patch
};

/** The patches of a sample, about their bands' means, with what is asked of them again and again. */
class BlurPixels
{
public:
  /** Bands that do not vary in both images are left out. */
  explicit BlurPixels(const SensorBlurSample& sample);

  const std::vector<unsigned int>& GetBands() const
  {
    return m_Bands; // numbers of the bands that vary
  }

  double GetMean(unsigned int place) const // of the sharp image, in the order of GetBands()
  {
    return m_FineMeans[place];
  }

  double GetCoarseMean(unsigned int place) const
  {
    return m_CoarseMeans[place];
  }

  double GetRowRatio() const
  {
    return m_Sample.rows.Ratio();
  }

  double GetColumnRatio() const
  {
    return m_Sample.columns.Ratio();
  }

  /** The displacement [whole sharp pixels] at which the two images are most alike; zero when none stands out. */
  void FindShift(long& row, long& column) const;

  /** The coarse pixels with a value whose window is whole and valid; at most about `most` of them, patch by patch. */
  std::vector<BlurPixel> Find(const BlurWindow& window, std::size_t most = SIZE_MAX) const;

  /** y: pixels x bands. */
  Eigen::MatrixXd GetValues(const std::vector<BlurPixel>& pixels) const;

  /** What the kernel, cut to the window, makes of the sharp image: pixels x bands. */
  Eigen::MatrixXd Apply(const SensorBlur& blur, const BlurWindow& window, const std::vector<BlurPixel>& pixels) const;

  /** A kernel cut to the window. */
  static SensorBlur Cut(const SensorBlur& blur, const BlurWindow& window);

  const SensorBlurPatch& GetPatch(const BlurPixel& pixel) const
  {
    return m_Sample.patches[pixel.patch];
  }

  /** One band of the patch about its mean, invalid pixels zero. */
  const float* GetPlane(std::size_t patch, unsigned int place) const
  {
    const SensorBlurPatch& p = m_Sample.patches[patch];
    return m_Planes[patch].data() + place * static_cast<std::size_t>(p.fineRows * p.fineColumns);
  }

  /** The grids, counted from the patch's first pixels. */
  CoarseGridAxis GetRows(std::size_t patch) const;
  CoarseGridAxis GetColumns(std::size_t patch) const;

private:
  /** Sums over rectangles from the upper-left corner, of the sum of standardised bands and of the number of invalid pixels. */
  struct Integral
  {
    std::vector<double> sums;
    std::vector<int>    invalid;
  };

  template <class T>
  static T Box(const std::vector<T>& integral, long columns, long top, long left, long bottom, long right);

  bool   IsWhole(std::size_t patch, double top, double left, double bottom, double right) const;
  double CoarseAt(std::size_t patch, unsigned int place, long row, long column) const;

  /** Pixels whose 3 x 3 surroundings have values, and by how much their standardised sum exceeds the surroundings' mean. */
  struct Detail
  {
    std::vector<BlurPixel> pixels;
    std::vector<double>    values;
  };
  Detail GetDetail(std::size_t most) const;
  double Likeness(const Detail& detail, double limit, double limitFine, long row, long column, std::vector<double>* values = nullptr) const;

  const SensorBlurSample&         m_Sample;
  std::vector<unsigned int>       m_Bands;
  std::vector<double>             m_FineMeans, m_CoarseMeans, m_FineDeviations, m_CoarseDeviations;
  std::vector<std::vector<float>> m_Planes;
  std::vector<Integral>           m_Integrals;
};
} // namespace otb

#endif
