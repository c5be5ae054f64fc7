// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectralRefinementImageFilter_h
#define otbSpectralRefinementImageFilter_h

#include "otbCoarseGridMap.h"
#include "otbOutputStage.h"
#include "otbSpectralAxis.h"
#include "otbSpectralRefinement.h"
#include "itkImageToImageFilter.h"

#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace otb
{
/** \class SpectralRefinementImageFilter
 * \brief Makes a fused image agree with both images that it was made of: X = X0 + B z (see SpectralRefinement).
 *
 * Inputs: the fused image X0 (H x W x C), the HR-MSI M (H x W x c) on the same grid, and the LR-HSI Y (h x w x C) on a grid of its own, as CoarseGridMap says.
 * Output: X (H x W x C). With SetMixing() the fused image is one of abundances, or other latent numbers (H x W x K), which spares C bands of memory. Where
 * they are few they are kept while they are needed, which spares making them twice.
 *
 * A pixel that is no data in X0 or M is the output's no data. Coarse pixels that are no data, have a band that reaches HyperspectralSaturation, or where Y and
 * M disagree by more than the model's tolerance, say nothing. A model without components makes X a copy of X0.
 *
 * \par Streaming
 * z is found for the blocks of a fixed lattice, each from its own neighbourhood, so any tiling and any number of threads give the same bits. What has been
 * found is kept as long as a piece in the same row of blocks is asked for, q numbers per pixel (and K, if they are kept; then a row of blocks at a time where
 * the piece has more than some tens of MB of them): each block is solved once when pieces come from top to bottom. The inputs of a row of blocks are asked for
 * in pieces of their own, a few tens of MB each, before those that the requested piece needs. Spectra (C bands) are therefore made twice, but where the piece
 * is as large as its blocks' neighbourhood.
 *
 * \ingroup SpectraMorph
 */
template <class TImage>
class ITK_TEMPLATE_EXPORT SpectralRefinementImageFilter : public itk::ImageToImageFilter<TImage, TImage>, public OutputStage
{
public:
  using Self         = SpectralRefinementImageFilter;
  using Superclass   = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer      = itk::SmartPointer<Self>;
  using ConstPointer = itk::SmartPointer<const Self>;

  itkNewMacro(Self);
  itkTypeMacro(SpectralRefinementImageFilter, itk::ImageToImageFilter);

  using ImageType  = TImage;
  using RegionType = typename TImage::RegionType;
  static_assert(std::is_same<typename TImage::InternalPixelType, float>::value, "Spectral filters work on single-precision vector images");

  /** X0 is the first input (SetInput()); these are M and Y. */
  void SetMultispectral(const TImage* image)
  {
    this->SetNthInput(1, const_cast<TImage*>(image));
  }
  void SetHyperspectral(const TImage* image)
  {
    this->SetNthInput(2, const_cast<TImage*>(image));
  }

  void SetModel(std::shared_ptr<const SpectralRefinementModel> model)
  {
    m_Model = std::move(model);
    this->Modified();
  }

  /** The first input has abundances of this mixing instead of spectra. */
  void SetMixing(const LinearMixing& mixing)
  {
    m_Mixing = std::make_unique<LinearMixing>(mixing);
    this->Modified();
  }

  /** Of the C bands, for an input of abundances; an empty one (the default) keeps what the input's metadata say. */
  void SetSpectralAxis(const SpectralAxis& axis)
  {
    m_SpectralAxis = axis;
    this->Modified();
  }

  /** The values that mark invalid pixels of the three images; NaN (the default) for none besides NaN and infinity. */
  itkSetMacro(FusedNoData, float);
  itkGetConstMacro(FusedNoData, float);
  itkSetMacro(MultispectralNoData, float);
  itkGetConstMacro(MultispectralNoData, float);
  itkSetMacro(HyperspectralNoData, float);
  itkGetConstMacro(HyperspectralNoData, float);

  /** The least value that a saturated detector of the LR-HSI gives; infinity (the default) for none. */
  itkSetMacro(HyperspectralSaturation, float);
  itkGetConstMacro(HyperspectralSaturation, float);

  /** The value given to every band of an invalid pixel, -9999 by default; part of the output's format. */
  void SetOutputNoData(float value)
  {
    OutputFormat format = this->GetOutputFormat();
    format.noData       = value;
    this->SetOutputFormat(format);
  }

  /** The solver, with the lattice of its blocks; valid once information is generated. */
  const SpectralRefinement& GetRefinement() const
  {
    return m_Refinement;
  }

  /** How the two grids lie, valid once information is generated. */
  const CoarseGridMap& GetGridMap() const
  {
    return m_GridMap;
  }

protected:
  SpectralRefinementImageFilter()           = default;
  ~SpectralRefinementImageFilter() override = default;

  void VerifyInputInformation() ITKv5_CONST override
  {
    // The inputs lie on different grids by nature; CoarseGridMap refuses those that do not overlap.
  }
  void GenerateOutputInformation() override;
  void GenerateInputRequestedRegion() override;
  void UpdateOutputData(itk::DataObject* output) override;
  void GenerateData() override;

private:
  SpectralRefinementImageFilter(const Self&) = delete;
  void operator=(const Self&)                = delete;

  void OutputFormatChanged() override
  {
    this->Modified();
  }

  using Region = SpectralRefinement::Region;

  /** What is known of a block's core, line by line. */
  struct Solution
  {
    std::vector<float>         z;     // q per pixel
    std::vector<float>         fused; // K per pixel, if abundances are given
    std::vector<unsigned char> valid; // per pixel
  };
  using Place = std::pair<long, long>; // row and column of the lattice

  /** What the solver needs of the pixels around some neighbouring cores. */
  struct Surroundings
  {
    Region                     fine, coarse;
    std::vector<float>         summaries, multispectral, projections;
    std::vector<unsigned char> valid, usable;
    SpectraMatrix              seen; // R Y
  };

  bool IsRefining() const
  {
    return m_Model && m_Model->components() > 0;
  }
  const TImage* GetImage(unsigned int number, const char* name) const;
  Region        GetRegion(const RegionType& region) const;
  RegionType    GetImageRegion(const Region& region, const TImage* image) const;
  /** Makes an input's pixels. */
  void          Make(const TImage* image, const Region& region);
  const float*  GetPixel(const TImage* image, long row, long column) const;
  unsigned long GetInputTime() const;

  static constexpr std::size_t MostKept = 64 << 20; // bytes

  /** Of what is kept of so many lines, from side to side, with or without what was fused. */
  std::size_t GetKeptBytes(long lines, bool fused) const;
  void        ForgetAllBut(long firstRow, long lastRow);
  /** \param requested whose solutions are found \param piece of which that is a part, and which what is found is kept for if it is not too much */
  void FindSolutions(const Region& requested, const Region& piece);
  void SolveCores(const std::vector<Place>& places, const Region& requested);
  void ReadCoarse(Surroundings& around);
  void ReadFine(Surroundings& around, const std::vector<Place>& places, const Region& requested);
  void ReadLine(Surroundings& around, const std::vector<Place>& places, long row);
  void RefineLine(long row, const Region& requested);
  void Finish(bool valid, float* spectrum) const;

  std::shared_ptr<const SpectralRefinementModel> m_Model;
  std::unique_ptr<LinearMixing>                  m_Mixing;
  SpectralAxis                                   m_SpectralAxis;
  SpectralRefinement                             m_Refinement;
  CoarseGridMap                                  m_GridMap;
  std::map<Place, Solution>                      m_Solutions;
  std::vector<SpectralRefinement::Workspace>     m_Workspaces; // one per thread
  bool                                           m_KeepsFused              = false;
  unsigned long                                  m_SolutionsTime           = 0;
  float                                          m_FusedNoData             = std::numeric_limits<float>::quiet_NaN();
  float                                          m_MultispectralNoData     = std::numeric_limits<float>::quiet_NaN();
  float                                          m_HyperspectralNoData     = std::numeric_limits<float>::quiet_NaN();
  float                                          m_HyperspectralSaturation = std::numeric_limits<float>::infinity();
};
} // namespace otb

#ifndef OTB_MANUAL_INSTANTIATION
#include "otbSpectralRefinementImageFilter.hxx"
#endif

#endif
