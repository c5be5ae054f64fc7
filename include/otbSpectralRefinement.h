// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinement_h
#define otbSpectralRefinement_h

#include "SpectraMorphExport.h"
#include "otbCoarseGridAxis.h"
#include "otbLinearMixing.h"
#include "otbSensorBlur.h"
#include "otbSensorOperator.h"
#include "otbSpectraMatrix.h"
#include "otbSpectralResponse.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace otb
{
/** \class SpectralRefinementModel
 * \brief What refining a fused image needs to know of its scene: the same for all of its blocks.
 *
 * A fused image X0 (H x W x C) is wrong by B z, where z (H x W x q) is found by
 * \f[ \min_z \; \sum_{usable} |P^T Y - D (P^T X_0 + S z)|^2 + |(M - R (X_0 + B z)) / s_m|^2 + \sum_{x \sim x'} w(x, x') |z(x) - z(x')|^2 + l_0 |z|^2, \f]
 * with the LR-HSI Y (h x w x C), the HR-MSI M (H x W x c) and
 * \f$ w(x, x') = l_s \exp(-|(M(x) - M(x')) / d|^2 / h^2) \f$ between neighbours. Projecting on P is what makes D act on q components instead of C bands.
 *
 * \ingroup SpectraMorph
 */
struct SpectralRefinementModel
{
  SensorBlur         blur;               // D: what a coarse pixel averages
  SpectraMatrix      basis;              // B, C x q: directions of the error, each as long as the error's standard deviation along it, in the image's unit
  SpectraMatrix      projection;         // P, C x q: from spectra to the whitened innovations' components, so that P^T B is diagonal
  std::vector<float> sizes;              // S, q: that diagonal, P^T D B z = D S z
  std::vector<float> multispectralNoise; // s_m, c: standard deviation of M - R X, > 0, in the image's unit
  std::vector<float> contrast;           // d, c: standard deviation of R Y per band, > 0, in the image's unit
  SpectralResponse   response;           // R, c x C
  std::vector<float> tolerance;          // c, > 0: coarse pixels where |R Y - D M| is larger in a band say nothing (CoarseAgreement); empty: all are believed
  float              edge       = 1.f;   // h, > 0: the differences in M, in units of d, that count as an edge
  float              coupling   = 1.f;   // l_s, >= 0
  float              damping    = 0.01f; // l_0, > 0
  unsigned int       iterations = 4;     // of conjugate gradients on the fine pixels, >= 1

  /** q; 0: the fused image stays as it is. */
  unsigned int components() const
  {
    return static_cast<unsigned int>(sizes.size());
  }
};

/** \class SpectralRefinement
 * \brief Finds the error B z of a fused image, block by block (see SpectralRefinementModel for what z minimises).
 *
 * \par Blocks
 * z depends on little more than what one kernel's width around a pixel holds. The fine image is cut by a fixed lattice into cores, each of which is solved with
 * a halo (GetNeighbourhood()). The result at a pixel depends on its block alone.
 *
 * \par Data
 * All that the solver sees of a fused pixel are q + c numbers (Summarise()), of a coarse one q (SummariseCoarse()). Pixels that are not valid have no data
 * and are not coupled to their neighbours; coarse pixels are left out when they are not usable, or when the kernel's taps leave the fine image or meet a fine
 * pixel that is not valid. The residuals of the multispectral image
 * count as far as the coarse image reaches, and fade over four coarse pixels beyond: from there on X0 is taken to be right, and z tends to zero.
 *
 * \par Solution
 * Conjugate gradients, preconditioned by the diagonal, on lattices from coarse to fine: of squares of four by four pixels (eight by eight where the ratio is
 * eight or more), of two by two, and of the pixels themselves. Each starts from the one before, so that the smooth part of the error, which would take many
 * iterations on the pixels, is there already (the cascadic multigrid method: Bornemann and Deuflhard, Numerische Mathematik 75, 1996). Couplings of squares are
 * those of smooth unknowns along the way from one centre to the other, edges within a square included.
 *
 * A fused image may be given as abundances of a linear mixing (K numbers per pixel instead of C), which is cheaper to make, to keep and to summarise.
 *
 * \ingroup SpectraMorph
 */
class SpectraMorph_EXPORT SpectralRefinement
{
public:
  /** A rectangle of pixels, counted from an image's first. */
  struct Region
  {
    long top = 0, left = 0, rows = 0, columns = 0;

    bool IsEmpty() const
    {
      return rows <= 0 || columns <= 0;
    }
  };

  /** What is known of the pixels of a rectangle. Lines of pixels follow each other; a pixel's numbers are contiguous. */
  struct Block
  {
    Region               fine;                    // of the fine image; what a solution is found for
    const float*         summaries     = nullptr; // GetSummarySize() per fine pixel
    const float*         multispectral = nullptr; // c per fine pixel
    const unsigned char* valid         = nullptr; // per fine pixel, not 0 where both images have data
    std::size_t          stride        = 0;       // fine pixels from one line to the next
    Region               coarse;                  // of the coarse image; at least GetCoarse(fine)
    const float*         projections  = nullptr;  // q per coarse pixel
    const unsigned char* usable       = nullptr;  // per coarse pixel
    std::size_t          coarseStride = 0;        // coarse pixels from one line to the next
  };

  /** Scratch memory of Solve(), to be used again by the same thread. */
  class Workspace
  {
  public:
    Workspace();
    ~Workspace();
    Workspace(Workspace&&) noexcept;
    Workspace& operator=(Workspace&&) noexcept;

  private:
    friend class SpectralRefinement;
    struct Level;
    struct Buffers;
    std::unique_ptr<Buffers> m_Buffers;
  };

  SpectralRefinement() = default;

  /** \param rows, columns how the coarse image lies on the fine one of fineRows x fineColumns pixels
   * \param mixing the fused image is given as abundances of these endmembers; null when it is given as spectra
   * \throw std::invalid_argument when a part of the model is not of the size that the others have, or not in its range. */
  SpectralRefinement(const SpectralRefinementModel& model, const CoarseGridAxis& rows, const CoarseGridAxis& columns, long fineRows, long fineColumns,
                     const LinearMixing* mixing = nullptr);

  /** q. */
  unsigned int GetComponents() const
  {
    return m_Components;
  }

  /** Numbers of a fused pixel as it is given: K of abundances, or C. */
  unsigned int GetFusedSize() const
  {
    return static_cast<unsigned int>(m_Summary.rows());
  }

  unsigned int GetSpectralBands() const
  {
    return static_cast<unsigned int>(m_Basis.rows());
  }

  unsigned int GetMultispectralBands() const
  {
    return static_cast<unsigned int>(m_Noise.size());
  }

  /** q + c. */
  unsigned int GetSummarySize() const
  {
    return m_Components + GetMultispectralBands();
  }

  /** B, C x q. */
  const SpectraMatrix& GetBasis() const
  {
    return m_Basis;
  }

  const SensorOperator& GetSensor() const
  {
    return m_Sensor;
  }

  /** Pixels along the side of a core: a few hundred, and a multiple of the ratio where that is whole. The first core starts at the image's first pixel. */
  long GetCoreRows() const
  {
    return m_CoreRows;
  }
  long GetCoreColumns() const
  {
    return m_CoreColumns;
  }

  /** The cores that hold the region, whole, within the image. */
  Region GetCores(const Region& region) const;

  /** The region and the halo around it, within the image. */
  Region GetNeighbourhood(const Region& region) const;

  /** The coarse pixels that see nothing but a region of fine ones; may be empty. */
  Region GetCoarse(const Region& fine) const;

  /** count x GetFusedSize() to count x GetSummarySize(). */
  void Summarise(const float* fused, std::size_t count, float* summaries) const;

  /** count x C to count x q. */
  void SummariseCoarse(const float* hyperspectral, std::size_t count, float* projections) const;

  /** z of a core, which lies in block.fine: q per pixel, `stride` pixels from one line to the next.
   * Many threads may call it, each with its own workspace. */
  void Solve(const Block& block, const Region& core, Workspace& workspace, float* z, std::size_t stride) const;

  /** X = X0 + B z: count x GetFusedSize() and count x q to count x C. `spectra` may be where `fused` is when that has C bands. */
  void Refine(const float* fused, const float* z, std::size_t count, float* spectra) const;

private:
  void CheckModel(const SpectralRefinementModel& model) const;
  void SetData(const SpectralRefinementModel& model);
  void SetSummary(const SpectralRefinementModel& model, const LinearMixing* mixing);
  void SetLattice();

  void SetCouplings(const Block& block, Workspace::Buffers& buffers) const;
  void SetUsable(const Block& block, Workspace::Buffers& buffers) const;
  void SetResiduals(const Block& block, Workspace::Buffers& buffers) const;
  void SetCoarser(Workspace::Buffers& buffers) const;
  void SetRest(Workspace::Buffers& buffers, std::size_t level) const;
  void Iterate(Workspace::Buffers& buffers, std::size_t level, unsigned int iterations) const;

  unsigned int       m_Components = 0;
  CoarseGridAxis     m_RowAxis, m_ColumnAxis;
  SensorOperator     m_Sensor;
  long               m_CoreRows = 1, m_CoreColumns = 1, m_HaloRows = 0, m_HaloColumns = 0;
  float              m_Coupling = 1.f, m_Damping = 1.f;
  unsigned int       m_Iterations = 0;
  SpectraMatrix      m_Basis;                       // C x q
  SpectraMatrix      m_Seen;                        // R B / s_m, c x q
  SpectraMatrix      m_Data;                        // its transpose
  std::vector<float> m_SquaredSizes;                // q
  std::vector<float> m_SeenNorm;                    // q: of R B / s_m, squared
  std::vector<float> m_Diagonal;                    // q: what all data add to the normal matrix' diagonal, on the average
  std::vector<float> m_Noise, m_Precision, m_Guide; // c: s_m, 1 / s_m, 1 / (d h)
  SpectraMatrix      m_Summary;                     // K or C x (q + c) padded
  std::vector<float> m_SummaryBase;                 // (q + c) padded
  SpectraMatrix      m_Projection;                  // C x q padded
  SpectraMatrix      m_Synthesis;                   // (K +) q x C padded
  std::vector<float> m_Origin;                      // C padded, of the mixing
};
} // namespace otb

#endif
